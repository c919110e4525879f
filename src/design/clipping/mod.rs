//! Calibrators: published rules for where an integer code clips a sample, side by side.

mod analytic;
mod entropy;
mod folded;
mod half_wave;
mod octav;
mod percentile;
mod regression;

pub use analytic::{aciq_gaussian, aciq_laplace};
pub use entropy::entropy_clip;
pub use folded::Folded;
pub use octav::octav;
pub use percentile::percentile;
pub use regression::{SawbCoefficients, sawb_coefficients};

use super::clip::{ClipCode, exact_clip};
use super::{Design, DesignError, HalfWave, Spacing, UniformStep, Zero};
use crate::density::Sample;
use crate::quantizer::Codebook;

/// A rule and what it makes of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// The name of the rule, as printed.
    pub name: &'static str,
    /// The largest magnitude that is not clipped, in the unit of `x`.
    pub clip: f64,
    /// The uniform codebook.
    pub codebook: Codebook,
}

/// What the codes of a sample are.
///
/// Symmetric signed codes `-(2^(bits-1) - 1) ..= 2^(bits-1) - 1` where there are values below 0,
/// unsigned ones `0 ..= 2^bits - 1` where there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// Bits of a code, from 2.
    pub bits: u32,
    /// Whether there are codes below 0.
    pub signed: bool,
}

impl Code {
    /// Steps between 0 and the clip.
    pub fn steps(self) -> f64 {
        let codes = 2.0_f64.powi(self.bits.cast_signed());
        if self.signed { 0.5 * codes - 1.0 } else { codes - 1.0 }
    }

    fn exact(self) -> Result<ClipCode, DesignError> {
        if self.signed { ClipCode::signed_narrow(self.bits) } else { ClipCode::unsigned(self.bits) }
    }

    /// The codebook that clips at `clip`: multiples of a step, nearest rounding.
    ///
    /// # Errors
    ///
    /// When the clip is not a positive number.
    pub fn codebook(self, clip: f64) -> Result<Codebook, DesignError> {
        let (low, high) = self.exact()?.ends();
        let step = clip / self.steps();
        Ok(Codebook::nearest((low..=high).map(|code| code as f64 * step).collect())?)
    }
}

/// Every rule applied to a sample, in a fixed order; a rule that does not suit it is left out.
///
/// # Errors
///
/// When the bits are none that a code can have.
pub fn calibrations(sample: &Sample, code: Code) -> Result<Vec<Calibration>, DesignError> {
    let folded = Folded::new(sample.law(), code.signed);
    let best = exact_clip(sample.points(), code.exact()?)?.clip;
    let sawb = sawb_coefficients(code)?;
    let clips = [
        ("min-max", Some(folded.top())),
        ("percentile 99.9", Some(percentile(&folded, 0.999))),
        ("percentile 99.99", Some(percentile(&folded, 0.9999))),
        ("mse (exact)", Some(best)),
        ("entropy (KL)", entropy_clip(&folded, code)),
        ("aciq gaussian", aciq_gaussian(&folded, code)),
        ("aciq laplace", aciq_laplace(&folded, code)),
        ("octav", octav(&folded, code)),
        ("sawb-like", sawb.clip(&folded)),
    ];
    let mut found = Vec::with_capacity(clips.len() + 2);
    for (name, clip) in clips {
        // The smallest of all would leave no step between levels.
        if let Some(clip) = clip.filter(|&clip| clip > f64::MIN_POSITIVE * code.steps() * 4.0) {
            found.push(Calibration { name, clip, codebook: code.codebook(clip)? });
        }
    }
    found.extend(half_wave::gaussian_steps(&folded, code)?);
    Ok(found)
}
