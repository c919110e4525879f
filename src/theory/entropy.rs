//! Entropy of the output of a quantizer, and of a law with a density.

use std::f64::consts::LN_2;

use crate::density::{Density, integrate_density};
use crate::math::{CompensatedSum, Interval};

/// `-Σ p log₂ p`, in bits; cells without probability add nothing.
///
/// # Examples
///
/// ```
/// assert_eq!(hwgq::theory::entropy_bits([0.5, 0.25, 0.25, 0.0]), 1.5);
/// ```
pub fn entropy_bits(probabilities: impl IntoIterator<Item = f64>) -> f64 {
    let terms = probabilities.into_iter().map(minus_p_log2_p);
    terms.collect::<CompensatedSum>().value()
}

/// `-∫ p log₂ p dx`, in bits, relative to the unit of `x`; `None` for a law with atoms.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// let bits = hwgq::theory::differential_entropy_bits(&Gaussian::STANDARD).unwrap();
/// assert!((bits - 2.047_095_585_180_641).abs() < 1e-12); // ½ log₂ 2πe, Shannon 1948
/// ```
pub fn differential_entropy_bits(law: &dyn Density) -> Option<f64> {
    if !law.atoms().is_empty() || law.as_empirical().is_some() {
        return None;
    }
    if let Some(affine) = law.as_affine() {
        // Neither the digits near a shifted pole nor those of a tiny scale are lost this way.
        return differential_entropy_bits(affine.law())
            .map(|bits| bits + libm::log2(affine.scale().abs()));
    }
    let nats = integrate_density(law, Interval::LINE, |ln_p, _| -libm::exp(ln_p) * ln_p);
    Some(nats / LN_2)
}

fn minus_p_log2_p(p: f64) -> f64 {
    if p > 0.0 { -p * libm::log2(p) } else { 0.0 }
}
