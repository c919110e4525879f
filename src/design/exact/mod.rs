//! The best quantizer of a sample, with certainty: one-dimensional k-means.

mod chain;
mod lumped;
mod price;

use std::ops::Range;

use self::chain::{Points, cost};
use self::lumped::Lumped;
use self::price::Priced;
use super::{Certificate, CertificateKind, Design, DesignError, Designed, check_size};
use crate::density::{Density, Empirical};
use crate::math::{CompensatedSum, Double, PreciseMoments};
use crate::quantizer::Codebook;

/// The codebook of least distortion among all, for a sample.
///
/// Lloyd's iteration stops at the first codebook that it cannot improve, which for a sample is
/// rarely the best. [`Exact::certified`] finds the best one and tells how it knows.
///
/// # Errors
///
/// For laws with a density, and for fewer different values than levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact;

impl Exact {
    /// The codebook of least distortion for a sample, with bounds that meet.
    ///
    /// The values are moved to a few nodes, which can only lower what a codebook is charged; the best
    /// partition of the nodes is found exactly, at a price for each cell that makes their number right;
    /// nodes are added wherever the bound does not exclude a threshold, until every threshold stands
    /// between neighbouring values. Then the bound is the distortion. Time and memory grow with the
    /// nodes: some `cells²`, and never more than the different values.
    ///
    /// # Bounds
    ///
    /// `upper_bound` is the distortion of the codebook, a sum of squares, plus eight roundings.
    /// `lower_bound` is eight roundings below it, less what rounding the levels to `f64` costs, less
    /// the rounding of the search in thirty digits: at most `cells · (values + nodes + 100) · 2⁻⁹⁶`
    /// of the square of the largest distance from the median, and mostly far less.
    ///
    /// `unique_global` is set when the bounds exclude every other partition.
    ///
    /// # Errors
    ///
    /// When there are fewer different values than levels.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::density::Empirical;
    /// use hwgq::design::Exact;
    /// let sample = Empirical::new(vec![1.0, 2.0, 6.0, 8.0, 20.0])?;
    /// let (best, proof) = Exact.certified(&sample, 3)?;
    /// assert_eq!(best.codebook.levels(), [1.5, 7.0, 20.0]);
    /// assert!((best.distortion - 0.5).abs() < 1e-15 && proof.unique_global);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # References
    ///
    /// The cost is Monge: Wu, "Optimal quantization by matrix searching", J. Algorithms 12, 1991;
    /// Grønlund et al., "Fast exact k-means, k-medians and Bregman divergence clustering in 1D",
    /// arXiv 1701.07204, 2017. That moving values apart lowers the integral of a concave function is
    /// Jensen's inequality between two nodes, as in dual quantization: Pagès, Wilbertz, SIAM J. Numer.
    /// Anal. 50, 2012.
    pub fn certified(
        self,
        sample: &Empirical,
        levels: usize,
    ) -> Result<(Designed, Certificate), DesignError> {
        check_size(levels, 1)?;
        if sample.distinct().take(levels).count() < levels {
            let distinct = sample.distinct().count();
            return Err(DesignError::TooFewValues { distinct, levels });
        }
        let found = search(sample, levels);
        let sums: Vec<PreciseMoments> =
            found.cells.iter().map(|c| sample.sums(c.clone())).collect();
        let codebook = Codebook::nearest(sums.iter().map(|sums| level(sample, sums)).collect())?;
        // What is lost because a level is an f64: mass times the square of what rounding cut off.
        let rounded: f64 = sums
            .iter()
            .zip(codebook.levels())
            .map(|(sums, &level)| {
                let offset = Double::difference(level, sample.origin());
                sums.mass.to_f64() * (sums.first / sums.mass - offset).to_f64().powi(2)
            })
            .sum();
        let residual = codebook
            .cells()
            .filter_map(|(cell, level)| sample.moments_about(cell, level).centroid())
            .fold(0.0, |gap, pull| f64::max(gap, pull.abs()));
        let distortion = distortion(sample, &codebook);
        let roundings = 8.0 * f64::EPSILON * distortion;
        let below = roundings + (rounded + found.gap) / sample.total();
        let certificate = Certificate {
            kind: CertificateKind::Search,
            unique_global: found.is_unique,
            residual,
            lower_bound: (distortion - below).max(0.0),
            upper_bound: distortion + roundings,
        };
        Ok((Designed { codebook, distortion, rounds: found.rounds, residual }, certificate))
    }
}

impl Design for Exact {
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError> {
        let sample = law.as_empirical().ok_or_else(|| DesignError::Unsuited {
            design: "exact k-means",
            law: law.describe(),
            why: "it searches the points of a sample; use Newton's method for a density",
        })?;
        self.certified(sample, levels).map(|(designed, _)| designed)
    }
}

/// The best partition of a sample.
struct Found {
    /// Ranks of each cell.
    cells: Vec<Range<usize>>,
    /// How far the bound may lie below its cost, not normalised.
    gap: f64,
    is_unique: bool,
    rounds: u32,
}

/// Nodes to begin with.
const NODES: usize = 1024;

fn search(sample: &Empirical, levels: usize) -> Found {
    let mut lumped = Lumped::new(sample, NODES);
    let (mut points, mut guess);
    loop {
        points = lumped.points();
        guess = lumped.price(&points, levels);
        // Ties can hide different values from the first nodes, and tails be left out.
        let coarse = if points.len() < levels {
            (1..points.len()).filter(|&at| !lumped.is_bare(at)).collect()
        } else {
            lumped.coarse(&points, guess)
        };
        if coarse.is_empty() {
            break;
        }
        lumped.refine(&coarse);
    }
    let mut guess = Double::from(guess);
    for rounds in 1.. {
        let best = Priced::new(&points, levels, guess);
        let inner = &best.boundaries[1..levels];
        let is_real = inner.iter().all(|&at| lumped.is_bare(at));
        let slack = Double::from(rounding(sample, &points, &best));
        let cost = if is_real {
            points.cost_of(&best.boundaries)
        } else {
            cost_on_sample(sample, &lumped, &points, &best)
        };
        let limit = cost + slack;
        let possible: Vec<usize> = (1..points.len())
            .zip(best.bounds(&points))
            .filter_map(|(at, bound)| (bound <= limit).then_some(at))
            .collect();
        let unclear: Vec<usize> =
            possible.iter().copied().filter(|&at| !lumped.is_bare(at)).collect();
        if is_real && unclear.is_empty() {
            let ranks: Vec<usize> = best.boundaries.iter().map(|&at| lumped.rank(at)).collect();
            return Found {
                cells: ranks.windows(2).map(|ends| ends[0]..ends[1]).collect(),
                gap: (cost - best.bound()).to_f64().max(0.0) + slack.to_f64(),
                is_unique: possible.len() == levels - 1,
                rounds,
            };
        }
        guess = best.penalty;
        lumped.refine(&unclear);
        points = lumped.points();
    }
    unreachable!("every round adds a node, and there are finitely many values")
}

/// What the sample itself is charged at the thresholds that are best for its nodes.
fn cost_on_sample(
    sample: &Empirical,
    lumped: &Lumped<'_>,
    points: &Points,
    best: &Priced,
) -> Double {
    let centroids: Vec<f64> = best
        .boundaries
        .windows(2)
        .map(|cell| {
            let first = points.first[cell[1]] - points.first[cell[0]];
            (first / (points.mass[cell[1]] - points.mass[cell[0]])).to_f64()
        })
        .collect();
    let thresholds = best.boundaries[1..].iter().zip(centroids.windows(2));
    let mut below = PreciseMoments::default();
    let mut sum = Double::ZERO;
    let mut close = |through: PreciseMoments| {
        let cell = through - below;
        below = through;
        sum = sum + cost(cell.mass, cell.first);
    };
    for (&at, sides) in thresholds {
        let threshold = sides[0].midpoint(sides[1]);
        let between = lumped.between(at);
        let values = &sample.sorted()[between.clone()];
        let left = values.partition_point(|&x| x - sample.origin() <= threshold);
        close(sample.sums_below(between.start + left));
    }
    close(sample.sums_below(sample.len()));
    sum
}

/// How much rounding may have moved a bound on the cost, not normalised.
///
/// Sums: the mass and the first moment of a cell are differences of two that are off by
/// [`Empirical::rounding`]; its cost by `2|q|` and `q²` times as much. Costs: one is off by less than
/// `2⁻¹⁰⁰` of the second moment, of what it is added to and of the first moment times the reach. A
/// start may be preferred wrongly by four times that, at most once for each point: a change of the
/// start that stands for an end, in the queue of [`chain::Chains`], loses no more.
fn rounding(sample: &Empirical, points: &Points, best: &Priced) -> f64 {
    let all = sample.sums_below(sample.len());
    let (mass, second) = (all.mass.to_f64(), all.second.to_f64());
    let sorted = sample.sorted();
    let (low, high) = (sorted[0] - sample.origin(), sorted[sorted.len() - 1] - sample.origin());
    let reach = f64::max(-low, high);
    let cells = (best.boundaries.len() - 1) as f64;
    let of_sums = cells
        * sample.rounding()
        * (4.0 * reach * (mass * second).sqrt() + 2.0 * reach * reach * mass);
    let one = 2.0_f64.powi(-100)
        * (second + reach * (mass * second).sqrt() + cells * best.penalty.to_f64());
    of_sums + cells * (4.0 * points.len() as f64 + 8.0) * one
}

/// The centroid of a cell.
fn level(sample: &Empirical, sums: &PreciseMoments) -> f64 {
    (sums.first / sums.mass + Double::from(sample.origin())).to_f64()
}

/// `E (Q(X) - X)²`, each square taken for itself: seven roundings at most, whatever the spread.
fn distortion(sample: &Empirical, codebook: &Codebook) -> f64 {
    let mut start = 0;
    let mut sum = CompensatedSum::default();
    for (cell, level) in codebook.cells() {
        let end = sample.rank(cell.high);
        for rank in start..end {
            sum.add(sample.weight(rank) * (sample.sorted()[rank] - level).powi(2));
        }
        start = end;
    }
    sum.value() / sample.total()
}
