//! The half wave, flat above the top level: the backward function the paper settles on.

use super::{Surrogate, lanes};

/// `B(x) = q_m if x > q_m;  x if 0 < x <= q_m;  0 if x <= 0`.
///
/// `B'(x) = 1 if 0 < x <= q_m, else 0`: open at 0 and closed at `q_m`, as in the paper's Caffe
/// code.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (12).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClippedRelu {
    clip: f64,
}

impl ClippedRelu {
    /// Clips at `clip`, the top level `q_m` of the quantizer, which is positive.
    pub const fn new(clip: f64) -> Self {
        Self { clip }
    }
}

impl Surrogate for ClippedRelu {
    fn describe(&self) -> String {
        format!("clipped-relu(clip={})", self.clip)
    }

    fn value(&self, x: f64) -> f64 {
        // Not `clamp`: it panics on a negative clip, and `min` and `max` lose NaN.
        if x <= 0.0 {
            0.0
        } else if x > self.clip {
            self.clip
        } else {
            x
        }
    }

    fn slope(&self, x: f64) -> f64 {
        f64::from(u8::from(x > 0.0 && x <= self.clip))
    }

    fn kinks(&self) -> Vec<f64> {
        vec![0.0, self.clip]
    }

    fn values_f32(&self, input: &[f32], output: &mut [f32]) {
        let clip = super::rounded(self.clip);
        lanes::map(input, output, move |x| {
            let below = if x > clip { clip } else { x };
            if x <= 0.0 { 0.0 } else { below }
        });
    }

    fn backward_f32(&self, input: &[f32], grad_output: &[f32], grad_input: &mut [f32]) {
        let clip = super::rounded(self.clip);
        lanes::map_gradient(input, grad_output, grad_input, move |x, grad| {
            lanes::gate(x > 0.0 && x <= clip, grad)
        });
    }
}
