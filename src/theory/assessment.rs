//! A codebook under a law: distortion, signal-to-noise ratio, entropy.

use super::entropy::entropy_bits;
use crate::density::Density;
use crate::design::distortion;
use crate::math::Interval;
use crate::quantizer::Codebook;

/// What a codebook does to a law.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// `E (Q(X) - X)²`, in the unit of `x` squared.
    pub distortion: f64,
    /// `10 log₁₀(E X² / D)`, in decibel.
    pub sqnr_db: f64,
    /// Entropy of the output, in bits.
    pub entropy_bits: f64,
    /// Probability of each level.
    pub probabilities: Vec<f64>,
    /// The largest distance of a level from the centroid of its cell, in the unit of `x`.
    pub residual: f64,
}

/// Assesses a codebook. For half-wave quantizers the law is that of `max(0, X)`.
///
/// # Examples
///
/// ```
/// use hwgq::density::Rectified;
/// use hwgq::quantizer::Codebook;
/// use hwgq::theory::assess;
/// let caffe = Codebook::half_wave(vec![0.538, 1.076, 1.614], 0.0)?;
/// assert!((assess(&Rectified::STANDARD, &caffe).sqnr_db - 10.633).abs() < 1e-3);
/// # Ok::<(), hwgq::quantizer::CodebookError>(())
/// ```
pub fn assess(law: &dyn Density, codebook: &Codebook) -> Assessment {
    if let Some(affine) = law.as_affine().filter(|affine| affine.shift() == 0.0)
        && let Ok(plain) = codebook.stretched(1.0 / affine.scale(), 0.0)
    {
        // The ratio of two squares is a number where the squares of a huge or tiny scale are not.
        let scale = affine.scale();
        let assessment = assess(affine.law(), &plain);
        return Assessment {
            distortion: scale * (scale * assessment.distortion),
            residual: scale * assessment.residual,
            ..assessment
        };
    }
    let distortion = distortion(law, codebook);
    let cells: Vec<_> =
        codebook.cells().map(|(cell, level)| law.moments_about(cell, level)).collect();
    let probabilities: Vec<f64> = cells.iter().map(|moments| moments.mass).collect();
    let pulls = cells.iter().filter_map(|moments| moments.centroid());
    Assessment {
        distortion,
        sqnr_db: 10.0 * libm::log10(law.moments(Interval::LINE).second / distortion),
        entropy_bits: entropy_bits(probabilities.iter().copied()),
        residual: pulls.fold(0.0, |largest, pull| f64::max(largest, pull.abs())),
        probabilities,
    }
}
