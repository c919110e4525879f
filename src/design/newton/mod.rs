//! Newton's method on the conditions "every level is the centroid of its cell".

mod block;
mod round;
mod spacings;
mod steps;

use round::{Round, Stride, pulls};
use spacings::Spacings;
pub use steps::newton_steps;

use super::start::{compander, spread};
use super::{Design, DesignError, Designed, check_size};
use crate::density::{Affine, Density};
use crate::math::Interval;
use crate::quantizer::Codebook;

/// The Lloyd-Max quantizer of a law with a density, to the last digits, in a handful of rounds.
///
/// It solves `G_i = q_i - c_i = 0`, where `c_i` is the centroid of the cell of `q_i` and the
/// thresholds are midpoints. In this form, unlike `q_i p_i - ∫ x dP`, full steps are accepted from
/// the companding start at every size. Symmetric log-concave laws are solved on one side, which
/// halves the work and removes a direction in which the Laplace law is flat. The unknowns are the
/// spacings, so that sixteen digits are left at 2²⁰ levels. A stretched law is designed for
/// unstretched.
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

impl Foot {
    /// What the free levels of the optimal quantizer of a law stand on: the centre, where the law
    /// and therefore the quantizer is symmetric; the edge of the support, where there is one.
    pub(super) fn of(law: &dyn Density, levels: usize) -> Self {
        let low = law.support().low;
        match law.centre().filter(|_| law.is_log_concave() && levels > 1) {
            Some(centre) if levels.is_multiple_of(2) => Self::Threshold(centre),
            Some(centre) => Self::Level(centre),
            None if low.is_finite() && law.atoms().is_empty() => Self::Threshold(low),
            None => Self::Open,
        }
    }

    pub(super) fn position(self) -> f64 {
        match self {
            Self::Open => 0.0,
            Self::Threshold(position) | Self::Level(position) => position,
        }
    }
}

/// Levels that satisfy the centroid condition, with the evidence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stationary {
    pub(super) levels: Vec<f64>,
    pub(super) rounds: u32,
    /// Largest distance of a level from its centroid.
    pub(super) residual: f64,
    /// `∫ (x - Q(x))² dP` above the foot.
    pub(super) distortion: f64,
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
        if let Some(affine) = law.as_affine() {
            return stretched(&self.design(affine.law(), levels)?, affine);
        }
        let foot = Foot::of(law, levels);
        if !law.is_log_concave() || law.centre().is_none() || levels == 1 {
            let found = refine(law, foot, &spread(law, levels)?, self.rounds_max)?;
            return finish(found.levels.clone(), found.distortion, &found);
        }
        let centre = foot.position();
        let found = above(law, foot, levels / 2, self.rounds_max)?;
        let below = found.levels.iter().rev().map(|level| 2.0 * centre - level);
        let middle = (levels % 2 == 1).then_some(centre);
        let all = below.chain(middle).chain(found.levels.iter().copied()).collect();
        finish(all, 2.0 * found.distortion, &found)
    }
}

fn finish(levels: Vec<f64>, distortion: f64, found: &Stationary) -> Result<Designed, DesignError> {
    let codebook = Codebook::nearest(levels)?;
    Ok(Designed { codebook, distortion, rounds: found.rounds, residual: found.residual })
}

/// The design for `scale·X + shift` from that for `X`.
pub(super) fn stretched(designed: &Designed, affine: &Affine) -> Result<Designed, DesignError> {
    let scale = affine.scale();
    let mut levels: Vec<f64> =
        designed.codebook.levels().iter().map(|q| scale * q + affine.shift()).collect();
    if scale < 0.0 {
        levels.reverse();
    }
    Ok(Designed {
        codebook: Codebook::nearest(levels)?,
        distortion: scale * (scale * designed.distortion),
        residual: scale.abs() * designed.residual,
        rounds: designed.rounds,
    })
}

/// The part of the companded range that an exponential tail leaves to no level, in cells.
///
/// The offsets of the exponential law, `a = 1 - w/(e^w - 1)`, `w = a + a_k`, tend to `3/2/(k + 0.56)`
/// (Sullivan 1996), and the levels of the normal law, measured, to the same within a few percent.
/// With it the start is wrong by O(1/N²) of a spacing in the middle, without it by O(1/N).
const TAIL_CELLS: f64 = 0.55;

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
    let tail = if law.support().high.is_infinite() { TAIL_CELLS } else { 0.0 };
    let cells = count as f64 + foot_cells + tail;
    let positions = (0..count).map(|index| (index as f64 + 0.5 + foot_cells) / cells);
    let start = compander(law, Interval::new(low, f64::INFINITY), count, positions)?;
    refine(law, foot, &start, rounds_max)
}

/// Drives levels to their centroids.
pub(super) fn refine(
    law: &dyn Density,
    foot: Foot,
    start: &[f64],
    rounds_max: u32,
) -> Result<Stationary, DesignError> {
    let mut now = Spacings::new(foot, start);
    let mut next = now.clone();
    let mut round = Round::default();
    round.look(law, &now)?;
    let support = law.support();
    for rounds in 1..=rounds_max {
        let stride = round.step(&now, &mut next, support);
        if stride.is_some_and(|stride| law.is_log_concave() && settles(stride, &round)) {
            return Ok(finished(&next, law, rounds));
        }
        let (residual, magnitude) = (round.residual, round.magnitude());
        let is_better =
            stride.is_some() && round.look(law, &next).is_ok() && round.residual < residual;
        if is_better {
            std::mem::swap(&mut now, &mut next);
        } else if residual <= 64.0 * f64::EPSILON * magnitude {
            // Nothing is left to gain: what remains is the rounding of the spacings themselves.
            return Ok(finished(&now, law, rounds));
        } else {
            // Too far out for Newton. Lloyd's step is always in order and never worsens.
            now = now.moved(&pulls(law, &now)?);
            round.look(law, &now)?;
        }
    }
    Err(DesignError::NotConverged { rounds: rounds_max, moved: round.residual })
}

/// What Newton's method would do next at a finished codebook.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Outlook {
    /// The largest move of a level that is left, if there is a step at all.
    pub(super) move_left: Option<f64>,
    /// Whether the second derivatives of the distortion are positive definite.
    pub(super) is_convex: bool,
}

/// Looks at levels above a foot; `None` when a cell carries no probability.
pub(super) fn outlook(law: &dyn Density, foot: Foot, levels: &[f64]) -> Option<Outlook> {
    let now = Spacings::new(foot, levels);
    let mut round = Round::default();
    round.look(law, &now).ok()?;
    let stride = round.step(&now, &mut now.clone(), law.support());
    Some(Outlook { move_left: stride.map(|stride| stride.largest), is_convex: round.is_convex() })
}

/// Whether the step after this one would be lost in rounding.
fn settles(stride: Stride, before: &Round) -> bool {
    // Newton squares the error in units of the spacing: what is left is about m²/d. (At the saddle
    // points of laws that are not log-concave it may be much more.)
    let left = stride.largest * (stride.largest / stride.narrowest);
    stride.narrowest.is_finite() && left <= 0.01 * f64::EPSILON * before.magnitude()
}

fn finished(spacings: &Spacings, law: &dyn Density, rounds: u32) -> Stationary {
    let (distortion, residual) = spacings.distortion_and_residual(law);
    Stationary { levels: spacings.levels(), rounds, residual, distortion }
}
