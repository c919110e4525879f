//! Floor 0: packed arithmetic on signs and on codes of one to four bits, exact to the last integer.

mod codes;
mod convolution;
mod error;
mod kernel;
mod ladders;
mod planes;
mod product;
mod quantize;
mod sign_product;
mod signs;
mod steps;
mod weights;
mod word;

pub use codes::{BITS_MAX, CodeRows, Codes};
pub use convolution::{CodeImages, Convolution, ConvolutionError, ImageSize, Window, max_pool};
pub use error::BitsError;
pub use kernel::Kernel;
pub use ladders::{Ladder, Ladders};
pub use planes::CodePlanes;
pub use product::Product;
pub use quantize::{Quantized, quantize};
pub use sign_product::{product, sign_product};
pub use signs::SignMatrix;
pub use weights::WeightPlanes;
