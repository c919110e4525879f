//! Neighbouring cells that are looked at together.

use super::Foot;
use super::spacings::Spacings;
use crate::density::Density;
use crate::math::{CompensatedSum, Interval};

/// Cells in a block: enough to keep the lanes of a processor busy, few enough to stay near it.
pub(super) const BLOCK: usize = 64;

/// Cells by their levels and by the distances of their ends from them.
#[derive(Debug)]
pub(super) struct Block {
    /// Position of the first cell among all.
    pub(super) start: usize,
    len: usize,
    levels: [f64; BLOCK],
    /// Distance of the low end from the level, infinite for an open one.
    pub(super) below: [f64; BLOCK],
    /// Distance of the high end from the level, infinite for an open one.
    pub(super) above: [f64; BLOCK],
    middles: [f64; BLOCK],
    halves: [f64; BLOCK],
    /// The low end of the first cell of all, where it must not be rounded.
    rough_foot: Option<f64>,
}

impl Default for Block {
    fn default() -> Self {
        let zeros = [0.0; BLOCK];
        Self {
            start: 0,
            len: 0,
            levels: zeros,
            below: zeros,
            above: zeros,
            middles: zeros,
            halves: zeros,
            rough_foot: None,
        }
    }
}

impl Block {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn levels(&self) -> &[f64] {
        &self.levels[..self.len]
    }

    /// The middles of the cells; the level of an outer cell in its place.
    pub(super) fn middles(&self) -> &[f64] {
        &self.middles[..self.len]
    }

    /// The half widths of the cells; 0 for an outer cell.
    pub(super) fn halves(&self) -> &[f64] {
        &self.halves[..self.len]
    }

    /// The level less the middle of the cell.
    pub(super) fn lean(&self, cell: usize) -> f64 {
        0.5 * (self.below[cell] - self.above[cell])
    }

    /// The cell by its ends, if it reaches to infinity or stands on a point where the density is
    /// rough: a pole has a share of the probability within a rounding.
    pub(super) fn by_ends(&self, cell: usize) -> Option<Interval> {
        let (level, below, above) = (self.levels[cell], self.below[cell], self.above[cell]);
        if let (0, Some(foot)) = (self.start + cell, self.rough_foot) {
            return Some(Interval::new(foot, level + above));
        }
        let is_outer = !(below + above).is_finite();
        is_outer.then(|| Interval::new(level - below, level + above))
    }

    /// A block for cells that stand on that foot.
    pub(super) fn above(foot: Foot, law: &dyn Density) -> Self {
        let rough_foot = match foot {
            Foot::Threshold(position) if law.smooth_half(position) <= 0.0 => Some(position),
            _ => None,
        };
        Self { rough_foot, ..Self::default() }
    }

    /// Looks at the cells from `start` on. `sum` stands at the level below them, and is left at the
    /// last of them.
    pub(super) fn fill(
        &mut self,
        spacings: &Spacings,
        start: usize,
        end: f64,
        sum: &mut CompensatedSum,
    ) {
        let steps = &spacings.steps[start..];
        self.start = start;
        self.len = steps.len().min(BLOCK);
        let steps = &steps[..steps.len().min(BLOCK + 1)];
        for (level, &step) in self.levels.iter_mut().zip(&steps[..self.len]) {
            sum.add(step);
            *level = sum.value();
        }
        for (below, step) in self.below.iter_mut().zip(&steps[..self.len]) {
            *below = 0.5 * step;
        }
        for (above, step) in self.above.iter_mut().zip(&steps[1..]) {
            *above = 0.5 * step;
        }
        if start == 0 && self.len > 0 {
            self.below[0] = match spacings.foot {
                Foot::Open => f64::INFINITY,
                Foot::Threshold(_) => steps[0],
                Foot::Level(_) => 0.5 * steps[0],
            };
        }
        if start + self.len == spacings.steps.len() && self.len > 0 {
            self.above[self.len - 1] = sum.distance_to(end);
        }
        for cell in 0..self.len {
            let (below, above) = (self.below[cell], self.above[cell]);
            let half = 0.5 * (below + above);
            // Outer cells are seen to one by one; here they keep the places of the others.
            let is_inner = half < f64::INFINITY;
            self.halves[cell] = if is_inner { half } else { 0.0 };
            let lean = if is_inner { 0.5 * (below - above) } else { 0.0 };
            self.middles[cell] = self.levels[cell] - lean;
        }
    }
}
