//! The half wave itself, the first backward function of the paper.

use super::{Surrogate, lanes};

/// `B(x) = max(0, x)`.
///
/// `B'(x) = 1 if x > 0, else 0`.
///
/// Its gap to the quantizer grows without bound above the top level: the mismatch on the tail that
/// [`super::ClippedRelu`] and [`super::LogTailedRelu`] were made for.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (11), `vanilla ReLU`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relu;

impl Surrogate for Relu {
    fn describe(&self) -> String {
        "relu".to_owned()
    }

    fn value(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { x }
    }

    fn slope(&self, x: f64) -> f64 {
        f64::from(u8::from(x > 0.0))
    }

    fn kinks(&self) -> Vec<f64> {
        vec![0.0]
    }

    fn values_f32(&self, input: &[f32], output: &mut [f32]) {
        lanes::map(input, output, |x| if x <= 0.0 { 0.0 } else { x });
    }

    fn backward_f32(&self, input: &[f32], grad_output: &[f32], grad_input: &mut [f32]) {
        lanes::map_gradient(input, grad_output, grad_input, |x, grad| lanes::gate(x > 0.0, grad));
    }
}
