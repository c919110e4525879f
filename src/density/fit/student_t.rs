//! Student's law: centre and scale by reweighting, degrees of freedom by a search.

use std::sync::Arc;

use super::{Estimate, Fit, Points};
use crate::density::{Affine, StudentT};
use crate::math::golden_section;

/// From the heaviest tails that have a variance in f64 to what nobody tells from a normal law.
const DEGREES: [f64; 2] = [2.1, 200.0];
/// Rounds of reweighting for one number of degrees; they start where the last ones ended.
const ROUNDS_MAX: u32 = 100;
/// A move that no longer shows in the likelihood.
const TOLERANCE: f64 = 1e-9;

/// Centre, scale of the standard form, and the mean of the logarithm of the likelihood.
#[derive(Debug, Clone, Copy)]
struct Located {
    centre: f64,
    scale: f64,
}

/// The profile of the likelihood over `ln ν`, searched for its top.
///
/// # References
///
/// Lange, Little, Taylor, "Robust statistical modeling using the t distribution", JASA 84, 1989.
pub(super) fn fit(points: &Points) -> Fit {
    let mut located = Located { centre: points.median(), scale: points.scale() };
    let [low, high] = DEGREES.map(libm::log);
    let loss = |ln_degrees: f64| {
        let degrees = libm::exp(ln_degrees);
        located = reweighted(points, degrees, located);
        -mean_log_likelihood(points, degrees, located)
    };
    let degrees = libm::exp(golden_section(loss, low, high, 1e-6).x).clamp(DEGREES[0], DEGREES[1]);
    let Located { centre, scale } = reweighted(points, degrees, located);
    let unit = scale * (degrees / (degrees - 2.0)).sqrt();
    let law = Affine::new(Arc::new(StudentT::new(degrees)?), unit, centre)?;
    let parameters = [("nu", degrees), ("centre", centre), ("scale", scale)];
    Ok(Estimate::new(Arc::new(law), &parameters))
}

/// Each value weighs `(ν + 1)/(ν + z²)`.
fn reweighted(points: &Points, degrees: f64, start: Located) -> Located {
    let Located { mut centre, mut scale } = start;
    for _ in 0..ROUNDS_MAX {
        let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
        for (x, probability) in points.iter() {
            let offset = x - centre;
            let weight = probability * (degrees + 1.0) / (degrees + (offset / scale).powi(2));
            mass += weight;
            first += weight * offset;
            second += weight * offset * offset;
        }
        let move_by = first / mass;
        // Divided by the sum of the weights and not by 1, the rounds converge sooner to the same.
        let next = (second / mass - move_by * move_by).sqrt();
        let moved = move_by.abs().max((next - scale).abs());
        (centre, scale) = (centre + move_by, next);
        if moved <= TOLERANCE * scale {
            break;
        }
    }
    Located { centre, scale }
}

fn mean_log_likelihood(points: &Points, degrees: f64, Located { centre, scale }: Located) -> f64 {
    let constant = libm::lgamma(0.5 * (degrees + 1.0))
        - libm::lgamma(0.5 * degrees)
        - 0.5 * libm::log(degrees * std::f64::consts::PI)
        - libm::log(scale);
    let growth = points.mean_of(|x| libm::log1p(((x - centre) / scale).powi(2) / degrees));
    constant - 0.5 * (degrees + 1.0) * growth
}
