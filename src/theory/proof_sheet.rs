//! A codebook of anybody's, held against the best one.

use serde::Serialize;

use super::assessment::assess;
use crate::density::Density;
use crate::design::{CertificateKind, DesignError, Spacing, Zero, certified, distortion};
use crate::math::golden_section;
use crate::quantizer::Codebook;

/// How a codebook stands against the certified optimum of its size and zero convention.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProofSheet {
    /// The law, as it describes itself.
    pub law: String,
    /// How many levels.
    pub levels: usize,
    /// `E (Q(X) - X)²`, in the unit of `x` squared.
    pub distortion: f64,
    /// The least distortion of any codebook of that size, spacing and zero convention.
    pub optimum: f64,
    /// The one over the other.
    pub distortion_ratio: f64,
    /// The same in decibel.
    pub gap_db: f64,
    /// The largest distance of a threshold from the middle between its levels.
    pub residual_nearest: f64,
    /// The largest distance of a level from the centroid of its cell.
    pub residual_centroid: f64,
    /// Cells without probability.
    pub dead_cells: usize,
    /// Whether the levels mirror each other about their middle, to a millionth of their span.
    pub is_symmetric: bool,
    /// What the levels had best be multiplied by.
    pub best_scale: f64,
    /// What that would gain, in decibel.
    pub best_scale_gain_db: f64,
    /// Whether the optimum is proved to be the only one.
    pub unique_global: bool,
    /// What proves the optimum.
    pub proof: CertificateKind,
    /// The largest distance of a level from the optimal one, as a share of the larger of that level
    /// and the narrowest spacing.
    pub level_error: f64,
}

impl ProofSheet {
    /// Inspects a codebook.
    ///
    /// # Errors
    ///
    /// When no optimum of that size can be designed for the law.
    pub fn of(
        law: &dyn Density,
        codebook: &Codebook,
        spacing: Spacing,
        zero: Option<Zero>,
    ) -> Result<Self, DesignError> {
        let (best, certificate) = certified(law, spacing, zero, codebook.len())?;
        let assessment = assess(law, codebook);
        let ratio = assessment.distortion / best.distortion;
        let (best_scale, at_best_scale) = rescaled(law, codebook);
        Ok(Self {
            law: law.describe(),
            levels: codebook.len(),
            distortion: assessment.distortion,
            optimum: best.distortion,
            distortion_ratio: ratio,
            gap_db: 10.0 * libm::log10(ratio),
            residual_nearest: residual_nearest(codebook),
            residual_centroid: assessment.residual,
            dead_cells: assessment.probabilities.iter().filter(|&&mass| mass <= 0.0).count(),
            is_symmetric: is_symmetric(codebook.levels()),
            best_scale,
            best_scale_gain_db: 10.0 * libm::log10(assessment.distortion / at_best_scale),
            unique_global: certificate.unique_global,
            proof: certificate.kind,
            level_error: level_error(codebook.levels(), best.codebook.levels()),
        })
    }
}

fn residual_nearest(codebook: &Codebook) -> f64 {
    let levels = codebook.levels().windows(2);
    let middles = levels.map(|pair| pair[0].midpoint(pair[1]));
    let distances = middles.zip(codebook.thresholds()).map(|(middle, t)| (middle - t).abs());
    distances.fold(0.0, f64::max)
}

fn is_symmetric(levels: &[f64]) -> bool {
    let sum = levels[0] + levels[levels.len() - 1];
    let span = levels[levels.len() - 1] - levels[0];
    let pairs = levels.iter().zip(levels.iter().rev());
    pairs.map(|(low, high)| (low + high - sum).abs()).fold(0.0, f64::max) <= 1e-6 * span
}

fn level_error(ours: &[f64], best: &[f64]) -> f64 {
    let gaps = best.windows(2).map(|pair| pair[1] - pair[0]);
    let narrowest = gaps.fold(f64::INFINITY, f64::min);
    let shares = ours.iter().zip(best).map(|(ours, best)| {
        let size = if narrowest.is_finite() { best.abs().max(narrowest) } else { best.abs() };
        if size > 0.0 { (ours - best).abs() / size } else { (ours - best).abs() }
    });
    shares.fold(0.0, f64::max)
}

/// The factor between a quarter and four at which the codebook does best, and its distortion there.
fn rescaled(law: &dyn Density, codebook: &Codebook) -> (f64, f64) {
    let at = |octaves: f64| {
        let scale = libm::exp2(octaves);
        let times = |values: &[f64]| values.iter().map(|value| scale * value).collect();
        let scaled = Codebook::new(times(codebook.levels()), times(codebook.thresholds()));
        scaled.map_or(f64::INFINITY, |scaled| distortion(law, &scaled))
    };
    // From a coarse scan to the bottom of the deepest valley; one is itself a candidate.
    let coarse = (-16..=16).map(|step| 0.125 * f64::from(step));
    let deepest = coarse
        .map(|octaves| (octaves, at(octaves)))
        .fold((0.0, f64::INFINITY), |best, next| if next.1 < best.1 { next } else { best });
    let found = golden_section(at, deepest.0 - 0.125, deepest.0 + 0.125, 1e-9);
    let unscaled = at(0.0);
    if found.value < unscaled { (libm::exp2(found.x), found.value) } else { (1.0, unscaled) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::density::Gaussian;

    #[test]
    fn a_misscaled_table_is_told_its_scale_and_what_it_loses() {
        let best = certified(&Gaussian::STANDARD, Spacing::LloydMax, None, 16).unwrap().0;
        let halved = best.codebook.levels().iter().map(|level| 0.5 * level).collect();
        let codebook = Codebook::nearest(halved).unwrap();
        let sheet =
            ProofSheet::of(&Gaussian::STANDARD, &codebook, Spacing::LloydMax, None).unwrap();
        assert!((sheet.best_scale - 2.0).abs() < 1e-6, "{sheet:?}");
        assert!((sheet.best_scale_gain_db - sheet.gap_db).abs() < 1e-9, "{sheet:?}");
        assert!(sheet.gap_db > 3.0 && sheet.unique_global && sheet.dead_cells == 0);
        assert!((sheet.level_error - 0.5).abs() < 0.01, "{sheet:?}");
    }
}
