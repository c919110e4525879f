//! Lloyd's iteration, one visible step at a time.

use super::start::spread;
use super::{Design, DesignError, Designed, check_size, distortion};
use crate::density::Density;
use crate::quantizer::Codebook;

/// The Lloyd-Max quantizer by Lloyd's own iteration: levels to centroids, thresholds to midpoints.
///
/// It works for every law, samples and atoms included, and each step lowers the distortion; but it
/// closes only the share `(π/N)²` of the remaining gap in a step. [`super::Newton`] gives the same
/// levels in a handful of rounds where there is a density.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::{Design, LloydMax};
/// let three = LloydMax::default().design(&Gaussian::STANDARD, 3)?;
/// assert!((three.codebook.levels()[2] - 1.224).abs() < 5e-4); // Max 1960, table I
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
///
/// # References
///
/// Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28, 1982 (written 1957),
/// method I; Max, IRE Trans. Inf. Theory 6, 1960.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LloydMax {
    /// The largest distance of a level from its centroid at which the iteration stops, as a share
    /// of the largest level. The distance from the optimum is larger by about `(N/π)²`.
    pub tolerance: f64,
    /// Most rounds before giving up.
    pub rounds_max: u32,
}

impl Default for LloydMax {
    fn default() -> Self {
        // 1e-13 leaves a small quantizer nine digits and more; 64 levels take some 10^4 rounds.
        Self { tolerance: 1e-13, rounds_max: 100_000 }
    }
}

impl Design for LloydMax {
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError> {
        check_size(levels, 1)?;
        let mut codebook = Codebook::nearest(spread(law, levels)?)?;
        let mut residual = f64::INFINITY;
        for rounds in 1..=self.rounds_max {
            let centroids = centroids(law, &codebook)?;
            residual = largest_gap(codebook.levels(), &centroids);
            if residual <= self.tolerance * codebook.top().abs().max(codebook.levels()[0].abs()) {
                let distortion = distortion(law, &codebook);
                return Ok(Designed { codebook, distortion, rounds, residual });
            }
            codebook = Codebook::nearest(centroids)?;
        }
        Err(DesignError::NotConverged { rounds: self.rounds_max, moved: residual })
    }
}

/// One step of Lloyd's iteration, to be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct LloydStep {
    /// The codebook after the step.
    pub codebook: Codebook,
    /// Its distortion, never above that of the step before.
    pub distortion: f64,
    /// The largest distance that a level moved.
    pub moved: f64,
}

/// The iteration from a start of your own, without an end: take as many steps as you need.
///
/// The thresholds of `start` are used for the first step, midpoints afterwards. It ends after an
/// error.
pub fn lloyd_steps(
    law: &dyn Density,
    start: Codebook,
) -> impl Iterator<Item = Result<LloydStep, DesignError>> + '_ {
    let mut current = Some(start);
    std::iter::from_fn(move || {
        let step = current.take().map(|before| {
            let centroids = centroids(law, &before)?;
            let moved = largest_gap(before.levels(), &centroids);
            let codebook = Codebook::nearest(centroids)?;
            Ok(LloydStep { distortion: distortion(law, &codebook), codebook, moved })
        })?;
        current = step.as_ref().ok().map(|step: &LloydStep| step.codebook.clone());
        Some(step)
    })
}

/// The centroid of every cell.
pub(super) fn centroids(law: &dyn Density, codebook: &Codebook) -> Result<Vec<f64>, DesignError> {
    codebook
        .cells()
        .enumerate()
        .map(|(cell, (interval, level))| {
            let pull = law.moments_about(interval, level).centroid();
            let cells = codebook.len();
            pull.map(|pull| level + pull).ok_or(DesignError::EmptyCell { cell, cells })
        })
        .collect()
}

fn largest_gap(levels: &[f64], centroids: &[f64]) -> f64 {
    levels
        .iter()
        .zip(centroids)
        .fold(0.0, |gap, (level, centroid)| f64::max(gap, (level - centroid).abs()))
}
