//! The best step of a quantizer whose levels are multiples of it.

use super::{Design, DesignError, Designed, check_size, distortion};
use crate::density::Density;
use crate::math::{Interval, newton_root};
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
        let (best, centre) = best(law, levels)?;
        let designed = uniform(law, centre, levels, best.step)?;
        Ok(Designed { rounds: best.rounds, residual: best.residual, ..designed })
    }
}

/// The best step for `levels` levels about the centre of a symmetric law, and that centre.
pub(super) fn best(law: &dyn Density, levels: usize) -> Result<(BestStep, f64), DesignError> {
    let Some(centre) = law.centre() else {
        return Err(DesignError::Unsuited {
            design: "the symmetric uniform quantizer",
            law: law.describe(),
            why: "the law is not symmetric; use the half-wave or the Lloyd-Max design",
        });
    };
    Ok((best_step(law, centre, Grid::of(levels), levels / 2)?, centre))
}

/// The quantizer of `levels` levels, a given step apart, about a centre, with its distortion.
pub(super) fn uniform(
    law: &dyn Density,
    centre: f64,
    levels: usize,
    step: f64,
) -> Result<Designed, DesignError> {
    let grid = Grid::of(levels);
    let offset = |index: usize| grid.multiple(index) * step;
    let below = (0..levels / 2).rev().map(|index| centre - offset(index));
    let middle = (levels % 2 == 1).then_some(centre);
    let above = (0..levels / 2).map(|index| centre + offset(index));
    let codebook = Codebook::nearest(below.chain(middle).chain(above).collect())?;
    let distortion = distortion(law, &codebook);
    Ok(Designed { codebook, distortion, rounds: 0, residual: 0.0 })
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

    /// The upper half of a symmetric quantizer of `levels` levels.
    fn of(levels: usize) -> Self {
        if levels.is_multiple_of(2) { Self::MID_RISE } else { Self::MID_TREAD }
    }

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
    let look = |step: f64| Look::at(law, origin, grid, count, step);
    let rms = (above.second / above.mass).sqrt();
    let mut searches = 0;
    let (low, high, start) = if law.is_log_concave_above_zero() {
        // One peak, one best step. A grid of nothing is too narrow and one of a single cell too
        // wide; for the normal law the start is within a tenth.
        let top = grid.multiple(count - 1);
        let start = rms * (0.8 + 0.75 * libm::log(top.max(1.0))) / top;
        ((0.0, above.first), (64.0 * start, -above.first), start)
    } else {
        bracket(look, rms / grid.multiple(count - 1), &mut searches)
    };
    let mut weight = 0.0;
    let newton = |step: f64| {
        let look = look(step);
        weight = look.weight;
        (look.pull, look.slope)
    };
    let Some(root) = newton_root(newton, low, high, start) else {
        return Err(DesignError::NotConverged { rounds: searches, moved: high.0 - low.0 });
    };
    let rounds = root.rounds + searches;
    Ok(BestStep { step: root.x, rounds, residual: (root.residual / weight).abs() })
}

/// A step and the pull on it.
type Probe = (f64, f64);

/// The nearest steps between which the pull changes its sign, from a grid on that is too narrow for
/// most laws, and where a straight line between them puts the change.
fn bracket(look: impl Fn(f64) -> Look, widest: f64, searches: &mut u32) -> (Probe, Probe, f64) {
    // Ending at a quarter of the root mean square.
    let mut low = 0.25 * widest;
    let mut at_low = look(low).pull;
    while at_low <= 0.0 && *searches < SEARCHES_MAX {
        low /= 1.5;
        at_low = look(low).pull;
        *searches += 1;
    }
    let (mut high, mut at_high) = (low, at_low);
    while at_high > 0.0 && *searches < SEARCHES_MAX {
        (low, at_low) = (high, at_high);
        high *= 1.5;
        at_high = look(high).pull;
        *searches += 1;
    }
    ((low, at_low), (high, at_high), low + (high - low) * (at_low / (at_low - at_high)))
}

/// A grid 1.5^64 ≈ 10^11 times narrower or wider than the root mean square suits no law.
const SEARCHES_MAX: u32 = 64;

/// Half of the downhill slope of the distortion against the step, and how it changes.
#[derive(Debug, Clone, Copy)]
struct Look {
    /// `Σ k ∫_cell (x - kΔ) dP`.
    pull: f64,
    /// `Σ k² ∫_cell dP`: how fast the pull would fall if the cells stayed.
    weight: f64,
    /// `Δ Σ (k + ½)² p((k + ½)Δ) - weight`: how fast it does, the midpoints moving too.
    slope: f64,
}

impl Look {
    fn at(law: &dyn Density, origin: f64, grid: Grid, count: usize, step: f64) -> Self {
        let mut low = origin + grid.threshold(0) * step;
        let (mut pull, mut weight, mut moving) = (0.0, 0.0, 0.0);
        for index in 0..count {
            let multiple = grid.multiple(index);
            let level = origin + multiple * step;
            let edge = grid.threshold(index + 1);
            let high = if index + 1 == count { f64::INFINITY } else { origin + edge * step };
            // Cells with a level in the middle are known by it: their ends, rounded, would cost
            // digits. Where the law has points of its own all cells must share their ends.
            let is_centred = (grid.threshold(index) - (multiple - 0.5)).abs() <= 0.0;
            let moments = if high.is_finite() && is_centred && law.smooth_half(level) >= 0.5 * step
            {
                law.moments_around(level, 0.5 * step)
            } else {
                law.moments_about(Interval::new(low, high), level)
            };
            pull += multiple * moments.first;
            weight += multiple * multiple * moments.mass;
            if high.is_finite() {
                moving += edge * edge * law.pdf(high);
            }
            low = high;
        }
        if grid.foot > 0.0 {
            moving += grid.foot * grid.foot * law.pdf(origin + grid.foot * step);
        }
        let slope = step * moving - weight;
        // A density that is infinite on an edge (a pole) says nothing about the slope.
        Self { pull, weight, slope: if slope < 0.0 { slope } else { -weight } }
    }
}
