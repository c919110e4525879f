//! Rectified normal laws, with their atom at 0: the half wave, and those whose mean is not 0.

use std::sync::Arc;

use super::closed::one_sided;
use super::{Estimate, Fit, Misfit, Points};
use crate::density::{Gaussian, Rectified};
use crate::math::{golden_section, normal};

/// The half wave, `max(0, X)` of a normal `X` of mean 0: `σ² = E[X² | X > 0]`, however many are 0.
pub(super) fn half_wave(points: &Points) -> Fit {
    one_sided(points)?;
    let sigma = second_above(points)?.sqrt();
    let law = Arc::new(Rectified::of(Gaussian::new(0.0, sigma)?));
    Ok(Estimate::new(law, &[("sigma", sigma)]))
}

/// `max(0, X)` of a normal `X` of any mean.
///
/// In units of the deviation with `h = mean/σ`, the zeros and the sums of the others are all that
/// the likelihood needs: `z ln Φ(-h) + (1 - z)(-ln σ - E[(x/σ - h)²]/2)`. For each `h` the best `σ`
/// solves a quadratic equation; over `h` there is one top.
///
/// # References
///
/// Tobin, "Estimation of relationships for limited dependent variables", Econometrica 26, 1958;
/// Olsen, "Note on the uniqueness of the maximum likelihood estimator for the Tobit model",
/// Econometrica 46, 1978.
pub(super) fn rectified(points: &Points) -> Fit {
    one_sided(points)?;
    let zeros = points.atom_at_zero();
    if zeros <= 0.0 {
        return Err(Misfit::new("0 is no atom of the data"));
    }
    let first = points.survey().mean / (1.0 - zeros);
    let second = second_above(points)?;
    // With u = 1/σ the likelihood asks for second·u² - h·first·u - 1 = 0.
    let inverse = |h: f64| {
        let linear = h * first;
        // Without cancellation on either side of 0.
        let root = (linear * linear + 4.0 * second).sqrt();
        if linear > 0.0 { (linear + root) / (2.0 * second) } else { 2.0 / (root - linear) }
    };
    let loss = |h: f64| {
        let u = inverse(h);
        let square = second * u * u - 2.0 * h * first * u + h * h;
        -zeros * ln_below(-h) - (1.0 - zeros) * (libm::log(u) - 0.5 * square)
    };
    let h = golden_section(loss, -8.0, 8.0, 1e-8).x;
    let sigma = inverse(h).recip();
    let mean = h * sigma;
    let law = Arc::new(Rectified::of(Gaussian::new(mean, sigma)?));
    Ok(Estimate::new(law, &[("mean", mean), ("sigma", sigma)]))
}

/// `E[X² | X > 0]`.
fn second_above(points: &Points) -> Result<f64, Misfit> {
    let survey = points.survey();
    let above = 1.0 - survey.zero_share();
    if above <= 0.0 {
        return Err(Misfit::new("there is no value above 0"));
    }
    Ok((survey.variance + survey.mean * survey.mean) / above)
}

/// `ln Φ(x)`.
fn ln_below(x: f64) -> f64 {
    libm::log(normal::cdf(x))
}
