//! The few special functions behind the normal law, each to a few units in the last place.
//!
//! From `puruspe` only `erfcx` is taken (its `erf` is wrong in the fourth digit near zero), from
//! `statrs` only the inverse: its `erf` and `cdf` carry ten digits until the fix of statrs pull
//! request 412 is released.

use std::f64::consts::FRAC_1_SQRT_2;

/// `1/√(2π)`, the standard normal density at 0.
pub const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// `√(π/2)`.
const SQRT_FRAC_PI_2: f64 = 1.253_314_137_315_500_3;

/// `e^{-x²/2}`.
///
/// The square is split, so that the rounding of `x²` does not reach the exponent: at x = 30 it
/// would cost two digits.
pub fn exp_minus_half_square(x: f64) -> f64 {
    // e^{-39²/2} is below the least positive f64; the split would make ∞ - ∞ of an infinite x.
    if x.abs() > 39.0 {
        return 0.0;
    }
    // The upper 26 bits of x have an exact square; x² = head² + (x - head)(x + head).
    let head = f64::from_bits(x.to_bits() & !((1 << 27) - 1));
    libm::exp(-0.5 * head * head) * libm::exp(-0.5 * (x - head) * (x + head))
}

/// `∫_x^∞ e^{-t²/2} dt / e^{-x²/2}`, the Mills ratio; near `1/x` for large x.
///
/// # Examples
///
/// ```
/// assert!((hwgq::math::mills_ratio(0.0) - 1.253_314_137_315_500_3).abs() < 1e-15); // √(π/2)
/// ```
pub fn mills_ratio(x: f64) -> f64 {
    SQRT_FRAC_PI_2 * puruspe::erfcx(x * FRAC_1_SQRT_2)
}
