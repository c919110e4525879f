//! How far a law is from a sample: Kolmogorov's distance and what chance would make of it.

use std::f64::consts::PI;

use crate::density::{Density, Empirical};
use crate::math::Interval;

/// `sup |F_n - F|` over the points of the sample, to its last digits.
///
/// Both functions increase, so between two points neither can leave the rectangle that they span:
/// intervals whose rectangle is no taller than a distance already found are not looked into.
///
/// # References
///
/// Kolmogorov, "Sulla determinazione empirica di una legge di distribuzione", G. Ist. Ital. Attuari
/// 4, 1933.
pub fn kolmogorov_distance(sample: &Empirical, law: &dyn Density) -> f64 {
    let steps = Steps::new(sample, law);
    steps.farthest(steps.at_rank(0))
}

/// `sup |F_n(x) - F(x)|` over `x >= from`.
///
/// From 0 on, the distance of `max(0, X)` from the rectified law.
pub fn kolmogorov_distance_from(from: f64, sample: &Empirical, law: &dyn Density) -> f64 {
    let steps = Steps::new(sample, law);
    let start = steps.at(sample.rank(from).saturating_sub(1), from);
    // What lies below the start counts with it, and not for itself.
    steps.farthest(Step { sample_below: start.sample, law_below: start.law, ..start })
}

/// Both distribution functions at a point of the sample.
#[derive(Debug, Clone, Copy)]
struct Step {
    rank: usize,
    /// Up to the point, and with it.
    sample_below: f64,
    sample: f64,
    law_below: f64,
    law: f64,
}

impl Step {
    fn distance(&self) -> f64 {
        (self.sample - self.law).abs().max((self.sample_below - self.law_below).abs())
    }
}

/// Probability of the law up to `x`, from the nearer tail: an outlier may be a million units of the
/// law away, and the law between is integrated only as far as there is any.
fn from_tail(law: &dyn Density, x: f64) -> f64 {
    if x > law.centre().unwrap_or(0.0) {
        1.0 - law.moments(Interval::new(x, f64::INFINITY)).mass
    } else {
        law.moments(Interval::new(f64::NEG_INFINITY, x)).mass
    }
}

struct Steps<'a> {
    sample: &'a Empirical,
    law: &'a dyn Density,
    /// Points of the sample with the probability of the law up to them: what is left to be
    /// integrated is short.
    knots: Vec<(f64, f64)>,
    atoms: Vec<(f64, f64)>,
}

/// About how many knots: one for each of as many equal parts of the sample.
const KNOTS: usize = 512;

/// Cells of more smooth pieces than this are not integrated piece by piece.
const PIECES_MAX: f64 = 32.0;

impl<'a> Steps<'a> {
    fn new(sample: &'a Empirical, law: &'a dyn Density) -> Self {
        let mut knots = vec![(f64::NEG_INFINITY, 0.0)];
        let part = sample.len().div_ceil(KNOTS);
        for &x in sample.sorted().iter().step_by(part) {
            // Repeats are one knot.
            if knots.last().is_none_or(|knot| knot.0 < x) {
                knots.push((x, from_tail(law, x)));
            }
        }
        Self { sample, law, knots, atoms: law.atoms() }
    }

    /// Probability of the law up to `x`.
    fn law_up_to(&self, x: f64) -> f64 {
        let after = self.knots.partition_point(|knot| knot.0 <= x);
        // The first knot is -∞, below every x.
        let (knot, below) = self.knots[after.saturating_sub(1)];
        let middle = knot.midpoint(x);
        if x - knot <= PIECES_MAX * self.law.smooth_half(middle) {
            below + self.law.moments(Interval::new(knot, x)).mass
        } else {
            from_tail(self.law, x)
        }
    }

    /// The greatest distance at `first` and at the ranks after it.
    fn farthest(&self, first: Step) -> f64 {
        let end = self.at_rank((self.sample.len() - 1).max(first.rank));
        let mut distance = first.distance().max(end.distance());
        let mut open = vec![(first, end)];
        while let Some((low, high)) = open.pop() {
            let most = f64::max(high.sample_below - low.law, high.law_below - low.sample);
            if high.rank <= low.rank + 1 || most <= distance {
                continue;
            }
            let middle = self.at_rank(low.rank.midpoint(high.rank));
            distance = distance.max(middle.distance());
            open.push((low, middle));
            open.push((middle, high));
        }
        distance
    }

    fn at_rank(&self, rank: usize) -> Step {
        self.at(rank, self.sample.sorted()[rank])
    }

    fn at(&self, rank: usize, x: f64) -> Step {
        let share = |x: f64| self.sample.moments_of_ranks(0, self.sample.rank(x), x).mass;
        let law = self.law_up_to(x);
        let on_it = self.atoms.iter().find(|atom| (atom.0 - x).abs() <= 0.0);
        Step {
            rank,
            sample_below: share(x.next_down()),
            sample: share(x),
            law_below: law - on_it.map_or(0.0, |atom| atom.1),
            law,
        }
    }
}

/// The probability that a sample of `count` values of the law itself is at least so far from it.
///
/// To 10⁻³ or better from five values on. For a law whose parameters were fitted to the same
/// sample it is too large: the fit has already brought the law closer.
///
/// # References
///
/// Stephens, "Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without
/// extensive tables", JRSS B 32, 1970.
pub fn kolmogorov_p_value(distance: f64, count: f64) -> f64 {
    let root = count.sqrt();
    let x = (root + 0.12 + 0.11 / root) * distance;
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.18 {
        // The transformed series: each converges fast where the other does not.
        let term = |k: f64| libm::exp(-(2.0 * k - 1.0).powi(2) * PI * PI / (8.0 * x * x));
        let sum: f64 = (1..=4).map(|k| term(f64::from(k))).sum();
        return (1.0 - (2.0 * PI).sqrt() / x * sum).clamp(0.0, 1.0);
    }
    let term = |k: i32| {
        let sign = if k % 2 == 1 { 1.0 } else { -1.0 };
        sign * libm::exp(-2.0 * f64::from(k * k) * x * x)
    };
    (2.0 * (1..=8).map(term).sum::<f64>()).clamp(0.0, 1.0)
}
