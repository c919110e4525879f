//! Floor 1: quantizers as data.

mod codebook;
pub mod format;

pub use codebook::{Codebook, CodebookError, Ties};
