//! Floor 0: packed arithmetic on signs and on codes of one to four bits, exact to the last integer.

#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, unused_variables, reason = "forms and rooms of the kernels for x86-64 alone")
)]

mod codes;
mod convolution;
mod error;
mod kernel;
mod ladders;
mod levels;
mod product;
mod quantize;
mod signs;
mod steps;
mod weights;
mod word;

pub use codes::{BITS_MAX, CodeRows, Codes};
pub use convolution::{CodeImages, Convolution, ConvolutionError, ImageSize, Window, max_pool};
pub use error::BitsError;
pub use kernel::Kernel;
pub use ladders::{Ladder, Ladders};
pub use levels::{LEVEL_MAX, Levels};
pub use product::Product;
pub use quantize::{Quantized, quantize};
pub use signs::SignMatrix;
pub use weights::WeightPlanes;
