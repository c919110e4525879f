//! Partial moments: the only statistics a scalar quantizer ever needs.

use std::iter::Sum;
use std::ops::{Add, Sub};

/// `∫ xᵏ dP` over one cell for k = 0, 1, 2.
///
/// Centroid, distortion, entropy and both Lloyd conditions are functions of these three numbers,
/// whether `P` is a law with a density or a sample.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// Probability of the cell, in `0..=1`.
    pub mass: f64,
    /// `∫ x dP`, in the unit of `x`.
    pub first: f64,
    /// `∫ x² dP`, in the unit of `x` squared.
    pub second: f64,
}

impl Moments {
    /// The moments of an empty cell.
    pub const ZERO: Self = Self { mass: 0.0, first: 0.0, second: 0.0 };

    /// The moments of probability `mass` sitting on the single point `at`.
    pub fn atom(at: f64, mass: f64) -> Self {
        Self { mass, first: mass * at, second: mass * at * at }
    }

    /// `E[X | cell]`, the level of least distortion; `None` when the cell carries no probability.
    pub fn centroid(self) -> Option<f64> {
        (self.mass > 0.0).then(|| self.first / self.mass)
    }

    /// `∫ (x - level)² dP = second - 2·level·first + level²·mass`, never negative.
    pub fn distortion(self, level: f64) -> f64 {
        // For mass > 0 the same number is written as the variance about the centroid plus the
        // squared offset: each part is non-negative, so rounding cannot turn the sum negative.
        self.centroid().map_or(0.0, |centroid| {
            let spread = (self.second - centroid * self.first).max(0.0);
            spread + self.mass * (level - centroid).powi(2)
        })
    }

    /// The moments of an event that happens `weight` times as often.
    #[must_use]
    pub fn weighted(self, weight: f64) -> Self {
        Self { mass: weight * self.mass, first: weight * self.first, second: weight * self.second }
    }

    /// Moments of `scale·X + shift` when these are the moments of `X` over the same event.
    #[must_use]
    pub fn affine(self, scale: f64, shift: f64) -> Self {
        Self {
            mass: self.mass,
            first: scale * self.first + shift * self.mass,
            second: scale * scale * self.second
                + 2.0 * scale * shift * self.first
                + shift * shift * self.mass,
        }
    }
}

impl Add for Moments {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            mass: self.mass + other.mass,
            first: self.first + other.first,
            second: self.second + other.second,
        }
    }
}

impl Sub for Moments {
    type Output = Self;

    /// What is left of an event when a part of it is taken away.
    fn sub(self, part: Self) -> Self {
        Self {
            mass: self.mass - part.mass,
            first: self.first - part.first,
            second: self.second - part.second,
        }
    }
}

impl Sum for Moments {
    fn sum<I: Iterator<Item = Self>>(cells: I) -> Self {
        cells.fold(Self::ZERO, Add::add)
    }
}
