//! The generalized Gaussian law: scale in closed form, exponent and centre by searches in turn.

use std::sync::Arc;

use super::{Estimate, Fit, Points};
use crate::density::{Affine, GeneralizedGaussian};
use crate::math::golden_section;

/// Exponents from nearly all values in one point to nearly uniform.
const SHAPES: [f64; 2] = [0.1, 20.0];
/// Searches in turn; the second round moves the exponent in its fifth digit.
const ROUNDS: u32 = 3;

/// `E |x - c|^β`, with distances in units of the deviation.
fn spread(points: &Points, shape: f64, centre: f64) -> f64 {
    let unit = points.scale();
    points.mean_of(|x| libm::pow((x - centre).abs() / unit, shape))
}

/// `α^β = β E |x - c|^β`, which leaves `ln β - ln 2α - ln Γ(1/β) - 1/β` of the likelihood.
pub(super) fn fit(points: &Points) -> Fit {
    let [low, high] = SHAPES.map(libm::log);
    let (mut centre, mut shape) = (points.median(), 1.0);
    let scale = |shape: f64, centre: f64| {
        points.scale() * libm::pow(shape * spread(points, shape, centre), shape.recip())
    };
    for round in 0..ROUNDS {
        let loss = |ln_shape: f64| {
            let shape = libm::exp(ln_shape);
            libm::log(scale(shape, centre)) - ln_shape + libm::lgamma(shape.recip()) + shape.recip()
        };
        let (low, high) = if round == 0 {
            (low, high)
        } else {
            ((libm::log(shape) - 0.5).max(low), (libm::log(shape) + 0.5).min(high))
        };
        shape = libm::exp(golden_section(loss, low, high, 1e-7).x).clamp(SHAPES[0], SHAPES[1]);
        // Up to β = 1 every value is a valley of its own, and the median serves.
        if shape > 1.0 && round + 1 < ROUNDS {
            let (median, mean) = (points.median(), points.survey().mean);
            let reach = 2.0 * (mean - median).abs() + 0.05 * points.scale();
            let about = median.midpoint(mean);
            let tolerance = 1e-7 * points.scale();
            let loss = |centre: f64| spread(points, shape, centre);
            centre = golden_section(loss, about - reach, about + reach, tolerance).x;
        }
    }
    let alpha = scale(shape, centre);
    let to_unit = 0.5 * (libm::lgamma(3.0 / shape) - libm::lgamma(shape.recip()));
    let law = Arc::new(GeneralizedGaussian::new(shape)?);
    let law = Affine::new(law, alpha * libm::exp(to_unit), centre)?;
    let parameters = [("beta", shape), ("centre", centre), ("alpha", alpha)];
    Ok(Estimate::new(Arc::new(law), &parameters))
}
