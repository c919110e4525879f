//! The families of laws that can be asked for by name, as data.

use std::sync::Arc;

use super::{
    Density, DensityError, Exponential, Gamma, Gaussian, GeneralizedGaussian, HalfNormal, Laplace,
    Logistic, Rayleigh, Rectified, SphereCoordinate, StudentT, Uniform,
};

/// A parameter of a family, with the value it has when none is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// As it is typed: `nu`.
    pub name: &'static str,
    /// The value when none is given.
    pub default: f64,
}

/// A family of laws: a name, a formula, parameters.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// As it is typed: `student-t`.
    pub name: &'static str,
    /// The density, in the notation of the documentation.
    pub formula: &'static str,
    /// Its parameters, in order.
    pub parameters: &'static [Parameter],
    build: Build,
}

/// Makes a law from the values of its parameters.
type Build = fn(&[f64]) -> Result<Arc<dyn Density>, DensityError>;

impl Family {
    /// The law with these values of the parameters, in order.
    ///
    /// # Errors
    ///
    /// When a value is out of range.
    ///
    /// # Panics
    ///
    /// When there are fewer values than parameters.
    pub fn law(&self, values: &[f64]) -> Result<Arc<dyn Density>, DensityError> {
        (self.build)(values)
    }
}

const fn parameter(name: &'static str, default: f64) -> Parameter {
    Parameter { name, default }
}

/// Every family. Symmetric laws have zero mean and unit variance, one-sided ones their usual unit.
pub const FAMILIES: &[Family] = &[
    Family {
        name: "gaussian",
        formula: "p(x) = e^{-x²/2}/√(2π)",
        parameters: &[],
        build: |_| Ok(Arc::new(Gaussian::STANDARD)),
    },
    Family {
        name: "half-wave",
        formula: "the law of max(0, X), X ~ N(0,1): ½ on the point 0, φ(x) above",
        parameters: &[],
        build: |_| Ok(Arc::new(Rectified::STANDARD)),
    },
    Family {
        name: "half-normal",
        formula: "p(x) = 2φ(x), x > 0",
        parameters: &[],
        build: |_| Ok(Arc::new(HalfNormal)),
    },
    Family {
        name: "laplace",
        formula: "p(x) = e^{-√2 |x|}/√2",
        parameters: &[],
        build: |_| Ok(Arc::new(Laplace::STANDARD)),
    },
    Family {
        name: "logistic",
        formula: "p(x) = sech²(x/2s)/(4s), s = √3/π",
        parameters: &[],
        build: |_| Ok(Arc::new(Logistic)),
    },
    Family {
        name: "student-t",
        formula: "p(x) ∝ (1 + x²/(ν - 2))^{-(ν + 1)/2}, ν >= 2.1",
        parameters: &[parameter("nu", 5.0)],
        build: |values| Ok(Arc::new(StudentT::new(values[0])?)),
    },
    Family {
        name: "generalized-gaussian",
        formula: "p(x) ∝ e^{-(|x|/α)^β}, unit variance",
        parameters: &[parameter("beta", 1.5)],
        build: |values| Ok(Arc::new(GeneralizedGaussian::new(values[0])?)),
    },
    Family {
        name: "gamma",
        formula: "p(x) ∝ |x|^{k-1} e^{-|x|/θ}, both signs, unit variance",
        parameters: &[parameter("shape", 0.5)],
        build: |values| Ok(Arc::new(Gamma::new(values[0])?)),
    },
    Family {
        name: "rayleigh",
        formula: "p(x) = x e^{-x²/2}, x > 0 (σ = 1)",
        parameters: &[],
        build: |_| Ok(Arc::new(Rayleigh)),
    },
    Family {
        name: "exponential",
        formula: "p(x) = e^{-x}, x > 0 (rate 1)",
        parameters: &[],
        build: |_| Ok(Arc::new(Exponential)),
    },
    Family {
        name: "uniform",
        formula: "p(x) = 1/(2√3), |x| <= √3",
        parameters: &[],
        build: |_| Ok(Arc::new(Uniform::STANDARD)),
    },
    Family {
        name: "sphere-coordinate",
        formula: "p(x) ∝ (1 - x²/d)^{(d-3)/2}, |x| <= √d: a unit vector's coordinate times √d",
        parameters: &[parameter("d", 128.0)],
        build: |values| Ok(Arc::new(SphereCoordinate::new(values[0])?)),
    },
];
