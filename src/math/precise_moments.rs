//! Sums over a part of a sample in twice the precision: what prefix sums are subtracted in.

use std::ops::{Add, AddAssign, Sub};

use super::{Double, Moments};

/// `Σ w (x - origin)ᵏ` for k = 0, 1, 2, in numbers of thirty digits.
///
/// The difference of two running sums keeps sixteen digits of a cell that holds a thousandth of
/// a thousandth of the whole, which a pair of `f64` sums does not.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PreciseMoments {
    /// `Σ w`.
    pub mass: Double,
    /// `Σ w (x - origin)`.
    pub first: Double,
    /// `Σ w (x - origin)²`.
    pub second: Double,
}

impl PreciseMoments {
    /// The moments about an origin that lies `shift` below: of `x + shift`.
    #[must_use]
    pub fn shifted(self, shift: Double) -> Self {
        let moved = shift * self.mass;
        Self {
            mass: self.mass,
            first: self.first + moved,
            second: self.second + shift * (self.first + self.first + moved),
        }
    }

    /// Divided by the whole mass and rounded.
    pub fn normalised(self, total: f64) -> Moments {
        Moments {
            mass: self.mass.to_f64() / total,
            first: self.first.to_f64() / total,
            // A sum of squares: rounding can only have turned a zero negative.
            second: self.second.to_f64().max(0.0) / total,
        }
    }
}

impl Add for PreciseMoments {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            mass: self.mass + other.mass,
            first: self.first + other.first,
            second: self.second + other.second,
        }
    }
}

impl AddAssign for PreciseMoments {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for PreciseMoments {
    type Output = Self;

    fn sub(self, part: Self) -> Self {
        Self {
            mass: self.mass - part.mass,
            first: self.first - part.first,
            second: self.second - part.second,
        }
    }
}
