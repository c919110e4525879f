//! One look at all the cells: how far levels are from their centroids, and where Newton would go.

use super::block::{BLOCK, Block};
use super::spacings::Spacings;
use super::{DesignError, Foot};
use crate::density::Density;
use crate::math::Interval;
use crate::math::normal::Balances;

/// The equations of Newton's step, half solved.
///
/// The matrix is tridiagonal and, for log-concave laws, diagonally dominant, so that it is
/// eliminated without pivoting while the cells go by (Thomas 1949). Only what the way back needs is
/// kept.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// `move_i = reduced_i - ratios_i · move_{i+1}`.
    ratios: Vec<f64>,
    reduced: Vec<f64>,
    is_solvable: bool,
    is_convex: bool,
    /// The largest distance of a level from its centroid.
    pub(super) residual: f64,
    lowest: f64,
    top: f64,
}

/// How a centroid answers to its cell.
#[derive(Debug, Clone, Copy, Default)]
struct Response {
    /// The centroid less the level.
    pull: f64,
    /// Half of what the centroid moves when the low end moves by 1.
    from_below: f64,
    /// The same for the high end.
    from_above: f64,
}

/// How far a step of Newton's goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stride {
    /// The largest move of a level.
    pub(super) largest: f64,
    /// The narrowest spacing after it.
    pub(super) narrowest: f64,
}

impl Round {
    /// Writes down the equations at these spacings.
    ///
    /// # Errors
    ///
    /// When a cell carries no probability.
    pub(super) fn look(
        &mut self,
        law: &dyn Density,
        spacings: &Spacings,
    ) -> Result<(), DesignError> {
        let cells = spacings.steps.len();
        self.ratios.resize(cells, 0.0);
        self.reduced.resize(cells, 0.0);
        (self.residual, self.is_solvable, self.is_convex) = (0.0, true, true);
        for_each_response(law, spacings, |block, responses| {
            if block.start == 0 {
                self.lowest = block.levels()[0];
            }
            self.top = block.levels()[block.len() - 1];
            self.eliminate(block.start, responses);
        })
    }

    fn eliminate(&mut self, start: usize, responses: &[Response]) {
        let end = start + responses.len();
        let (mut ratio, mut before) = match start {
            0 => (0.0, 0.0),
            _ => (self.ratios[start - 1], self.reduced[start - 1]),
        };
        let rows = self.ratios[start..end].iter_mut().zip(&mut self.reduced[start..end]);
        for (response, row) in responses.iter().zip(rows) {
            let Response { pull, from_below, from_above } = *response;
            // The row -b x_{i-1} + (1 - b - a) x_i - a x_{i+1} = pull, less b times the row above.
            let pivot = 1.0 - from_below - from_above + from_below * ratio;
            self.is_solvable &= pivot != 0.0 && pivot.is_finite();
            self.is_convex &= pivot > 0.0;
            // One division a row: it is what the elimination waits for.
            let inverse = 1.0 / pivot;
            ratio = -from_above * inverse;
            before = (pull + from_below * before) * inverse;
            (*row.0, *row.1) = (ratio, before);
            self.residual = self.residual.max(pull.abs());
        }
    }

    /// Writes the spacings after Newton's step from `now` to `next`; `None` when there is no step,
    /// or it would leave the support or put levels out of order.
    pub(super) fn step(
        &self,
        now: &Spacings,
        next: &mut Spacings,
        support: Interval,
    ) -> Option<Stride> {
        if !self.is_solvable {
            return None;
        }
        let cells = now.steps.len();
        next.foot = now.foot;
        next.steps.resize(cells, 0.0);
        let mut by = *self.reduced.last()?;
        let top = self.top + by;
        let mut stride = Stride { largest: by.abs(), narrowest: f64::INFINITY };
        let mut is_ordered = true;
        for cell in (1..cells).rev() {
            let below = self.reduced[cell - 1] - self.ratios[cell - 1] * by;
            let gap = now.steps[cell] + (by - below);
            next.steps[cell] = gap;
            by = below;
            is_ordered &= gap > 0.0;
            stride.narrowest = if gap < stride.narrowest { gap } else { stride.narrowest };
            stride.largest = if by.abs() > stride.largest { by.abs() } else { stride.largest };
        }
        let lowest = now.steps[0] + by;
        next.steps[0] = lowest;
        match now.foot {
            Foot::Open => is_ordered &= lowest > support.low,
            Foot::Threshold(_) | Foot::Level(_) => {
                is_ordered &= lowest > 0.0;
                stride.narrowest = stride.narrowest.min(lowest);
            }
        }
        (is_ordered && top.is_finite() && top <= support.high).then_some(stride)
    }

    /// Whether the second derivatives of the distortion are positive definite.
    ///
    /// They are twice this matrix with each row times the probability of its cell, so that both
    /// have pivots of the same signs, and by Sturm's theorem as many negative eigenvalues as
    /// negative pivots.
    pub(super) fn is_convex(&self) -> bool {
        self.is_convex
    }

    /// The largest absolute level, which sets the rounding of all of them.
    pub(super) fn magnitude(&self) -> f64 {
        self.lowest.abs().max(self.top.abs())
    }
}

/// The distance of every centroid from its level: the moves of a step of Lloyd's iteration.
pub(super) fn pulls(law: &dyn Density, spacings: &Spacings) -> Result<Vec<f64>, DesignError> {
    let mut pulls = Vec::with_capacity(spacings.steps.len());
    for_each_response(law, spacings, |_, responses| {
        pulls.extend(responses.iter().map(|response| response.pull));
    })?;
    Ok(pulls)
}

/// Hands over the cells and how their centroids answer, lowest first, a block at a time.
///
/// # Errors
///
/// When a cell carries no probability.
fn for_each_response(
    law: &dyn Density,
    spacings: &Spacings,
    mut look: impl FnMut(&Block, &[Response]),
) -> Result<(), DesignError> {
    let cells = spacings.steps.len();
    let mut found = Balances::default();
    let mut responses = [Response::default(); BLOCK];
    spacings.for_each_block(law, |block| {
        let responses = &mut responses[..block.len()];
        law.balances(block.middles(), block.halves(), &mut found);
        inner_responses(block, &found, responses);
        if block.start == 0 || block.start + block.len() == cells {
            outer_responses(law, spacings, block, responses)?;
        }
        if let Some(cell) = responses.iter().position(|response| !response.pull.is_finite()) {
            return Err(DesignError::EmptyCell { cell: block.start + cell, cells });
        }
        look(block, responses);
        Ok(())
    })
}

/// The responses of bounded cells; what it writes for outer ones is to be replaced.
fn inner_responses(block: &Block, found: &Balances, responses: &mut [Response]) {
    for (cell, response) in responses.iter_mut().enumerate() {
        let pull = found.offsets[cell] - block.lean(cell);
        let low = (found.rates_low[cell], block.below[cell] + pull);
        let high = (found.rates_high[cell], block.above[cell] - pull);
        *response = Response::new(pull, low, high);
    }
}

/// The responses of cells known by their ends, and of one that stands on a threshold that stays.
fn outer_responses(
    law: &dyn Density,
    spacings: &Spacings,
    block: &Block,
    responses: &mut [Response],
) -> Result<(), DesignError> {
    let cells = spacings.steps.len();
    for (cell, response) in responses.iter_mut().enumerate() {
        if let Some(ends) = block.by_ends(cell) {
            let distances = (block.below[cell], block.above[cell]);
            let found = Response::by_ends(law, block.levels()[cell], ends, distances);
            *response = found.ok_or(DesignError::EmptyCell { cell: block.start + cell, cells })?;
        }
    }
    if block.start == 0 && matches!(spacings.foot, Foot::Threshold(_)) {
        responses[0].from_below = 0.0;
    }
    Ok(())
}

impl Response {
    /// `∂c/∂low = p(low)(c - low)/P` and `∂c/∂high = p(high)(high - c)/P`, and each threshold moves
    /// half as far as either of its levels.
    fn new(pull: f64, low: (f64, f64), high: (f64, f64)) -> Self {
        // A density that is infinite on an end (a pole) would spoil the whole matrix; without it
        // the step is a little worse.
        let rate = |(density, distance): (f64, f64)| {
            if density < f64::INFINITY { 0.5 * density * distance.abs() } else { 0.0 }
        };
        Self { pull, from_below: rate(low), from_above: rate(high) }
    }

    /// The response of a cell that is known by its ends; `None` without probability.
    fn by_ends(
        law: &dyn Density,
        level: f64,
        cell: Interval,
        (below, above): (f64, f64),
    ) -> Option<Self> {
        // Distances are taken from the far end that there is.
        let (end, to_level) = if above.is_finite() {
            (cell.high, -above)
        } else if below.is_finite() {
            (cell.low, below)
        } else {
            (level, 0.0)
        };
        let moments = law.moments_about(cell, end);
        let pull = moments.centroid()? - to_level;
        let rate = |end: f64, distance: f64| {
            if end.is_finite() { (law.pdf(end) / moments.mass, distance) } else { (0.0, 0.0) }
        };
        Some(Self::new(pull, rate(cell.low, below + pull), rate(cell.high, above - pull)))
    }
}
