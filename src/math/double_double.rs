//! Numbers of twice the precision of `f64`: sums whose differences keep their digits.

use std::cmp::Ordering;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// The unevaluated sum `high + low`, with `|low|` at most half a unit in the last place of `high`.
///
/// Every operation below has a relative error of at most 15·2⁻¹⁰⁶, subtraction of nearly equal
/// numbers included, as long as nothing overflows or becomes subnormal.
///
/// # References
///
/// Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18,
/// 1971; error bounds: Joldes, Muller, Popescu, "Tight and rigorous error bounds for basic building
/// blocks of double-word arithmetic", ACM TOMS 44, 2017 (algorithms 4, 6, 9, 12, 17).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct DoubleDouble {
    high: f64,
    low: f64,
}

/// `a + b` and what rounding dropped, exactly.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// The same in half the operations where `|a| >= |b|` or `a == 0`.
fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// Twenty-six leading bits, and the rest.
fn split(a: f64) -> (f64, f64) {
    let shifted = 134_217_729.0 * a; // 2²⁷ + 1
    let high = shifted - (shifted - a);
    (high, a - high)
}

/// `a·b` and what rounding dropped, exactly. By splitting: a fused multiply-add would be a call
/// where the processor is not known to have one.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let ((a, a_rest), (b, b_rest)) = (split(a), split(b));
    (product, a_rest * b_rest - (((product - a * b) - a_rest * b) - a * b_rest))
}

impl DoubleDouble {
    /// Zero.
    pub const ZERO: Self = Self { high: 0.0, low: 0.0 };

    /// `a - b`, exactly.
    pub fn difference(a: f64, b: f64) -> Self {
        let (high, low) = two_sum(a, -b);
        Self { high, low }
    }

    /// `high + low`, rounded to twice the precision.
    pub fn sum_of(high: f64, low: f64) -> Self {
        let (high, low) = two_sum(high, low);
        Self { high, low }
    }

    /// The nearest `f64`.
    pub fn value(self) -> f64 {
        self.high
    }

    /// `value - self.value()`: the digits behind the nearest `f64`.
    pub fn rest(self) -> f64 {
        self.low
    }

    /// The square.
    #[must_use]
    pub fn square(self) -> Self {
        self * self
    }
}

/// A running sum without renormalisation: for a few dozen terms.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct BlockSum {
    high: f64,
    low: f64,
}

impl BlockSum {
    pub(crate) fn add(&mut self, term: DoubleDouble) {
        let (high, dropped) = two_sum(self.high, term.high);
        self.high = high;
        self.low += dropped + term.low;
    }

    pub(crate) fn value(self) -> DoubleDouble {
        DoubleDouble::sum_of(self.high, self.low)
    }
}

impl From<f64> for DoubleDouble {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Add for DoubleDouble {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (sum, dropped) = two_sum(self.high, other.high);
        let (low, lower) = two_sum(self.low, other.low);
        let (sum, dropped) = fast_two_sum(sum, dropped + low);
        let (high, low) = fast_two_sum(sum, lower + dropped);
        Self { high, low }
    }
}

impl AddAssign for DoubleDouble {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Neg for DoubleDouble {
    type Output = Self;

    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Sub for DoubleDouble {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for DoubleDouble {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (product, dropped) = two_product(self.high, other.high);
        let cross = self.high * other.low + self.low * other.high;
        let (high, low) = fast_two_sum(product, dropped + cross);
        Self { high, low }
    }
}

impl Mul<f64> for DoubleDouble {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        let (product, dropped) = two_product(self.high, other);
        let (high, low) = fast_two_sum(product, dropped + self.low * other);
        Self { high, low }
    }
}

impl Div for DoubleDouble {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let quotient = self.high / other.high;
        let rest = self - other * quotient;
        let (high, low) = fast_two_sum(quotient, rest.high / other.high);
        Self { high, low }
    }
}

impl PartialOrd for DoubleDouble {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match self.high.partial_cmp(&other.high) {
            Some(Ordering::Equal) => self.low.partial_cmp(&other.low),
            order => order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers of which every sum and product of two is exact in 128 bits.
    fn whole() -> impl Strategy<Value = i64> {
        -(1_i64 << 53)..(1_i64 << 53)
    }

    /// What a double-double says, as an integer: both parts are whole.
    #[expect(clippy::cast_possible_truncation, reason = "both parts are whole numbers below 2¹⁰⁷")]
    fn integer(number: DoubleDouble) -> i128 {
        number.high as i128 + number.low as i128
    }

    proptest! {
        #[test]
        fn products_of_doubles_are_exact(a in whole(), b in whole()) {
            let product = DoubleDouble::from(a as f64) * DoubleDouble::from(b as f64);
            prop_assert_eq!(integer(product), i128::from(a) * i128::from(b));
        }

        #[test]
        fn nearly_equal_numbers_are_subtracted_exactly(a in whole(), b in whole(), c in -1000_i64..1000) {
            // The two products agree in all digits that one f64 could hold.
            let product = DoubleDouble::from(a as f64) * b as f64;
            let moved = product + DoubleDouble::from(c as f64);
            prop_assert_eq!(integer(moved - product), i128::from(c));
        }

        #[test]
        fn a_quotient_times_its_divisor_is_the_dividend(a in whole(), b in 1..1_i64 << 53) {
            let (a, b) = (DoubleDouble::from(a as f64), DoubleDouble::from(b as f64));
            let error = a / b * b - a;
            // 15 + 7 roundings of 2⁻¹⁰⁶.
            prop_assert!(error.value().abs() <= 22.0 * 2.0_f64.powi(-106) * a.value().abs());
        }

        #[test]
        fn a_block_is_summed_to_twice_the_precision(terms in prop::collection::vec(whole(), 0..64)) {
            let mut sum = BlockSum::default();
            let mut exact = 0_i128;
            for &term in &terms {
                let term = DoubleDouble::from(term as f64) * (1_i64 << 40) as f64;
                sum.add(term);
                exact += integer(term);
            }
            prop_assert_eq!(integer(sum.value()), exact);
        }
    }
}
