//! The two-sided exponential law, the usual model of weights and of small gradients.

use std::f64::consts::FRAC_1_SQRT_2;

use super::error::{finite, positive};
use super::{Density, DensityError};
use crate::math::{Double, Interval, Moments};

/// `p(x) = e^{-|x - mean|/scale} / (2·scale)`; its variance is `2·scale²`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Laplace {
    mean: f64,
    // Invariant: positive.
    scale: f64,
}

impl Laplace {
    /// Zero mean, unit variance.
    pub const STANDARD: Self = Self { mean: 0.0, scale: FRAC_1_SQRT_2 };

    /// The Laplace law of that mean and scale.
    ///
    /// # Errors
    ///
    /// When the mean is not finite or the scale not positive.
    pub fn new(mean: f64, scale: f64) -> Result<Self, DensityError> {
        Ok(Self { mean: finite("the mean", mean)?, scale: positive("the scale", scale)? })
    }

    fn standardised(self, x: f64) -> f64 {
        (x - self.mean) / self.scale
    }
}

impl Density for Laplace {
    fn describe(&self) -> String {
        format!("laplace(mean={}, scale={})", self.mean, self.scale)
    }

    fn support(&self) -> Interval {
        Interval::LINE
    }

    fn pdf(&self, x: f64) -> f64 {
        0.5 / self.scale * libm::exp(-self.standardised(x).abs())
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        -self.standardised(x).abs() - libm::log(2.0 * self.scale)
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        // On either side of the kink the logarithm is a straight line.
        let side = from - self.mean;
        let is_above = if side.abs() > 0.0 { side > 0.0 } else { by > 0.0 };
        if is_above { -by / self.scale } else { by / self.scale }
    }

    fn shape(&self, x: Double) -> Option<Double> {
        let z = (x - Double::from(self.mean)) / Double::from(self.scale);
        Some((-z.abs()).exp())
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        (middle - self.mean).abs().min(4.0 * self.scale)
    }

    fn kinks(&self) -> Vec<f64> {
        vec![self.mean]
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        let standard = Interval::new(self.standardised(cell.low), self.standardised(cell.high));
        standard_moments(standard, self.standardised(origin)).affine(self.scale, 0.0)
    }

    fn compand(&self, position: f64) -> Option<f64> {
        // The cube root of this density is one of three times the scale.
        let side = 0.5 - position;
        let distance = -3.0 * self.scale * libm::log1p(-2.0 * side.abs());
        Some(self.mean - distance.copysign(side))
    }

    fn centre(&self) -> Option<f64> {
        Some(self.mean)
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}

/// `∫ (x - origin)ᵏ e^{-|x|}/2 dx` over the cell.
pub(super) fn standard_moments(cell: Interval, origin: f64) -> Moments {
    if cell.is_empty() {
        Moments::ZERO
    } else if cell.high <= 0.0 {
        standard_moments(Interval::new(-cell.high, -cell.low), -origin).affine(-1.0, 0.0)
    } else if cell.low < 0.0 {
        standard_moments(Interval::new(cell.low, 0.0), origin)
            + standard_moments(Interval::new(0.0, cell.high), origin)
    } else {
        let half_density = 0.5 * libm::exp(-cell.low);
        let [mass, first, second] = incomplete_gamma(cell.width());
        Moments {
            mass: half_density * mass,
            first: half_density * first,
            second: half_density * second,
        }
        .affine(1.0, cell.low - origin)
    }
}

/// `∫_0^width sᵏ e^{-s} ds` for k = 0, 1, 2.
fn incomplete_gamma(width: f64) -> [f64; 3] {
    if width < 2.0 {
        // γ(n, w) = wⁿ e^{-w} Σ_j wʲ / (n(n+1)…(n+j)), all terms positive.
        let decay = libm::exp(-width);
        [1, 2, 3].map(|order| {
            let mut term = width.powi(order) * decay / f64::from(order);
            let mut sum = term;
            let mut divisor = f64::from(order);
            while term > sum * 0.25 * f64::EPSILON {
                divisor += 1.0;
                term *= width / divisor;
                sum += term;
            }
            sum
        })
    } else {
        // e^{-w} w² is zero at w = ∞, which the product ∞ · 0 would not say.
        let rest = |polynomial: f64| {
            if width > 800.0 { 0.0 } else { polynomial * libm::exp(-width) }
        };
        [1.0 - rest(1.0), 1.0 - rest(1.0 + width), 2.0 - rest(2.0 + width * (2.0 + width))]
    }
}
