//! The logistic law: two equations, solved in turn.

use std::f64::consts::PI;
use std::sync::Arc;

use super::{Estimate, Fit, Misfit, Points};
use crate::density::{Affine, Logistic};
use crate::math::bracketed_root;

/// Rounds that were never needed: centre and scale of a symmetric law hardly know of each other.
const ROUNDS_MAX: u32 = 50;
/// Digits of an estimate that matter to anyone.
const TOLERANCE: f64 = 1e-11;

/// `E tanh(z/2) = 0` and `E z tanh(z/2) = 1` with `z = (x - μ)/s`.
pub(super) fn fit(points: &Points) -> Fit {
    let unsolved = || Misfit::new("the likelihood equations have no solution");
    let unit = points.scale();
    let (mut centre, mut scale) = (points.survey().mean, unit * 3.0_f64.sqrt() / PI);
    for _ in 0..ROUNDS_MAX {
        let (before, scale_before) = (centre, scale);
        let pull = |centre: f64| points.mean_of(|x| libm::tanh(0.5 * (x - centre) / scale));
        let (low, high) = (points.survey().low, points.survey().high);
        centre = bracketed_root(pull, low, high).ok_or_else(unsolved)?.x;
        let excess = |scale: f64| {
            points.mean_of(|x| {
                let z = (x - centre) / scale;
                z * libm::tanh(0.5 * z)
            }) - 1.0
        };
        scale = bracketed_root(excess, 1e-6 * unit, 10.0 * unit).ok_or_else(unsolved)?.x;
        let moved = (centre - before).abs().max((scale - scale_before).abs());
        if moved <= TOLERANCE * unit {
            break;
        }
    }
    // Of unit variance at s = √3/π.
    let law = Affine::new(Arc::new(Logistic), scale * PI / 3.0_f64.sqrt(), centre)?;
    Ok(Estimate::new(Arc::new(law), &[("mean", centre), ("s", scale)]))
}
