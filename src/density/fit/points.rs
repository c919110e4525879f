//! A sample in few points: what likelihoods are summed over.

use crate::density::{Empirical, Sample, Survey};
use crate::math::CompensatedSum;

/// Groups hold at most this share of the values between them and the nearest end, which keeps
/// tails, and what lies close to zero, value by value.
const RESOLUTION: f64 = 1.0 / 1024.0;

/// A sample in which close values are replaced by their mean.
///
/// Up to about two thousand values a side nothing is grouped. The likelihood of a law that is
/// smooth over a group changes by the curvature of its logarithm times half the variance within
/// the group: less than 10⁻⁶ in all.
#[derive(Debug, Clone)]
pub struct Points {
    /// Each with its probability, increasing.
    weighted: Vec<(f64, f64)>,
    survey: Survey,
    atom: f64,
    /// The least magnitude that is not 0.
    smallest: f64,
}

impl Points {
    /// The points of a sample.
    pub fn new(survey: &Survey, sample: &Sample) -> Self {
        let weighted = grouped(sample.points());
        let magnitudes = sample.points().sorted().iter().map(|x| x.abs());
        let smallest = magnitudes.filter(|&x| x > 0.0).fold(f64::INFINITY, f64::min);
        Self { weighted, survey: *survey, atom: sample.atom_at_zero(), smallest }
    }

    /// What is known of all values.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// The share of zeros if they are an atom: [`Sample::atom_at_zero`].
    pub fn atom_at_zero(&self) -> f64 {
        self.atom
    }

    /// Each point with its probability, increasing.
    pub fn iter(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.weighted.iter().copied()
    }

    /// `E f(X)`.
    pub(super) fn mean_of(&self, function: impl Fn(f64) -> f64) -> f64 {
        self.iter().map(|(x, weight)| weight * function(x)).collect::<CompensatedSum>().value()
    }

    /// The point at which half of the probability is reached.
    pub(super) fn median(&self) -> f64 {
        let mut reached = 0.0;
        for (x, weight) in self.iter() {
            reached += weight;
            if reached >= 0.5 {
                return x;
            }
        }
        self.survey.high
    }

    /// `|x|`, or for 0 the least magnitude there is: to a logarithm a 0 is a rounded number.
    pub(super) fn magnitude(&self, x: f64) -> f64 {
        x.abs().max(self.smallest)
    }

    /// A unit of length in which the sample has an ordinary size.
    pub(super) fn scale(&self) -> f64 {
        self.survey.deviation()
    }
}

/// The groups of a sample: their means with their probabilities.
fn grouped(sample: &Empirical) -> Vec<(f64, f64)> {
    let (below, above) = (sample.rank(0.0_f64.next_down()), sample.rank(0.0));
    let mut points = Vec::new();
    for part in [0..below, below..above, above..sample.len()] {
        let weight = |rank: usize| sample.weight(rank);
        let total: f64 = part.clone().map(weight).sum();
        let (mut rank, mut passed) = (part.start, 0.0);
        while rank < part.end {
            let room = RESOLUTION * f64::min(passed, total - passed);
            let first = sample.sorted()[rank];
            let (mut mass, mut offset) = (0.0, 0.0);
            // One value at least, then as many as fit.
            while rank < part.end && (mass <= 0.0 || mass + weight(rank) <= room) {
                mass += weight(rank);
                offset += weight(rank) * (sample.sorted()[rank] - first);
                rank += 1;
            }
            passed += mass;
            points.push((first + offset / mass, mass / sample.total()));
        }
    }
    points
}
