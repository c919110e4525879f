//! What the weights of a layer are in the forward pass.

use serde::{Deserialize, Serialize};

/// What the weights of a layer are in the forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// The latent f32 weights themselves.
    Full,
    /// `α · sign(W)` with `α = mean |W|` of each output filter and `sign(0) = +1`. The gradient
    /// with respect to the binarized weight is handed unchanged to the latent one.
    Binary,
}

impl Weights {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Full, Self::Binary];

    /// As it is typed: `full`, `binary`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Binary => "binary",
        }
    }
}
