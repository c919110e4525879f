//! The law of a rectified input, the target that the half-wave quantizer approximates.

use super::balance::one_by_one;
use super::{Balance, Density, Gaussian, Parts};
use crate::math::normal::Balances;
use crate::math::{Double, Interval, Moments};

/// The law of `max(0, X)`: the density of `X` above 0, and all of `P(X <= 0)` on the point 0.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, section 4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectified<D> {
    input: D,
}

impl Rectified<Gaussian> {
    /// `max(0, X)` of the standard normal `X`: an atom of ½ at 0.
    pub const STANDARD: Self = Self { input: Gaussian::STANDARD };
}

impl<D: Density> Rectified<D> {
    /// The law of `max(0, X)` when `X` follows `input`.
    pub const fn of(input: D) -> Self {
        Self { input }
    }

    fn mass_at_zero(&self) -> f64 {
        self.input.moments(Interval::new(f64::NEG_INFINITY, 0.0)).mass
    }
}

impl<D: Density> Density for Rectified<D> {
    fn describe(&self) -> String {
        format!("half-wave({})", self.input.describe())
    }

    fn support(&self) -> Interval {
        // Open at its low end, an interval that holds the point 0 starts just below.
        Interval::new(0.0_f64.next_down(), self.input.support().high.max(0.0))
    }

    fn pdf(&self, x: f64) -> f64 {
        if x > 0.0 { self.input.pdf(x) } else { 0.0 }
    }

    fn ln_pdf(&self, x: f64) -> f64 {
        if x > 0.0 { self.input.ln_pdf(x) } else { f64::NEG_INFINITY }
    }

    fn ln_pdf_change(&self, from: f64, by: f64) -> f64 {
        self.input.ln_pdf_change(from, by)
    }

    fn shape(&self, x: Double) -> Option<Double> {
        self.input.shape(x)
    }

    fn smooth_half(&self, middle: f64) -> f64 {
        self.input.smooth_half(middle).min(middle.max(0.0))
    }

    fn pdf_parts(&self, middle: f64, offset: f64) -> Parts {
        if middle > 0.0 { self.input.pdf_parts(middle, offset) } else { Parts::default() }
    }

    fn kinks(&self) -> Vec<f64> {
        self.input.kinks().into_iter().filter(|&x| x > 0.0).collect()
    }

    fn moments_about(&self, cell: Interval, origin: f64) -> Moments {
        let positive = cell.intersection(Interval::new(0.0, f64::INFINITY));
        let above = if positive.is_empty() {
            Moments::ZERO
        } else {
            self.input.moments_about(positive, origin)
        };
        let at_zero = if cell.contains(0.0) {
            Moments::atom(-origin, self.mass_at_zero())
        } else {
            Moments::ZERO
        };
        at_zero + above
    }

    fn balance(&self, middle: f64, half: f64) -> Option<Balance> {
        // Above zero nothing has changed; a cell with the atom is another matter.
        if half <= middle {
            return self.input.balance(middle, half);
        }
        let moments = self.moments_about(Interval::new(middle - half, middle + half), middle);
        let rate = |x: f64| self.pdf(x) / moments.mass;
        let offset = moments.centroid()?;
        Some(Balance { offset, rate_low: rate(middle - half), rate_high: rate(middle + half) })
    }

    fn balances(&self, middles: &[f64], halves: &[f64], found: &mut Balances) {
        if middles.iter().zip(halves).all(|(middle, half)| half <= middle) {
            return self.input.balances(middles, halves, found);
        }
        one_by_one(self, middles, halves, found);
    }

    fn moments_around_each(&self, middles: &[f64], halves: &[f64], found: &mut [Moments]) {
        if middles.iter().zip(halves).all(|(middle, half)| half <= middle) {
            return self.input.moments_around_each(middles, halves, found);
        }
        for ((&middle, &half), found) in middles.iter().zip(halves).zip(found) {
            *found = self.moments_around(middle, half);
        }
    }

    fn compand(&self, position: f64) -> Option<f64> {
        let is_centred = self.input.centre()?.abs() <= 0.0;
        is_centred.then(|| self.input.compand(0.5 + 0.5 * position)).flatten()
    }

    fn is_log_concave_above_zero(&self) -> bool {
        self.input.is_log_concave_above_zero()
    }

    fn atoms(&self) -> Vec<(f64, f64)> {
        let above = self.input.atoms().into_iter().filter(|&(point, _)| point > 0.0);
        std::iter::once((0.0, self.mass_at_zero()))
            .filter(|&(_, mass)| mass > 0.0)
            .chain(above)
            .collect()
    }
}
