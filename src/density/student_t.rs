//! Student's law with unit variance: power-law tails.

use super::error::at_least;
use super::smooth::ln_mass;
use super::{Density, DensityError};
use crate::math::{Double, Interval};

/// `p(x) ∝ (1 + x²/(ν - 2))^{-(ν + 1)/2}`: ν degrees of freedom, zero mean, unit variance.
///
/// The SF4 format takes its levels from quantiles of this law at ν = 5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudentT {
    // Invariant: at least DEGREES_MIN.
    degrees: f64,
    ln_constant: f64,
}

/// With ν near 2 the variance exists but half of it lies beyond 1e100 standard units.
const DEGREES_MIN: f64 = 2.1;

impl StudentT {
    /// The law of `degrees` degrees of freedom, scaled to unit variance.
    ///
    /// # Errors
    ///
    /// When there are fewer than 2.1 of them: at 2 and below the variance is infinite.
    pub fn new(degrees: f64) -> Result<Self, DensityError> {
        let degrees = at_least("nu", degrees, DEGREES_MIN)?;
        let mut law = Self { degrees, ln_constant: 0.0 };
        law.ln_constant = -ln_mass(&law);
        Ok(law)
    }

    /// `ν - 2`: the square of the distance of the poles from the axis.
    fn spread(self) -> f64 {
        self.degrees - 2.0
    }
}

impl Density for StudentT {
    fn describe(&self) -> String {
        format!("student-t(nu={})", self.degrees)
    }

    fn support(&self) -> Interval {
        Interval::LINE
    }

    fn pdf(&self, x: f64) -> f64 {
        libm::exp(self.ln_pdf(x))
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        // Beyond 1e150 the square would overflow, and the 1 is long lost.
        let growth = if x.abs() < 1e150 {
            libm::log1p(x * x / self.spread())
        } else {
            2.0 * libm::log(x.abs()) - libm::log(self.spread())
        };
        self.ln_constant - 0.5 * (self.degrees + 1.0) * growth
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        if by.abs() > 1e100 {
            return self.ln_pdf(from + by) - self.ln_pdf(from);
        }
        let growth = by * (2.0 * from + by) / (self.spread() + from * from);
        -0.5 * (self.degrees + 1.0) * libm::log1p(growth)
    }

    fn shape(&self, x: Double) -> Option<Double> {
        let growth = Double::ONE + x * x / Double::from(self.spread());
        Some(growth.powf(Double::from(-0.5 * (self.degrees + 1.0))))
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        // Half of the way to the poles at ±i√(ν - 2), a fall of e⁻⁴, and a curvature of one unit.
        let square = self.spread() + middle * middle;
        let slope = (self.degrees + 1.0) * middle.abs() / square;
        let curvature = (square / (self.degrees + 1.0)).sqrt();
        (0.5 * square.sqrt()).min(4.0 / slope).min(curvature)
    }

    fn centre(&self) -> Option<f64> {
        Some(0.0)
    }
}
