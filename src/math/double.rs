//! Numbers of thirty digits: unevaluated sums of two `f64`.

use std::cmp::Ordering;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::LazyLock;

/// `high + low`, with `|low|` at most half a unit in the last place of `high`: 106 bits.
///
/// Sums, products and quotients are off by at most `2⁻¹⁰²` of the result, [`Double::exp`] and
/// [`Double::ln`] by `2⁻⁹⁶` on the range that f64 exponents leave to both halves (`1e-290` up).
/// Results of f64 are checked with it, so that each of their digits can be vouched for.
///
/// # Examples
///
/// ```
/// use hwgq::math::Double;
/// let third = Double::from(1.0) / Double::from(3.0);
/// let one = third + third + third;
/// assert!((one - Double::from(1.0)).to_f64().abs() < 1e-31);
/// ```
///
/// # References
///
/// Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18,
/// 1971; Joldes, Muller and Popescu, "Tight and rigorous error bounds for basic building blocks of
/// double-word arithmetic", ACM TOMS 44, 2017 (their algorithms 6, 12 and 18).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Double {
    high: f64,
    low: f64,
}

/// `1/n` for the terms of the exponential series.
static RECIPROCALS: LazyLock<[Double; 11]> =
    LazyLock::new(|| std::array::from_fn(|n| Double::ONE / Double::from(n.max(1) as f64)));

/// The sum and its rounding error, exactly.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let reached = sum - a;
    (sum, (a - (sum - reached)) + (b - reached))
}

/// The same, for `|a| >= |b|`.
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

/// The product and its rounding error, exactly: by halves, because a fused multiply-add is a call
/// where the processor is not known to have one.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let ((a, a_rest), (b, b_rest)) = (split(a), split(b));
    (product, a_rest * b_rest - (((product - a * b) - a_rest * b) - a * b_rest))
}

impl Double {
    /// 0.
    pub const ZERO: Self = Self { high: 0.0, low: 0.0 };
    /// 1.
    pub const ONE: Self = Self { high: 1.0, low: 0.0 };
    /// `ln 2`.
    const LN_2: Self = Self { high: std::f64::consts::LN_2, low: 2.319_046_813_846_299_6e-17 };

    /// The exact sum of two numbers.
    pub fn sum(a: f64, b: f64) -> Self {
        let (high, low) = two_sum(a, b);
        Self { high, low }
    }

    /// The exact difference of two numbers.
    pub fn difference(a: f64, b: f64) -> Self {
        Self::sum(a, -b)
    }

    /// The nearest `f64`, and what is left.
    pub fn parts(self) -> (f64, f64) {
        (self.high, self.low)
    }

    /// The square.
    #[must_use]
    pub fn square(self) -> Self {
        self * self
    }

    /// The nearest `f64`.
    pub fn to_f64(self) -> f64 {
        self.high + self.low
    }

    /// The absolute value.
    #[must_use]
    pub fn abs(self) -> Self {
        if self.high < 0.0 { -self } else { self }
    }

    /// The product with a power of two, exactly.
    #[must_use]
    pub fn scaled(self, power_of_two: f64) -> Self {
        Self { high: self.high * power_of_two, low: self.low * power_of_two }
    }

    /// `e^x`; 0 and ∞ where f64 has no more exponents.
    #[must_use]
    pub fn exp(self) -> Self {
        if self.high < -745.0 {
            return Self::ZERO;
        }
        if self.high > 709.0 {
            return Self { high: f64::INFINITY, low: 0.0 };
        }
        // x = k ln 2 + 256·r, |r| < 0.0014: the series of e^r - 1 takes nine terms, and squaring
        // it eight times brings e^{256 r}. What is squared is e^r - 1, which keeps its digits.
        let octaves = (self.high * std::f64::consts::LOG2_E).round();
        let rest = (self - Self::LN_2 * Self::from(octaves)).scaled(1.0 / 256.0);
        let mut term = Self::ONE;
        let mut less_one = Self::ZERO;
        for &reciprocal in &RECIPROCALS[1..] {
            term = term * rest * reciprocal;
            less_one = less_one + term;
        }
        for _ in 0..8 {
            less_one = less_one.scaled(2.0) + less_one * less_one;
        }
        let value = less_one + Self::ONE;
        // In two steps: 2^-1074 is a number, 2^1074 is none.
        let half = (0.5 * octaves).trunc();
        value.scaled(libm::exp2(half)).scaled(libm::exp2(octaves - half))
    }

    /// `ln x` for positive `x`.
    #[must_use]
    pub fn ln(self) -> Self {
        // One step of Newton's method for e^y = x doubles the sixteen digits of the start.
        let start = Self::from(libm::log(self.high));
        start + (self * (-start).exp() - Self::ONE)
    }

    /// `x^power` for positive `x`.
    #[must_use]
    pub fn powf(self, power: Self) -> Self {
        (self.ln() * power).exp()
    }
}

impl From<f64> for Double {
    fn from(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }
}

impl Neg for Double {
    type Output = Self;

    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Add for Double {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, error) = two_sum(self.high, other.high);
        let (low, error_low) = two_sum(self.low, other.low);
        let (high, error) = fast_two_sum(high, error + low);
        let (high, low) = fast_two_sum(high, error + error_low);
        Self { high, low }
    }
}

impl Sub for Double {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Double {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (product, error) = two_product(self.high, other.high);
        let cross = self.high * other.low + self.low * other.high;
        let (high, low) = fast_two_sum(product, error + cross);
        Self { high, low }
    }
}

impl Mul<f64> for Double {
    type Output = Self;

    fn mul(self, other: f64) -> Self {
        let (product, error) = two_product(self.high, other);
        let (high, low) = fast_two_sum(product, error + self.low * other);
        Self { high, low }
    }
}

impl Div for Double {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self - other * Self::from(first);
        let second = rest.high / other.high;
        let rest = rest - other * Self::from(second);
        let third = rest.high / other.high;
        let (high, low) = fast_two_sum(first, second);
        Self { high, low } + Self::from(third)
    }
}

impl PartialOrd for Double {
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

    /// What a number says, as an integer: both parts are whole.
    #[expect(clippy::cast_possible_truncation, reason = "both parts are whole numbers below 2¹⁰⁷")]
    fn integer(number: Double) -> i128 {
        number.high as i128 + number.low as i128
    }

    proptest! {
        #[test]
        fn products_of_doubles_are_exact(a in whole(), b in whole()) {
            let product = Double::from(a as f64) * Double::from(b as f64);
            prop_assert_eq!(integer(product), i128::from(a) * i128::from(b));
        }

        #[test]
        fn nearly_equal_numbers_are_subtracted_exactly(a in whole(), b in whole(), c in -1000_i64..1000) {
            // The two products agree in all digits that one f64 could hold.
            let product = Double::from(a as f64) * b as f64;
            let moved = product + Double::from(c as f64);
            prop_assert_eq!(integer(moved - product), i128::from(c));
        }

        #[test]
        fn a_quotient_times_its_divisor_is_the_dividend(a in whole(), b in 1..1_i64 << 53) {
            let (a, b) = (Double::from(a as f64), Double::from(b as f64));
            let error = a / b * b - a;
            // 15 + 7 roundings of 2⁻¹⁰⁶.
            prop_assert!(error.to_f64().abs() <= 22.0 * 2.0_f64.powi(-106) * a.to_f64().abs());
        }
    }
}
