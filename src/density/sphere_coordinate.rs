//! A coordinate of a random direction, the law that TurboQuant and PolarQuant quantize.

use super::error::at_least;
use super::smooth::ln_mass;
use super::{Density, DensityError};
use crate::math::{Double, Interval};

/// `p(x) ∝ (1 - x²/d)^{(d-3)/2}` on `[-√d, √d]`: a coordinate of a uniform unit vector of `R^d`,
/// times `√d`, so that its variance is 1.
///
/// For unit vectors themselves scale the levels by `1/√d`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SphereCoordinate {
    // Invariant: at least 3.
    dimension: f64,
    ln_constant: f64,
}

impl SphereCoordinate {
    /// The law in `dimension` dimensions.
    ///
    /// # Errors
    ///
    /// When there are fewer than 3: the coordinate of a circle is not log-concave.
    pub fn new(dimension: f64) -> Result<Self, DensityError> {
        let dimension = at_least("d", dimension, 3.0)?;
        let mut law = Self { dimension, ln_constant: 0.0 };
        law.ln_constant = -ln_mass(&law);
        Ok(law)
    }

    fn radius(self) -> f64 {
        self.dimension.sqrt()
    }

    fn power(self) -> f64 {
        0.5 * (self.dimension - 3.0)
    }
}

impl Density for SphereCoordinate {
    fn describe(&self) -> String {
        format!("sphere-coordinate(d={})", self.dimension)
    }

    fn support(&self) -> Interval {
        Interval::new(-self.radius(), self.radius())
    }

    fn pdf(&self, x: f64) -> f64 {
        libm::exp(self.ln_pdf(x))
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        let distance = x.abs();
        if distance > self.radius() {
            return f64::NEG_INFINITY;
        }
        // 0 · ln 0 is 0 for three dimensions, where the law is uniform.
        let power = self.power();
        let fall = if power > 0.0 {
            power * libm::log1p(-distance * distance / self.dimension)
        } else {
            0.0
        };
        self.ln_constant + fall
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        let left = (self.radius() - from) * (self.radius() + from);
        self.power() * libm::log1p(-by * (2.0 * from + by) / left)
    }

    fn shape(&self, x: Double) -> Option<Double> {
        let inside = Double::ONE - x * x / Double::from(self.dimension);
        let is_inside = inside > Double::ZERO;
        Some(if is_inside { inside.powf(Double::from(self.power())) } else { Double::ZERO })
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        // Half of the way to the end, a fall of e⁻⁴, and a curvature of one unit.
        let distance = middle.abs();
        let room = self.radius() - distance;
        let slope = 2.0 * self.power() * distance / (room * (self.radius() + distance));
        (0.5 * room).min(4.0 / slope).clamp(0.0, 1.0)
    }

    fn centre(&self) -> Option<f64> {
        Some(0.0)
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}
