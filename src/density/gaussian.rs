//! The normal law, which batch normalisation gives to the inputs of every quantizer.

use super::error::{finite, positive};
use super::{Balance, Density, DensityError};
use crate::math::normal::Balances;
use crate::math::{Double, FRAC_1_SQRT_2PI, Interval, Moments, normal};

/// `p(x) = e^{-(x - mean)²/2sd²} / (sd √(2π))`.
///
/// # Examples
///
/// ```
/// use hwgq::density::{Density, Gaussian};
/// use hwgq::math::Interval;
/// let positive = Gaussian::STANDARD.moments(Interval::new(0.0, f64::INFINITY));
/// assert!((positive.centroid().unwrap() - 0.7978845608).abs() < 1e-10); // √(2/π), Max 1960
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    mean: f64,
    // Invariant: positive.
    sd: f64,
}

impl Gaussian {
    /// Zero mean, unit variance.
    pub const STANDARD: Self = Self { mean: 0.0, sd: 1.0 };

    /// The normal law of that mean and standard deviation.
    ///
    /// # Errors
    ///
    /// When the mean is not finite or the standard deviation not positive.
    pub fn new(mean: f64, sd: f64) -> Result<Self, DensityError> {
        Ok(Self { mean: finite("the mean", mean)?, sd: positive("the standard deviation", sd)? })
    }

    fn standardised(self, x: f64) -> f64 {
        (x - self.mean) / self.sd
    }
}

impl Density for Gaussian {
    fn describe(&self) -> String {
        format!("gaussian(mean={}, sd={})", self.mean, self.sd)
    }

    fn support(&self) -> Interval {
        Interval::LINE
    }

    fn pdf(&self, x: f64) -> f64 {
        normal::pdf(self.standardised(x)) / self.sd
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        -0.5 * self.standardised(x).powi(2) - libm::log(self.sd / FRAC_1_SQRT_2PI)
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        let u = by / self.sd;
        -u * (self.standardised(from) + 0.5 * u)
    }

    fn shape(&self, x: Double) -> Option<Double> {
        let z = (x - Double::from(self.mean)) / Double::from(self.sd);
        Some((-(z * z).scaled(0.5)).exp())
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        self.sd * (4.0 / self.standardised(middle).abs()).min(1.0)
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        let standard = Interval::new(self.standardised(cell.low), self.standardised(cell.high));
        normal::moments_about(standard, self.standardised(origin)).affine(self.sd, 0.0)
    }

    fn moments_around(&self, middle: f64, half: f64) -> Moments {
        normal::moments_around(self.standardised(middle), half / self.sd).affine(self.sd, 0.0)
    }

    fn balance(&self, middle: f64, half: f64) -> Option<Balance> {
        let (offset, low, high) = normal::balance(self.standardised(middle), half / self.sd)?;
        Some(Balance {
            offset: self.sd * offset,
            rate_low: low / self.sd,
            rate_high: high / self.sd,
        })
    }

    fn balances(&self, middles: &[f64], halves: &[f64], found: &mut Balances) {
        if *self == Self::STANDARD {
            return normal::balances(middles, halves, found);
        }
        let standard: Vec<f64> = middles.iter().map(|&x| self.standardised(x)).collect();
        let narrowed: Vec<f64> = halves.iter().map(|half| half / self.sd).collect();
        normal::balances(&standard, &narrowed, found);
        found.offsets.iter_mut().for_each(|offset| *offset *= self.sd);
        let rates = found.rates_low.iter_mut().chain(&mut found.rates_high);
        rates.for_each(|rate| *rate /= self.sd);
    }

    fn moments_around_each(&self, middles: &[f64], halves: &[f64], found: &mut [Moments]) {
        if *self == Self::STANDARD {
            return normal::moments_around_each(middles, halves, found);
        }
        for ((&middle, &half), found) in middles.iter().zip(halves).zip(found) {
            *found = self.moments_around(middle, half);
        }
    }

    fn compand(&self, position: f64) -> Option<f64> {
        // The cube root of a normal density is one of three times the variance.
        Some(self.mean + self.sd * 3.0_f64.sqrt() * normal::rough_quantile(position))
    }

    fn centre(&self) -> Option<f64> {
        Some(self.mean)
    }

    fn is_log_concave(&self) -> bool {
        true
    }
}
