//! The identity, clipped to ±1: the usual backward function of the sign.

use super::{Surrogate, lanes};

/// `B(x) = max(-1, min(1, x))`.
///
/// `B'(x) = 1 if -1 <= x <= 1, else 0`: closed at both ends, as in the paper's Caffe code.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HardTanh;

impl Surrogate for HardTanh {
    fn describe(&self) -> String {
        "hard-tanh".to_owned()
    }

    fn value(&self, x: f64) -> f64 {
        x.clamp(-1.0, 1.0)
    }

    fn slope(&self, x: f64) -> f64 {
        f64::from(u8::from(x.abs() <= 1.0))
    }

    fn kinks(&self) -> Vec<f64> {
        vec![-1.0, 1.0]
    }

    fn values_f32(&self, input: &[f32], output: &mut [f32]) {
        lanes::map(input, output, |x| x.clamp(-1.0, 1.0));
    }

    fn backward_f32(&self, input: &[f32], grad_output: &[f32], grad_input: &mut [f32]) {
        lanes::map_gradient(input, grad_output, grad_input, |x, grad| {
            lanes::gate(x.abs() <= 1.0, grad)
        });
    }
}
