//! A codebook as a foot and the spacings above it: what Newton's method iterates on.

use super::Foot;
use super::block::{BLOCK, Block};
use crate::density::Density;
use crate::math::{CompensatedSum, Interval, Moments};

/// Levels above a foot, known by their distances.
///
/// The equations of the levels have a condition number of about N²/π². Centroids less levels would
/// lose that many digits if they were taken from the levels; spacings keep them.
#[derive(Debug, Clone)]
pub(super) struct Spacings {
    pub(super) foot: Foot,
    /// Entry 0 is the distance of the lowest level from the foot (the level itself, without one),
    /// entry i the distance of level i from the one below. Invariant: positive from 1 on, from 0
    /// with a foot.
    pub(super) steps: Vec<f64>,
}

impl Spacings {
    pub(super) fn new(foot: Foot, levels: &[f64]) -> Self {
        let base = foot.position();
        let first = levels.iter().take(1).map(|level| level - base);
        let others = levels.windows(2).map(|pair| pair[1] - pair[0]);
        Self { foot, steps: first.chain(others).collect() }
    }

    /// The levels, each the sum of all the spacings below it, rounded once.
    pub(super) fn levels(&self) -> Vec<f64> {
        let mut sum = self.foot_sum();
        self.steps
            .iter()
            .map(|&step| {
                sum.add(step);
                sum.value()
            })
            .collect()
    }

    /// A sum that stands at the foot, to which the spacings are added.
    fn foot_sum(&self) -> CompensatedSum {
        let mut sum = CompensatedSum::default();
        sum.add(self.foot.position());
        sum
    }

    /// Hands over the cells, lowest first, a block at a time. The last one ends where the support
    /// does.
    pub(super) fn for_each_block<E>(
        &self,
        law: &dyn Density,
        mut look: impl FnMut(&mut Block) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut sum = self.foot_sum();
        let mut block = Block::above(self.foot, law);
        let end = law.support().high;
        for start in (0..self.steps.len()).step_by(BLOCK) {
            block.fill(self, start, end, &mut sum);
            look(&mut block)?;
        }
        Ok(())
    }

    /// The spacings after every level has moved by its entry.
    pub(super) fn moved(&self, moves: &[f64]) -> Self {
        let before = std::iter::once(&0.0).chain(moves);
        let steps = self.steps.iter().zip(moves.iter().zip(before));
        Self {
            foot: self.foot,
            steps: steps.map(|(step, (by, before))| step + (by - before)).collect(),
        }
    }

    /// `∫ (x - Q(x))² dP` above the foot, and the largest distance of a level from its centroid.
    pub(super) fn distortion_and_residual(&self, law: &dyn Density) -> (f64, f64) {
        let (mut distortion, mut residual) = (CompensatedSum::default(), 0.0);
        if let Foot::Level(level) = self.foot {
            // Half of the cell of the fixed level lies above it.
            let quarter = 0.25 * self.steps.first().copied().unwrap_or(0.0);
            let half_cell = law.moments_around(level + quarter, quarter);
            distortion.add(half_cell.affine(1.0, quarter).second);
        }
        let mut found = [Moments::ZERO; BLOCK];
        let Ok(()) = self.for_each_block::<std::convert::Infallible>(law, |block| {
            law.moments_around_each(block.middles(), block.halves(), &mut found[..block.len()]);
            for (cell, around) in found[..block.len()].iter().enumerate() {
                let (lean, half) = (block.lean(cell), block.halves()[cell]);
                // In the outer cell of a bounded law the level lies far off the middle: moments about
                // that would cancel when they are moved to the level.
                let far = || {
                    let middle = block.middles()[cell];
                    (lean.abs() > 0.5 * half).then(|| Interval::new(middle - half, middle + half))
                };
                let moments = match block.by_ends(cell).or_else(far) {
                    Some(ends) => law.moments_about(ends, block.levels()[cell]),
                    None => around.affine(1.0, -lean),
                };
                distortion.add(moments.second.max(0.0));
                residual =
                    moments.centroid().map_or(residual, |pull| f64::max(residual, pull.abs()));
            }
            Ok(())
        });
        (distortion.value(), residual)
    }
}
