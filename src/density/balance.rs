//! How the centroid of a cell lies, and how it answers when the ends move.

use super::Density;
use crate::math::normal::Balances;

/// The statistics of a cell that Newton's method for levels needs.
///
/// All are ratios to the probability of the cell, so that none of them underflows in a far tail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// The centroid less the middle of the cell, in the unit of `x`.
    pub offset: f64,
    /// `p(low)/P`, per unit of `x`.
    pub rate_low: f64,
    /// `p(high)/P`, per unit of `x`.
    pub rate_high: f64,
}

/// [`Density::balance`] of every cell, one after the other.
pub(super) fn one_by_one<D: Density + ?Sized>(
    law: &D,
    middles: &[f64],
    halves: &[f64],
    found: &mut Balances,
) {
    found.resize(middles.len());
    for (cell, (&middle, &half)) in middles.iter().zip(halves).enumerate() {
        let none = Balance { offset: f64::NAN, rate_low: 0.0, rate_high: 0.0 };
        let balance = law.balance(middle, half).unwrap_or(none);
        (found.offsets[cell], found.rates_low[cell]) = (balance.offset, balance.rate_low);
        found.rates_high[cell] = balance.rate_high;
    }
}
