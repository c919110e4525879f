//! A sample as a law: sorted values with running sums answer for any cell in logarithmic time.

use std::fmt;
use std::ops::RangeInclusive;

use super::{Density, DensityError};
use crate::math::{CompensatedSum, Interval, Moments};

/// Each of `n` values with probability `1/n`.
#[derive(Clone, PartialEq)]
pub struct Empirical {
    // Invariant: not empty, finite, increasing (repeats allowed).
    sorted: Vec<f64>,
    /// The mean: sums about it are small, so that differences of them keep their digits.
    mean: f64,
    /// Entry `i` holds `Σ (x - mean)` and `Σ (x - mean)²` over the first `i` values.
    sums: Vec<(f64, f64)>,
}

impl fmt::Debug for Empirical {
    // Not derived: millions of values would drown the message that holds the sample.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Empirical");
        fields.field("len", &self.len()).field("mean", &self.mean).finish_non_exhaustive()
    }
}

/// Magnitudes whose squares and products, weighted by small probabilities, stay normal numbers.
const SCALES: RangeInclusive<f64> = 1e-130..=1e130;

impl Empirical {
    /// The law of a sample, in any order.
    ///
    /// # Errors
    ///
    /// When it is empty, a value is NaN or infinite, or all of them are too large or too small for
    /// their squares to be told apart.
    pub fn new(mut sample: Vec<f64>) -> Result<Self, DensityError> {
        if sample.is_empty() {
            return Err(DensityError::EmptySample);
        }
        if let Some(&given) = sample.iter().find(|x| !x.is_finite()) {
            return Err(DensityError::NotFinite { what: "a value of the sample", given });
        }
        let largest = sample.iter().fold(0.0, |largest, x| f64::max(largest, x.abs()));
        if largest != 0.0 && !SCALES.contains(&largest) {
            return Err(DensityError::Scale { largest });
        }
        sample.sort_unstable_by(f64::total_cmp);
        // Divided first: the sum of values near the largest f64 would overflow.
        let count = sample.len() as f64;
        let mean = sample.iter().map(|x| x / count).collect::<CompensatedSum>().value();
        let (mut first, mut second) = (CompensatedSum::default(), CompensatedSum::default());
        let sums = std::iter::once((0.0, 0.0))
            .chain(sample.iter().map(|x| {
                first.add(x - mean);
                second.add((x - mean) * (x - mean));
                (first.value(), second.value())
            }))
            .collect();
        Ok(Self { sorted: sample, mean, sums })
    }

    /// The values, increasing.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// The mean, where cancellation between the running sums is least.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// How many values there are, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The different values, increasing, each with how often it occurs.
    pub fn distinct(&self) -> impl Iterator<Item = (f64, usize)> + '_ {
        // In increasing values `a >= b` says that neighbours are equal.
        self.sorted.chunk_by(|a, b| a >= b).map(|equal| (equal[0], equal.len()))
    }

    /// Moments about `origin` of the values with ranks `start..end`.
    ///
    /// # Panics
    ///
    /// When `start > end` or `end` is beyond the sample.
    pub fn moments_of_ranks(&self, start: usize, end: usize, origin: f64) -> Moments {
        let count = self.len() as f64;
        let ((first_low, second_low), (first_high, second_high)) =
            (self.sums[start], self.sums[end]);
        Moments {
            mass: (end - start) as f64 / count,
            first: (first_high - first_low) / count,
            second: (second_high - second_low) / count,
        }
        .affine(1.0, self.mean - origin)
    }

    /// The number of values not above `x`.
    fn rank(&self, x: f64) -> usize {
        self.sorted.partition_point(|&value| value <= x)
    }
}

impl Density for Empirical {
    fn describe(&self) -> String {
        format!("sample({} values)", self.len())
    }

    fn support(&self) -> Interval {
        Interval::new(self.sorted[0].next_down(), self.sorted[self.len() - 1])
    }

    fn pdf(&self, _: f64) -> f64 {
        0.0
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        if cell.is_empty() {
            return Moments::ZERO;
        }
        self.moments_of_ranks(self.rank(cell.low), self.rank(cell.high), origin)
    }

    fn atoms(&self) -> Vec<(f64, f64)> {
        let count = self.len() as f64;
        self.distinct().map(|(value, times)| (value, times as f64 / count)).collect()
    }

    fn as_empirical(&self) -> Option<&Empirical> {
        Some(self)
    }
}
