//! What the codes of a quantizer count for, as small integers.

use super::codes::{BITS_MAX, check_bits, code_max};
use super::error::BitsError;

/// The levels of a quantizer as small integers times one step, one for each code.
///
/// Codes of a uniform quantizer count for themselves. Levels that are not uniform, such as those of
/// Lloyd and Max, are rounded to multiples of a step, by [`Levels::fit`]; a product over them is then
/// as exact as any other, `Σ w·level = step·Σ w·integer`, up to the scaling error that is stated.
///
/// A quantizer with a negative level is one without, moved: `Σ w·(level + offset)` is the product
/// plus `offset·Σ w`, a constant for each row of weights.
///
/// # Examples
///
/// The three positive levels of Lloyd and Max for six levels of a normal law, with zero:
///
/// ```
/// use hwgq::bits::Levels;
/// let levels = Levels::fit(&[0.0, 0.317_7, 1.000, 1.894], 9)?;
/// assert_eq!((levels.bits(), levels.integers()), (2, [0, 1, 3, 6].as_slice()));
/// assert!((levels.step() - 0.321_6).abs() < 1e-4 && levels.error() < 0.019);
/// # Ok::<(), hwgq::bits::BitsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    // Invariant: in `1..=BITS_MAX`.
    bits: u32,
    // Invariant: `2^bits`, each at most `LEVEL_MAX`.
    integers: Vec<u8>,
    // Invariant: finite and positive.
    step: f64,
    error: f64,
}

/// The greatest integer that a level can be: a code of four bits.
pub const LEVEL_MAX: u8 = 15;

impl Levels {
    /// Those of a uniform quantizer, `0, 1, 2, …`, for codes of `bits` bits.
    ///
    /// # Errors
    ///
    /// When codes of so many bits cannot be packed.
    pub fn uniform(bits: u32) -> Result<Self, BitsError> {
        check_bits(bits)?;
        Ok(Self::of((0..1 << bits).collect(), 1.0, 0.0))
    }

    /// `levels` in the order of their codes, each a multiple of one step up to `most` of it: the step
    /// and the multiples for which the largest rounding of a level is least.
    ///
    /// # Errors
    ///
    /// When there are fewer than 2 levels or more than 16, one is negative or not finite, all are 0,
    /// or `most` is not 1 to [`LEVEL_MAX`].
    pub fn fit(levels: &[f64], most: u8) -> Result<Self, BitsError> {
        let greatest = levels.iter().copied().fold(0.0, f64::max);
        let are_levels = levels.iter().all(|level| (0.0..f64::INFINITY).contains(level));
        if !(2..=1 << BITS_MAX).contains(&levels.len()) || !are_levels || greatest <= 0.0 {
            return Err(BitsError::NotLevels { given: levels.len() });
        }
        if !(1..=LEVEL_MAX).contains(&most) {
            return Err(BitsError::LevelTooGreat { given: most, most: LEVEL_MAX });
        }
        // In units of the greatest, so that no square and no difference leaves the range.
        let shares: Vec<f64> = levels.iter().map(|level| level / greatest).collect();
        let fits = (1..=most).flat_map(|most| Self::multiples(&shares, most));
        let fits = fits.map(|integers| {
            let (step, error) = best_step(&shares, &integers);
            Self::of(integers, step, error)
        });
        // Of equal fits the first, whose integers are least.
        let best = fits.min_by(|one, two| one.error.total_cmp(&two.error));
        let best = best.ok_or(BitsError::NotLevels { given: levels.len() })?;
        Ok(Self { step: best.step * greatest, ..best })
    }

    /// `integers`, the last of them repeated up to a power of two.
    fn of(mut integers: Vec<u8>, step: f64, error: f64) -> Self {
        let count = integers.len().next_power_of_two();
        integers.resize(count, integers[integers.len() - 1]);
        Self { bits: count.ilog2(), integers, step, error }
    }

    /// All ways to round the levels to multiples of a step, the greatest of them `most`, as the step
    /// varies by half of itself to either side.
    fn multiples(shares: &[f64], most: u8) -> Vec<Vec<u8>> {
        let rounded = |step: f64| -> Vec<u8> {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
            let round = |share: &f64| (share / step).round().clamp(0.0, f64::from(most)) as u8;
            shares.iter().map(round).collect()
        };
        // A multiple changes where a level is half a step away from one.
        let halves = (0..most).map(|half| f64::from(half) + 0.5);
        let turns = halves.flat_map(|half| shares.iter().map(move |share| share / half));
        let (low, high) = (1.0 / (f64::from(most) + 0.5), 1.0 / (f64::from(most) - 0.5));
        let mut turns: Vec<f64> = turns.filter(|&step| low < step && step < high).collect();
        turns.extend([low, high]);
        turns.sort_by(f64::total_cmp);
        let mut all: Vec<Vec<u8>> =
            turns.windows(2).map(|ends| rounded(f64::midpoint(ends[0], ends[1]))).collect();
        all.dedup();
        all
    }

    /// Bits of a code.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// What each code counts for, in steps: `2^bits` integers, the last repeated where there are fewer
    /// levels.
    pub fn integers(&self) -> &[u8] {
        &self.integers
    }

    /// The step, in the unit of the levels; 1 for the codes of a uniform quantizer.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// The scaling error: the greatest distance of a level from its multiple of the step, as a share
    /// of the greatest level. 0 for levels that are such multiples.
    ///
    /// A sum over `K` codes is off by at most `K` times the error times the greatest level.
    pub fn error(&self) -> f64 {
        self.error
    }

    /// The greatest integer.
    pub(super) fn most(&self) -> u8 {
        self.integers.iter().copied().max().unwrap_or_default()
    }

    /// Whether every code counts for itself.
    pub(super) fn are_uniform(&self) -> bool {
        (0..=code_max(self.bits)).eq(self.integers.iter().map(|&integer| u32::from(integer)))
    }
}

/// The step for which the largest of `|share - step·integer|` is least, and how large it then is.
fn best_step(shares: &[f64], integers: &[u8]) -> (f64, f64) {
    let pairs =
        || shares.iter().zip(integers).map(|(&share, &integer)| (share, f64::from(integer)));
    let error = |step: f64| {
        pairs().map(|(share, integer)| (share - step * integer).abs()).fold(0.0, f64::max)
    };
    // The largest of lines that fall and lines that rise is least where one of each meet, or at 0.
    let zeros = pairs().map(|(share, integer)| share / integer);
    let meetings = pairs().flat_map(|(a, i)| pairs().map(move |(b, j)| (a + b) / (i + j)));
    let steps = zeros.chain(meetings).filter(|step| step.is_finite() && *step > 0.0);
    steps
        .map(|step| (step, error(step)))
        .min_by(|one, two| one.1.total_cmp(&two.1))
        .unwrap_or((1.0, error(1.0)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn levels_that_are_multiples_are_found_to_be() {
        for integers in [&[0, 1][..], &[0, 1, 2, 3], &[0, 3, 10], &[1, 2, 4, 8, 15]] {
            let levels: Vec<f64> = integers.iter().map(|&i| 0.3 * f64::from(i)).collect();
            let found = Levels::fit(&levels, 15).unwrap();
            assert_eq!(&found.integers()[..integers.len()], integers);
            assert!((found.step() - 0.3).abs() < 1e-15 && found.error() < 1e-15);
        }
    }

    #[test]
    fn what_are_no_levels_is_refused() {
        for bad in [&[][..], &[1.0], &[0.0; 4], &[-1.0, 1.0], &[0.0, f64::NAN], &[1.0; 17]] {
            assert_eq!(Levels::fit(bad, 9), Err(BitsError::NotLevels { given: bad.len() }));
        }
        assert!(Levels::fit(&[0.0, f64::INFINITY], 9).is_err());
        for most in [0, 16] {
            assert!(Levels::fit(&[0.0, 1.0], most).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_step_on_a_fine_grid_rounds_less(
            levels in prop::collection::vec(0.0..3.0_f64, 2..6), most in 1..=LEVEL_MAX,
        ) {
            prop_assume!(levels.iter().any(|&level| level > 0.01));
            let fit = Levels::fit(&levels, most).unwrap();
            let greatest = levels.iter().copied().fold(0.0, f64::max);
            let error = |step: f64| {
                let nearest = |level: f64| (level / step).round().clamp(0.0, f64::from(most));
                levels.iter().map(|&level| (level - step * nearest(level)).abs()).fold(0.0, f64::max)
            };
            let stated = fit.error() * greatest;
            for (level, &integer) in levels.iter().zip(fit.integers()) {
                let off = (level - fit.step() * f64::from(integer)).abs();
                prop_assert!(off <= stated + 1e-15 * greatest);
            }
            for place in 1..2000 {
                let step = f64::from(place) / 1000.0 * greatest;
                prop_assert!(stated <= error(step) + 1e-12, "{step}: {} < {stated}", error(step));
            }
        }

        #[test]
        fn a_scale_changes_the_step_alone(
            levels in prop::collection::vec(0.1..3.0_f64, 2..6), exponent in -900..900_i32,
        ) {
            let scale = 2.0_f64.powi(exponent);
            let scaled: Vec<f64> = levels.iter().map(|level| level * scale).collect();
            let (one, two) = (Levels::fit(&levels, 9).unwrap(), Levels::fit(&scaled, 9).unwrap());
            prop_assert_eq!(one.integers(), two.integers());
            prop_assert_eq!((one.step() * scale, one.error()), (two.step(), two.error()));
        }
    }
}
