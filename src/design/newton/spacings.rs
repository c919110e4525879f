//! A codebook as a foot and the spacings above it: what Newton's method iterates on.

use super::{DesignError, Foot, Stationary};
use crate::density::Density;
use crate::math::normal::Balances;
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
    /// The response of an outer cell, which reaches to infinity; `None` without probability.
    fn tail_response(self, law: &dyn Density) -> Option<Response> {
        let (end, cell) = if self.above.is_finite() {
            let end = self.level + self.above;
            (end, Interval::new(f64::NEG_INFINITY, end))
        } else if self.below.is_finite() {
            let end = self.level - self.below;
            (end, Interval::new(end, f64::INFINITY))
        } else {
            (self.level, Interval::LINE)
        };
        let moments = law.moments_about(cell, end);
        let from_end = moments.centroid()?;
        let rate = law.pdf(end) / moments.mass;
        Some(if self.above.is_finite() {
            Response::new(from_end + self.above, (0.0, 0.0), (rate, from_end))
        } else if self.below.is_finite() {
            Response::new(from_end - self.below, (rate, from_end), (0.0, 0.0))
        } else {
            Response::new(from_end, (0.0, 0.0), (0.0, 0.0))
        })
    }
}

impl Response {
    /// `∂c/∂low = p(low)(c - low)/P` and `∂c/∂high = p(high)(high - c)/P`, and each threshold moves
    /// half as far as either of its levels.
    fn new(pull: f64, low: (f64, f64), high: (f64, f64)) -> Self {
        // A density that is infinite on an end (a pole) would spoil the whole matrix; without it
        // the step is a little worse.
        let rate = |(density, distance): (f64, f64)| {
            if density.is_finite() { 0.5 * density * distance.abs() } else { 0.0 }
        };
        Self { pull, from_below: rate(low), from_above: rate(high) }
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

    /// The highest level, to a few ulp.
    fn top(&self) -> f64 {
        self.foot.position() + self.steps.iter().sum::<f64>()
    }

    /// The largest absolute level, which sets the rounding of all of them.
    pub(super) fn magnitude(&self) -> f64 {
        let lowest = self.foot.position() + self.steps.first().unwrap_or(&0.0);
        lowest.abs().max(self.top().abs())
    }

    /// The spacings proper: those between two levels, and that from the foot where there is one.
    fn gaps(&self) -> &[f64] {
        &self.steps[usize::from(matches!(self.foot, Foot::Open)).min(self.steps.len())..]
    }

    /// The narrowest of them.
    pub(super) fn narrowest(&self) -> f64 {
        self.gaps().iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Whether the levels are in order and inside the support.
    pub(super) fn are_in(&self, support: Interval) -> bool {
        let is_above = match self.foot {
            Foot::Open => self.steps.first().is_none_or(|&lowest| lowest > support.low),
            Foot::Threshold(_) | Foot::Level(_) => true,
        };
        is_above
            && self.gaps().iter().all(|&gap| gap > 0.0 && gap.is_finite())
            && self.top() <= support.high
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

    /// Writes down pulls and derivatives at these spacings.
    ///
    /// # Errors
    ///
    /// When a cell carries no probability.
    pub(super) fn write_equations(
        &self,
        law: &dyn Density,
        equations: &mut Equations,
    ) -> Result<(), DesignError> {
        let cells = self.steps.len();
        equations.clear();
        for cell in self.cells(law) {
            equations.cells.push(cell);
            let half = 0.5 * (cell.below + cell.above);
            // Outer cells are seen to one by one; here they keep the places of the others.
            let (middle, half) =
                if half.is_finite() { (cell.level - cell.lean(), half) } else { (cell.level, 0.0) };
            equations.middles.push(middle);
            equations.halves.push(half);
        }
        // The outer cells are the first and the last.
        let is_tail = |cell: Option<&Cell>| {
            usize::from(cell.is_some_and(|cell| !(cell.below + cell.above).is_finite()))
        };
        let inner = is_tail(equations.cells.first())
            ..cells - if cells > 1 { is_tail(equations.cells.last()) } else { 0 };
        law.balances(
            &equations.middles[inner.clone()],
            &equations.halves[inner.clone()],
            &mut equations.found,
        );
        for index in 0..cells {
            let cell = equations.cells[index];
            let response = if inner.contains(&index) {
                let place = index - inner.start;
                let pull = equations.found.offsets[place] - cell.lean();
                let low = (equations.found.rates_low[place], cell.below + pull);
                let high = (equations.found.rates_high[place], cell.above - pull);
                Response::new(pull, low, high)
            } else {
                cell.tail_response(law).ok_or(DesignError::EmptyCell { cell: index, cells })?
            };
            if !response.pull.is_finite() {
                return Err(DesignError::EmptyCell { cell: index, cells });
            }
            // A threshold that stays has no derivative.
            let stays = index == 0 && matches!(self.foot, Foot::Threshold(_));
            equations.push(if stays { Response { from_below: 0.0, ..response } } else { response });
        }
        Ok(())
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

    /// The finished levels, with what is left of their conditions.
    pub(super) fn into_stationary(self, law: &dyn Density, rounds: u32) -> Stationary {
        let foot_cell = match self.foot {
            // Half of the cell of the fixed level lies above it.
            Foot::Level(level) => {
                let quarter = 0.25 * self.steps.first().copied().unwrap_or(0.0);
                law.moments_around(level + quarter, quarter).affine(1.0, quarter).second
            }
            Foot::Open | Foot::Threshold(_) => 0.0,
        };
        let (mut distortion, mut residual) = (CompensatedSum::default(), 0.0);
        distortion.add(foot_cell);
        for cell in self.cells(law) {
            let moments = cell.moments(law);
            distortion.add(moments.second.max(0.0));
            residual = moments.centroid().map_or(residual, |pull| f64::max(residual, pull.abs()));
        }
        Stationary { levels: self.levels(), rounds, residual, distortion: distortion.value() }
    }
}

/// The linear equations of one Newton step, and room to work them out in.
#[derive(Debug, Default)]
pub(super) struct Equations {
    /// Centroids less levels.
    pub(super) pulls: Vec<f64>,
    lower: Vec<f64>,
    diagonal: Vec<f64>,
    upper: Vec<f64>,
    /// The largest distance of a level from its centroid.
    pub(super) residual: f64,
    cells: Vec<Cell>,
    middles: Vec<f64>,
    halves: Vec<f64>,
    found: Balances,
}

impl Equations {
    fn clear(&mut self) {
        let Self { pulls, lower, diagonal, upper, middles, halves, .. } = self;
        for values in [pulls, lower, diagonal, upper, middles, halves] {
            values.clear();
        }
        self.cells.clear();
        self.residual = 0.0;
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
