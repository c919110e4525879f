//! A density on both sides of a point, as an even and an odd part.

use std::iter::Sum;
use std::ops::{Add, Mul};

/// `(p(c + u) + p(c - u))/2` and `(p(c + u) - p(c - u))/2`, per unit of `x`.
///
/// For a density `p = e^g` both follow from the even and odd part of `g(c ± u) - g(c)`: the odd one
/// is a hyperbolic sine, not a difference of two nearly equal numbers. Sums of laws have sums of
/// parts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts {
    /// `(p(c + u) + p(c - u))/2`, never negative.
    pub even: f64,
    /// `(p(c + u) - p(c - u))/2`.
    pub odd: f64,
}

impl Parts {
    /// The parts of `density·e^g`, where `g` has the given even and odd part.
    ///
    /// # Examples
    ///
    /// For `p = e^{-x}` about 0 the logarithm `-u` is odd:
    ///
    /// ```
    /// use hwgq::density::Parts;
    /// let parts = Parts::exponential(1.0, 0.0, -1e-20);
    /// assert_eq!(parts, Parts { even: 1.0, odd: -1e-20 });
    /// ```
    pub fn exponential(density: f64, even: f64, odd: f64) -> Self {
        let scale = density * libm::exp(even);
        let sinh = libm::sinh(odd);
        // cosh² = 1 + sinh², without a second exponential; large arguments square to infinity.
        let cosh = if sinh.abs() < 1e100 { (1.0 + sinh * sinh).sqrt() } else { sinh.abs() };
        Self { even: scale * cosh, odd: scale * sinh }
    }

    /// The parts from the two densities, with the cancellation that this entails.
    pub fn difference(above: f64, below: f64) -> Self {
        Self { even: 0.5 * (above + below), odd: 0.5 * (above - below) }
    }
}

impl Add for Parts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { even: self.even + other.even, odd: self.odd + other.odd }
    }
}

impl Mul<Parts> for f64 {
    type Output = Parts;

    fn mul(self, parts: Parts) -> Parts {
        Parts { even: self * parts.even, odd: self * parts.odd }
    }
}

impl Sum for Parts {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), Add::add)
    }
}
