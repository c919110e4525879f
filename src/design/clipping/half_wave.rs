//! Steps that are best for a normal law, times the size of the data.

use super::{
    Calibration, Code, Design as _, DesignError, Folded, HalfWave, Spacing, UniformStep, Zero,
};
use crate::density::Gaussian;
use crate::quantizer::Codebook;

/// The paper's quantizer and its rounding sibling for unsigned codes, Max's uniform quantizer for
/// signed ones; `σ²` is the mean square of what is not 0.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (10): batch normalisation is to make σ = 1. Max 1960,
/// table II.
pub(super) fn gaussian_steps(
    folded: &Folded<'_>,
    code: Code,
) -> Result<Vec<Calibration>, DesignError> {
    let sigma = folded.root_mean_square();
    if !(sigma.is_finite() && sigma > f64::MIN_POSITIVE * 1e20) {
        return Ok(Vec::new());
    }
    let normal = Gaussian::STANDARD;
    if code.signed {
        let levels = (1 << code.bits) - 1;
        let unit = UniformStep.design(&normal, levels)?.codebook;
        return Ok(vec![stretched("gaussian step", &unit, sigma)?]);
    }
    let levels = 1 << code.bits;
    let rounding = HalfWave { spacing: Spacing::Uniform, zero: Zero::Cell };
    let paper = HalfWave::PAPER.design(&normal, levels)?.codebook;
    let rounding = rounding.design(&normal, levels)?.codebook;
    Ok(vec![
        stretched("hwgq (t1 = 0)", &paper, sigma)?,
        stretched("hwgq, rounding", &rounding, sigma)?,
    ])
}

fn stretched(name: &'static str, unit: &Codebook, sigma: f64) -> Result<Calibration, DesignError> {
    let times = |numbers: &[f64]| numbers.iter().map(|x| x * sigma).collect::<Vec<f64>>();
    let codebook = Codebook::new(times(unit.levels()), times(unit.thresholds()))?;
    Ok(Calibration { name, clip: codebook.top(), codebook })
}
