//! How the centroid of a cell lies, and how it answers when the ends move.

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
