//! Checks of a finished codebook in thirty digits, so that each printed digit is a proved one.

mod quadrature;

use quadrature::{Sums, moments};

use super::newton::Foot;
use super::{HalfWave, Zero};
use crate::density::Density;
use crate::math::{Double, solve_tridiagonal};
use crate::quantizer::Codebook;

/// How far a codebook is from the optimum, measured in [`Double`] arithmetic.
///
/// The residual of the levels as printed is evaluated to thirty digits by rules of quadrature with
/// twice the nodes and twice the digits of those that the design used. One step of Newton's method
/// then tells how far each level is from the stationary point: the error of that estimate is of the
/// order of the square of the step over the spacing, far below the step itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proof {
    /// `E (Q(X) - X)²` of the codebook, rounded once.
    pub distortion: f64,
    /// The largest distance of a level from the centroid of its cell, in the unit of `x`.
    pub residual: f64,
    /// The largest distance of a level from where it should be, as a share of that level (of the
    /// neighbouring spacing, for a level near 0).
    pub level_error: f64,
}

/// Proves a Lloyd-Max codebook, of the whole law or with a zero convention.
///
/// `None` when the law does not tell its density to thirty digits (mixtures, samples, atoms), or no
/// step of Newton's method is defined.
pub fn prove(law: &dyn Density, zero: Option<Zero>, codebook: &Codebook) -> Option<Proof> {
    let foot = match zero {
        None => Foot::of(law, codebook.len()),
        Some(zero) => HalfWave::foot(zero)?,
    };
    let is_above = |point: f64| foot == Foot::Open || point > foot.position();
    if law.atoms().iter().any(|&(point, _)| is_above(point)) {
        return None;
    }
    let first = match foot {
        Foot::Open => 0,
        Foot::Threshold(position) | Foot::Level(position) => {
            codebook.levels().partition_point(|&level| level <= position)
        }
    };
    let cells = Cells { law, foot, levels: &codebook.levels()[first..] };
    // A symmetric quantizer is proved on one side.
    let is_half = zero.is_none() && law.centre() == Some(foot.position()) && foot != Foot::Open;
    cells.prove(if is_half { 2.0 } else { 1.0 })
}

/// The free levels above a foot.
#[derive(Debug, Clone, Copy)]
struct Cells<'a> {
    law: &'a dyn Density,
    foot: Foot,
    levels: &'a [f64],
}

impl Cells<'_> {
    /// Threshold `index` counts from the foot: the low end of the cell of level `index`.
    fn threshold(&self, index: usize) -> Double {
        match (index, self.foot) {
            (0, Foot::Open) => Double::from(f64::NEG_INFINITY),
            (0, Foot::Threshold(position)) => Double::from(position),
            (0, Foot::Level(position)) => Double::sum(position, self.levels[0]).scaled(0.5),
            _ if index == self.levels.len() => Double::from(f64::INFINITY),
            _ => Double::sum(self.levels[index - 1], self.levels[index]).scaled(0.5),
        }
    }

    fn prove(&self, copies: f64) -> Option<Proof> {
        let count = self.levels.len();
        let whole = self.whole()?;
        let mut distortion = self.foot_cell()?;
        let (mut pulls, mut lower, mut diagonal, mut upper) = (vec![], vec![], vec![], vec![]);
        for (index, &level) in self.levels.iter().enumerate() {
            let (low, high) = (self.threshold(index), self.threshold(index + 1));
            let sums = moments(self.law, low, high, Double::from(level))?;
            distortion = distortion + sums.second;
            let pull = (sums.first / sums.mass).to_f64();
            let is_fixed = index == 0 && matches!(self.foot, Foot::Threshold(_));
            let from_below = if is_fixed { 0.0 } else { self.rate(low, level, pull, sums)? };
            let from_above = self.rate(high, level, pull, sums)?;
            pulls.push(pull);
            lower.push(-from_below);
            diagonal.push(1.0 - from_below - from_above);
            upper.push(-from_above);
        }
        let residual = pulls.iter().fold(0.0, |largest, pull| f64::max(largest, pull.abs()));
        let moves = solve_tridiagonal(&lower, &diagonal, &upper, pulls)?;
        let error = |index: usize| {
            let level: f64 = self.levels[index];
            let neighbour =
                self.levels[if index + 1 < count { index + 1 } else { index.max(1) - 1 }];
            let size = level.abs().max((neighbour - level).abs());
            if size > 0.0 { moves[index].abs() / size } else { moves[index].abs() }
        };
        let level_error = (0..count).map(error).fold(0.0, f64::max);
        let distortion = (distortion / whole).scaled(copies).to_f64();
        Some(Proof { distortion, residual, level_error })
    }

    /// `∫ shape`, the constant that makes a density of the shape: of a half wave from the half that
    /// has a density.
    fn whole(&self) -> Option<Double> {
        let atoms = self.law.atoms();
        let low = if atoms.is_empty() { f64::NEG_INFINITY } else { self.foot.position() };
        let high = Double::from(f64::INFINITY);
        let dense = moments(self.law, Double::from(low), high, Double::ZERO)?.mass;
        let on_points: f64 = atoms.iter().map(|&(_, mass)| mass).sum();
        Some(dense / (Double::ONE - Double::from(on_points)))
    }

    /// What the half of the cell of a fixed level adds to the distortion.
    fn foot_cell(&self) -> Option<Double> {
        match self.foot {
            Foot::Level(position) => {
                let origin = Double::from(position);
                Some(moments(self.law, origin, self.threshold(0), origin)?.second)
            }
            Foot::Open | Foot::Threshold(_) => Some(Double::ZERO),
        }
    }

    /// Half of what the centroid moves when an end does: a threshold moves half as far as a level.
    fn rate(&self, end: Double, level: f64, pull: f64, sums: Sums) -> Option<f64> {
        if !end.to_f64().is_finite() || !self.law.support().contains(end.to_f64()) {
            return Some(0.0);
        }
        let distance = ((end - Double::from(level)).to_f64() - pull).abs();
        let density = (self.law.shape(end)? / sums.mass).to_f64();
        Some(if density.is_finite() { 0.5 * density * distance } else { 0.0 })
    }
}
