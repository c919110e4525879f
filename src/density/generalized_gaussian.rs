//! The generalized Gaussian family: Laplace at β = 1, normal at β = 2, uniform in the limit.

use super::error::at_least;
use super::smooth::ln_mass;
use super::{Density, DensityError};
use crate::math::{Double, Interval};

/// `p(x) ∝ e^{-(|x|/α)^β}`, α chosen for unit variance.
///
/// # References
///
/// Subbotin, "On the law of frequency of error", Mat. Sb. 31, 1923.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeneralizedGaussian {
    // Invariant: at least SHAPE_MIN.
    shape: f64,
    scale: f64,
    ln_constant: f64,
}

/// Below, Γ(3/β) and with it the variance of the standard form leave the range of f64.
const SHAPE_MIN: f64 = 0.1;

impl GeneralizedGaussian {
    /// The law of exponent `beta`, scaled to unit variance.
    ///
    /// # Errors
    ///
    /// When the exponent is below 0.1 or not finite.
    pub fn new(beta: f64) -> Result<Self, DensityError> {
        let shape = at_least("beta", beta, SHAPE_MIN)?;
        let (one, three) = (libm::lgamma(1.0 / shape), libm::lgamma(3.0 / shape));
        let ln_scale = 0.5 * (one - three);
        let mut law = Self { shape, scale: libm::exp(ln_scale), ln_constant: 0.0 };
        law.ln_constant = -ln_mass(&law);
        Ok(law)
    }

    /// `(|x|/α)^β`.
    fn exponent(self, x: f64) -> f64 {
        libm::pow(x.abs() / self.scale, self.shape)
    }
}

impl Density for GeneralizedGaussian {
    fn describe(&self) -> String {
        format!("generalized-gaussian(beta={})", self.shape)
    }

    fn support(&self) -> Interval {
        Interval::LINE
    }

    fn pdf(&self, x: f64) -> f64 {
        libm::exp(self.ln_pdf(x))
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        self.ln_constant - self.exponent(x)
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        if from == 0.0 {
            return -self.exponent(by);
        }
        // |1 + r|^β - 1 without the subtraction.
        -self.exponent(from) * libm::expm1(self.shape * libm::log1p(by / from))
    }

    fn shape(&self, x: Double) -> Option<Double> {
        let distance = x.abs() / Double::from(self.scale);
        let exponent = if distance > Double::ZERO {
            distance.powf(Double::from(self.shape))
        } else {
            Double::ZERO
        };
        Some((-exponent).exp())
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        // Half of the way to the centre, where |x|^β is rough; a fall of e⁻⁴; a curvature of one
        // unit.
        let distance = middle.abs();
        let exponent = self.exponent(distance);
        let slope = self.shape * exponent / distance;
        let curvature = slope * (self.shape - 1.0).abs() / distance;
        (0.5 * distance).min(4.0 / slope).min(curvature.sqrt().recip()).max(0.0)
    }

    fn kinks(&self) -> Vec<f64> {
        vec![0.0]
    }

    fn centre(&self) -> Option<f64> {
        Some(0.0)
    }

    fn is_log_concave(&self) -> bool {
        self.shape >= 1.0
    }
}
