//! A sample too large to be held: bins that know the mean and the spread of what is in them.

use crate::density::{Density, DensityError, Empirical};
use crate::math::{CompensatedSum, Interval, Moments};

/// Bins of equal width, the value 0 and far outliers by themselves.
///
/// A cell owns the bins whose mean lies in it, with their first and second moments. When its ends
/// are edges of bins, its moments are those of the values, without error. An end inside a bin
/// acts as if it stood at the edge: see [`Histogram::uncertainty`].
#[derive(Debug, Clone)]
pub struct Histogram {
    /// The mean of each bin, with the number of its values as weight.
    points: Empirical,
    /// Entry `i` holds the sum over the first `i` points of `Σ (x - mean)²`.
    spreads: Vec<f64>,
    width: f64,
    count: f64,
}

impl Histogram {
    /// From the mean, the count and `Σ (x - mean)²` of each bin.
    pub(super) fn new(
        mut bins: Vec<(f64, f64, f64)>,
        width: f64,
        count: f64,
    ) -> Result<Self, DensityError> {
        bins.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        // As the weights are: equal means become one.
        bins.dedup_by(|next, kept| {
            let equal = kept.0 >= next.0;
            if equal {
                kept.1 += next.1;
                kept.2 += next.2;
            }
            equal
        });
        let mut sum = CompensatedSum::default();
        let mut spreads = Vec::with_capacity(bins.len() + 1);
        spreads.push(0.0);
        for &(_, _, spread) in &bins {
            sum.add(spread);
            spreads.push(sum.value());
        }
        let points = bins.iter().map(|&(mean, count, _)| (mean, count)).collect();
        drop(bins);
        Ok(Self { points: Empirical::weighted(points)?, spreads, width, count })
    }

    /// The mean of each bin with its share.
    pub fn points(&self) -> &Empirical {
        &self.points
    }

    /// The width of a bin, a power of two; at most 2⁻¹² standard deviations.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// How many values were binned.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// The most by which `E (Q(X) - X)²` can differ from that of the values, because of a
    /// threshold between two levels.
    ///
    /// Nothing on an edge. Within a bin, values on one side of it count with the level of the other
    /// side: each costs up to `|2x - a - b| (b - a)` too much or too little, `x` in the bin.
    pub fn uncertainty(&self, threshold: f64, below: f64, above: f64) -> f64 {
        let end = (threshold / self.width).ceil() * self.width;
        if end <= threshold {
            return 0.0;
        }
        let mass = self.points.moments(Interval::new(end - self.width, end)).mass;
        let off_middle = (2.0 * threshold - below - above).abs() + 2.0 * self.width;
        mass * off_middle * (above - below)
    }
}

impl Density for Histogram {
    fn describe(&self) -> String {
        format!("sample({} values in {} bins)", self.count, self.points.len())
    }

    fn support(&self) -> Interval {
        self.points.support()
    }

    fn pdf(&self, _: f64) -> f64 {
        0.0
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        if cell.is_empty() {
            return Moments::ZERO;
        }
        let (start, end) = (self.points.rank(cell.low), self.points.rank(cell.high));
        let mut moments = self.points.moments_of_ranks(start, end, origin);
        moments.second += (self.spreads[end] - self.spreads[start]) / self.count;
        moments
    }

    fn atoms(&self) -> Vec<(f64, f64)> {
        self.points.atoms()
    }
}
