//! Integrals of smooth functions: Gauss-Legendre rules and sums of them.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::Interval;

/// A Gauss-Legendre rule with an even number of nodes: exact for polynomials of degree
/// `4·pairs - 1`.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussLegendre {
    /// The positive nodes on `[-1, 1]` with the weight of each; the negative ones mirror them.
    pairs: Vec<(f64, f64)>,
}

/// Sixteen nodes, the rule used throughout: on a piece of width `h` its relative error for
/// `e^{cx}` is below `(ch/23)^32`.
pub static SIXTEEN: LazyLock<GaussLegendre> = LazyLock::new(|| GaussLegendre::new(8));

/// Eight nodes, for pieces an eighth as wide.
pub static EIGHT: LazyLock<GaussLegendre> = LazyLock::new(|| GaussLegendre::new(4));

/// Four nodes, for pieces a 512th as wide.
pub static FOUR: LazyLock<GaussLegendre> = LazyLock::new(|| GaussLegendre::new(2));

impl GaussLegendre {
    /// The rule with `2·pairs` nodes.
    ///
    /// The nodes are the zeros of the Legendre polynomial of that degree, by Newton's method from
    /// the first term of their asymptotic series, which is near enough for every degree.
    pub fn new(pairs: usize) -> Self {
        let degree = 2 * pairs;
        let pairs = (0..pairs)
            .map(|index| {
                let mut node = (PI * (index as f64 + 0.75) / (degree as f64 + 0.5)).cos();
                // Quadratic convergence from an error below 1e-2: five rounds are plenty.
                for _ in 0..5 {
                    let (value, slope) = legendre(degree, node);
                    node -= value / slope;
                }
                let slope = legendre(degree, node).1;
                (node, 2.0 / ((1.0 - node) * (1.0 + node) * slope * slope))
            })
            .collect();
        Self { pairs }
    }

    /// The positive nodes on `[-1, 1]`, each with its weight.
    pub fn pairs(&self) -> &[(f64, f64)] {
        &self.pairs
    }

    /// `∫ function` from `low` to `high`, both finite.
    pub fn integrate(&self, low: f64, high: f64, function: impl Fn(f64) -> f64) -> f64 {
        let middle = low.midpoint(high);
        let half = 0.5 * (high - low);
        let sum: f64 = self
            .pairs
            .iter()
            .map(|&(node, weight)| {
                weight * (function(middle - half * node) + function(middle + half * node))
            })
            .sum();
        half * sum
    }

    /// The nodes and weights for a finite interval in equal pieces no wider than `piece_max`.
    pub fn nodes(
        &self,
        interval: Interval,
        piece_max: f64,
    ) -> impl Iterator<Item = (f64, f64)> + '_ {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small count"
        )]
        let pieces = (interval.width() / piece_max).ceil().max(1.0) as usize;
        let half = 0.5 * interval.width() / pieces as f64;
        (0..pieces).flat_map(move |piece| {
            let middle = interval.low + half * (2 * piece + 1) as f64;
            self.pairs.iter().flat_map(move |&(node, weight)| {
                [-node, node].map(|node| (middle + half * node, half * weight))
            })
        })
    }
}

/// The Legendre polynomial and its derivative at `x` inside (-1, 1).
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=degree {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, degree as f64 * (before - x * value) / ((1.0 - x) * (1.0 + x)))
}
