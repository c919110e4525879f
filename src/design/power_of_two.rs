//! The best step among the powers of two, where scaling is a shift.

use super::uniform_step::{BestStep, best, uniform};
use super::{Design, DesignError, Designed, check_size};
use crate::density::Density;

/// The symmetric uniform quantizer of least distortion whose step is `2^k`.
///
/// Every power of two near the best free step is tried and its distortion compared; the nearest in
/// logarithm is not always the best. It costs up to a factor of some 1.3 in distortion.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::{Design, PowerOfTwoStep};
/// let four = PowerOfTwoStep.design(&Gaussian::STANDARD, 4)?;
/// let levels = four.codebook.levels();
/// assert_eq!(levels[1] - levels[0], 1.0); // the free step is 0.9957 (Max 1960, table II)
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PowerOfTwoStep;

/// Powers tried on each side of the best free step. Doubling a step far above the best one makes
/// the distortion four times larger, halving one far below wastes half of the range.
const NEIGHBOURS: i32 = 4;

impl Design for PowerOfTwoStep {
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError> {
        check_size(levels, 2)?;
        let (free, centre) = best(law, levels)?;
        best_power(law, free, |step| uniform(law, centre, levels, step))
    }
}

/// The best of the designs whose step is a power of two, `free` being the best step of all.
pub(super) fn best_power(
    law: &dyn Density,
    free: BestStep,
    design: impl Fn(f64) -> Result<Designed, DesignError>,
) -> Result<Designed, DesignError> {
    #[expect(clippy::cast_possible_truncation, reason = "an exponent of an f64 is small")]
    let nearest = libm::round(libm::log2(free.step)) as i32;
    let mut least: Option<Designed> = None;
    for exponent in nearest - NEIGHBOURS..=nearest + NEIGHBOURS {
        let step = libm::ldexp(1.0, exponent);
        if !(step > 0.0 && step.is_finite()) {
            continue;
        }
        let designed = design(step)?;
        if least.as_ref().is_none_or(|least| designed.distortion < least.distortion) {
            // What is left is the distance from the free step, which the power takes.
            let residual = (step - free.step).abs();
            least = Some(Designed { rounds: free.rounds, residual, ..designed });
        }
    }
    least.ok_or(DesignError::Unsuited {
        design: "the power-of-two step",
        law: law.describe(),
        why: "no power of two is near its step; rescale it",
    })
}
