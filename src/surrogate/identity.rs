//! The straight-through estimator: the derivative of a staircase taken for one.

use super::{Surrogate, lanes};

/// `B(x) = x`.
///
/// `B'(x) = 1`.
///
/// # References
///
/// Bengio, Léonard, Courville, "Estimating or propagating gradients through stochastic neurons",
/// 2013, the straight-through estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Identity;

impl Surrogate for Identity {
    fn describe(&self) -> String {
        "identity".to_owned()
    }

    fn value(&self, x: f64) -> f64 {
        x
    }

    fn slope(&self, x: f64) -> f64 {
        f64::from(u8::from(!x.is_nan()))
    }

    fn kinks(&self) -> Vec<f64> {
        Vec::new()
    }

    fn values_f32(&self, input: &[f32], output: &mut [f32]) {
        output.copy_from_slice(input);
    }

    fn backward_f32(&self, input: &[f32], grad_output: &[f32], grad_input: &mut [f32]) {
        lanes::map_gradient(input, grad_output, grad_input, |x, grad| {
            lanes::gate(!x.is_nan(), grad)
        });
    }
}
