//! Floor 1: quantizers as data.

mod codebook;

pub use codebook::{Codebook, CodebookError, Ties};
