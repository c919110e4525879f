//! A sample folded onto the positive half-line: what clipping rules look at.

use crate::density::Density;
use crate::math::{Interval, Moments};

/// `|X|` of a law for signed codes, `X` where it is above 0 for unsigned ones.
#[derive(Debug, Clone, Copy)]
pub struct Folded<'a> {
    law: &'a dyn Density,
    signed: bool,
    top: f64,
    /// Moments of `|X|` where it is above 0.
    all: Moments,
}

impl<'a> Folded<'a> {
    /// Of a law that has a value above 0.
    pub fn new(law: &'a dyn Density, signed: bool) -> Self {
        let support = law.support();
        // A sample begins just above the low end of its support.
        let below = if signed { -support.low.next_up() } else { 0.0 };
        let mut folded = Self { law, signed, top: support.high.max(below), all: Moments::ZERO };
        folded.all = folded.above(0.0);
        folded
    }

    /// The greatest magnitude.
    pub fn top(&self) -> f64 {
        self.top
    }

    /// Moments of the magnitudes above 0.
    pub fn all(&self) -> Moments {
        self.all
    }

    /// Moments of the magnitudes above `at >= 0`.
    pub fn above(&self, at: f64) -> Moments {
        let positive = self.law.moments(Interval::new(at, f64::INFINITY));
        if !self.signed {
            return positive;
        }
        // Values below -at, without the one on it.
        let end = (-at).next_down();
        let negative = self.law.moments(Interval::new(f64::NEG_INFINITY, end));
        positive + negative.affine(-1.0, 0.0)
    }

    /// Probability of `|X| <= at`, the zeros included.
    pub fn share_up_to(&self, at: f64) -> f64 {
        if self.signed {
            self.law.moments(Interval::new((-at).next_down(), at)).mass
        } else {
            self.law.moments(Interval::new(f64::NEG_INFINITY, at)).mass
        }
    }

    /// `E[|X| | X ≠ 0]`.
    pub fn mean(&self) -> f64 {
        self.all.first / self.all.mass
    }

    /// `√E[X² | X ≠ 0]`.
    pub fn root_mean_square(&self) -> f64 {
        (self.all.second / self.all.mass).sqrt()
    }
}
