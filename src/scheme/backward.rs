//! The backward functions, by name.

use serde::{Deserialize, Serialize};

use crate::surrogate::{
    ApproxSign, ClippedRelu, HardTanh, Identity, LogTailedRelu, Relu, Surrogate,
};

/// The function whose slope stands in for that of the quantizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backward {
    /// `x`: the straight-through estimator.
    Identity,
    /// `max(0, x)`, the paper's eq. (11).
    Relu,
    /// The half wave clipped at the top level, eq. (12).
    Clipped,
    /// The half wave with a logarithm above the top level, eqs. (13) and (14).
    LogTailed,
    /// `max(-1, min(1, x))`, eq. (5).
    HardTanh,
    /// The parabolas of Bi-Real Net.
    ApproxSign,
}

impl Backward {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Identity,
        Self::Relu,
        Self::Clipped,
        Self::LogTailed,
        Self::HardTanh,
        Self::ApproxSign,
    ];

    /// As it is typed: `identity`, `relu`, `clipped`, `log-tailed`, `hard-tanh`, `approx-sign`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Relu => "relu",
            Self::Clipped => "clipped",
            Self::LogTailed => "log-tailed",
            Self::HardTanh => "hard-tanh",
            Self::ApproxSign => "approx-sign",
        }
    }

    /// The function itself. `clip` is the top level of the quantizer, positive, where the clipped
    /// and the log-tailed rectifier leave the half wave; the others do not look at it.
    pub fn surrogate(self, clip: f64) -> Box<dyn Surrogate> {
        match self {
            Self::Identity => Box::new(Identity),
            Self::Relu => Box::new(Relu),
            Self::Clipped => Box::new(ClippedRelu::new(clip)),
            Self::LogTailed => Box::new(LogTailedRelu::new(clip)),
            Self::HardTanh => Box::new(HardTanh),
            Self::ApproxSign => Box::new(ApproxSign),
        }
    }
}
