//! The laws that can be asked for by name, each with zero mean and unit variance before rectifying.

use super::{Density, Gaussian, Laplace, Rectified, Uniform};

/// A law without parameters to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LawName {
    /// The standard normal law.
    Gaussian,
    /// The rectified standard normal law.
    HalfWave,
    /// The Laplace law of unit variance.
    Laplace,
    /// The uniform law of unit variance.
    Uniform,
}

impl LawName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gaussian, Self::HalfWave, Self::Laplace, Self::Uniform];

    /// As it is typed: `gaussian`, `half-wave`, `laplace`, `uniform`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gaussian => "gaussian",
            Self::HalfWave => "half-wave",
            Self::Laplace => "laplace",
            Self::Uniform => "uniform",
        }
    }

    /// The law itself.
    pub fn law(self) -> Box<dyn Density> {
        match self {
            Self::Gaussian => Box::new(Gaussian::STANDARD),
            Self::HalfWave => Box::new(Rectified::STANDARD),
            Self::Laplace => Box::new(Laplace::STANDARD),
            Self::Uniform => Box::new(Uniform::STANDARD),
        }
    }
}
