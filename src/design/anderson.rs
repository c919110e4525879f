//! Lloyd's iteration, sped up by looking back at the last steps.

use std::collections::VecDeque;

use nalgebra::{DMatrix, DVector};

use super::lloyd_max::centroids;
use super::{DesignError, LloydStep, distortion};
use crate::density::Density;
use crate::quantizer::Codebook;

/// Lloyd's iteration with Anderson's mixing of the last `depth` steps, without an end.
///
/// With `g` the map from levels to centroids and `f = g(q) - q`, the next levels are
/// `g(q) - ΔG γ`, where `γ` minimises `‖f - ΔF γ‖` over the differences of the last steps. A step that
/// would put levels out of order is Lloyd's own. Some 30 to 100 times fewer rounds than Lloyd's,
/// and still hundreds at 256 levels.
///
/// The thresholds of `start` are used for the first step, midpoints afterwards. It ends after an
/// error.
///
/// # References
///
/// Anderson, "Iterative procedures for nonlinear integral equations", J. ACM 12, 1965; Walker and Ni,
/// SIAM J. Numer. Anal. 49, 2011.
pub fn anderson_steps(
    law: &dyn Density,
    start: Codebook,
    depth: usize,
) -> impl Iterator<Item = Result<LloydStep, DesignError>> + '_ {
    let mut memory = Memory { depth, steps: VecDeque::new() };
    let mut current = Some(start);
    std::iter::from_fn(move || {
        let step = current.take().map(|before| {
            let image = centroids(law, &before)?;
            let next = memory.mixed(before.levels(), &image);
            let codebook = next
                .and_then(|levels| Codebook::nearest(levels).ok())
                .filter(|codebook| codebook.cells().all(|(cell, _)| law.moments(cell).mass > 0.0));
            let codebook = match codebook {
                Some(codebook) => codebook,
                None => Codebook::nearest(image)?,
            };
            let moved = before.levels().iter().zip(codebook.levels());
            let moved = moved.fold(0.0, |most, (a, b)| f64::max(most, (a - b).abs()));
            Ok(LloydStep { distortion: distortion(law, &codebook), codebook, moved })
        })?;
        current = step.as_ref().ok().map(|step: &LloydStep| step.codebook.clone());
        Some(step)
    })
}

/// The last steps: levels and their images.
struct Memory {
    depth: usize,
    steps: VecDeque<(DVector<f64>, DVector<f64>)>,
}

impl Memory {
    /// The mixture of the images of these and earlier levels; `None` while there is nothing to mix.
    fn mixed(&mut self, levels: &[f64], image: &[f64]) -> Option<Vec<f64>> {
        let image = DVector::from_column_slice(image);
        let rest = &image - DVector::from_column_slice(levels);
        let count = self.steps.len();
        self.steps.push_back((rest.clone(), image.clone()));
        if self.steps.len() > self.depth + 1 {
            self.steps.pop_front();
        }
        if count == 0 || self.depth == 0 {
            return None;
        }
        let pairs = self.steps.len() - 1;
        let (mut rests, mut images) =
            (DMatrix::zeros(levels.len(), pairs), DMatrix::zeros(levels.len(), pairs));
        for (column, pair) in self.steps.iter().zip(self.steps.iter().skip(1)).enumerate() {
            rests.set_column(column, &(&pair.1.0 - &pair.0.0));
            images.set_column(column, &(&pair.1.1 - &pair.0.1));
        }
        // Nearly dependent differences say nothing about each other.
        let factors = rests.svd(true, true);
        let least = 1e-12 * factors.singular_values.max();
        let shares = factors.solve(&rest, least).ok()?;
        let next = image - images * shares;
        next.iter().all(|level| level.is_finite()).then(|| next.iter().copied().collect())
    }
}
