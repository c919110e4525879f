//! One door to all designs: the best codebook for a law under the constraints that are asked for.

use super::{Design, DesignError, Designed, Exact, HalfWave, Newton, Spacing, UniformStep, Zero};
use crate::density::Density;

/// The codebook of least distortion with `levels` levels.
///
/// Without `zero` it is a quantizer of `X` itself: Lloyd-Max or symmetric uniform. With `zero` it
/// is a half-wave quantizer of `max(0, X)`, zero counted among the levels.
///
/// # Errors
///
/// When the law does not suit the constraints, or there are too few or too many levels.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::{Spacing, Zero, optimal};
/// let paper = optimal(&Gaussian::STANDARD, Spacing::Uniform, Some(Zero::NonPositive), 4)?;
/// assert!((paper.codebook.levels()[1] - 0.538).abs() < 1e-3); // the released Caffe models
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
pub fn optimal(
    law: &dyn Density,
    spacing: Spacing,
    zero: Option<Zero>,
    levels: usize,
) -> Result<Designed, DesignError> {
    match (spacing, zero) {
        (_, Some(zero)) => HalfWave { spacing, zero }.design(law, levels),
        (Spacing::Uniform, None) => UniformStep.design(law, levels),
        (Spacing::LloydMax, None) if law.as_empirical().is_some() => Exact.design(law, levels),
        (Spacing::LloydMax, None) => Newton::default().design(law, levels),
    }
}
