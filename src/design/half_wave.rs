//! The paper's quantizers: levels for the positive half of a law, and zero.

use super::newton::{Foot, above, refine};
use super::offset_grid::best_grid;
use super::power_of_two::best_power;
use super::uniform_step::{Grid, best_step};
use super::{Design, DesignError, Designed, check_size, distortion};
use crate::density::{Density, Rectified};
use crate::quantizer::{Codebook, CodebookError};

/// How the levels are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spacing {
    /// Each level at the centroid of its cell.
    LloydMax,
    /// Levels one step apart, zero on the grid.
    Uniform,
    /// The same, the step a power of two: scaling is a shift.
    PowerOfTwo,
}

/// What happens to small positive inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zero {
    /// `Q(x) = 0` only for `x <= 0`; every positive input goes at least to the first positive
    /// level (`t_1 = 0`). The paper's choice.
    NonPositive,
    /// Zero has a rounding cell: inputs up to half the first positive level go to it.
    Cell,
    /// Zero is not forced to be a level: the lowest level is optimised like the others, and
    /// non-positive inputs go to it.
    Free,
}

/// The half-wave quantizer of least `E (max(0, X) - Q(X))²`.
///
/// ```text
/// Q(x) = q_i if x ∈ (t_i, t_{i+1}], i = 1..m;  0 if x <= t_1
/// ```
///
/// The number of levels counts zero: two bits are four levels, zero and three positive ones. The
/// law is that of the input `X`; `max(0, X)` may be given as well, with the same result.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::{Design, HalfWave};
/// let two_bits = HalfWave::PAPER.design(&Gaussian::STANDARD, 4)?;
/// assert!((two_bits.codebook.levels()[1] - 0.538).abs() < 1e-3); // the released Caffe models
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (8) to (10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfWave {
    /// How the levels are spaced.
    pub spacing: Spacing,
    /// What happens to small positive inputs.
    pub zero: Zero,
}

/// Rounds of Newton's method that are more than any law has needed.
const ROUNDS_MAX: u32 = 200;

impl HalfWave {
    /// The paper's uniform quantizer, `t_1 = 0`.
    pub const PAPER: Self = Self { spacing: Spacing::Uniform, zero: Zero::NonPositive };

    /// What the free levels of a convention stand on; `None` when zero itself is free.
    pub(super) fn foot(zero: Zero) -> Option<Foot> {
        match zero {
            Zero::NonPositive => Some(Foot::Threshold(0.0)),
            Zero::Cell => Some(Foot::Level(0.0)),
            Zero::Free => None,
        }
    }
}

impl Design for HalfWave {
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError> {
        check_size(levels, 2)?;
        if law.as_empirical().is_some() && self.spacing == Spacing::LloydMax {
            return Err(DesignError::Unsuited {
                design: "the Lloyd-Max half wave",
                law: law.describe(),
                why: "a sample has no density; use the exact design on its rectified values",
            });
        }
        let positive = levels - 1;
        let target = Rectified::of(law);
        let (codebook, rounds, residual) = match (self.spacing, self.zero) {
            (Spacing::LloydMax, Zero::NonPositive) => {
                let found = above(law, Foot::Threshold(0.0), positive, ROUNDS_MAX)?;
                (Codebook::half_wave(found.levels, 0.0)?, found.rounds, found.residual)
            }
            (Spacing::LloydMax, Zero::Cell) => {
                let found = above(law, Foot::Level(0.0), positive, ROUNDS_MAX)?;
                let threshold = 0.5 * found.levels[0];
                (Codebook::half_wave(found.levels, threshold)?, found.rounds, found.residual)
            }
            (Spacing::LloydMax, Zero::Free) => {
                // The rounding quantizer is near: only the pull of the atom at zero is missing.
                let near = above(law, Foot::Level(0.0), positive, ROUNDS_MAX)?;
                let start: Vec<f64> = std::iter::once(0.0).chain(near.levels).collect();
                let found = refine(&target, Foot::Open, &start, ROUNDS_MAX)?;
                (Codebook::nearest(found.levels)?, near.rounds + found.rounds, found.residual)
            }
            (Spacing::Uniform, Zero::NonPositive) => uniform(law, Grid::NO_ZERO_CELL, positive)?,
            (Spacing::Uniform, Zero::Cell) => uniform(law, Grid::MID_TREAD, positive)?,
            (Spacing::PowerOfTwo, Zero::NonPositive) => {
                return powers(law, &target, Grid::NO_ZERO_CELL, positive);
            }
            (Spacing::PowerOfTwo, Zero::Cell) => {
                return powers(law, &target, Grid::MID_TREAD, positive);
            }
            (Spacing::PowerOfTwo, Zero::Free) => {
                return Err(DesignError::Unsuited {
                    design: "the power-of-two step",
                    law: law.describe(),
                    why: "its lowest level is 0; choose the zero convention non-positive or cell",
                });
            }
            (Spacing::Uniform, Zero::Free) => uniform_with_offset(&target, levels)?,
        };
        let distortion = distortion(&target, &codebook);
        Ok(Designed { codebook, distortion, rounds, residual })
    }
}

fn uniform(
    law: &dyn Density,
    grid: Grid,
    positive: usize,
) -> Result<(Codebook, u32, f64), DesignError> {
    let best = best_step(law, 0.0, grid, positive)?;
    Ok((multiples(grid, positive, best.step)?, best.rounds, best.residual))
}

/// The half-wave codebook whose positive levels are multiples of `step`.
fn multiples(grid: Grid, positive: usize, step: f64) -> Result<Codebook, CodebookError> {
    let levels = (0..positive).map(|index| grid.multiple(index) * step).collect();
    Codebook::half_wave(levels, grid.threshold(0) * step)
}

fn powers(
    law: &dyn Density,
    target: &dyn Density,
    grid: Grid,
    positive: usize,
) -> Result<Designed, DesignError> {
    let free = best_step(law, 0.0, grid, positive)?;
    best_power(law, free, |step| {
        let codebook = multiples(grid, positive, step)?;
        let distortion = distortion(target, &codebook);
        Ok(Designed { codebook, distortion, rounds: 0, residual: 0.0 })
    })
}

fn uniform_with_offset(
    target: &dyn Density,
    levels: usize,
) -> Result<(Codebook, u32, f64), DesignError> {
    let near = best_step(target, 0.0, Grid::MID_TREAD, levels - 1)?;
    let best = best_grid(target, levels, (0.0, near.step))?;
    let all = (0..levels).map(|k| best.offset + k as f64 * best.step).collect();
    Ok((Codebook::nearest(all)?, near.rounds + best.rounds, best.residual))
}
