//! Laws whose likelihood is greatest at a formula.

use std::sync::Arc;

use super::{Estimate, Fit, Misfit, Points};
use crate::density::{Affine, Exponential, Gaussian, HalfNormal, Laplace, Rayleigh, Uniform};

/// Mean and standard deviation.
pub(super) fn gaussian(points: &Points) -> Fit {
    let survey = points.survey();
    let (mean, deviation) = (survey.mean, survey.deviation());
    let law = Arc::new(Gaussian::new(mean, deviation)?);
    Ok(Estimate::new(law, &[("mean", mean), ("sd", deviation)]))
}

/// Median and mean distance from it.
pub(super) fn laplace(points: &Points) -> Fit {
    let median = points.median();
    let distance = points.mean_of(|x| (x - median).abs());
    // In this law of unit variance the mean distance is 1/√2.
    let scale = distance * std::f64::consts::SQRT_2;
    let law = Arc::new(Affine::new(Arc::new(Laplace::STANDARD), scale, median)?);
    Ok(Estimate::new(law, &[("median", median), ("b", distance)]))
}

/// The least and the greatest value.
pub(super) fn uniform(points: &Points) -> Fit {
    let (low, high) = (points.survey().low, points.survey().high);
    // Open at its low end, the support of that law would leave the least value out.
    let law = Arc::new(Uniform::new(low.next_down(), high)?);
    Ok(Estimate::new(law, &[("low", low), ("high", high)]))
}

/// The root of the mean square.
pub(super) fn half_normal(points: &Points) -> Fit {
    one_sided(points)?;
    let sigma = points.mean_of(|x| x * x).sqrt();
    let law = Arc::new(Affine::new(Arc::new(HalfNormal), sigma, 0.0)?);
    Ok(Estimate::new(law, &[("sigma", sigma)]))
}

/// The mean.
pub(super) fn exponential(points: &Points) -> Fit {
    one_sided(points)?;
    let mean = points.survey().mean;
    let law = Arc::new(Affine::new(Arc::new(Exponential), mean, 0.0)?);
    Ok(Estimate::new(law, &[("mean", mean)]))
}

/// The root of half the mean square.
pub(super) fn rayleigh(points: &Points) -> Fit {
    one_sided(points)?;
    let sigma = points.mean_of(|x| 0.5 * x * x).sqrt();
    let law = Arc::new(Affine::new(Arc::new(Rayleigh), sigma, 0.0)?);
    Ok(Estimate::new(law, &[("sigma", sigma)]))
}

/// Laws of the positive half-line suit data that stay there.
pub(super) fn one_sided(points: &Points) -> Result<(), Misfit> {
    if points.survey().negatives > 0 {
        return Err(Misfit::new("there are values below 0"));
    }
    Ok(())
}
