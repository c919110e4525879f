//! The cheapest way to cut a row of points into any number of cells, each cut paid for.

use std::collections::VecDeque;

use crate::math::Double;

/// Weighted points on a line, as running sums; entry 0 of each is zero.
#[derive(Debug)]
pub(super) struct Points {
    /// Mass of the first `i` points.
    pub(super) mass: Vec<Double>,
    /// Their first moment.
    pub(super) first: Vec<Double>,
}

impl Points {
    /// How many points there are.
    pub(super) fn len(&self) -> usize {
        self.mass.len() - 1
    }

    /// What the cell of points `start..end` adds to the sum of squares about its own level, beyond
    /// `Σ w x²` which no partition changes: `-(Σ w x)² / Σ w`.
    ///
    /// It is concave Monge, as the sum of squares is: for `a <= b <= c <= d`,
    /// `cost(a,c) + cost(b,d) <= cost(a,d) + cost(b,c)`.
    pub(super) fn cost(&self, start: usize, end: usize) -> Double {
        cost(self.mass[end] - self.mass[start], self.first[end] - self.first[start])
    }

    /// The cost of a cell to eleven roundings: the running sums are subtracted with all their digits.
    fn quick_cost(&self, start: usize, end: usize) -> f64 {
        let difference = |sums: &[Double]| {
            (sums[end].to_f64() - sums[start].to_f64())
                + (sums[end].parts().1 - sums[start].parts().1)
        };
        let first = difference(&self.first);
        -(first * first / difference(&self.mass))
    }

    /// The cost of a partition, given by its boundaries, ends included.
    pub(super) fn cost_of(&self, boundaries: &[usize]) -> Double {
        boundaries.windows(2).fold(Double::ZERO, |sum, cell| sum + self.cost(cell[0], cell[1]))
    }

    /// The same points from right to left. Costs do not mind the sign of the points.
    pub(super) fn mirrored(&self) -> Self {
        let turned = |sums: &[Double]| {
            let whole = sums[sums.len() - 1];
            sums.iter().rev().map(|&sum| whole - sum).collect()
        };
        Self { mass: turned(&self.mass), first: turned(&self.first) }
    }
}

/// `-(Σ w x)² / Σ w` of one cell.
pub(super) fn cost(mass: Double, first: Double) -> Double {
    -(first.square() / mass)
}

/// The cheapest partitions of the first points, for every number of first points.
#[derive(Debug)]
pub(super) struct Chains {
    /// Entry `end`: least cost of the first `end` points, penalties included.
    pub(super) costs: Vec<Double>,
    /// Entry `end`: where the last cell of that partition starts.
    starts: Vec<usize>,
}

impl Chains {
    /// Cheapest partitions into any number of cells when every cell costs `penalty` more.
    ///
    /// Because costs are Monge, a start that is better than an earlier one for some end stays so
    /// for all later ends. So the starts that are best for some end yet to come stand in a queue,
    /// each with the first end that it is best for. Where a new one takes over is found by
    /// doubling steps from where the last one does: nearly always close by.
    ///
    /// # References
    ///
    /// Wilber, "The concave least-weight subsequence problem revisited", J. Algorithms 9, 1988;
    /// Galil, Park, "Dynamic programming with convexity, concavity and sparsity", TCS 92, 1992.
    pub(super) fn new(points: &Points, penalty: Double) -> Self {
        let last = points.len();
        let mut costs = Vec::with_capacity(last + 1);
        let mut starts = Vec::with_capacity(last + 1);
        costs.push(Double::ZERO);
        starts.push(0);
        let mut queue = VecDeque::from([(0, 1)]);
        for end in 1..=last {
            if queue.get(1).is_some_and(|&(_, from)| from <= end) {
                queue.pop_front();
            }
            let start = queue[0].0;
            costs.push(costs[start] + points.cost(start, end) + penalty);
            starts.push(start);
            let first = loop {
                let Some(&(other, from)) = queue.back() else { break Some(end + 1) };
                let from = from.max(end + 1);
                let wins = |at| is_cheaper(points, &costs, (end, other), at);
                if from > last {
                    break None;
                } else if wins(from) {
                    queue.pop_back();
                } else {
                    break first_where(wins, from, last);
                }
            };
            queue.extend(first.map(|first| (end, first)));
        }
        Self { costs, starts }
    }

    /// Least cost of all points, penalties included.
    pub(super) fn cost(&self) -> Double {
        self.costs[self.costs.len() - 1]
    }

    /// The boundaries of the cheapest partition of all points, ends included.
    pub(super) fn boundaries(&self) -> Vec<usize> {
        let mut end = self.starts.len() - 1;
        let mut boundaries = vec![end];
        while end > 0 {
            end = self.starts[end];
            boundaries.push(end);
        }
        boundaries.reverse();
        boundaries
    }
}

/// Whether the cell up to `end` had better start at the first of two places.
///
/// In `f64` first: it is twice the precision that takes the time, and seldom needed.
fn is_cheaper(
    points: &Points,
    costs: &[Double],
    (start, other): (usize, usize),
    end: usize,
) -> bool {
    let quick = |start: usize| {
        let cost = -points.quick_cost(start, end);
        (costs[start].to_f64() - cost, costs[start].to_f64().abs() + cost)
    };
    let ((one, one_size), (two, two_size)) = (quick(start), quick(other));
    // Eleven roundings for a cost, one for its sum, one for the difference.
    if (one - two).abs() > 13.0 * f64::EPSILON * (one_size + two_size) {
        return one < two;
    }
    costs[start] + points.cost(start, end) < costs[other] + points.cost(other, end)
}

/// The first of `below + 1 ..= last` where `wins` holds; it does not hold at `below`, and once it
/// does it stays so.
fn first_where(wins: impl Fn(usize) -> bool, mut below: usize, last: usize) -> Option<usize> {
    let mut step = 1;
    let mut above = loop {
        if below == last {
            return None;
        }
        let at = last.min(below + step);
        if wins(at) {
            break at;
        }
        below = at;
        step *= 2;
    };
    while above - below > 1 {
        let middle = below.midpoint(above);
        if wins(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
    Some(above)
}
