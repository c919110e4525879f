//! The entropy-constrained quantizer: least distortion for the bits that an entropy coder needs.

mod cells;
mod march;

use super::{DesignError, Designed, LEVELS_MAX, distortion, newton::stretched};
use crate::density::{Affine, Density};
use crate::math::{CompensatedSum, Interval, bracketed_root};
use crate::quantizer::Codebook;
use cells::{Ladder, Stand};
use march::march;

/// How much the bits of an entropy coder are to cost.
///
/// The quantizer minimises `D + λH`, `D` the mean squared error and `H` the entropy of its output in
/// bits. Its levels are centroids, and with `L_i = -log₂ p_i` a threshold leans towards the rarer
/// level:
///
/// ```text
/// t = (c_i + c_{i+1})/2 + λ (L_{i+1} - L_i) / (2 (c_{i+1} - c_i))
/// ```
///
/// The number of levels is part of the answer: as many as carry probability, up to 16384 on each
/// side of a heavy tail.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::EntropyCoded;
/// let one_bit = EntropyCoded::Rate(1.0).design(&Gaussian::STANDARD)?;
/// assert!((one_bit.designed.distortion - 0.348_261_28).abs() < 1e-7); // Lloyd-Max: 0.3634
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
///
/// # References
///
/// Chou, Lookabaugh and Gray, "Entropy-constrained vector quantization", IEEE Trans. ASSP 37, 1989;
/// Gish and Pierce, IEEE Trans. Inf. Theory 14, 1968, for what it can reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EntropyCoded {
    /// This many bits a sample, from 0.01 to 12.
    Rate(f64),
    /// A bit is worth this much distortion, in the unit of `x` squared.
    Lambda(f64),
}

/// An entropy-constrained quantizer with what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct EntropyCodedDesign {
    /// The quantizer; its residual is the largest distance of a threshold, between cells of at least
    /// `1e-12` of the probability, from where its levels and their probabilities ask for it.
    pub designed: Designed,
    /// The entropy of its output, in bits a sample.
    pub rate_bits: f64,
    /// What a bit is worth, in the unit of `x` squared.
    pub lambda: f64,
}

const RATE_MIN: f64 = 0.01;
const RATE_MAX: f64 = 12.0;

/// How near to the rate that was asked for the answer is, as a share of it.
const RATE_TOLERANCE: f64 = 1e-9;

/// Steps of up to a factor `e²` in search of multipliers on both sides of a rate.
const WIDENINGS_MAX: u32 = 40;

impl EntropyCoded {
    /// The quantizer for `law`. A symmetric law gets a symmetric one, with a level or a threshold on
    /// its centre, whichever is better.
    ///
    /// # Errors
    ///
    /// When the rate or the multiplier is out of range, the law is a sample, or no stationary
    /// quantizer of the rate is found.
    pub fn design(self, law: &dyn Density) -> Result<EntropyCodedDesign, DesignError> {
        if law.as_empirical().is_some() {
            return Err(DesignError::Unsuited {
                design: "the entropy-constrained quantizer",
                law: law.describe(),
                why: "a sample has no density; fit a law to it first",
            });
        }
        if let Some(affine) = law.as_affine() {
            let square = affine.scale() * affine.scale();
            let plain = match self {
                Self::Rate(bits) => Self::Rate(bits),
                Self::Lambda(lambda) => Self::Lambda(lambda / square),
            };
            let found = plain.design(affine.law())?;
            return mapped(&found, affine);
        }
        let mean = law.moments(Interval::LINE).centroid().unwrap_or(f64::NAN);
        let variance = law.moments_about(Interval::LINE, mean).second;
        self.check(variance)?;
        let stands = match law.centre() {
            Some(centre) => vec![Stand::Level(centre), Stand::Threshold(centre)],
            None => vec![Stand::Free(mean)],
        };
        let designs = stands.into_iter().map(|stand| {
            let problem = Problem { law, variance, stand };
            match self {
                Self::Rate(bits) => problem.at_rate(bits),
                Self::Lambda(lambda) => {
                    problem.at(lambda).and_then(|ladder| ladder.finished(lambda))
                }
            }
        });
        // At a rate the multipliers differ, so that distortions are to be compared; at a multiplier
        // what is minimised.
        let cost = |found: &EntropyCodedDesign| match self {
            Self::Rate(_) => found.designed.distortion,
            Self::Lambda(lambda) => found.designed.distortion + lambda * found.rate_bits,
        };
        designs
            .reduce(|best, next| match (best, next) {
                (Ok(a), Ok(b)) => Ok(if cost(&b) < cost(&a) { b } else { a }),
                (Err(_), found) | (found, Err(_)) => found,
            })
            .unwrap_or(Err(DesignError::TooFewLevels { given: 0, least: 1 }))
    }

    fn check(self, variance: f64) -> Result<(), DesignError> {
        let (what, given, least, most) = match self {
            Self::Rate(bits) => ("a rate in bits", bits, RATE_MIN, RATE_MAX),
            Self::Lambda(lambda) => ("a multiplier λ", lambda, variance * 1e-7, variance),
        };
        if given >= least && given <= most {
            Ok(())
        } else {
            Err(DesignError::OutOfRange { what, given, least, most })
        }
    }
}

fn mapped(found: &EntropyCodedDesign, affine: &Affine) -> Result<EntropyCodedDesign, DesignError> {
    let (scale, shift) = (affine.scale(), affine.shift());
    let nearest = stretched(&found.designed, affine)?;
    let mut thresholds: Vec<f64> =
        found.designed.codebook.thresholds().iter().map(|t| scale * t + shift).collect();
    if scale < 0.0 {
        thresholds.reverse();
    }
    let codebook = Codebook::new(nearest.codebook.levels().to_vec(), thresholds)?;
    let designed = Designed { codebook, ..nearest };
    let lambda = scale * (scale * found.lambda);
    Ok(EntropyCodedDesign { designed, lambda, rate_bits: found.rate_bits })
}

/// One law and one kind of symmetry.
#[derive(Debug, Clone, Copy)]
struct Problem<'a> {
    law: &'a dyn Density,
    variance: f64,
    stand: Stand,
}

impl<'a> Problem<'a> {
    /// The quantizer for a multiplier.
    fn at(self, lambda: f64) -> Result<Ladder<'a>, DesignError> {
        let start = march(self.law, self.stand, lambda, self.variance)?;
        Ladder::new(self.law, self.stand, start)?.settled(lambda)
    }

    /// The quantizer for a rate: a root in the logarithm of the multiplier, on which the rate falls
    /// by about a half a doubling.
    fn at_rate(self, bits: f64) -> Result<EntropyCodedDesign, DesignError> {
        // High rates: D = Δ²/12 and λ = Δ² ln 2/6, a fourth for each bit; low ones end near the
        // variance.
        let start = libm::log(self.variance * 1.4 * libm::exp2(-2.0 * bits).min(0.6));
        let mut failure = None;
        let mut off = |ln_lambda: f64| match self.at(libm::exp(ln_lambda)) {
            Ok(ladder) => ladder.rate_bits() - bits,
            Err(error) => {
                failure = Some(error);
                f64::NAN
            }
        };
        let mut near = (start, off(start));
        let mut far = near;
        for _ in 0..WIDENINGS_MAX {
            let step = (1.5 * near.1.abs()).clamp(0.05, 2.0).copysign(near.1);
            far = (near.0 + step, off(near.0 + step));
            if (far.1 > 0.0) != (near.1 > 0.0) || far.1.is_nan() {
                break;
            }
            near = far;
        }
        let root = bracketed_root(off, near.0, far.0);
        if let Some(error) = failure {
            return Err(error);
        }
        let (low, high) = (near.1.min(far.1), near.1.max(far.1));
        let found = root.filter(|root| root.residual.abs() <= RATE_TOLERANCE * bits);
        let Some(root) = found else {
            let (below, above) = (bits + low, bits + high);
            return Err(DesignError::RateNotReached { asked: bits, below, above });
        };
        let lambda = libm::exp(root.x);
        self.at(lambda)?.finished(lambda)
    }
}

impl Ladder<'_> {
    fn finished(&self, lambda: f64) -> Result<EntropyCodedDesign, DesignError> {
        let (levels, thresholds) = self.whole();
        if levels.len() > LEVELS_MAX {
            return Err(DesignError::TooManyLevels { given: levels.len(), most: LEVELS_MAX });
        }
        let codebook = Codebook::new(levels, thresholds)?;
        let designed = Designed {
            distortion: distortion(self.law(), &codebook),
            codebook,
            rounds: self.rounds(),
            residual: self.residual(lambda),
        };
        Ok(EntropyCodedDesign { designed, rate_bits: self.rate_bits(), lambda })
    }

    fn rate_bits(&self) -> f64 {
        self.cells()
            .iter()
            .map(|cell| cell.copies * cell.mass * cell.length)
            .collect::<CompensatedSum>()
            .value()
    }
}
