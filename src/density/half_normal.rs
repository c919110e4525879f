//! The positive half of the normal law, what batch normalisation and a rectifier leave above zero.

use super::Density;
use crate::math::{FRAC_1_SQRT_2PI, Interval, Moments, normal};

/// The law of `|X|` for the unit normal `X`: `p(x) = 2φ(x)` for `x > 0`, variance `1 - 2/π`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfNormal;

impl HalfNormal {
    /// The law of both halves in one has twice the density.
    fn doubled(moments: Moments) -> Moments {
        moments + moments
    }
}

impl Density for HalfNormal {
    fn describe(&self) -> String {
        "half-normal(sigma=1)".to_owned()
    }

    fn support(&self) -> Interval {
        Interval::new(0.0, f64::INFINITY)
    }

    fn pdf(&self, x: f64) -> f64 {
        if x >= 0.0 { 2.0 * normal::pdf(x) } else { 0.0 }
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        if x >= 0.0 { -0.5 * x * x + libm::log(2.0 * FRAC_1_SQRT_2PI) } else { f64::NEG_INFINITY }
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        -by * (from + 0.5 * by)
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        (4.0 / middle).min(1.0).min(middle.max(f64::MIN_POSITIVE))
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        Self::doubled(normal::moments_about(cell.intersection(self.support()), origin))
    }

    fn moments_around(&self, middle: f64, half: f64) -> Moments {
        if half <= middle {
            Self::doubled(normal::moments_around(middle, half))
        } else {
            self.moments_about(Interval::new(middle - half, middle + half), middle)
        }
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}
