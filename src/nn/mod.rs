//! Floor 4: layers with an explicit backward pass, and the networks made of them.

mod activation;
mod architecture;
mod batch_norm;
mod convolution;
mod error;
mod initialiser;
mod layer;
mod linear;
mod loss;
mod max_pool;
mod network;
mod packed;
mod parallel;
mod patches;
mod tensor;
mod weight;

pub use activation::{Activation, Staircase};
pub use architecture::{Architecture, Net};
pub use batch_norm::{BatchNorm, EPSILON, MOVING_FRACTION};
pub use convolution::Convolution;
pub use error::NetworkError;
pub use initialiser::he_normal;
pub use layer::{Border, Borders, Layer, Mode, Param};
pub use linear::Linear;
pub use loss::{Loss, cross_entropy};
pub use max_pool::MaxPool;
pub use network::Network;
pub use packed::{Packed, PackedError};
pub use tensor::{Layout, Shape, Tensor};
pub use weight::{Operand, binarise};
