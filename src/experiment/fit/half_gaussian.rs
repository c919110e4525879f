//! Whether data are what the half-wave quantizer was made for.

use crate::density::Gaussian;
use crate::density::Sample;
use crate::density::fit::kolmogorov_distance_from;
use crate::math::Interval;

/// The farthest that a distribution function may be from the half wave's to pass as one: five
/// values of a hundred on the wrong side of some threshold.
pub const KOLMOGOROV_MAX: f64 = 0.05;

/// How far `max(0, X)` is from the half wave of the same mean square above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HalfGaussian {
    /// `√E[X² | X > 0]`, the standard deviation of the normal law before it is rectified.
    pub sigma: f64,
    /// `sup |F_n(x) - Φ(x/σ)|` over `x >= 0`.
    pub kolmogorov: f64,
}

impl HalfGaussian {
    /// Of a sample; `None` without values above 0.
    pub(super) fn of(sample: &Sample) -> Option<Self> {
        let above = sample.law().moments(Interval::new(0.0, f64::INFINITY));
        let sigma = (above.second / above.mass).sqrt();
        let law = Gaussian::new(0.0, sigma).ok()?;
        Some(Self { sigma, kolmogorov: kolmogorov_distance_from(0.0, sample.points(), &law) })
    }

    /// Whether it passes for one. With a million values chance alone never does, so the question
    /// is how far and not how surely.
    pub fn passes(&self) -> bool {
        self.kolmogorov <= KOLMOGOROV_MAX
    }
}
