//! Newton's method on the conditions "every level is the centroid of its cell".

use super::start::{compander, spread};
use super::{Design, DesignError, Designed, check_size, distortion};
use crate::density::Density;
use crate::math::{Interval, solve_tridiagonal};
use crate::quantizer::Codebook;

/// The Lloyd-Max quantizer of a law with a density, to the last digits, in a handful of rounds.
///
/// It solves `G_i = q_i - c_i = 0`, where `c_i` is the centroid of the cell of `q_i` and the
/// thresholds are midpoints. In this form, unlike `q_i p_i - ∫ x dP`, full steps are accepted from
/// the companding start at every size. Symmetric log-concave laws are solved on one side, which
/// halves the work and removes a direction in which the Laplace law is flat.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::{Design, Newton};
/// let four = Newton::default().design(&Gaussian::STANDARD, 4)?;
/// assert!((four.codebook.levels()[3] - 1.510).abs() < 5e-4); // Max 1960, table I
/// assert!((four.distortion - 0.1175).abs() < 5e-5);
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
///
/// # References
///
/// Max, "Quantizing for minimum distortion", IRE Trans. Inf. Theory 6, 1960; Lloyd, "Least squares
/// quantization in PCM", IEEE Trans. Inf. Theory 28, 1982; Fleischer 1964 for the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newton {
    /// Most rounds before giving up.
    pub rounds_max: u32,
}

impl Default for Newton {
    fn default() -> Self {
        Self { rounds_max: 200 }
    }
}

/// What lies below the lowest level that is to be found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Foot {
    /// Nothing: its cell reaches down to `-∞`.
    Open,
    /// A threshold that stays where it is.
    Threshold(f64),
    /// A level that stays where it is; the threshold is the midpoint.
    Level(f64),
}

/// Levels that satisfy the centroid condition, with the evidence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stationary {
    pub(super) levels: Vec<f64>,
    pub(super) rounds: u32,
    /// Largest distance of a level from its centroid.
    pub(super) residual: f64,
}

impl Design for Newton {
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError> {
        check_size(levels, 1)?;
        if law.as_empirical().is_some() {
            return Err(DesignError::Unsuited {
                design: "Newton's method",
                law: law.describe(),
                why: "a sample has no density; use the exact or the Lloyd-Max design",
            });
        }
        let Some(centre) = law.centre().filter(|_| law.is_log_concave() && levels > 1) else {
            let found = refine(law, Foot::Open, spread(law, levels)?, self.rounds_max)?;
            return finish(law, found.levels.clone(), &found);
        };
        let foot =
            if levels.is_multiple_of(2) { Foot::Threshold(centre) } else { Foot::Level(centre) };
        let found = above(law, foot, levels / 2, self.rounds_max)?;
        let below = found.levels.iter().rev().map(|level| 2.0 * centre - level);
        let middle = (levels % 2 == 1).then_some(centre);
        let all = below.chain(middle).chain(found.levels.iter().copied()).collect();
        finish(law, all, &found)
    }
}

fn finish(
    law: &dyn Density,
    levels: Vec<f64>,
    found: &Stationary,
) -> Result<Designed, DesignError> {
    let codebook = Codebook::nearest(levels)?;
    let distortion = distortion(law, &codebook);
    Ok(Designed { codebook, distortion, rounds: found.rounds, residual: found.residual })
}

/// The optimal `count` levels above a foot.
pub(super) fn above(
    law: &dyn Density,
    foot: Foot,
    count: usize,
    rounds_max: u32,
) -> Result<Stationary, DesignError> {
    let (low, foot_cells) = match foot {
        Foot::Open => (f64::NEG_INFINITY, 0.0),
        Foot::Threshold(threshold) => (threshold, 0.0),
        // Half of the cell of the fixed level lies above it.
        Foot::Level(level) => (level, 0.5),
    };
    let cells = count as f64 + foot_cells;
    let positions = (0..count).map(|index| (index as f64 + 0.5 + foot_cells) / cells);
    let start = compander(law, Interval::new(low, f64::INFINITY), count, positions)?;
    refine(law, foot, start, rounds_max)
}

/// Drives levels to their centroids.
pub(super) fn refine(
    law: &dyn Density,
    foot: Foot,
    start: Vec<f64>,
    rounds_max: u32,
) -> Result<Stationary, DesignError> {
    let mut now = State::at(law, foot, start)?;
    for rounds in 1..=rounds_max {
        let next = now
            .newton_step()
            .filter(|levels| in_order(law, foot, levels))
            .and_then(|levels| State::at(law, foot, levels).ok())
            .filter(|next| next.residual < now.residual);
        now = match next {
            Some(next) => next,
            // Nothing is left to gain: what remains is the rounding of the levels themselves.
            None if now.residual <= 64.0 * f64::EPSILON * now.magnitude() => {
                return Ok(Stationary { residual: now.residual, levels: now.levels, rounds });
            }
            // Too far out for Newton. Lloyd's step is always in order and never worsens.
            None => State::at(law, foot, now.lloyd_step())?,
        };
    }
    Err(DesignError::NotConverged { rounds: rounds_max, moved: now.residual })
}

fn in_order(law: &dyn Density, foot: Foot, levels: &[f64]) -> bool {
    let support = law.support();
    let floor = match foot {
        Foot::Open => support.low,
        Foot::Threshold(value) | Foot::Level(value) => value,
    };
    levels.windows(2).all(|pair| pair[0] < pair[1])
        && levels.iter().all(|&level| level > floor && level <= support.high)
}

/// Levels with the pulls of their centroids and the derivatives of those.
#[derive(Debug)]
struct State {
    levels: Vec<f64>,
    /// `c_i - q_i`.
    pulls: Vec<f64>,
    lower: Vec<f64>,
    diagonal: Vec<f64>,
    upper: Vec<f64>,
    residual: f64,
}

impl State {
    fn at(law: &dyn Density, foot: Foot, levels: Vec<f64>) -> Result<Self, DesignError> {
        let cells = levels.len();
        let mut state = Self {
            pulls: Vec::with_capacity(cells),
            lower: Vec::with_capacity(cells),
            diagonal: Vec::with_capacity(cells),
            upper: Vec::with_capacity(cells),
            residual: 0.0,
            levels,
        };
        // Neighbours share a threshold and with it the density there.
        let (mut low, mut density_low) = match foot {
            Foot::Open => (f64::NEG_INFINITY, 0.0),
            // A threshold that stays has no derivative.
            Foot::Threshold(threshold) => (threshold, 0.0),
            Foot::Level(level) => {
                let threshold = level.midpoint(state.levels[0]);
                (threshold, law.pdf(threshold))
            }
        };
        for cell in 0..cells {
            let level = state.levels[cell];
            let high =
                state.levels.get(cell + 1).map_or(f64::INFINITY, |next| level.midpoint(*next));
            let density_high = if high.is_finite() { law.pdf(high) } else { 0.0 };
            let moments = law.moments_about(Interval::new(low, high), level);
            let Some(pull) = moments.centroid() else {
                return Err(DesignError::EmptyCell { cell, cells });
            };
            // ∂c/∂low = p(low)(c - low)/P and ∂c/∂high = p(high)(high - c)/P, and each threshold
            // moves half as far as either of its levels.
            let half_rate = |density: f64, end: f64| {
                if density > 0.0 {
                    0.5 * density * (level + pull - end).abs() / moments.mass
                } else {
                    0.0
                }
            };
            let (from_below, from_above) =
                (half_rate(density_low, low), half_rate(density_high, high));
            state.pulls.push(pull);
            state.lower.push(-from_below);
            state.diagonal.push(1.0 - from_below - from_above);
            state.upper.push(-from_above);
            state.residual = state.residual.max(pull.abs());
            (low, density_low) = (high, density_high);
        }
        Ok(state)
    }

    /// The levels after a Newton step; `None` when the matrix is singular.
    fn newton_step(&self) -> Option<Vec<f64>> {
        let step = solve_tridiagonal(&self.lower, &self.diagonal, &self.upper, self.pulls.clone())?;
        Some(self.levels.iter().zip(step).map(|(level, step)| level + step).collect())
    }

    /// The centroids.
    fn lloyd_step(&self) -> Vec<f64> {
        self.levels.iter().zip(&self.pulls).map(|(level, pull)| level + pull).collect()
    }

    /// The largest absolute level, which sets the rounding of all of them.
    fn magnitude(&self) -> f64 {
        self.levels.iter().fold(0.0, |largest, level| f64::max(largest, level.abs()))
    }
}
