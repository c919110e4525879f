//! The Rayleigh law: the length of a normal vector in the plane.

use super::{Density, smooth};
use crate::math::{Double, FRAC_1_SQRT_2PI, Interval, Moments, exp_minus_half_square, normal};

/// `p(x) = x e^{-x²/2}` for `x > 0`: σ = 1, variance `2 - π/2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rayleigh;

impl Density for Rayleigh {
    fn describe(&self) -> String {
        "rayleigh(sigma=1)".to_owned()
    }

    fn support(&self) -> Interval {
        Interval::new(0.0, f64::INFINITY)
    }

    fn pdf(&self, x: f64) -> f64 {
        if x > 0.0 { x * exp_minus_half_square(x) } else { 0.0 }
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        if x > 0.0 { libm::log(x) - 0.5 * x * x } else { f64::NEG_INFINITY }
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        libm::log1p(by / from) - by * (from + 0.5 * by)
    }

    fn shape(&self, x: Double) -> Option<Double> {
        Some(x * (-(x * x).scaled(0.5)).exp())
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        (4.0 / middle).min(1.0).min(middle.max(f64::MIN_POSITIVE))
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        let part = cell.intersection(self.support());
        if part.high < f64::INFINITY || part.is_empty() {
            return smooth::moments_about(self, cell, origin);
        }
        // By parts: ∫ (x - t)ᵏ x e^{-x²/2} = k √(2π) ∫ (x - t)^{k-1} φ.
        let normal = normal::moments_about(part, part.low).weighted(1.0 / FRAC_1_SQRT_2PI);
        let mass = exp_minus_half_square(part.low);
        Moments { mass, first: normal.mass, second: 2.0 * normal.first }
            .affine(1.0, part.low - origin)
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}
