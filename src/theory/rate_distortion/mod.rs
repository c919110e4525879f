//! Shannon's rate-distortion function of any law, between two bounds.

mod output;
mod source;
mod tangent;

use std::f64::consts::LN_2;

use thiserror::Error;

use crate::density::Density;
use crate::math::Interval;
use tangent::Tangent;

/// Why there is no bound.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RateDistortionError {
    /// A rate outside what is computed.
    #[error(
        "a rate of {given} bits was asked for; from {RATE_MIN} to {RATE_MAX} bits are computed"
    )]
    Rate {
        /// What was asked for, in bits.
        given: f64,
    },
    /// A distortion that needs no bits, or more than are computed.
    #[error(
        "a distortion of {given} was asked for; it must lie between {least:e} and {most}, the variance"
    )]
    Distortion {
        /// What was asked for.
        given: f64,
        /// About the least that is computed.
        least: f64,
        /// The variance.
        most: f64,
    },
    /// A sample, or a law of one point.
    #[error("R(D) is not computed for {law}: {why}")]
    Unsuited {
        /// The law.
        law: String,
        /// The reason, and what to do instead.
        why: &'static str,
    },
}

/// Least rate, in bits a sample.
const RATE_MIN: f64 = 0.01;

/// Largest rate, in bits a sample.
const RATE_MAX: f64 = 10.0;

/// What no code at this rate can beat, and what some code reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatePoint {
    /// The rate, in bits a sample.
    pub rate_bits: f64,
    /// No code has less distortion, in the unit of `x` squared.
    pub lower: f64,
    /// There are codes whose distortion comes as near to this as one likes.
    pub upper: f64,
}

/// `R(D) = inf { I(X; Y) : E (X - Y)² <= D }` of a law, with everything found out about it so far.
///
/// For a slope `-β` of the function, `R(D) + βD` is bounded on both sides:
///
/// - above by a test channel `W(y|x) = q(y) e^{-β(x-y)²} / Z(x)`, whose rate and distortion are
///   sums;
/// - below by `E ln λ(X)` for any `λ` with `E λ(X) e^{-β(X-y)²} <= 1` for every `y` (Berger 1971,
///   theorem 2.5.3), for which `1/Z` serves, divided where the condition fails by as much as it
///   does.
///
/// The output `q` is the solution of a convex problem. Tails beyond some `1e-9` of probability (more
/// where a heavy tail would take too many points) are coded on their own by added noise, and bounded
/// by Shannon's formula. Both bounds hold whatever comes out; integrals over the law are sums with
/// some eleven digits. The gap is about `1e-6` bit for the laws of [`crate::density::FAMILIES`] up
/// to 8 bits.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::theory::RateDistortion;
/// let two_bits = RateDistortion::new(&Gaussian::STANDARD)?.at_rate(2.0)?;
/// assert!(two_bits.lower < 1.0 / 16.0 + 1e-9 && 1.0 / 16.0 - 1e-9 < two_bits.upper); // 2^{-2R}
/// assert!(two_bits.upper / two_bits.lower < 1.0 + 1e-4);
/// # Ok::<(), hwgq::theory::RateDistortionError>(())
/// ```
///
/// # References
///
/// Shannon, "Coding theorems for a discrete source with a fidelity criterion", 1959; Berger, "Rate
/// Distortion Theory", 1971; Blahut, IEEE Trans. Inf. Theory 18, 1972.
#[derive(Debug)]
pub struct RateDistortion<'a> {
    law: &'a dyn Density,
    /// What distortions of `law` are multiplied by.
    unit: f64,
    mean: f64,
    variance: f64,
    tangents: Vec<Tangent>,
}

/// Slopes tried for one point of the curve.
const SLOPES_MAX: u32 = 6;

/// A slope that leads this near is worth the time that sharp bounds take.
const WORTHWHILE: f64 = 0.02;

/// How near to the rate or, relatively, to the distortion a slope must lead.
const NEAR: f64 = 1e-5;

impl<'a> RateDistortion<'a> {
    /// Starts on a law.
    ///
    /// # Errors
    ///
    /// When the law is a sample, or has no variance.
    pub fn new(law: &'a dyn Density) -> Result<Self, RateDistortionError> {
        let unsuited = |why| RateDistortionError::Unsuited { law: law.describe(), why };
        if law.as_empirical().is_some() {
            return Err(unsuited("a sample has no rate between the levels; fit a law to it"));
        }
        if let Some(affine) = law.as_affine() {
            let plain = Self::new(affine.law())?;
            return Ok(Self { unit: affine.scale() * affine.scale() * plain.unit, ..plain });
        }
        let mean = law.moments(Interval::LINE).centroid().unwrap_or(f64::NAN);
        let variance = law.moments_about(Interval::LINE, mean).second;
        if !(variance > 0.0 && variance < f64::INFINITY) {
            return Err(unsuited("its variance is not a positive number; rescale it"));
        }
        Ok(Self { law, unit: 1.0, mean, variance, tangents: Vec::new() })
    }

    /// The least distortion at a rate.
    ///
    /// # Errors
    ///
    /// When the rate is not in 0.01..=10 bits.
    pub fn at_rate(&mut self, bits: f64) -> Result<RatePoint, RateDistortionError> {
        if !(RATE_MIN..=RATE_MAX).contains(&bits) {
            return Err(RateDistortionError::Rate { given: bits });
        }
        let rate = bits * LN_2;
        self.approach(true, |tangent| tangent.rate - rate);
        let lower = self.tangents.iter().map(|tangent| tangent.distortion_below(rate));
        Ok(RatePoint {
            rate_bits: bits,
            lower: self.unit * lower.fold(0.0, f64::max),
            upper: self.unit * self.distortion_above(rate),
        })
    }

    /// Bounds on the rate at a distortion, in bits a sample: lower, upper.
    ///
    /// # Errors
    ///
    /// When the distortion is not below the variance, or so small that the rate would be above
    /// 10 bits.
    pub fn at_distortion(&mut self, distortion: f64) -> Result<(f64, f64), RateDistortionError> {
        let given = self.checked(distortion)?;
        self.approach(true, |tangent| 0.5 * libm::log(given / tangent.distortion));
        let lower = self.tangents.iter().map(|tangent| tangent.rate_below(given));
        Ok((lower.fold(0.0, f64::max) / LN_2, self.rate_above(given) / LN_2))
    }

    /// The upper bound of [`RateDistortion::at_distortion`] alone, several times sooner.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn rate_above_bits(&mut self, distortion: f64) -> Result<f64, RateDistortionError> {
        let given = self.checked(distortion)?;
        self.approach(false, |tangent| 0.5 * libm::log(given / tangent.distortion));
        Ok(self.rate_above(given) / LN_2)
    }

    /// A distortion in units of the law that is worked on.
    fn checked(&self, distortion: f64) -> Result<f64, RateDistortionError> {
        let given = distortion / self.unit;
        let least = self.variance * libm::exp2(-2.0 * RATE_MAX - 1.0);
        if given > least && given < self.variance {
            return Ok(given);
        }
        Err(RateDistortionError::Distortion {
            given: distortion,
            least: self.unit * least,
            most: self.unit * self.variance,
        })
    }

    /// Tries slopes until `excess`, which grows by about ½ with the logarithm of the slope, is
    /// nearly 0.
    fn approach(&mut self, is_sharp: bool, excess: impl Fn(&Tangent) -> f64) {
        let nearest = |tangents: &[Tangent]| {
            let key = |tangent: &&Tangent| excess(tangent).abs();
            tangents.iter().min_by(|a, b| key(a).total_cmp(&key(b))).copied()
        };
        if self.tangents.is_empty() {
            let slope = 1.0 / self.variance;
            self.add(slope, false);
        }
        for _ in 0..SLOPES_MAX {
            let Some(near) = nearest(&self.tangents) else { return };
            let off = excess(&near);
            if off.abs() <= NEAR {
                return;
            }
            // A secant through the nearest on the other side, or on the same if there is none.
            let others: Vec<Tangent> = self
                .tangents
                .iter()
                .filter(|other| (other.slope / near.slope - 1.0).abs() > 1e-12)
                .copied()
                .collect();
            let steepness = nearest(&others)
                .map_or(0.5, |other| (excess(&other) - off) / libm::log(other.slope / near.slope));
            let steepness = if (0.1..4.0).contains(&steepness) { steepness } else { 0.5 };
            let slope = near.slope * libm::exp((-off / steepness).clamp(-4.0, 16.0));
            self.add(slope.max(0.25 / self.variance), is_sharp && off.abs() < WORTHWHILE);
        }
    }

    fn add(&mut self, slope: f64, is_sharp: bool) {
        self.tangents.push(Tangent::new(self.law, (self.mean, self.variance), slope, is_sharp));
    }

    /// Points of the curve from above, the one without bits among them: rate and distortion.
    fn corners(&self) -> Vec<(f64, f64)> {
        let silent = std::iter::once((0.0, self.variance));
        silent
            .chain(self.tangents.iter().map(|tangent| (tangent.rate, tangent.distortion)))
            .collect()
    }

    /// The least distortion that sharing time between two test channels reaches.
    fn distortion_above(&self, rate: f64) -> f64 {
        least_mix(&self.corners(), rate)
    }

    fn rate_above(&self, distortion: f64) -> f64 {
        let swapped: Vec<(f64, f64)> = self.corners().into_iter().map(|(r, d)| (d, r)).collect();
        least_mix(&swapped, distortion)
    }
}

/// The least second coordinate of a mixture of two corners whose first is at most `first`.
fn least_mix(corners: &[(f64, f64)], first: f64) -> f64 {
    let mut least = f64::INFINITY;
    for &(low, at_low) in corners.iter().filter(|corner| corner.0 <= first) {
        least = least.min(at_low);
        for &(high, at_high) in corners.iter().filter(|corner| corner.0 > first) {
            let share = (first - low) / (high - low);
            least = least.min(at_low + share * (at_high - at_low));
        }
    }
    least
}
