//! The best step of a quantizer whose levels are multiples of it.

use super::{Design, DesignError, Designed, check_size, distortion};
use crate::density::Density;
use crate::math::{Interval, bracketed_root};
use crate::quantizer::Codebook;

/// The symmetric uniform quantizer of least distortion.
///
/// Levels `(i - ½)·Δ` on both sides for an even number (mid-rise), `i·Δ` with 0 among them for an
/// odd number (mid-tread), about the centre of the law; thresholds at midpoints, outer cells
/// unbounded.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::{Design, UniformStep};
/// let four = UniformStep.design(&Gaussian::STANDARD, 4)?;
/// let levels = four.codebook.levels();
/// assert!((levels[1] - levels[0] - 0.9957).abs() < 5e-5); // Max 1960, table II
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
///
/// # References
///
/// Max, "Quantizing for minimum distortion", IRE Trans. Inf. Theory 6, 1960, table II.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UniformStep;

impl Design for UniformStep {
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError> {
        check_size(levels, 2)?;
        let Some(centre) = law.centre() else {
            return Err(DesignError::Unsuited {
                design: "the symmetric uniform quantizer",
                law: law.describe(),
                why: "the law is not symmetric; use the half-wave or the Lloyd-Max design",
            });
        };
        let grid = if levels.is_multiple_of(2) { Grid::MID_RISE } else { Grid::MID_TREAD };
        let best = best_step(law, centre, grid, levels / 2)?;
        let offset = |index: usize| grid.multiple(index) * best.step;
        let below = (0..levels / 2).rev().map(|index| centre - offset(index));
        let middle = (levels % 2 == 1).then_some(centre);
        let above = (0..levels / 2).map(|index| centre + offset(index));
        let codebook = Codebook::nearest(below.chain(middle).chain(above).collect())?;
        let distortion = distortion(law, &codebook);
        Ok(Designed { codebook, distortion, rounds: best.rounds, residual: best.residual })
    }
}

/// Which multiples of the step are levels, and where the lowest of their cells begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grid {
    /// The lowest level, in steps; the others follow one step apart.
    first: f64,
    /// The lowest threshold, in steps; the others are midpoints.
    foot: f64,
}

impl Grid {
    /// Levels ½, 1½, … steps: the upper half of a quantizer with a threshold at 0.
    pub(super) const MID_RISE: Self = Self { first: 0.5, foot: 0.0 };
    /// Levels 1, 2, … steps above a level 0 with a rounding cell of its own.
    pub(super) const MID_TREAD: Self = Self { first: 1.0, foot: 0.5 };
    /// Levels 1, 2, … steps, and every positive input goes at least to the first.
    pub(super) const NO_ZERO_CELL: Self = Self { first: 1.0, foot: 0.0 };

    /// The level `index`, in steps.
    pub(super) fn multiple(self, index: usize) -> f64 {
        self.first + index as f64
    }

    /// The lower threshold of the cell of level `index`, in steps.
    pub(super) fn threshold(self, index: usize) -> f64 {
        if index == 0 { self.foot } else { self.multiple(index) - 0.5 }
    }
}

/// A step with the evidence that it is stationary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BestStep {
    pub(super) step: f64,
    pub(super) rounds: u32,
    /// How far it is from `Σ k·∫x dP / Σ k²·∫dP`, the step that its own cells ask for.
    pub(super) residual: f64,
}

/// The step of least distortion for `count` levels above `origin`.
///
/// `dD/dΔ = -2 Σ_k k ∫_cell (x - kΔ) dP`: the thresholds contribute nothing, midpoints because the
/// error is the same on both sides, the foot because it stays or is a midpoint too.
pub(super) fn best_step(
    law: &dyn Density,
    origin: f64,
    grid: Grid,
    count: usize,
) -> Result<BestStep, DesignError> {
    let above = law.moments_about(Interval::new(origin, f64::INFINITY), origin);
    if above.mass <= 0.0 || above.second <= 0.0 {
        return Err(DesignError::EmptyCell { cell: 0, cells: count });
    }
    let pull = |step: f64| weighted_pulls(law, origin, grid, count, step).0;
    // A grid that ends at a quarter of the root mean square is too narrow for most laws, whatever
    // their scale. From there to the nearest step at which the pull changes its sign.
    let mut low = 0.25 * (above.second / above.mass).sqrt() / grid.multiple(count - 1);
    let mut high = 1.5 * low;
    let mut searches = 0;
    while pull(low) <= 0.0 && searches < SEARCHES_MAX {
        (low, high) = (low / 1.5, low);
        searches += 1;
    }
    while pull(high) > 0.0 && searches < SEARCHES_MAX {
        (low, high) = (high, 1.5 * high);
        searches += 1;
    }
    let Some(root) = bracketed_root(pull, low, high) else {
        return Err(DesignError::NotConverged { rounds: searches, moved: high - low });
    };
    let (pull, weight) = weighted_pulls(law, origin, grid, count, root.x);
    let rounds = root.rounds + searches;
    Ok(BestStep { step: root.x, rounds, residual: (pull / weight).abs() })
}

/// A grid 1.5^64 ≈ 10^11 times narrower or wider than the root mean square suits no law.
const SEARCHES_MAX: u32 = 64;

/// `Σ k ∫_cell (x - kΔ) dP` and `Σ k² ∫_cell dP`.
fn weighted_pulls(
    law: &dyn Density,
    origin: f64,
    grid: Grid,
    count: usize,
    step: f64,
) -> (f64, f64) {
    let mut low = origin + grid.threshold(0) * step;
    let (mut pulls, mut weight) = (0.0, 0.0);
    for index in 0..count {
        let multiple = grid.multiple(index);
        let high = if index + 1 == count {
            f64::INFINITY
        } else {
            origin + grid.threshold(index + 1) * step
        };
        let moments = law.moments_about(Interval::new(low, high), origin + multiple * step);
        pulls += multiple * moments.first;
        weight += multiple * multiple * moments.mass;
        low = high;
    }
    (pulls, weight)
}
