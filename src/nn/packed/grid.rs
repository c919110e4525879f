//! The grid of a codebook: levels that are small integers times one step.

use super::coding::{CODES_MAX, Coding};
use crate::quantizer::Codebook;

/// The levels `i·step` of a codebook as codes `i + zero` of a few bits.
///
/// Zero always has a code, because it is what lies around a padded image. A half wave has the
/// codes `0, 1, 2, …`; the sign has 0 for -1 and 2 for +1, and 1 for the zero of the padding, which
/// is a third value there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    pub(super) step: f64,
    /// The code of zero.
    pub(super) zero: u8,
    /// The level of each code.
    pub(super) coding: Coding,
}

impl Grid {
    /// The coarsest grid of sixteen places through zero and all levels, if there is one.
    ///
    /// The largest level is a whole number of steps. Levels and step are rounded to half an ulp
    /// each, so `i·step` may miss its level by one and a half ulps of the largest; two are allowed.
    pub(super) fn of(codebook: &Codebook) -> Option<Self> {
        let levels = codebook.levels();
        let widest = levels.iter().fold(0.0_f64, |widest, level| widest.max(level.abs()));
        (1..CODES_MAX).find_map(|places| Self::with_step(levels, widest / places as f64, widest))
    }

    fn with_step(levels: &[f64], step: f64, widest: f64) -> Option<Self> {
        let mut codes = Vec::new();
        for level in levels {
            let integer = (level / step).round();
            let fits = (integer * step - level).abs() <= 2.0 * f64::EPSILON * widest;
            if !fits {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, reason = "the widest is 15 steps at most")]
            codes.push(integer as i8);
        }
        let lowest = codes.iter().fold(0, |lowest, &code| code.min(lowest));
        let mut on_grid = [f32::NAN; CODES_MAX];
        let mut most = lowest.unsigned_abs();
        for (code, &level) in codes.iter().zip(levels) {
            let code = (code - lowest).unsigned_abs();
            most = most.max(code);
            #[expect(clippy::cast_possible_truncation, reason = "as the staircase rounds it")]
            let level = level as f32;
            *on_grid.get_mut(usize::from(code))? = level;
        }
        let bits = u8::BITS - most.leading_zeros();
        let coding = Coding::new(bits, on_grid);
        Some(Self { step, zero: lowest.unsigned_abs(), coding })
    }

    /// The code of each level, as the staircase writes it, into `codes`; the first number that is
    /// none of the levels, if there is one.
    pub(super) fn encode(&self, numbers: &[f32], codes: &mut [u8]) -> Result<(), f32> {
        #[expect(clippy::cast_possible_truncation, reason = "near enough to round to the code")]
        let inverse = (1.0 / self.step) as f32;
        let rounding = f32::from(self.zero) + 0.5;
        for (&number, code) in numbers.iter().zip(codes) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the cast saturates, and what it loses shows in the comparison"
            )]
            let nearest = (number * inverse + rounding) as u8;
            if self.coding.level(nearest).to_bits() != number.to_bits() || number.is_nan() {
                return Err(number);
            }
            *code = nearest;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn grid(levels: &[f64]) -> Option<Grid> {
        Grid::of(&Codebook::nearest(levels.to_vec()).unwrap())
    }

    /// Step, zero and bits.
    fn summary(levels: &[f64]) -> Option<(f64, u8, u32)> {
        grid(levels).map(|grid| (grid.step, grid.zero, grid.coding.bits))
    }

    #[test]
    fn published_levels_have_the_grids_that_one_reads_off() {
        assert_eq!(summary(&[0.0, 0.538, 1.076, 1.614]), Some((1.614 / 3.0, 0, 2)), "Caffe, 3ne");
        assert_eq!(summary(&[-1.0, 1.0]), Some((1.0, 1, 2)), "the sign, with a code for padding");
        assert_eq!(summary(&[-1.5, -0.5, 0.5, 1.5]), Some((0.5, 3, 3)), "mid-rise");
        // Rounded to three digits the two non-uniform levels of the paper are 3 and 10 steps.
        assert_eq!(summary(&[0.0, 0.453, 1.51]), Some((0.151, 0, 4)), "Caffe, 2n");
        assert_eq!(summary(&[0.0, 0.452_780_034_6, 1.510_417_608_5]), None, "the exact ones");
        assert_eq!(summary(&[0.0]), None, "nothing to add up");
    }

    #[test]
    fn sixteen_places_are_the_most() {
        let levels =
            |first: i32, count: i32| (first..first + count).map(f64::from).collect::<Vec<_>>();
        assert_eq!(summary(&levels(0, 16)), Some((1.0, 0, 4)));
        assert_eq!(summary(&levels(-7, 16)), Some((1.0, 7, 4)));
        assert_eq!(summary(&levels(0, 17)), None);
        assert_eq!(summary(&levels(-8, 17)), None);
        assert_eq!(summary(&levels(15, 1)), Some((15.0, 0, 1)), "coarser where it can be");
        assert_eq!(summary(&levels(15, 2)), None, "zero needs a place too");
    }

    proptest! {
        #[test]
        fn every_multiple_of_every_step_is_on_the_grid(step in 1e-30..1e30_f64, most in 1..16_u8) {
            let levels: Vec<f64> = (0..=most).map(|code| f64::from(code) * step).collect();
            let grid = grid(&levels).unwrap();
            prop_assert!((grid.step / step - 1.0).abs() <= 2.0 * f64::EPSILON);
            for (code, &level) in (0..=most).zip(&levels) {
                let mut found = [0];
                #[expect(clippy::cast_possible_truncation, reason = "as the staircase rounds it")]
                let level = level as f32;
                prop_assert_eq!(grid.encode(&[level], &mut found), Ok(()));
                prop_assert_eq!(found, [code]);
                let beside = f32::from_bits(level.to_bits() + 1);
                prop_assert_eq!(grid.encode(&[beside], &mut found), Err(beside));
            }
        }

        #[test]
        fn a_level_off_the_grid_is_seen(step in 0.01..10.0_f64, code in 1..3_u8, ulps in 16..1000_u64) {
            let mut levels: Vec<f64> = (0..4_u8).map(|code| f64::from(code) * step).collect();
            let level = &mut levels[usize::from(code)];
            *level = f64::from_bits(level.to_bits() + ulps);
            prop_assert_eq!(grid(&levels), None);
        }
    }

    #[test]
    fn nan_is_no_level() {
        let grid = grid(&[0.0, 1.0]).unwrap();
        assert!(grid.encode(&[1.0, f32::NAN], &mut [0; 2]).unwrap_err().is_nan());
        // Code 2 has a place among sixteen, but no level.
        assert_eq!(grid.encode(&[2.0], &mut [0]), Err(2.0));
    }
}
