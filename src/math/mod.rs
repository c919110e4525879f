//! Floor 0: numerics that know nothing of quantization.

mod interval;
mod moments;

pub use interval::Interval;
pub use moments::Moments;
