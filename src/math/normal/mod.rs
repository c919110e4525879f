//! The standard normal law: density, distribution, quantile, and moments of a cell.

mod balance;
mod tail;

use std::f64::consts::FRAC_1_SQRT_2;

pub use balance::{Balances, balance, balances, moments_around_each, tail_balance};

use statrs::distribution::{ContinuousCDF, Normal};

use tail::tail;

use super::quadrature::{EIGHT, SIXTEEN};
use super::special::{FRAC_1_SQRT_2PI, exp_minus_half_square, mills_ratio};
use super::{Interval, Moments};

/// `φ(x) = e^{-x²/2}/√(2π)`.
pub fn pdf(x: f64) -> f64 {
    FRAC_1_SQRT_2PI * exp_minus_half_square(x)
}

/// `Φ(x) = P(X <= x)`, accurate in the lower tail.
///
/// # Examples
///
/// ```
/// use hwgq::math::normal;
/// assert!((normal::cdf(-1.0) - 0.158_655_253_931_457_05).abs() < 1e-16); // any table
/// ```
pub fn cdf(x: f64) -> f64 {
    survival(-x)
}

/// `1 - Φ(x) = P(X > x)`, accurate in the upper tail.
pub fn survival(x: f64) -> f64 {
    // Beyond 1 the rounding of x/√2 would be magnified by 2x² in erfc; the Mills ratio is flat.
    if x > 1.0 { pdf(x) * mills_ratio(x) } else { 0.5 * libm::erfc(x * FRAC_1_SQRT_2) }
}

/// `Φ⁻¹(p)`; `∓∞` at 0 and 1, NaN outside.
///
/// # Examples
///
/// ```
/// use hwgq::math::normal;
/// assert!((normal::quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14); // any table
/// ```
pub fn quantile(p: f64) -> f64 {
    if (0.0..=1.0).contains(&p) { Normal::standard().inverse_cdf(p) } else { f64::NAN }
}

/// `Φ⁻¹(p)` to seven digits, in a few nanoseconds for most `p`: where an iteration may start.
///
/// # References
///
/// Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
/// Statistics 37, 1988, PPND7.
pub fn rough_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() > 0.425 {
        return quantile(p);
    }
    let r = 0.180_625 - q * q;
    let over = ((59.109_374_72 * r + 159.291_132_02) * r + 50.434_271_938) * r + 3.387_132_717_9;
    let under = ((67.187_563_6 * r + 78.757_757_664) * r + 17.895_169_469) * r + 1.0;
    q * over / under
}

/// `∫ (x - origin)ᵏ φ(x) dx` over the cell, k = 0, 1, 2.
///
/// With the origin at a level the first moment is the pull towards the centroid and the second the
/// distortion, without the cancellation of `second - 2·level·first + level²·mass`: nothing is
/// subtracted here that is not of the size of the answer, for cells of any width, however far out.
pub fn moments_about(cell: Interval, origin: f64) -> Moments {
    if cell.is_empty() {
        Moments::ZERO
    } else if is_narrow(cell) {
        // The ends minus the origin are exact where it matters, when the origin lies in the cell.
        let shift = 0.5 * ((cell.low - origin) + (cell.high - origin));
        narrow(cell.low.midpoint(cell.high), 0.5 * cell.width()).affine(1.0, shift)
    } else if cell.high <= 0.0 {
        moments_about(Interval::new(-cell.high, -cell.low), -origin).affine(-1.0, 0.0)
    } else if cell.low < 0.0 {
        moments_about(Interval::new(cell.low, 0.0), origin)
            + moments_about(Interval::new(0.0, cell.high), origin)
    } else {
        // The cell is wide, so that the far tail is a small part of the near one.
        tail(cell.low, origin) - tail(cell.high, origin)
    }
}

/// `∫ (x - middle)ᵏ φ(x) dx` over `(middle - half, middle + half]`, k = 0, 1, 2.
pub fn moments_around(middle: f64, half: f64) -> Moments {
    let cell = Interval::new(middle - half, middle + half);
    if half > 0.0 && is_narrow(cell) { narrow(middle, half) } else { moments_about(cell, middle) }
}

/// Whether sixteen nodes integrate `φ` over the cell to the last digit.
fn is_narrow(cell: Interval) -> bool {
    // φ(c + u) = φ(c) e^{-cu} e^{-u²/2}. For widths h <= 2 and ch <= 8 the rule's error is below
    // 1e-20 in both factors; the cells that remain lose at least e^{-2} from end to end.
    let width = cell.width();
    width <= 2.0 && width * cell.low.midpoint(cell.high).abs() <= 8.0
}

/// Moments of a cell about its middle, by a series where it is very narrow, or by nodes.
fn narrow(middle: f64, half: f64) -> Moments {
    balance::narrow_moments(middle, half).unwrap_or_else(|| by_nodes(middle, half))
}

/// Moments of a narrow cell about its middle `c`, by pairs of nodes at `c ± u`.
fn by_nodes(middle: f64, half: f64) -> Moments {
    let mut moments = Moments::ZERO;
    // Half the nodes do for cells of half the width: what they miss is u¹⁶/16! of the exponent.
    let is_short = half <= 0.4 && half * middle.abs() <= 1.0;
    for &(node, weight) in if is_short { EIGHT.pairs() } else { SIXTEEN.pairs() } {
        let u = half * node;
        // φ(c ± u) = φ(c) e^{-u²/2} (cosh cu ∓ sinh cu): the odd part is not a difference.
        let sinh = libm::sinh(middle * u);
        let cosh = (1.0 + sinh * sinh).sqrt();
        let bell = weight * libm::exp(-0.5 * u * u);
        moments.mass += bell * cosh;
        moments.first -= bell * u * sinh;
        moments.second += bell * u * u * cosh;
    }
    moments.weighted(2.0 * half * pdf(middle))
}
