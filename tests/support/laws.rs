//! The laws that every test of a law runs over. Adding one here is the whole job.

use std::sync::Arc;

use hwgq::density::{
    Affine, Density, Empirical, Exponential, Gamma, Gaussian, GeneralizedGaussian, HalfNormal,
    Laplace, Logistic, Mixture, Rayleigh, Rectified, SphereCoordinate, StudentT, Uniform,
};

/// A law with the points at which its density is not smooth.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) law: Arc<dyn Density>,
    pub(crate) kinks: Vec<f64>,
}

fn case(law: impl Density + 'static, kinks: &[f64]) -> Case {
    Case { law: Arc::new(law), kinks: kinks.to_vec() }
}

/// Every law, and every wrapper around a law with and without atoms.
pub(crate) fn all() -> Vec<Case> {
    let ties = vec![0.5, -1.0, 0.5, 2.0, 0.25, 0.0, -1.0, 3.0, -2.5, 0.5];
    let sample = Empirical::new(ties).unwrap();
    let affine = |law: Arc<dyn Density>, scale, shift| Affine::new(law, scale, shift).unwrap();
    let third = 3.0_f64.sqrt();
    let bump: Arc<dyn Density> = Arc::new(Gaussian::new(2.0, 0.5).unwrap());
    let mixture = Mixture::new(vec![(0.25, bump), (0.75, Arc::new(Logistic))]).unwrap();
    vec![
        case(Gaussian::STANDARD, &[]),
        case(Gaussian::new(1.5, 0.3).unwrap(), &[]),
        case(Laplace::STANDARD, &[0.0]),
        case(Laplace::new(-1.0, 2.0).unwrap(), &[-1.0]),
        case(Uniform::STANDARD, &[-third, third]),
        case(Uniform::new(0.0, 5.0).unwrap(), &[0.0, 5.0]),
        case(Rectified::STANDARD, &[0.0]),
        case(Rectified::of(Laplace::new(1.0, 0.5).unwrap()), &[0.0, 1.0]),
        case(Exponential, &[0.0]),
        case(HalfNormal, &[0.0]),
        case(Logistic, &[]),
        case(Rayleigh, &[0.0]),
        case(StudentT::new(7.0).unwrap(), &[]),
        case(GeneralizedGaussian::new(3.0).unwrap(), &[0.0]),
        case(GeneralizedGaussian::new(4.0).unwrap(), &[0.0]),
        case(Gamma::new(3.0).unwrap(), &[0.0]),
        case(SphereCoordinate::new(16.0).unwrap(), &[-4.0, 4.0]),
        case(mixture, &[]),
        case(affine(Arc::new(Exponential), -0.5, 1.0), &[1.0]),
        case(affine(Arc::new(Gaussian::STANDARD), -2.0, 1.0), &[]),
        case(affine(Arc::new(Rectified::STANDARD), -1.5, 0.5), &[0.5]),
        case(affine(Arc::new(Laplace::STANDARD), 0.25, -3.0), &[-3.0]),
        case(affine(Arc::new(sample.clone()), -1.0, 0.125), &[]),
        case(sample, &[]),
    ]
}
