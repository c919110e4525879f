//! The one-sided exponential law, whose optimal levels obey a recursion.

use super::Density;
use super::laplace::standard_moments;
use crate::math::{Double, Interval, Moments};

/// `p(x) = e^{-x}` for `x > 0`: rate 1, mean 1, variance 1.
///
/// # References
///
/// Sullivan, "Efficient scalar quantization of exponential and Laplacian random variables", IEEE
/// Trans. Inf. Theory 42, 1996.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exponential;

impl Density for Exponential {
    fn describe(&self) -> String {
        "exponential(rate=1)".to_owned()
    }

    fn support(&self) -> Interval {
        Interval::new(0.0, f64::INFINITY)
    }

    fn pdf(&self, x: f64) -> f64 {
        if x >= 0.0 { libm::exp(-x) } else { 0.0 }
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        if x >= 0.0 { -x } else { f64::NEG_INFINITY }
    }

    fn ln_pdf_change(&self, _from: f64, by: f64) -> f64 {
        -by
    }

    fn shape(&self, x: Double) -> Option<Double> {
        Some((-x).exp())
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        // The logarithm is a straight line: only the fall over the cell counts. At the edge itself
        // one side is smooth, which a small positive number says.
        middle.clamp(f64::MIN_POSITIVE, 4.0)
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        // The upper half of the Laplace law, twice as dense.
        standard_moments(cell.intersection(self.support()), origin).weighted(2.0)
    }

    fn compand(&self, position: f64) -> Option<f64> {
        Some(-3.0 * libm::log1p(-position))
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}
