//! The two-sided gamma law, the model of speech whose best quantizers are not symmetric.

use super::error::{at_least, positive};
use super::smooth::{self, ln_mass};
use super::{Density, DensityError};
use crate::math::{Double, Interval, JacobiRule, Moments};

/// `p(x) ∝ |x|^{k-1} e^{-|x|/θ}`, θ chosen for unit variance; k = ½ is the law of Paez and Glisson.
///
/// For k < 1 the density has a pole at 0 and is not log-concave: for an even number of levels the
/// symmetric stationary quantizer is not the best one.
///
/// # References
///
/// Paez and Glisson, "Minimum mean-squared-error quantization in speech PCM and DPCM systems", IEEE
/// Trans. Commun. 20, 1972.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    // Invariant: positive, at least SHAPE_MIN.
    shape: f64,
    scale: f64,
    ln_constant: f64,
    /// Nodes and weights for what begins at the pole.
    pole: JacobiRule,
}

/// Below, next to all probability lies on a point that f64 cannot tell from 0.
const SHAPE_MIN: f64 = 0.05;

impl Gamma {
    /// The law of that shape, scaled to unit variance.
    ///
    /// # Errors
    ///
    /// When the shape is below 0.05 or not finite.
    pub fn new(shape: f64) -> Result<Self, DensityError> {
        let shape = at_least("shape", positive("shape", shape)?, SHAPE_MIN)?;
        // E X² = k (k + 1) θ².
        let scale = (shape * (shape + 1.0)).sqrt().recip();
        let pole = JacobiRule::new(shape);
        let mut law = Self { shape, scale, ln_constant: 0.0, pole };
        law.ln_constant = -ln_mass(&law);
        Ok(law)
    }
}

impl Gamma {
    /// The moments about `origin` of the points from `near` to `far` away from 0 on one side.
    fn side(&self, direction: f64, near: f64, far: f64, origin: f64) -> Moments {
        // A side without points has its ends the wrong way round.
        if near >= far {
            return Moments::ZERO;
        }
        let reach = if near > 0.0 { near } else { far.min(8.0 * self.scale) };
        let mut sum = Moments::ZERO;
        if near <= 0.0 {
            let constant = self.ln_constant + self.shape * libm::log(reach);
            for &(node, weight) in self.pole.pairs() {
                let distance = reach * node;
                let mass = weight * libm::exp(constant - distance / self.scale);
                sum = sum + Moments::atom(direction * distance - origin, mass);
            }
        }
        let rest = [direction * reach, direction * far];
        if reach < far {
            let cell = Interval::new(rest[0].min(rest[1]), rest[0].max(rest[1]));
            sum = sum + smooth::moments_about(self, cell, origin);
        }
        sum
    }
}

impl Density for Gamma {
    fn describe(&self) -> String {
        format!("gamma(shape={})", self.shape)
    }

    fn support(&self) -> Interval {
        Interval::LINE
    }

    fn pdf(&self, x: f64) -> f64 {
        libm::exp(self.ln_pdf(x))
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        let distance = x.abs();
        // 0 · ln 0 is 0 for the Laplace law, k = 1.
        let power = self.shape - 1.0;
        let pole = if power.abs() > 0.0 { power * libm::log(distance) } else { 0.0 };
        self.ln_constant + pole - distance / self.scale
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        (self.shape - 1.0) * libm::log1p(by / from) - by * from.signum() / self.scale
    }

    fn shape(&self, x: Double) -> Option<Double> {
        let distance = x.abs();
        let power = Double::from(self.shape) - Double::ONE;
        Some((power * distance.ln() - distance / Double::from(self.scale)).exp())
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        let above = cell.intersection(Interval::new(0.0, f64::INFINITY));
        let below = cell.intersection(Interval::new(f64::NEG_INFINITY, 0.0));
        self.side(1.0, above.low, above.high, origin)
            + self.side(-1.0, -below.high, -below.low, origin)
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        // Half of the way to the pole, and a fall of e⁻⁴.
        (0.5 * middle.abs()).min(4.0 * self.scale)
    }

    fn kinks(&self) -> Vec<f64> {
        vec![0.0]
    }

    fn centre(&self) -> Option<f64> {
        Some(0.0)
    }

    fn is_log_concave(&self) -> bool {
        // Even for k > 1, where both sides are, the law dips to 0 between them.
        self.shape.total_cmp(&1.0).is_eq()
    }
}
