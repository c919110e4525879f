//! Clips for a law whose scale alone is taken from the data: ACIQ.

use super::{Code, Folded};
use crate::math::{bracketed_root, normal};

/// `B` for signed codes; unsigned ones have twice the steps on the same side of 0.
fn bits_of_both_sides(code: Code) -> f64 {
    f64::from(code.bits) + if code.signed { 0.0 } else { 1.0 }
}

/// The clip for a normal law of the same mean square: `c_B σ`.
///
/// `c` minimises `2 ∫_c^∞ (x - c)² φ(x) dx + c²/(3·4^B)`, so `2 (φ(c) - c Φ(-c)) = c/(3·4^B)`.
/// `None` without values.
///
/// # References
///
/// Banner, Nahshan, Soudry, "Post training 4-bit quantization of convolutional networks for
/// rapid-deployment", `NeurIPS` 2019, eq. (4) and section 3.
pub fn aciq_gaussian(folded: &Folded<'_>, code: Code) -> Option<f64> {
    let noise = 1.0 / (3.0 * 4.0_f64.powf(bits_of_both_sides(code)));
    let slope = |c: f64| noise * c - 2.0 * (normal::pdf(c) - c * normal::survival(c));
    let scaled = bracketed_root(slope, 0.0, 40.0)?.x * folded.root_mean_square();
    (scaled > 0.0).then_some(scaled)
}

/// The clip for a Laplace law of the same mean magnitude: `W(3·4^B) b`, where `W e^W` is the
/// argument. `None` without values.
///
/// # References
///
/// Those of [`aciq_gaussian`]; eq. (13) has the constants for 2, 3 and 4 bits.
pub fn aciq_laplace(folded: &Folded<'_>, code: Code) -> Option<f64> {
    let argument = libm::log(3.0) + bits_of_both_sides(code) * libm::log(4.0);
    let scaled = bracketed_root(|w| w + libm::log(w) - argument, 1e-3, 100.0)?.x * folded.mean();
    (scaled > 0.0).then_some(scaled)
}
