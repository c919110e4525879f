//! A parabola on each side of zero: nearer to the sign than the hard tanh.

use super::{Surrogate, lanes};

/// `B(x) = x(2 - |x|) if |x| < 1, else the sign of x`.
///
/// `B'(x) = 2 - 2|x| if |x| < 1, else 0`.
///
/// The area between it and the sign on `[-1, 1]` is 2/3, against 1 for the hard tanh.
///
/// # References
///
/// Liu, Wu, Luo, Yang, Liu, Cheng, "Bi-Real Net", ECCV 2018, arXiv 1808.00278.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ApproxSign;

impl Surrogate for ApproxSign {
    fn describe(&self) -> String {
        "approx-sign".to_owned()
    }

    fn value(&self, x: f64) -> f64 {
        let x = x.clamp(-1.0, 1.0);
        x * (2.0 - x.abs())
    }

    fn slope(&self, x: f64) -> f64 {
        // `max` takes the zero when the other side is NaN.
        (2.0 - 2.0 * x.abs()).max(0.0)
    }

    fn kinks(&self) -> Vec<f64> {
        vec![-1.0, 0.0, 1.0]
    }

    fn values_f32(&self, input: &[f32], output: &mut [f32]) {
        lanes::map(input, output, |x| {
            let x = x.clamp(-1.0, 1.0);
            x * (2.0 - x.abs())
        });
    }

    fn backward_f32(&self, input: &[f32], grad_output: &[f32], grad_input: &mut [f32]) {
        lanes::map_gradient(input, grad_output, grad_input, |x, grad| {
            lanes::gate(x.abs() < 1.0, grad * (2.0 - 2.0 * x.abs()))
        });
    }
}
