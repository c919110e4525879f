//! Packed matrices: what goes in comes out, and what cannot be packed is refused with its place.

use hwgq::bits::{BITS_MAX, BitsError, Codes, Ladder, Ladders, SignMatrix, WeightPlanes, quantize};
use proptest::collection::vec;
use proptest::prelude::*;

#[test]
fn both_zeros_are_positive_and_infinities_keep_their_sign() {
    let values = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE, -1e-45];
    let signs = SignMatrix::new(2, 3, &values).unwrap();
    let read: Vec<i32> = (0..6).map(|place| signs.sign(place / 3, place % 3)).collect();
    assert_eq!(read, [1, 1, 1, -1, 1, -1]);
}

#[test]
fn nan_is_refused_with_its_place() {
    let values = [0.0, 1.0, -1.0, 2.0, f32::NAN, f32::NAN];
    let refused = BitsError::NotANumber { row: 1, column: 1 };
    assert_eq!(SignMatrix::new(2, 3, &values), Err(refused));
}

#[test]
fn a_code_beyond_its_bits_is_refused_with_its_place() {
    let refused = BitsError::CodeOutOfRange { row: 1, column: 0, code: 4, bits: 2, most: 3 };
    assert_eq!(Codes::new(2, 2, 2, &[3, 0, 4, 9]), Err(refused));
    // Three bits are stored as four, which could hold it.
    let refused = BitsError::CodeOutOfRange { row: 0, column: 1, code: 8, bits: 3, most: 7 };
    assert_eq!(Codes::new(3, 1, 2, &[7, 8]), Err(refused));
}

#[test]
fn codes_have_one_to_four_bits() {
    for bits in [0, 5, u32::MAX] {
        let refused = Err(BitsError::WrongWidth { given: bits, most: 4 });
        assert_eq!(Codes::new(bits, 1, 1, &[0]), refused);
        assert_eq!(Codes::zeros(bits, 1, 1), refused);
    }
}

#[test]
fn numbers_that_do_not_fill_the_matrix_are_refused() {
    for (rows, columns) in [(2, 3), (0, 5), (5, 0), (usize::MAX, 2)] {
        let refused = BitsError::WrongLength { rows, columns, given: 5 };
        assert_eq!(SignMatrix::new(rows, columns, &[1.0; 5]), Err(refused.clone()));
        assert_eq!(WeightPlanes::new(rows, columns, &[1; 5]), Err(refused.clone()));
        assert_eq!(Codes::new(2, rows, columns, &[1; 5]), Err(refused.clone()));
        assert_eq!(quantize(&[1.0; 5], &[0.0], rows, columns), Err(refused));
    }
}

#[test]
fn matrices_beyond_the_address_space_are_refused() {
    for (rows, columns) in [(usize::MAX, 8), (1, usize::MAX), (usize::MAX / 8, 9)] {
        assert_eq!(Codes::zeros(4, rows, columns), Err(BitsError::TooLarge { rows, columns }));
    }
}

#[test]
fn a_weight_beyond_four_bits_is_refused_with_its_place() {
    for weight in [8, -9, i8::MAX, i8::MIN] {
        let refused = BitsError::WeightOutOfRange { row: 1, column: 0, weight };
        assert_eq!(WeightPlanes::new(2, 2, &[7, -8, weight, 0]), Err(refused));
    }
}

#[test]
fn limits_that_fall_or_are_too_few_are_no_ladder() {
    for limits in [&[1, 0, 2][..], &[0, 1], &[0, 1, 2, 3], &[]] {
        let good = Ladder { falling: true, limits: &[0, 0, i64::MAX] };
        let bad = Ladder { falling: false, limits };
        let refused = BitsError::NotALadder { channel: 1, bits: 2, steps: 3 };
        assert_eq!(Ladders::new(2, [good, bad]), Err(refused));
    }
}

#[test]
fn thresholds_that_fall_or_are_too_many_or_no_numbers_are_refused() {
    for thresholds in [&[][..], &[0.0; 16], &[1.0, 0.5], &[0.0, f32::NAN], &[f32::NAN]] {
        let refused = BitsError::NotThresholds { given: thresholds.len(), most: 15 };
        assert_eq!(quantize(&[1.0], thresholds, 1, 1), Err(refused));
    }
}

/// Codes of a random width, and of any number of columns, row after row.
fn any_codes() -> impl Strategy<Value = (u32, usize, Vec<Vec<u8>>)> {
    (1..=BITS_MAX, 0..200_usize, 0..4_usize).prop_flat_map(|(bits, columns, rows)| {
        let row = vec(0..1_u8 << bits, columns);
        (Just(bits), Just(columns), vec(row, rows))
    })
}

/// Numbers at thresholds, beside them, far from them, and none.
fn any_number() -> impl Strategy<Value = f32> {
    prop_oneof![
        (-8..8_i8).prop_map(|number| f32::from(number) / 2.0),
        -4.0..4.0_f32,
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        Just(-0.0),
    ]
}

proptest! {
    #[test]
    fn no_other_scale_is_nearer_to_the_weights(
        values in vec(-3.0..3.0_f32, 12), other in 0.0..3.0_f32,
    ) {
        let (signs, scales) = SignMatrix::with_scales(2, 6, &values).unwrap();
        prop_assert_eq!(&signs, &SignMatrix::new(2, 6, &values).unwrap());
        for (row, values) in values.chunks(6).enumerate() {
            let error = |scale: f32| -> f64 {
                let sign = |column| f64::from(signs.sign(row, column));
                let off = |(column, &value)| f64::from(value) - f64::from(scale) * sign(column);
                values.iter().enumerate().map(|pair| off(pair).powi(2)).sum()
            };
            // The scale is off by half an ulp below 4, squared six times; sixteen roundings of the sum.
            let tolerance = 6.0 * 2.0_f64.powi(-46) + 16.0 * f64::EPSILON * 54.0;
            prop_assert!(error(scales[row]) <= error(other) + tolerance);
        }
    }

    #[test]
    fn packed_codes_can_be_read_back((bits, columns, rows) in any_codes()) {
        let packed = Codes::new(bits, rows.len(), columns, &rows.concat()).unwrap();
        let width = [0, 1, 2, 4, 4][bits as usize];
        for (row, codes) in rows.iter().enumerate() {
            let mut copied = vec![u8::MAX; columns];
            packed.copy_codes(row, &mut copied);
            prop_assert_eq!(&copied, codes);
            for (column, &code) in codes.iter().enumerate() {
                prop_assert_eq!(packed.code(row, column), code);
            }
            let ones: u32 = packed.row(row).iter().map(|byte| byte.count_ones()).sum();
            let expected: u32 = codes.iter().map(|code| code.count_ones()).sum();
            prop_assert_eq!(ones, expected, "nothing beyond the last code");
            prop_assert_eq!(packed.row(row).len(), (columns * width).div_ceil(64) * 8);
        }
    }

    /// Every number of thresholds, so every width, and lengths around vectors and words.
    #[test]
    fn a_code_counts_the_thresholds_below_a_number(
        mut thresholds in vec(prop_oneof![-4.0..4.0_f32, Just(0.5), Just(f32::INFINITY)], 1..16),
        columns in prop::sample::select(vec![0, 1, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100]),
        numbers in vec(any_number(), 300),
    ) {
        thresholds.sort_by(f32::total_cmp);
        let rows = 300_usize.checked_div(columns).unwrap_or(0);
        // An allocation of its own, so that AddressSanitizer sees a read beyond the last number.
        let numbers = numbers[..rows * columns].to_vec();
        let codes = numbers.iter().map(|number| thresholds.iter().filter(|t| *t < number).count());
        let codes: Vec<u8> = codes.map(|code| code.try_into().unwrap()).collect();
        let bits = usize::BITS - thresholds.len().leading_zeros();
        let expected = Codes::new(bits, rows, columns, &codes).unwrap();
        prop_assert_eq!(quantize(&numbers, &thresholds, rows, columns).unwrap(), expected);
    }
}
