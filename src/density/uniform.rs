//! The uniform law, whose optimal quantizer is known in closed form.

use super::error::finite;
use super::{Density, DensityError};
use crate::math::{Double, Interval, Moments};

/// `p(x) = 1/(high - low)` on `(low, high]`, 0 elsewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uniform {
    // Invariant: finite, not empty.
    support: Interval,
}

impl Uniform {
    /// Zero mean, unit variance: from `-√3` to `√3`.
    pub const STANDARD: Self =
        Self { support: Interval::new(-1.732_050_807_568_877_2, 1.732_050_807_568_877_2) };

    /// The uniform law from `low` to `high`.
    ///
    /// # Errors
    ///
    /// When an end is not finite or the low end not below the high one.
    pub fn new(low: f64, high: f64) -> Result<Self, DensityError> {
        let support = Interval::new(finite("the low end", low)?, finite("the high end", high)?);
        if support.is_empty() {
            return Err(DensityError::EmptyInterval { low, high });
        }
        Ok(Self { support })
    }
}

impl Density for Uniform {
    fn describe(&self) -> String {
        format!("uniform(low={}, high={})", self.support.low, self.support.high)
    }

    fn support(&self) -> Interval {
        self.support
    }

    fn pdf(&self, x: f64) -> f64 {
        if self.support.contains(x) { 1.0 / self.support.width() } else { 0.0 }
    }

    fn ln_pdf_change(&self, _from: f64, _by: f64) -> f64 {
        0.0
    }

    fn shape(&self, _x: Double) -> Option<Double> {
        Some(Double::ONE)
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        (middle - self.support.low).min(self.support.high - middle)
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        let part = cell.intersection(self.support);
        if part.is_empty() {
            return Moments::ZERO;
        }
        let mass = part.width() / self.support.width();
        let offset = 0.5 * ((part.low - origin) + (part.high - origin));
        // About its middle a piece of width h has the second moment h²/12.
        let second = mass * (offset * offset + part.width().powi(2) / 12.0);
        Moments { mass, first: mass * offset, second }
    }

    fn centre(&self) -> Option<f64> {
        Some(self.support.low.midpoint(self.support.high))
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}
