//! The price of a cell at which the cheapest partition has as many cells as are asked for.

use super::chain::{Chains, Points};
use crate::math::Double;

/// A partition into a given number of cells with the evidence that none is cheaper.
///
/// Least costs are convex in the number of cells. So for some penalty `p` the cheapest partition
/// into any number of cells, each paid for, has the cells that are asked for, and for every `p`
/// `chains.cost() - p·cells` is a lower bound on the cost of all partitions into `cells` cells.
#[derive(Debug)]
pub(super) struct Priced {
    /// Boundaries, ends included.
    pub(super) boundaries: Vec<usize>,
    /// What every cell costs.
    pub(super) penalty: Double,
    /// Cheapest partitions at that price.
    pub(super) chains: Chains,
}

/// A partition with the price that it was found at.
struct Side {
    penalty: Double,
    boundaries: Vec<usize>,
    cost: Double,
}

impl Side {
    fn cells(&self) -> usize {
        self.boundaries.len() - 1
    }
}

impl Priced {
    /// The cheapest partition of `points` into `cells` cells, at most as many as there are points.
    ///
    /// # References
    ///
    /// Aggarwal, Schieber, Tokuyama, "Finding a minimum-weight k-link path in graphs with the
    /// concave Monge property and applications", Discrete Comput. Geom. 12, 1994.
    pub(super) fn new(points: &Points, cells: usize, guess: Double) -> Self {
        let side = |boundaries: Vec<usize>, penalty| Side {
            cost: points.cost_of(&boundaries),
            boundaries,
            penalty,
        };
        let mut more = side((0..=points.len()).collect(), Double::ZERO);
        let mut fewer = side(vec![0, points.len()], Double::ZERO);
        fewer.penalty = fewer.cost - more.cost;
        let mut penalty = match cells {
            1 => fewer.penalty * 2.0,
            _ if cells == points.len() => Double::ZERO,
            _ => guess,
        };
        let mut is_chord = false;
        for round in 1.. {
            let chains = Chains::new(points, penalty);
            let found = side(chains.boundaries(), penalty);
            let count = found.cells();
            if count == cells {
                return Self { boundaries: found.boundaries, penalty, chains };
            }
            let is_between = fewer.cells() < count && count < more.cells();
            if is_chord && !is_between {
                // Partitions of every size between the two sides cost the same at this price.
                let boundaries = spliced(&more.boundaries, &fewer.boundaries, cells);
                return Self { boundaries, penalty, chains };
            }
            *(if count < cells { &mut fewer } else { &mut more }) = found;
            let proposed = proposal(&more, &fewer, cells, points.len());
            let is_inside = more.penalty < proposed && proposed < fewer.penalty;
            // Every chord comes closer, if slowly: it guards against prices that follow no power.
            is_chord = !is_inside || !is_between || round % 8 == 0;
            penalty = if is_chord { chord(&more, &fewer) } else { proposed };
        }
        unreachable!("a chord either finds a partition between its ends or ends the search")
    }

    /// The least cost of any partition into that many cells: never more than what one costs.
    pub(super) fn bound(&self) -> Double {
        self.chains.cost() - self.all_penalties()
    }

    /// For every boundary but the ends, a bound on the cost of the partitions that have it.
    pub(super) fn bounds(&self, points: &Points) -> impl Iterator<Item = Double> {
        let onwards = Chains::new(&points.mirrored(), self.penalty).costs;
        let all = self.all_penalties();
        let last = points.len();
        (1..last).map(move |at| self.chains.costs[at] + onwards[last - at] - all)
    }

    fn all_penalties(&self) -> Double {
        self.penalty * (self.boundaries.len() - 1) as f64
    }
}

/// The price at which partitions of two sizes cost the same.
fn chord(more: &Side, fewer: &Side) -> Double {
    (fewer.cost - more.cost) / Double::from((more.cells() - fewer.cells()) as f64)
}

/// A price for `cells` cells by a power law: distortion falls as cells⁻², its slope as cells⁻³.
fn proposal(more: &Side, fewer: &Side, cells: usize, points: usize) -> Double {
    let wanted = cells as f64;
    let scaled = |side: &Side, cells: f64| side.penalty * (side.cells() as f64 / cells).powi(3);
    // With one end yet unknown, a little further than to the size that is wanted.
    if fewer.cells() == 1 {
        scaled(more, wanted - 1.0)
    } else if more.cells() == points {
        scaled(fewer, wanted + 1.0)
    } else {
        let (many, few) = (more.cells() as f64, fewer.cells() as f64);
        let share = (many / wanted).ln() / (many / few).ln();
        more.penalty * (fewer.penalty / more.penalty).to_f64().powf(share)
    }
}

/// A partition into `cells` cells that begins as `more` and ends as `fewer`.
///
/// Where a cell of `more` lies within the cell of `fewer` with the right number of cells before it,
/// the Monge inequality lets the two change partners without costing more.
fn spliced(more: &[usize], fewer: &[usize], cells: usize) -> Vec<usize> {
    let surplus = cells - (fewer.len() - 1);
    let within = (1..fewer.len()).find(|&at| more[at + surplus] <= fewer[at]).unwrap_or(1);
    let begin = &more[..within + surplus];
    begin.iter().chain(&fewer[within..]).copied().collect()
}
