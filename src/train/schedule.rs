//! How the learning rate falls.

use serde::{Deserialize, Serialize};

/// A rule for the learning rate; `done` is the part of all steps that lies behind, in `0..1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// `rate · (1 - done)`: Caffe's `poly` of power 1, renewed at every step.
    Poly,
    /// `rate · 10^-⌊3·done⌋`: a tenth at each third.
    Step,
}

impl Schedule {
    /// The learning rate of step `step` of `steps`, counted from 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::train::Schedule;
    /// assert_eq!(Schedule::Poly.rate(0.02, 75, 100), 0.005);
    /// assert_eq!(Schedule::Step.rate(0.02, 75, 100), 0.0002);
    /// ```
    pub fn rate(self, rate: f64, step: u64, steps: u64) -> f64 {
        match self {
            Self::Poly => rate * ((steps - step) as f64 / steps as f64),
            // Divided, because a negative power of ten is not a binary number.
            Self::Step if 3 * step < steps => rate,
            Self::Step if 3 * step < 2 * steps => rate / 10.0,
            Self::Step => rate / 100.0,
        }
    }
}
