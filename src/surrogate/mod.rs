//! Floor 2: what stands in for the derivative of a staircase.

mod approx_sign;
mod clipped_relu;
mod hard_tanh;
mod identity;
mod lanes;
mod log_tailed_relu;
mod relu;

use std::fmt::Debug;

pub use approx_sign::ApproxSign;
pub use clipped_relu::ClippedRelu;
pub use hard_tanh::HardTanh;
pub use identity::Identity;
pub use log_tailed_relu::LogTailedRelu;
pub use relu::Relu;

/// A function whose slope replaces the zero derivative of a quantizer in the backward pass.
///
/// # Laws of the trait
///
/// Tested for every implementor in `tests/laws_of_surrogate.rs`: `slope` is the derivative of
/// `value` away from `kinks`; every edge (at, just below, just above a kink, ±0, ±∞, NaN) is
/// specified; the f32 methods agree with the f64 ones to f32 rounding, and exactly in which side
/// of a kink they take.
pub trait Surrogate: Debug + Send + Sync {
    /// Name with parameters, as printed: `clipped-relu(clip=1.616)`.
    fn describe(&self) -> String;

    /// `B(x)`.
    fn value(&self, x: f64) -> f64;

    /// `B'(x)`; 0 for NaN.
    fn slope(&self, x: f64) -> f64;

    /// Where `slope` or its derivative jumps, increasing: between two kinks `value` is smooth.
    fn kinks(&self) -> Vec<f64>;

    /// `B(x)` for each input, in f32: the full-precision activation of this shape.
    ///
    /// # Panics
    ///
    /// When the slices differ in length.
    fn values_f32(&self, input: &[f32], output: &mut [f32]);

    /// `grad_input = grad_output · B'(input)` for each element, in f32.
    ///
    /// # Panics
    ///
    /// When the slices differ in length.
    fn backward_f32(&self, input: &[f32], grad_output: &[f32], grad_input: &mut [f32]);
}

/// A clip of the theory as the f32 loops use it: rounded once, to the nearest.
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is the point")]
fn rounded(clip: f64) -> f32 {
    clip as f32
}
