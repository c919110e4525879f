//! The half wave with a logarithm above the top level: between clipping and not clipping.

use super::{Surrogate, lanes};

/// `B(x) = q_m + ln(x - τ) if x > q_m;  x if 0 < x <= q_m;  0 if x <= 0`, with `τ = q_m - 1`.
///
/// `B'(x) = 1/(x - τ) if x > q_m;  1 if 0 < x <= q_m;  0 if x <= 0`.
///
/// `τ = q_m - 1` is the one choice that makes value and slope continuous at `q_m`.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (13) and (14).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogTailedRelu {
    clip: f64,
}

impl LogTailedRelu {
    /// The logarithm starts at `clip`, the top level `q_m` of the quantizer, which is positive.
    pub const fn new(clip: f64) -> Self {
        Self { clip }
    }
}

impl Surrogate for LogTailedRelu {
    fn describe(&self) -> String {
        format!("log-tailed-relu(clip={})", self.clip)
    }

    fn value(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x > self.clip {
            // ln(x - τ) = ln(1 + (x - q_m)), which keeps its digits just above q_m.
            self.clip + libm::log1p(x - self.clip)
        } else {
            x
        }
    }

    fn slope(&self, x: f64) -> f64 {
        if x > self.clip { 1.0 / (1.0 + (x - self.clip)) } else { f64::from(u8::from(x > 0.0)) }
    }

    fn kinks(&self) -> Vec<f64> {
        vec![0.0, self.clip]
    }

    fn values_f32(&self, input: &[f32], output: &mut [f32]) {
        let clip = super::rounded(self.clip);
        lanes::map(input, output, move |x| {
            // The logarithm of max(x, q_m) is harmless where it is not used. `libm` and not the
            // system's function, which may choose its digits by processor.
            let excess = if x > clip { x - clip } else { 0.0 };
            let above = clip + libm::log1pf(excess);
            let positive = if x > clip { above } else { x };
            if x <= 0.0 { 0.0 } else { positive }
        });
    }

    fn backward_f32(&self, input: &[f32], grad_output: &[f32], grad_input: &mut [f32]) {
        let clip = super::rounded(self.clip);
        lanes::map_gradient(input, grad_output, grad_input, move |x, grad| {
            let excess = if x > clip { x - clip } else { 0.0 };
            lanes::gate(x > 0.0, grad / (1.0 + excess))
        });
    }
}
