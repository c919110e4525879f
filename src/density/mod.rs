//! Floor 1: laws of the input, each answering one hard question: the moments of a cell.

use std::fmt::Debug;

use crate::math::{Interval, Moments};

/// A probability law on the real line.
///
/// # Laws of the trait
///
/// Every implementor is tested for them in `tests/laws_of_density.rs`:
///
/// - additivity: `moments((a, b]) + moments((b, c]) = moments((a, c])`;
/// - normalisation: `moments(support).mass = 1`;
/// - agreement: `moments` equals the integral of `pdf` plus the atoms in the cell;
/// - equivariance: the moments of `Affine { law, scale, shift }` are `Moments::affine`.
pub trait Density: Debug + Send + Sync {
    /// Name and parameters, as printed: `gaussian(mean=0, sd=1)`.
    fn describe(&self) -> String;

    /// The least interval that holds all the probability.
    fn support(&self) -> Interval;

    /// Density of the part without atoms at `x`, per unit of `x`.
    fn pdf(&self, x: f64) -> f64;

    /// `∫ xᵏ dP` over `cell = (low, high]`, k = 0, 1, 2.
    fn moments(&self, cell: Interval) -> Moments;

    /// Points that carry probability of their own, as `(point, probability)`, increasing.
    fn atoms(&self) -> Vec<(f64, f64)> {
        Vec::new()
    }
}
