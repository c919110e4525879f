//! The sum of a few dozen numbers of thirty digits.

use super::Double;

/// A running sum of [`Double`]s whose low part is not renormalised: for a block of terms, several
/// of which the processor adds at a time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BlockSum {
    high: f64,
    low: f64,
}

impl BlockSum {
    pub(crate) fn add(&mut self, term: Double) {
        let (term, rest) = term.parts();
        let (high, dropped) = Double::sum(self.high, term).parts();
        self.high = high;
        self.low += dropped + rest;
    }

    pub(crate) fn value(self) -> Double {
        Double::sum(self.high, self.low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_block_of_whole_numbers_is_summed_exactly(
            terms in prop::collection::vec(-(1_i64 << 53)..(1_i64 << 53), 0..64),
        ) {
            let mut sum = BlockSum::default();
            for &term in &terms {
                sum.add(Double::from(term as f64) * 1e9);
            }
            let exact: i128 = terms.iter().map(|&term| i128::from(term) * 1_000_000_000).sum();
            let (high, low) = sum.value().parts();
            #[expect(clippy::cast_possible_truncation, reason = "whole numbers below 2¹²⁰")]
            let summed = high as i128 + low as i128;
            prop_assert_eq!(summed, exact);
        }
    }
}
