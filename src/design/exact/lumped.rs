//! A sample whose values are moved to a few nodes, so that no codebook is charged more.

use std::ops::Range;

use super::chain::Points;
use crate::density::Empirical;
use crate::math::{Double, PreciseMoments};

/// Some of the different values of a sample, the least and the largest among them.
///
/// A codebook charges `x` with `min (x - q)² = x² + g(x)`, where `g` is concave. So when the values
/// strictly between two nodes are moved to the nodes, their mean kept, `Σ g` can only fall, and it
/// stays where no threshold lies between these two nodes. Hence the best codebook of the nodes
/// bounds the distortion of every codebook of the sample from below, and the bound is exact once
/// every threshold stands between nodes with nothing between them.
#[derive(Debug)]
pub(super) struct Lumped<'a> {
    sample: &'a Empirical,
    nodes: Vec<Node>,
}

/// A value with its ranks in the sample.
#[derive(Debug, Clone)]
struct Node {
    value: f64,
    ranks: Range<usize>,
}

/// A gap is split in so many.
const PARTS: usize = 8;

impl<'a> Lumped<'a> {
    /// About `count` nodes, the same number of values between any two.
    pub(super) fn new(sample: &'a Empirical, count: usize) -> Self {
        let sorted = sample.sorted();
        let mut nodes = Vec::with_capacity(count + 2);
        let first = node(sorted, 0..sorted.len(), 0);
        let rest = first.ranks.end..sorted.len();
        nodes.push(first);
        split(sorted, rest.clone(), count, &mut nodes);
        // The largest value, unless it is there.
        if nodes[nodes.len() - 1].ranks.end < sorted.len() {
            nodes.push(node(sorted, rest, sorted.len() - 1));
        }
        Self { sample, nodes }
    }

    /// Whether nothing lies between the nodes beside a boundary.
    pub(super) fn is_bare(&self, boundary: usize) -> bool {
        self.between(boundary).is_empty()
    }

    /// The ranks between the nodes beside a boundary.
    pub(super) fn between(&self, boundary: usize) -> Range<usize> {
        self.nodes[boundary - 1].ranks.end..self.nodes[boundary].ranks.start
    }

    /// Adds nodes beside some boundaries, in increasing order.
    pub(super) fn refine(&mut self, boundaries: &[usize]) {
        let mut chosen = boundaries.iter().copied().peekable();
        let mut nodes = Vec::with_capacity(self.nodes.len() + PARTS * boundaries.len());
        for index in 0..self.nodes.len() {
            if chosen.next_if_eq(&index).is_some() {
                split(self.sample.sorted(), self.between(index), PARTS, &mut nodes);
            }
            nodes.push(self.nodes[index].clone());
        }
        self.nodes = nodes;
    }

    /// The nodes with the masses that were moved to them.
    pub(super) fn points(&self) -> Points {
        let mut mass = Vec::with_capacity(self.nodes.len() + 1);
        let mut first = Vec::with_capacity(self.nodes.len() + 1);
        mass.push(Double::ZERO);
        first.push(Double::ZERO);
        let mut cursor = Cursor::new(self.sample);
        for (node, next) in self.nodes.iter().zip(&self.nodes[1..]) {
            let through = cursor.sums_below(node.ranks.end);
            let (left, position) = if node.ranks.end == next.ranks.start {
                (Double::ZERO, Double::ZERO)
            } else {
                let between = cursor.sums_below(next.ranks.start) - through;
                let position = Double::difference(node.value, self.sample.origin());
                let width = Double::difference(next.value, node.value);
                let right = (between.first - between.mass * position) / width;
                (between.mass - right, position)
            };
            mass.push(through.mass + left);
            first.push(through.first + left * position);
        }
        let all = self.sample.sums_below(self.sample.len());
        mass.push(all.mass);
        first.push(all.first);
        Points { mass, first }
    }

    /// What a cell costs at the margin by the theory of fine quantization: with
    /// `D = (∫ f^⅓)³ / (12 cells²)`, minus its derivative by the number of cells.
    pub(super) fn price(&self, points: &Points, cells: usize) -> f64 {
        let thirds = self.weights(points).map(f64::cbrt).sum::<f64>() / cells as f64;
        thirds.powi(3) / 6.0
    }

    /// The boundaries between nodes so far apart that a bound would say little.
    ///
    /// A gap of `1/PARTS_OF_CELL` of a cell has the cube of that as a share of the mass times the
    /// square of the width of a cell, which is six times the price of a cell.
    pub(super) fn coarse(&self, points: &Points, price: f64) -> Vec<usize> {
        const PARTS_OF_CELL: f64 = 16.0;
        let most = 6.0 * price / PARTS_OF_CELL.powi(3);
        let all = (1..self.nodes.len()).zip(self.weights(points));
        all.filter_map(|(at, weight)| (weight > most && !self.is_bare(at)).then_some(at)).collect()
    }

    /// Mass times squared width for every gap, the mass taken from the nodes on its sides.
    fn weights(&self, points: &Points) -> impl Iterator<Item = f64> {
        self.nodes.windows(2).zip(points.mass.windows(3)).map(|(ends, mass)| {
            let width = ends[1].value - ends[0].value;
            0.5 * (mass[2] - mass[0]).to_f64() * width * width
        })
    }

    /// The rank at which the node right of a boundary starts.
    pub(super) fn rank(&self, boundary: usize) -> usize {
        self.nodes.get(boundary).map_or(self.sample.len(), |node| node.ranks.start)
    }
}

/// Running sums at increasing ranks: from the last rank when that is near.
struct Cursor<'a> {
    sample: &'a Empirical,
    rank: usize,
    sums: PreciseMoments,
}

impl<'a> Cursor<'a> {
    fn new(sample: &'a Empirical) -> Self {
        Self { sample, rank: 0, sums: PreciseMoments::default() }
    }

    fn sums_below(&mut self, rank: usize) -> PreciseMoments {
        /// Fewer values than [`Empirical::sums_below`] adds up on average.
        const NEAR: usize = 32;
        self.sums = if rank - self.rank < NEAR {
            self.sums + self.sample.sums(self.rank..rank)
        } else {
            self.sample.sums_below(rank)
        };
        self.rank = rank;
        self.sums
    }
}

/// The node of the value at `rank`, all of whose ranks lie in `within`.
fn node(sorted: &[f64], within: Range<usize>, rank: usize) -> Node {
    let value = sorted[rank];
    let begin = within.start;
    let values = &sorted[within];
    let start = begin + values.partition_point(|&x| x < value);
    let end = begin + values.partition_point(|&x| x <= value);
    Node { value, ranks: start..end }
}

/// Appends nodes that cut `ranks` in `parts`: all different values when there are no more.
fn split(sorted: &[f64], ranks: Range<usize>, parts: usize, nodes: &mut Vec<Node>) {
    if ranks.len() <= parts {
        let mut start = ranks.start;
        for equal in sorted[ranks].chunk_by(|a, b| a >= b) {
            nodes.push(Node { value: equal[0], ranks: start..start + equal.len() });
            start += equal.len();
        }
        return;
    }
    let mut start = ranks.start;
    for part in 1..parts {
        let rank = ranks.start + ranks.len() / parts * part + ranks.len() % parts * part / parts;
        if rank >= start {
            let next = node(sorted, start..ranks.end, rank);
            start = next.ranks.end;
            nodes.push(next);
        }
    }
}
