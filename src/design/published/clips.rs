//! Clipping points printed for signed uniform codes.

use super::{Holds, Provenance, Published};
use crate::design::Spacing;

/// The clip minimises `2 ∫_a^∞ (x - a)² p dx + a²/(3·4^B)`: overload plus the noise of a fine grid,
/// which is not the distortion of the code itself.
const ACIQ: &str = "Banner et al., ACIQ, arXiv 1810.05723, 2019";

const fn aciq(
    name: &'static str,
    (law, law_scale): (&'static str, f64),
    clip: f64,
    bits: u32,
) -> Published {
    Published {
        name,
        reference: ACIQ,
        provenance: Provenance::Paper,
        holds: Holds::Clip { clip, bits },
        law,
        law_scale,
        spacing: Spacing::Uniform,
        zero: None,
        is_scale_free: false,
        digits: 3,
    }
}

const GAUSSIAN: (&str, f64) = ("gaussian", 1.0);
/// In units of b, `p(x) ∝ e^{-|x|/b}`: a standard deviation of √2.
const LAPLACE: (&str, f64) = ("laplace", std::f64::consts::SQRT_2);

pub(super) const TABLES: &[Published] = &[
    aciq("aciq-gaussian-2", GAUSSIAN, 1.71, 2),
    aciq("aciq-gaussian-3", GAUSSIAN, 2.15, 3),
    aciq("aciq-gaussian-4", GAUSSIAN, 2.55, 4),
    aciq("aciq-laplace-2", LAPLACE, 2.83, 2),
    aciq("aciq-laplace-3", LAPLACE, 3.89, 3),
    aciq("aciq-laplace-4", LAPLACE, 5.03, 4),
];
