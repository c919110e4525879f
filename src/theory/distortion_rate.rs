//! What any quantizer could reach at best: rate-distortion bounds and the limit of many levels.

use std::f64::consts::{E, PI};

use super::entropy::differential_entropy_bits;
use crate::density::{Density, integrate_density};
use crate::math::Interval;

/// `½ log₂(πe/6)`: what a fine uniform quantizer with an entropy coder gives away, in bits.
///
/// # References
///
/// Gish and Pierce, "Asymptotically efficient quantizing", IEEE Trans. Inf. Theory 14, 1968.
pub const ENTROPY_CODED_GAP_BITS: f64 = 0.254_614_334_820_063;

/// `D(R) = σ² 2^{-2R}`: the least distortion of a normal source at `rate_bits` bits a sample.
///
/// # References
///
/// Shannon, "Coding theorems for a discrete source with a fidelity criterion", 1959.
pub fn gaussian_distortion(rate_bits: f64, variance: f64) -> f64 {
    variance * libm::exp2(-2.0 * rate_bits)
}

/// `R(D) = max(0, ½ log₂(σ²/D))`: the least rate, in bits a sample, of a normal source, and an
/// upper bound on that of every other source of that variance.
pub fn gaussian_rate_bits(distortion: f64, variance: f64) -> f64 {
    (0.5 * libm::log2(variance / distortion)).max(0.0)
}

/// `R(D) >= h(X) - ½ log₂(2πe D)`, in bits a sample; `None` for a law with atoms.
///
/// Negative where the bound says nothing.
pub fn shannon_lower_bound_bits(law: &dyn Density, distortion: f64) -> Option<f64> {
    differential_entropy_bits(law).map(|bits| bits - 0.5 * libm::log2(2.0 * PI * E * distortion))
}

/// The same, solved for the distortion: no code has less than `2^{2(h - R)}/(2πe)` at `R` bits.
pub fn shannon_lower_bound_distortion(law: &dyn Density, rate_bits: f64) -> Option<f64> {
    let bits = differential_entropy_bits(law)?;
    Some(libm::exp2(2.0 * (bits - rate_bits)) / (2.0 * PI * E))
}

/// `(1/12) (∫ p^{1/3} dx)³`: the limit of `N² D` for the best `N` levels; `None` for a law with
/// atoms.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// let limit = hwgq::theory::panter_dite_constant(&Gaussian::STANDARD).unwrap();
/// assert!((limit - 3.0_f64.sqrt() * std::f64::consts::PI / 2.0).abs() < 1e-12); // Zador 1964
/// ```
///
/// # References
///
/// Panter and Dite, "Quantization distortion in pulse-count modulation with nonuniform spacing of
/// levels", Proc. IRE 39, 1951.
pub fn panter_dite_constant(law: &dyn Density) -> Option<f64> {
    if !law.atoms().is_empty() || law.as_empirical().is_some() {
        return None;
    }
    if let Some(affine) = law.as_affine() {
        return panter_dite_constant(affine.law()).map(|limit| affine.scale().powi(2) * limit);
    }
    let integral = integrate_density(law, Interval::LINE, |ln_p, _| libm::exp(ln_p / 3.0));
    Some(integral.powi(3) / 12.0)
}

/// `(1/12) ∫ p/λ² dx`: the limit of `N² D` for `N` levels spaced like the point density `λ`, whose
/// integral is 1; `None` for a law with atoms.
///
/// The least value, over all point densities, is that of `λ ∝ p^{1/3}`:
/// [`panter_dite_constant`].
///
/// # Examples
///
/// ```
/// use hwgq::density::Uniform;
/// let evenly = |_| 1.0 / (2.0 * 3.0_f64.sqrt()); // on [-√3, √3], as the law itself
/// let limit = hwgq::theory::bennett_integral(&Uniform::STANDARD, evenly).unwrap();
/// assert!((limit - 1.0).abs() < 1e-12); // Δ²/12 with Δ = 2√3/N
/// ```
///
/// # References
///
/// Bennett, "Spectra of quantized signals", Bell System Technical Journal 27, 1948.
pub fn bennett_integral(law: &dyn Density, point_density: impl Fn(f64) -> f64) -> Option<f64> {
    if !law.atoms().is_empty() || law.as_empirical().is_some() {
        return None;
    }
    let cost = |ln_p: f64, x: f64| {
        let root = libm::exp(0.5 * ln_p);
        // Far out both may have underflowed, and nothing falls there.
        let ratio = if root > 0.0 { root / point_density(x) } else { 0.0 };
        ratio * ratio / 12.0
    };
    Some(integrate_density(law, Interval::LINE, cost))
}

/// The distortion that the limit predicts for `levels` levels.
pub fn panter_dite_distortion(law: &dyn Density, levels: usize) -> Option<f64> {
    panter_dite_constant(law).map(|constant| constant / (levels as f64).powi(2))
}
