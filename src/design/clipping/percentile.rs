//! Clip at a quantile of the magnitude.

use super::Folded;

/// The least magnitude that a share of the values does not exceed.
///
/// Of a sample it is one of its magnitudes, an order statistic without interpolation.
pub fn percentile(folded: &Folded<'_>, share: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, folded.top());
    // Bisection of the numbers and not of their size: 64 rounds end at neighbours.
    while high.to_bits() - low.to_bits() > 1 {
        let middle = f64::from_bits(low.to_bits().midpoint(high.to_bits()));
        if folded.share_up_to(middle) >= share {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
