//! Entropy of the output of a quantizer, and of a law with a density.

use crate::density::Density;
use crate::math::{CompensatedSum, Interval, SIXTEEN};

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
    integrate_density(law, minus_p_log2_p)
}

fn minus_p_log2_p(p: f64) -> f64 {
    if p > 0.0 { -p * libm::log2(p) } else { 0.0 }
}

/// `∫ function(p(x)) dx` over the support of a law without atoms, for functions with `f(0) = 0`.
pub(super) fn integrate_density(law: &dyn Density, function: impl Fn(f64) -> f64) -> Option<f64> {
    if !law.atoms().is_empty() {
        return None;
    }
    let support = law.support();
    let whole = law.moments(Interval::LINE);
    let mean = whole.centroid()?;
    let width = law.moments_about(Interval::LINE, mean).second.sqrt();
    // From the middle outwards, one standard deviation at a time. A law with a kink has it there.
    let middle = law.centre().unwrap_or(mean);
    let side = |end: f64, direction: f64| {
        let mut sum = CompensatedSum::default();
        for piece in 0..PIECES_MAX {
            let near = middle + direction * width * f64::from(piece);
            let far = middle + direction * width * f64::from(piece + 1);
            let inside = (end - near) * direction > 0.0;
            let far = if (end - far) * direction < 0.0 { end } else { far };
            let (low, high) = if direction < 0.0 { (far, near) } else { (near, far) };
            let term =
                if inside { SIXTEEN.integrate(low, high, |x| function(law.pdf(x))) } else { 0.0 };
            sum.add(term);
            if term.abs() <= 1e-18 * sum.value().abs() {
                break;
            }
        }
        sum.value()
    };
    Some(side(support.low, -1.0) + side(support.high, 1.0))
}

/// A law whose density does not vanish within this many standard deviations is cut off there.
const PIECES_MAX: u32 = 1 << 14;
