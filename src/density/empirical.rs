//! A sample as a law: sorted values with running sums answer for any cell in logarithmic time.

use std::fmt;
use std::ops::{Range, RangeInclusive};

use super::{Density, DensityError};
use crate::math::{BlockSum, Double, Interval, Moments, PreciseMoments, sort};

/// Values with probabilities in proportion to their weights: `1/n` each where none are given.
#[derive(Clone, PartialEq)]
pub struct Empirical {
    // Invariant: not empty, finite, increasing (repeats allowed).
    sorted: Vec<f64>,
    /// One for each value, or none at all when every value counts once.
    weights: Vec<f64>,
    /// The middle value: sums about it are small, so that differences of them keep their digits.
    origin: f64,
    /// Entry `i` holds the sums over the first `i·BLOCK` values, the last entry those over all.
    running: Vec<PreciseMoments>,
}

impl fmt::Debug for Empirical {
    // Not derived: millions of values would drown the message that holds the sample.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Empirical");
        fields.field("len", &self.len()).field("mean", &self.mean()).finish_non_exhaustive()
    }
}

/// Magnitudes whose squares and products, weighted by small probabilities, stay normal numbers.
const SCALES: RangeInclusive<f64> = 1e-130..=1e130;

/// The least share of a value: a sum over others in thirty digits still tells it from nothing.
const SHARE_MIN: f64 = 1e-20;

/// Values between two running sums. What lies beyond the last one is added when it is asked for:
/// an answer costs some 32 additions, and the sums take a fifth of the memory of the values.
const BLOCK: usize = 32;

impl Empirical {
    /// The law of a sample, in any order.
    ///
    /// # Errors
    ///
    /// When it is empty, a value is NaN or infinite, or all of them are too large or too small for
    /// their squares to be told apart.
    pub fn new(mut sample: Vec<f64>) -> Result<Self, DensityError> {
        check_values(sample.iter().copied())?;
        sort(&mut sample);
        Ok(Self::of_sorted(sample, Vec::new()))
    }

    /// The law of values with weights, in any order; a whole weight is a multiplicity.
    ///
    /// Equal values become one, with the sum of their weights. All weights are scaled by one power of
    /// two, so that they sum to about one.
    ///
    /// # Errors
    ///
    /// Those of [`Empirical::new`], and when a weight is not a positive number, or less than 10⁻²⁰
    /// of their sum.
    pub fn weighted(mut pairs: Vec<(f64, f64)>) -> Result<Self, DensityError> {
        check_values(pairs.iter().map(|&(value, _)| value))?;
        for &(_, weight) in &pairs {
            super::error::positive("the weight of a value", weight)?;
        }
        // By weight too: the sum of the weights of equal values does not depend on their order.
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let total = pairs.iter().map(|&(_, weight)| weight).sum::<f64>();
        if !total.is_finite() || total < f64::MIN_POSITIVE / SHARE_MIN {
            return Err(DensityError::Weights { total });
        }
        pairs.dedup_by(|next, kept| {
            let equal = kept.0 >= next.0;
            kept.1 += if equal { next.1 } else { 0.0 };
            equal
        });
        if let Some(&(value, weight)) = pairs.iter().find(|pair| pair.1 < SHARE_MIN * total) {
            return Err(DensityError::Share { value, share: weight / total });
        }
        // A power of two changes no digit: what is proved holds for the weights that were given.
        let scale = libm::exp2(-total.log2().round());
        let (sorted, weights) = pairs.into_iter().map(|(x, weight)| (x, weight * scale)).unzip();
        Ok(Self::of_sorted(sorted, weights))
    }

    fn of_sorted(sorted: Vec<f64>, weights: Vec<f64>) -> Self {
        let origin = sorted[sorted.len() / 2];
        let mut law = Self { running: Vec::new(), sorted, weights, origin };
        let mut sums = PreciseMoments::default();
        let mut running = Vec::with_capacity(law.len() / BLOCK + 2);
        running.push(sums);
        for start in (0..law.len()).step_by(BLOCK) {
            sums += law.sums_directly(start..law.len().min(start + BLOCK));
            running.push(sums);
        }
        law.running = running;
        law
    }

    /// The values, increasing.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        let all = self.running[self.running.len() - 1];
        self.origin + (all.first / all.mass).to_f64()
    }

    /// The value that [`Empirical::sums`] are about: the middle one.
    pub fn origin(&self) -> f64 {
        self.origin
    }

    /// How many values there are, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The sum of all weights, as they are scaled: the number of values where none were given.
    pub fn total(&self) -> f64 {
        self.running[self.running.len() - 1].mass.to_f64()
    }

    /// The weight of the value of a rank, a share of [`Empirical::total`].
    pub fn weight(&self, rank: usize) -> f64 {
        self.weights.get(rank).copied().unwrap_or(1.0)
    }

    /// The different values, increasing, each with its probability.
    pub fn distinct(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let total = self.total();
        let mut rank = 0;
        // In increasing values `a >= b` says that neighbours are equal.
        self.sorted.chunk_by(|a, b| a >= b).map(move |equal| {
            let weight = (rank..rank + equal.len()).map(|rank| self.weight(rank)).sum::<f64>();
            rank += equal.len();
            (equal[0], weight / total)
        })
    }

    /// Sums over the values of ranks below `rank`, about [`Empirical::origin`] and not normalised.
    ///
    /// # Panics
    ///
    /// When `rank` is beyond the sample.
    pub fn sums_below(&self, rank: usize) -> PreciseMoments {
        let known = rank / BLOCK;
        self.running[known] + self.sums_directly(known * BLOCK..rank)
    }

    /// How far a sum of [`Empirical::sums_below`] may be off, as a share of the sum of the magnitudes
    /// of all terms.
    pub fn rounding(&self) -> f64 {
        // In a block: the low parts, each at most 2·BLOCK·2⁻⁵³ of the magnitudes, are added BLOCK
        // times. From block to block: one addition of 3·2⁻¹⁰⁶.
        let blocks = self.len() as f64 / BLOCK as f64;
        let within = 2.0 * (BLOCK * BLOCK) as f64;
        (within + 3.0 * (blocks + 2.0)) * 2.0_f64.powi(-106)
    }

    /// Sums over the values of some ranks, about [`Empirical::origin`] and not normalised.
    ///
    /// # Panics
    ///
    /// When a rank is beyond the sample.
    pub fn sums(&self, ranks: Range<usize>) -> PreciseMoments {
        if ranks.len() <= BLOCK {
            self.sums_directly(ranks)
        } else {
            self.sums_below(ranks.end) - self.sums_below(ranks.start)
        }
    }

    fn sums_directly(&self, ranks: Range<usize>) -> PreciseMoments {
        let (mut mass, mut first, mut second) =
            (BlockSum::default(), BlockSum::default(), BlockSum::default());
        let offset = |x: f64| Double::difference(x, self.origin);
        if self.weights.is_empty() {
            for &x in &self.sorted[ranks.clone()] {
                first.add(offset(x));
                second.add(offset(x).square());
            }
            mass.add(Double::from(ranks.len() as f64));
        } else {
            for (&x, &weight) in self.sorted[ranks.clone()].iter().zip(&self.weights[ranks]) {
                mass.add(Double::from(weight));
                first.add(offset(x) * weight);
                second.add(offset(x).square() * weight);
            }
        }
        PreciseMoments { mass: mass.value(), first: first.value(), second: second.value() }
    }

    /// Moments about `origin` of the values with ranks `start..end`.
    ///
    /// # Panics
    ///
    /// When `start > end` or `end` is beyond the sample.
    pub fn moments_of_ranks(&self, start: usize, end: usize, origin: f64) -> Moments {
        let shift = Double::difference(self.origin, origin);
        self.sums(start..end).shifted(shift).normalised(self.total())
    }

    /// The number of values not above `x`.
    pub fn rank(&self, x: f64) -> usize {
        self.sorted.partition_point(|&value| value <= x)
    }
}

fn check_values(values: impl Iterator<Item = f64> + Clone) -> Result<(), DensityError> {
    if let Some(given) = values.clone().find(|x| !x.is_finite()) {
        return Err(DensityError::NotFinite { what: "a value of the sample", given });
    }
    let Some(largest) = values.map(f64::abs).reduce(f64::max) else {
        return Err(DensityError::EmptySample);
    };
    if largest > 0.0 && !SCALES.contains(&largest) {
        return Err(DensityError::Scale { largest });
    }
    Ok(())
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
        self.distinct().collect()
    }

    fn as_empirical(&self) -> Option<&Empirical> {
        Some(self)
    }
}
