//! The logistic law, the smooth neighbour of the Laplace law.

use std::f64::consts::PI;

use super::Density;
use crate::math::{Double, Interval};

/// `p(x) = sech²(x/2s)/(4s)` with `s = √3/π`: zero mean, unit variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logistic;

/// `√3/π`, the scale of unit variance.
const SCALE: f64 = 1.732_050_807_568_877_2 / PI;

impl Density for Logistic {
    fn describe(&self) -> String {
        "logistic".to_owned()
    }

    fn support(&self) -> Interval {
        Interval::LINE
    }

    fn pdf(&self, x: f64) -> f64 {
        let decay = libm::exp(-x.abs() / SCALE);
        decay / (SCALE * (1.0 + decay) * (1.0 + decay))
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        let z = x.abs() / SCALE;
        -z - 2.0 * libm::log1p(libm::exp(-z)) - libm::log(SCALE)
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        let (z, v) = (from / SCALE, by / SCALE);
        // Beyond, the law is exponential to the last digit and the hyperbolic functions overflow.
        if v.abs() > 40.0 {
            return self.ln_pdf(from + by) - self.ln_pdf(from);
        }
        // cosh((z + v)/2)/cosh(z/2) = 1 + 2 sinh²(v/4) + tanh(z/2) sinh(v/2)
        let quarter = libm::sinh(0.25 * v);
        let growth = 2.0 * quarter * quarter + libm::tanh(0.5 * z) * libm::sinh(0.5 * v);
        -2.0 * libm::log1p(growth)
    }

    fn shape(&self, x: Double) -> Option<Double> {
        let decay = (-x.abs() / Double::from(SCALE)).exp();
        let rise = Double::ONE + decay;
        Some(decay / (rise * rise))
    }

    fn smooth_half(&self, _middle: f64) -> f64 {
        // The nearest poles are ±iπs; the slope of the logarithm never exceeds 1/s.
        1.5 * SCALE
    }

    fn centre(&self) -> Option<f64> {
        Some(0.0)
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}
