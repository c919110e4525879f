//! The positive half of the normal law, what batch normalisation and a rectifier leave above zero.

use super::{Balance, Density};
use crate::math::normal::Balances;
use crate::math::{Double, FRAC_1_SQRT_2PI, Interval, Moments, normal};

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

    fn shape(&self, x: Double) -> Option<Double> {
        Some((-(x * x).scaled(0.5)).exp())
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

    fn balance(&self, middle: f64, half: f64) -> Option<Balance> {
        // A cell that sticks out below 0 ends there.
        let out = (half - middle).max(0.0);
        let (offset, rate_low, rate_high) = normal::balance(middle + 0.5 * out, half - 0.5 * out)?;
        Some(Balance { offset: offset + 0.5 * out, rate_low, rate_high })
    }

    fn balances(&self, middles: &[f64], halves: &[f64], found: &mut Balances) {
        normal::balances(middles, halves, found);
        // A cell that sticks out below 0, the first, ends there.
        for (cell, (&middle, &half)) in middles.iter().zip(halves).enumerate() {
            if half > middle
                && let Some(balance) = self.balance(middle, half)
            {
                (found.offsets[cell], found.rates_low[cell]) = (balance.offset, balance.rate_low);
                found.rates_high[cell] = balance.rate_high;
            }
        }
    }

    fn moments_around_each(&self, middles: &[f64], halves: &[f64], found: &mut [Moments]) {
        normal::moments_around_each(middles, halves, found);
        // A cell that sticks out below 0, the first, ends there.
        for ((&middle, &half), found) in middles.iter().zip(halves).zip(found) {
            *found = if half > middle {
                self.moments_around(middle, half)
            } else {
                Self::doubled(*found)
            };
        }
    }

    fn compand(&self, position: f64) -> Option<f64> {
        Some(3.0_f64.sqrt() * normal::rough_quantile(0.5 + 0.5 * position))
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}
