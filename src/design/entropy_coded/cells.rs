//! The cells of an entropy-constrained quantizer, and Newton's method on their thresholds.

use std::f64::consts::LN_2;

use super::super::DesignError;
use crate::density::Density;
use crate::math::{CompensatedSum, Interval, solve_tridiagonal};

/// What the cells stand on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stand {
    /// The law is symmetric about a level; what is kept are the thresholds above it.
    Level(f64),
    /// The law is symmetric about a threshold; what is kept are those above it.
    Threshold(f64),
    /// Cells on both sides of a point, all of them kept.
    Free(f64),
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    /// How many like it there are.
    pub(super) copies: f64,
    pub(super) mass: f64,
    pub(super) centroid: f64,
    /// `∫ (x - centroid)² dP`.
    spread: f64,
    /// `-log₂ mass`.
    pub(super) length: f64,
}

/// Cells between thresholds.
#[derive(Debug, Clone)]
pub(super) struct Ladder<'a> {
    law: &'a dyn Density,
    stand: Stand,
    thresholds: Vec<f64>,
    cells: Vec<Cell>,
    rounds: u32,
}

/// Rounds that are more than any law has needed.
const ROUNDS_MAX: u32 = 80;

/// What is left to gain, as a share of the cost, where thresholds are where they should be: rates
/// are then right to its root.
const GAIN: f64 = 1e-21;

/// Cells of less probability do not count in the residual: in a far tail thresholds may stand
/// anywhere.
const COUNTED: f64 = 1e-12;

/// The parts of a step of Newton's method that are tried.
const SHARES: [f64; 4] = [1.0, 0.5, 0.125, 0.03];

/// A cell with less probability than this is given up.
const DEAD: f64 = 1e-200;

impl<'a> Ladder<'a> {
    pub(super) fn new(
        law: &'a dyn Density,
        stand: Stand,
        thresholds: Vec<f64>,
    ) -> Result<Self, DesignError> {
        let mut ladder = Self { law, stand, thresholds, cells: Vec::new(), rounds: 0 };
        loop {
            match ladder.look() {
                Ok(cells) => {
                    ladder.cells = cells;
                    return Ok(ladder);
                }
                Err(dead) if ladder.thresholds.is_empty() => {
                    return Err(DesignError::EmptyCell { cell: dead, cells: 1 });
                }
                Err(dead) => ladder.drop_cell(dead),
            }
        }
    }

    pub(super) fn law(&self) -> &'a dyn Density {
        self.law
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn rounds(&self) -> u32 {
        self.rounds
    }

    /// Takes away the threshold between a cell and its neighbour towards the middle.
    fn drop_cell(&mut self, cell: usize) {
        let last = self.thresholds.len() - 1;
        let is_low = matches!(self.stand, Stand::Free(_)) && cell <= last / 2;
        let at = if is_low { cell } else { cell.saturating_sub(1) };
        self.thresholds.remove(at.min(last));
    }

    /// The cells between the thresholds, or the first of them that is dead.
    fn look(&self) -> Result<Vec<Cell>, usize> {
        let count = self.thresholds.len();
        let end = |index: usize| {
            if index == count { f64::INFINITY } else { self.thresholds[index] }
        };
        (0..=count)
            .map(|index| {
                let high = end(index);
                let (low, copies) = match (self.stand, index) {
                    (Stand::Level(centre), 0) => (2.0 * centre - high, 1.0),
                    (Stand::Threshold(centre), 0) => (centre, 2.0),
                    (Stand::Free(_), 0) => (f64::NEG_INFINITY, 1.0),
                    (Stand::Free(_), _) => (end(index - 1), 1.0),
                    _ => (end(index - 1), 2.0),
                };
                let origin = match (self.stand, index) {
                    (Stand::Level(centre), 0) => centre,
                    _ if low.is_finite() && high.is_finite() => low.midpoint(high),
                    _ if low.is_finite() => low,
                    _ if high.is_finite() => high,
                    _ => 0.0,
                };
                let moments = self.law.moments_about(Interval::new(low, high), origin);
                let pull = moments.centroid().filter(|_| moments.mass > DEAD).ok_or(index)?;
                let pull =
                    if matches!((self.stand, index), (Stand::Level(_), 0)) { 0.0 } else { pull };
                Ok(Cell {
                    copies,
                    mass: moments.mass,
                    centroid: origin + pull,
                    spread: (moments.second - pull * moments.first).max(0.0),
                    length: -libm::log2(moments.mass),
                })
            })
            .collect()
    }

    /// `D + λH`.
    fn cost(&self, lambda: f64) -> f64 {
        self.cells
            .iter()
            .map(|cell| cell.copies * (cell.spread + lambda * cell.mass * cell.length))
            .collect::<CompensatedSum>()
            .value()
    }

    /// Where the levels and their probabilities ask for the thresholds.
    fn asked(&self, lambda: f64) -> Vec<f64> {
        let ask = |pair: &[Cell]| {
            let gap = pair[1].centroid - pair[0].centroid;
            pair[0].centroid.midpoint(pair[1].centroid)
                + 0.5 * lambda * (pair[1].length - pair[0].length) / gap
        };
        self.cells.windows(2).map(ask).collect()
    }

    /// The largest distance of a threshold from where it is asked for.
    pub(super) fn residual(&self, lambda: f64) -> f64 {
        let asked = self.asked(lambda);
        let counted = self.cells.windows(2).map(|pair| pair[0].mass.min(pair[1].mass) > COUNTED);
        let gaps = self.thresholds.iter().zip(&asked).map(|(t, asked)| (t - asked).abs());
        gaps.zip(counted).filter(|(_, counted)| *counted).fold(0.0, |most, (gap, _)| gap.max(most))
    }

    /// About what the cost would fall by if the thresholds moved: the derivative by a threshold is
    /// `2 p(t) (c_{i+1} - c_i)` times its distance from where it is asked for.
    fn gain(&self, lambda: f64, by: &[f64]) -> f64 {
        let asked = self.asked(lambda);
        let pairs = self.cells.windows(2).map(|pair| pair[1].centroid - pair[0].centroid);
        let terms = self.thresholds.iter().zip(&asked).zip(by).zip(pairs);
        terms
            .map(|(((t, asked), by), gap)| {
                let far = (t - asked).abs().max(by.abs());
                2.0 * self.law.pdf(*t).min(f64::MAX) * gap * far * far
            })
            .sum()
    }

    /// The same in units of the distance of the levels on both sides of the threshold, so that a
    /// far tail does not drown the rest.
    fn misfit(&self, lambda: f64) -> f64 {
        let asked = self.asked(lambda);
        let pairs = self.cells.windows(2).map(|pair| pair[1].centroid - pair[0].centroid);
        let gaps = self.thresholds.iter().zip(&asked).map(|(t, asked)| (t - asked).abs());
        gaps.zip(pairs).fold(0.0, |most, (gap, pair)| f64::max(most, gap / pair))
    }

    /// How a step of Newton's method would move the thresholds, if there is one.
    fn newton(&self, lambda: f64) -> Option<Vec<f64>> {
        let count = self.thresholds.len();
        let asked = self.asked(lambda);
        let (mut lower, mut diagonal, mut upper) =
            (vec![0.0; count], vec![1.0; count], vec![0.0; count]);
        for at in 0..count {
            let (below, above) = (self.cells[at], self.cells[at + 1]);
            let gap = above.centroid - below.centroid;
            // How the place that is asked for moves with centroids and lengths.
            let lean = 0.5 * lambda * (above.length - below.length) / (gap * gap);
            let (by_below, by_above) = (0.5 + lean, 0.5 - lean);
            let by_length = 0.5 * lambda / gap;
            let respond = |cell: Cell, index: usize, threshold: f64| {
                let density = self.law.pdf(threshold);
                if !density.is_finite() {
                    return (0.0, 0.0);
                }
                let rate = density / cell.mass;
                if index == 0 && matches!(self.stand, Stand::Level(_)) {
                    return (0.0, 2.0 * rate / LN_2);
                }
                (rate * (threshold - cell.centroid).abs(), rate / LN_2)
            };
            if at > 0 {
                let (centroid, length) = respond(below, at, self.thresholds[at - 1]);
                lower[at] = -(by_below * centroid - by_length * length);
            }
            let (centroid, length) = respond(below, at, self.thresholds[at]);
            let mut moved = by_below * centroid + by_length * length;
            let (centroid, length) = respond(above, at + 1, self.thresholds[at]);
            moved += by_above * centroid + by_length * length;
            diagonal[at] = 1.0 - moved;
            if at + 1 < count {
                let (centroid, length) = respond(above, at + 1, self.thresholds[at + 1]);
                upper[at] = -(by_above * centroid - by_length * length);
            }
        }
        let right = asked.iter().zip(&self.thresholds).map(|(asked, t)| asked - t).collect();
        solve_tridiagonal(&lower, &diagonal, &upper, right)
    }

    /// The same cells with other thresholds; `None` when they are out of order or a cell is dead.
    fn with(&self, thresholds: Vec<f64>) -> Option<Self> {
        let ends = self.law.support();
        let low = match self.stand {
            Stand::Level(centre) | Stand::Threshold(centre) => centre,
            Stand::Free(_) => ends.low,
        };
        let is_ordered = thresholds.windows(2).all(|pair| pair[0] < pair[1])
            && thresholds.first().is_none_or(|first| low < *first)
            && thresholds.last().is_none_or(|last| *last < ends.high);
        if !is_ordered {
            return None;
        }
        let mut next = Self { thresholds, ..self.clone() };
        next.cells = next.look().ok()?;
        Some(next)
    }

    /// Drives thresholds to where they are asked for. Every step lowers `D + λH`.
    pub(super) fn settled(mut self, lambda: f64) -> Result<Self, DesignError> {
        for rounds in 1..=ROUNDS_MAX {
            self.rounds = rounds;
            let (cost, misfit) = (self.cost(lambda), self.misfit(lambda));
            if misfit <= 1e-14 {
                return Ok(self);
            }
            // Far out the cost tells, near the end, where it is flat, what is left of the conditions.
            let is_better = |next: &Self| -> bool {
                let change = next.cost(lambda) / cost - 1.0;
                change < -1e-13 || (change <= 1e-14 && next.misfit(lambda) < misfit)
            };
            let by = self.newton(lambda);
            if by.as_ref().is_some_and(|by| self.gain(lambda, by) <= GAIN * cost) {
                return Ok(self);
            }
            // A long step in a direction that hardly matters is taken in part.
            let by_newton = by.and_then(|by| {
                let part = |share: f64| {
                    let next = self.thresholds.iter().zip(&by).map(|(t, by)| t + share * by);
                    self.with(next.collect()).filter(is_better)
                };
                SHARES.into_iter().find_map(part)
            });
            self = match by_newton {
                Some(next) => next,
                // Nothing is left to gain: what remains is rounding.
                None if misfit <= 1e-8 => return Ok(self),
                None => self.lloyd(lambda)?,
            };
        }
        Err(DesignError::NotConverged { rounds: ROUNDS_MAX, moved: self.residual(lambda) })
    }

    /// Thresholds to where they are asked for; cells that nobody would choose are given up.
    fn lloyd(&self, lambda: f64) -> Result<Self, DesignError> {
        let asked = self.asked(lambda);
        let crossed = asked.windows(2).position(|pair| pair[0] >= pair[1]);
        if let Some(next) = self.with(asked) {
            return Ok(next);
        }
        let mut fewer = self.clone();
        match crossed {
            // The cell between two thresholds that change places.
            Some(at) => fewer.drop_cell(at + 1),
            None => fewer.drop_cell(self.thresholds.len()),
        }
        Self::new(self.law, self.stand, fewer.thresholds)
    }

    /// Levels and thresholds of the whole quantizer.
    pub(super) fn whole(&self) -> (Vec<f64>, Vec<f64>) {
        let levels = self.cells.iter().map(|cell| cell.centroid);
        match self.stand {
            Stand::Free(_) => (levels.collect(), self.thresholds.clone()),
            Stand::Level(centre) | Stand::Threshold(centre) => {
                let mirror = |x: &f64| 2.0 * centre - x;
                let above: Vec<f64> = levels.collect();
                let is_shared = matches!(self.stand, Stand::Level(_));
                let below = above[usize::from(is_shared)..].iter().rev().map(mirror);
                let all_levels = below.chain(above.iter().copied()).collect();
                let below = self.thresholds.iter().rev().map(mirror);
                let middle = (!is_shared).then_some(centre);
                let thresholds =
                    below.chain(middle).chain(self.thresholds.iter().copied()).collect();
                (all_levels, thresholds)
            }
        }
    }
}
