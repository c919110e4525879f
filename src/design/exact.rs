//! The best quantizer of a sample, with certainty: one-dimensional k-means by dynamic programming.

use super::{Design, DesignError, Designed, check_size, distortion};
use crate::density::{Density, Empirical};
use crate::quantizer::Codebook;

/// The codebook of least distortion among all, for a sample.
///
/// Lloyd's iteration stops at the first codebook that it cannot improve, which for a sample is
/// rarely the best. Here the best split of the first `n` values into `k` cells is built from the
/// best splits into `k - 1`; the last boundary moves right as `n` grows, so that a layer takes
/// `O(n log n)` by divide and conquer.
///
/// # Errors
///
/// For laws with a density, for fewer different values than levels, and when the table of
/// boundaries, one entry for each level and different value, would exceed [`ENTRIES_MAX`].
///
/// # References
///
/// Wu, "Optimal quantization by matrix searching", J. Algorithms 12, 1991; Grønlund et al., "Fast
/// exact k-means, k-medians and Bregman divergence clustering in 1D", arXiv 1701.07204, 2017.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact;

/// Largest table of boundaries, 512 MiB of them.
pub const ENTRIES_MAX: usize = 1 << 27;

impl Design for Exact {
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError> {
        check_size(levels, 1)?;
        let unsuited =
            |why| DesignError::Unsuited { design: "exact k-means", law: law.describe(), why };
        let sample = law.as_empirical().ok_or_else(|| {
            unsuited("it searches the points of a sample; use Newton's method for a density")
        })?;
        let table = Table::new(sample);
        if table.values() < levels {
            return Err(DesignError::EmptyCell { cell: table.values(), cells: levels });
        }
        if levels.saturating_mul(table.values()) > ENTRIES_MAX {
            return Err(unsuited(
                "its table of boundaries would be too large; ask for fewer levels or thin the sample",
            ));
        }
        let boundaries = table.best_boundaries(levels);
        let levels = boundaries
            .windows(2)
            .map(|cell| {
                let start = sample.sorted()[table.ranks[cell[0]]];
                let pull =
                    sample.moments_of_ranks(table.ranks[cell[0]], table.ranks[cell[1]], start);
                start + pull.centroid().unwrap_or(0.0)
            })
            .collect();
        let codebook = Codebook::nearest(levels)?;
        let residual = codebook
            .cells()
            .filter_map(|(cell, level)| law.moments_about(cell, level).centroid())
            .fold(0.0, |gap, pull| f64::max(gap, pull.abs()));
        let distortion = distortion(law, &codebook);
        Ok(Designed { codebook, distortion, rounds: 1, residual })
    }
}

/// The sample as its different values: equal ones are never separated.
struct Table<'a> {
    sample: &'a Empirical,
    /// Entry `i` is the rank at which the `i`-th different value starts; one more at the end.
    ranks: Vec<usize>,
}

/// One layer of the dynamic programme while it is filled in.
struct Layer<'a> {
    /// Least cost of the first `n` values with one level fewer.
    before: &'a [f64],
    /// Least cost of the first `n` values.
    costs: &'a mut [f64],
    /// Where the last cell of that split begins.
    starts: &'a mut [u32],
}

impl<'a> Table<'a> {
    fn new(sample: &'a Empirical) -> Self {
        let mut ranks = vec![0];
        let mut rank = 0;
        ranks.extend(sample.distinct().map(|(_, times)| {
            rank += times;
            rank
        }));
        Self { sample, ranks }
    }

    /// How many different values there are.
    fn values(&self) -> usize {
        self.ranks.len() - 1
    }

    /// Least distortion of the values `start..end` with a single level.
    fn cost(&self, start: usize, end: usize) -> f64 {
        let (low, high) = (self.ranks[start], self.ranks[end]);
        let moments = self.sample.moments_of_ranks(low, high, self.sample.mean());
        moments
            .centroid()
            .map_or(0.0, |centroid| (moments.second - centroid * moments.first).max(0.0))
    }

    /// The starts of the cells of the best split, and the end.
    fn best_boundaries(&self, levels: usize) -> Vec<usize> {
        let values = self.values();
        let mut costs: Vec<f64> = (0..=values).map(|end| self.cost(0, end)).collect();
        let mut layers = Vec::with_capacity(levels - 1);
        for level in 1..levels {
            let before = std::mem::replace(&mut costs, vec![f64::INFINITY; values + 1]);
            let mut starts = vec![0; values + 1];
            let mut layer = Layer { before: &before, costs: &mut costs, starts: &mut starts };
            // Each of the cells holds a value, so `level` of them stand before the last cell.
            self.fill(&mut layer, (level + 1, values), (level, values - 1));
            layers.push(starts);
        }
        let mut boundaries = vec![values];
        let mut end = values;
        for starts in layers.iter().rev() {
            end = starts[end] as usize;
            boundaries.push(end);
        }
        boundaries.push(0);
        boundaries.reverse();
        boundaries
    }

    /// Fills the ends `first..=last` of a layer, whose last cells begin in `low..=high`.
    fn fill(
        &self,
        layer: &mut Layer<'_>,
        (first, last): (usize, usize),
        (low, high): (usize, usize),
    ) {
        if first > last {
            return;
        }
        let end = first.midpoint(last);
        let (cost, start) = (low..=high.min(end - 1))
            .map(|start| (layer.before[start] + self.cost(start, end), start))
            .fold((f64::INFINITY, low), |best, next| if next.0 < best.0 { next } else { best });
        layer.costs[end] = cost;
        #[expect(clippy::cast_possible_truncation, reason = "at most ENTRIES_MAX")]
        {
            layer.starts[end] = start as u32;
        }
        self.fill(layer, (first, end - 1), (low, start));
        self.fill(layer, (end + 1, last), (start, high));
    }
}
