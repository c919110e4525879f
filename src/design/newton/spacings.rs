//! A codebook as a foot and the spacings above it: what Newton's method iterates on.

use super::{DesignError, Foot, Stationary};
use crate::density::Density;
use crate::math::{CompensatedSum, Interval, Moments, solve_tridiagonal};

/// Levels above a foot, known by their distances.
///
/// The equations of the levels have a condition number of about N²/π². Centroids less levels would
/// lose that many digits if they were taken from the levels; spacings keep them.
#[derive(Debug, Clone)]
pub(super) struct Spacings {
    foot: Foot,
    /// Entry 0 is the distance of the lowest level from the foot (the level itself, without one),
    /// entry i the distance of level i from the one below. Invariant: positive from 1 on, from 0
    /// with a foot.
    steps: Vec<f64>,
}

/// A cell by the distances of its ends from its level.
#[derive(Debug, Clone, Copy)]
struct Cell {
    level: f64,
    /// Distance of the low end, infinite for an open one.
    below: f64,
    /// Distance of the high end, infinite for an open one.
    above: f64,
}

impl Cell {
    /// The level less the middle of the cell.
    fn lean(self) -> f64 {
        0.5 * (self.below - self.above)
    }

    /// Moments about the level.
    fn moments(self, law: &dyn Density) -> Moments {
        if self.below.is_finite() && self.above.is_finite() {
            let half = 0.5 * (self.below + self.above);
            let lean = self.lean();
            law.moments_around(self.level - lean, half).affine(1.0, -lean)
        } else {
            let cell = Interval::new(self.level - self.below, self.level + self.above);
            law.moments_about(cell, self.level)
        }
    }
}

/// How a centroid answers to its cell.
#[derive(Debug, Clone, Copy)]
struct Response {
    /// The centroid less the level.
    pull: f64,
    /// Half of what the centroid moves when the low end moves by 1.
    from_below: f64,
    /// The same for the high end.
    from_above: f64,
}

impl Cell {
    /// `None` when the cell carries no probability.
    fn response(self, law: &dyn Density) -> Option<Response> {
        let (pull, rate_low, rate_high) = if self.below.is_finite() && self.above.is_finite() {
            let lean = self.lean();
            let balance = law.balance(self.level - lean, 0.5 * (self.below + self.above))?;
            (balance.offset - lean, balance.rate_low, balance.rate_high)
        } else if self.above.is_finite() {
            let end = self.level + self.above;
            let moments = law.moments_about(Interval::new(f64::NEG_INFINITY, end), end);
            let pull = moments.centroid()? + self.above;
            (pull, 0.0, law.pdf(end) / moments.mass)
        } else if self.below.is_finite() {
            let end = self.level - self.below;
            let moments = law.moments_about(Interval::new(end, f64::INFINITY), end);
            let pull = moments.centroid()? - self.below;
            (pull, law.pdf(end) / moments.mass, 0.0)
        } else {
            (law.moments_about(Interval::LINE, self.level).centroid()?, 0.0, 0.0)
        };
        // ∂c/∂low = p(low)(c - low)/P and ∂c/∂high = p(high)(high - c)/P, and each threshold moves
        // half as far as either of its levels. A density that is infinite on an end (a pole) would
        // spoil the whole matrix; without it the step is a little worse.
        let rate = |density: f64, distance: f64| {
            if density > 0.0 && density.is_finite() { 0.5 * density * distance.abs() } else { 0.0 }
        };
        Some(Response {
            pull,
            from_below: rate(rate_low, self.below + pull),
            from_above: rate(rate_high, self.above - pull),
        })
    }
}

impl Spacings {
    pub(super) fn new(foot: Foot, levels: &[f64]) -> Self {
        let base = foot.position();
        let first = levels.iter().take(1).map(|level| level - base);
        let others = levels.windows(2).map(|pair| pair[1] - pair[0]);
        Self { foot, steps: first.chain(others).collect() }
    }

    /// The levels, each the sum of all the spacings below it, rounded once.
    pub(super) fn levels(&self) -> Vec<f64> {
        let mut sum = CompensatedSum::default();
        sum.add(self.foot.position());
        self.steps
            .iter()
            .map(|&step| {
                sum.add(step);
                sum.value()
            })
            .collect()
    }

    /// The largest absolute level, which sets the rounding of all of them.
    pub(super) fn magnitude(&self) -> f64 {
        self.levels().iter().fold(0.0, |largest, level| f64::max(largest, level.abs()))
    }

    /// Whether the levels are in order and inside the support.
    pub(super) fn are_in(&self, support: Interval) -> bool {
        let first_is_free = usize::from(matches!(self.foot, Foot::Open));
        let (Some(&lowest), Some(&top)) = (self.steps.first(), self.levels().last()) else {
            return true;
        };
        let starts = matches!(self.foot, Foot::Open) && lowest > support.low || first_is_free == 0;
        starts
            && self.steps[first_is_free..].iter().all(|&step| step > 0.0 && step.is_finite())
            && top <= support.high
    }

    /// The cells, lowest first. The last one ends where the support does.
    fn cells<'a>(&'a self, law: &dyn Density) -> impl Iterator<Item = Cell> + 'a {
        let end = law.support().high;
        let mut sum = CompensatedSum::default();
        sum.add(self.foot.position());
        let count = self.steps.len();
        (0..count).map(move |index| {
            let step = self.steps[index];
            sum.add(step);
            let below = match (index, self.foot) {
                (0, Foot::Open) => f64::INFINITY,
                (0, Foot::Threshold(_)) => step,
                _ => 0.5 * step,
            };
            let above = match self.steps.get(index + 1) {
                Some(next) => 0.5 * next,
                None => sum.distance_to(end),
            };
            Cell { level: sum.value(), below, above }
        })
    }

    /// `Σ ∫ (x - q_i)² dP` over the cells of the levels, each term positive.
    pub(super) fn distortion(&self, law: &dyn Density) -> f64 {
        let terms = self.cells(law).map(|cell| cell.moments(law).second.max(0.0));
        terms.collect::<CompensatedSum>().value()
    }

    /// Pulls and derivatives at these spacings.
    ///
    /// # Errors
    ///
    /// When a cell carries no probability.
    pub(super) fn equations(&self, law: &dyn Density) -> Result<Equations, DesignError> {
        let cells = self.steps.len();
        let mut equations = Equations::with_capacity(cells);
        for (index, cell) in self.cells(law).enumerate() {
            let mut response =
                cell.response(law).ok_or(DesignError::EmptyCell { cell: index, cells })?;
            if index == 0 && matches!(self.foot, Foot::Threshold(_)) {
                // A threshold that stays has no derivative.
                response.from_below = 0.0;
            }
            equations.push(response);
        }
        Ok(equations)
    }

    /// The spacings after every level has moved by its entry.
    pub(super) fn moved(&self, moves: &[f64]) -> Self {
        let before = std::iter::once(&0.0).chain(moves);
        let steps = self.steps.iter().zip(moves.iter().zip(before));
        Self {
            foot: self.foot,
            steps: steps.map(|(step, (by, before))| step + (by - before)).collect(),
        }
    }

    pub(super) fn into_stationary(
        self,
        law: &dyn Density,
        rounds: u32,
        residual: f64,
    ) -> Stationary {
        let foot_cell = match self.foot {
            // Half of the cell of the fixed level lies above it.
            Foot::Level(level) => {
                let quarter = 0.25 * self.steps.first().copied().unwrap_or(0.0);
                law.moments_around(level + quarter, quarter).affine(1.0, quarter).second
            }
            Foot::Open | Foot::Threshold(_) => 0.0,
        };
        let distortion = foot_cell + self.distortion(law);
        Stationary { levels: self.levels(), rounds, residual, distortion }
    }
}

/// The linear equations of one Newton step.
#[derive(Debug)]
pub(super) struct Equations {
    /// Centroids less levels.
    pub(super) pulls: Vec<f64>,
    lower: Vec<f64>,
    diagonal: Vec<f64>,
    upper: Vec<f64>,
    /// The largest distance of a level from its centroid.
    pub(super) residual: f64,
}

impl Equations {
    fn with_capacity(cells: usize) -> Self {
        let new = || Vec::with_capacity(cells);
        Self { pulls: new(), lower: new(), diagonal: new(), upper: new(), residual: 0.0 }
    }

    fn push(&mut self, response: Response) {
        self.pulls.push(response.pull);
        self.lower.push(-response.from_below);
        self.diagonal.push(1.0 - response.from_below - response.from_above);
        self.upper.push(-response.from_above);
        self.residual = self.residual.max(response.pull.abs());
    }

    /// How far Newton's step moves each level; `None` when the matrix is singular.
    pub(super) fn newton_moves(&self) -> Option<Vec<f64>> {
        solve_tridiagonal(&self.lower, &self.diagonal, &self.upper, self.pulls.clone())
    }
}
