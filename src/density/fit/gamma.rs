//! The two-sided gamma law about 0: one equation.

use std::sync::Arc;

use statrs::function::gamma::digamma;

use super::{Estimate, Fit, Misfit, Points};
use crate::density::{Affine, Gamma};
use crate::math::bracketed_root;

/// The shapes that the law can have.
const SHAPES: [f64; 2] = [0.05, 1000.0];

/// `ln k - ψ(k) = ln E|x| - E ln|x|`, `θ = E|x|/k`.
pub(super) fn fit(points: &Points) -> Fit {
    let size = points.mean_of(|x| points.magnitude(x));
    let gap = -points.mean_of(|x| libm::log(points.magnitude(x) / size));
    let excess = |ln_shape: f64| {
        let shape = libm::exp(ln_shape);
        ln_shape - digamma(shape) - gap
    };
    let [low, high] = SHAPES.map(libm::log);
    let out_of_range = || Misfit::new("the shape is outside 0.05 to 1000");
    let shape = libm::exp(bracketed_root(excess, low, high).ok_or_else(out_of_range)?.x);
    let shape = shape.clamp(SHAPES[0], SHAPES[1]);
    let theta = size / shape;
    // Of unit variance at θ = 1/√(k (k + 1)).
    let unit = theta * (shape * (shape + 1.0)).sqrt();
    let law = Affine::new(Arc::new(Gamma::new(shape)?), unit, 0.0)?;
    Ok(Estimate::new(Arc::new(law), &[("shape", shape), ("theta", theta)]))
}
