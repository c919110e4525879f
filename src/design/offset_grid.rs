//! The best grid of levels `a + kΔ` when both the offset and the step are free.

use super::DesignError;
use crate::density::Density;
use crate::math::{CompensatedSum, Interval};

/// An offset and a step with the evidence that they are stationary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OffsetGrid {
    pub(super) offset: f64,
    pub(super) step: f64,
    pub(super) rounds: u32,
    /// The larger of the two corrections that the cells of the grid still ask for.
    pub(super) residual: f64,
}

/// Rounds that are more than any law has needed.
const ROUNDS_MAX: u32 = 2000;

/// The grid of `levels` levels of least distortion, from a start near it.
///
/// With the cells held fixed, offset and step are a regression of `x` on `k`, which never raises
/// the distortion; Newton's method, which lets the midpoints follow, is tried first.
pub(super) fn best_grid(
    law: &dyn Density,
    levels: usize,
    (offset, step): (f64, f64),
) -> Result<OffsetGrid, DesignError> {
    let mut now = State::at(law, levels, offset, step);
    for rounds in 1..=ROUNDS_MAX {
        let newton = now
            .solve(now.hessian())
            .filter(|&(_, step)| step > 0.0)
            .map(|(offset, step)| State::at(law, levels, offset, step))
            .filter(|next| next.residual < now.residual);
        now = match newton {
            Some(next) => next,
            None if now.residual <= 64.0 * f64::EPSILON * now.top => {
                let State { offset, step, residual, .. } = now;
                return Ok(OffsetGrid { offset, step, rounds, residual });
            }
            None => {
                let regression = now.solve(now.regression);
                let (offset, step) = regression
                    .filter(|&(_, step)| step > 0.0)
                    .ok_or(DesignError::EmptyCell { cell: 0, cells: levels })?;
                State::at(law, levels, offset, step)
            }
        };
    }
    Err(DesignError::NotConverged { rounds: ROUNDS_MAX, moved: now.residual })
}

/// The grid of `levels` levels of least distortion that lies downhill of a start, however far.
///
/// Newton's method with its steps halved until the distortion falls, else the regression; at the
/// bottom the last digits come from Newton's method alone.
pub(super) fn descend(law: &dyn Density, levels: usize, (offset, step): (f64, f64)) -> OffsetGrid {
    let mut now = State::at(law, levels, offset, step);
    let newton = |now: &State| now.solve(now.hessian()).filter(|&(_, step)| step > 0.0);
    let mut rounds = 0;
    while rounds < DESCENT_ROUNDS_MAX {
        rounds += 1;
        // The regression never raises the distortion; it is there for where Newton's method does.
        let whole = newton(&now).into_iter().flat_map(|target| {
            (0..12).map(move |halvings| (target, libm::exp2(-f64::from(halvings))))
        });
        let regression = now.solve(now.regression).filter(|&(_, step)| step > 0.0);
        let mut tries =
            whole.chain(regression.map(|target| (target, 1.0))).map(|(target, share)| {
                let (by, wider) = (share * (target.0 - now.offset), share * (target.1 - now.step));
                State::at(law, levels, now.offset + by, now.step + wider)
            });
        let Some(lower) = tries.find(|next| next.distortion < now.distortion) else { break };
        now = lower;
    }
    while let Some((offset, step)) = newton(&now).filter(|_| rounds < 2 * DESCENT_ROUNDS_MAX) {
        rounds += 1;
        let next = State::at(law, levels, offset, step);
        if next.residual.is_nan() || next.residual >= now.residual {
            break;
        }
        now = next;
    }
    OffsetGrid { offset: now.offset, step: now.step, rounds, residual: now.residual }
}

const DESCENT_ROUNDS_MAX: u32 = 200;

/// A symmetric matrix of two rows: `[aa, ab; ab, bb]`.
type Symmetric = [f64; 3];

/// A grid with half of the downhill gradient of its distortion, and the second derivatives.
#[derive(Debug, Clone, Copy)]
struct State {
    offset: f64,
    step: f64,
    top: f64,
    /// `Σ ∫(x - q_k) dP` and `Σ k ∫(x - q_k) dP`.
    pulls: (f64, f64),
    /// `Σ P_k`, `Σ k P_k`, `Σ k² P_k`: the curvature with the cells held fixed.
    regression: Symmetric,
    /// `Δ Σ p(t) (1, k + ½, (k + ½)²)` over the midpoints: what their moving takes off.
    moving: Symmetric,
    residual: f64,
    distortion: f64,
}

impl State {
    fn at(law: &dyn Density, levels: usize, offset: f64, step: f64) -> Self {
        let mut pulls = (0.0, 0.0);
        let (mut regression, mut moving) = ([0.0; 3], [0.0; 3]);
        let mut distortion = CompensatedSum::default();
        let mut low = f64::NEG_INFINITY;
        for index in 0..levels {
            let k = index as f64;
            let high = if index + 1 == levels { f64::INFINITY } else { offset + (k + 0.5) * step };
            let moments = law.moments_about(Interval::new(low, high), offset + k * step);
            distortion.add(moments.second.max(0.0));
            pulls.0 += moments.first;
            pulls.1 += k * moments.first;
            accumulate(&mut regression, moments.mass, k);
            if high.is_finite() {
                accumulate(&mut moving, step * law.pdf(high), k + 0.5);
            }
            low = high;
        }
        let residual = (pulls.0 / regression[0]).abs().max((pulls.1 / regression[2]).abs());
        let top = offset + (levels - 1) as f64 * step;
        let distortion = distortion.value();
        Self { offset, step, top, pulls, regression, moving, residual, distortion }
    }

    /// Half of the second derivatives of the distortion.
    fn hessian(&self) -> Symmetric {
        std::array::from_fn(|entry| self.regression[entry] - self.moving[entry])
    }

    /// Offset and step after the correction that a curvature asks for; `None` unless it is
    /// positive definite.
    fn solve(&self, [aa, ab, bb]: Symmetric) -> Option<(f64, f64)> {
        let determinant = aa * bb - ab * ab;
        (aa > 0.0 && determinant > 0.0).then(|| {
            let (a, b) = self.pulls;
            (
                self.offset + (bb * a - ab * b) / determinant,
                self.step + (aa * b - ab * a) / determinant,
            )
        })
    }
}

fn accumulate(matrix: &mut Symmetric, weight: f64, k: f64) {
    matrix[0] += weight;
    matrix[1] += weight * k;
    matrix[2] += weight * k * k;
}
