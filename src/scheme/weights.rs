//! What the weights of a layer are in the forward pass.

use serde::{Deserialize, Serialize};

use super::UnknownName;
use super::names::find_named;

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

    /// The value of that name.
    ///
    /// # Errors
    ///
    /// When there is none, with the nearest name.
    pub fn find(name: &str) -> Result<Self, UnknownName> {
        find_named("kind of weights", name, &Self::ALL, Self::name)
    }
}
