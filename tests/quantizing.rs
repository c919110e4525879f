//! Numbers to packed codes, against the count of the thresholds that lie below.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hwgq::bits::{BITS_MAX, BitsError, CodeRows, Quantized, SignMatrix, quantize};
use proptest::collection::vec;
use proptest::prelude::*;

/// The definition.
fn naive(value: f32, thresholds: &[f32]) -> u8 {
    u8::try_from(thresholds.iter().filter(|&&threshold| threshold < value).count()).unwrap()
}

/// A few numbers that meet again and again, so that ties abound, and the ends of all.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => (-6..6_i8).prop_map(|k| f32::from(k) / 4.0),
        1 => any::<f32>(),
        1 => prop_oneof![
            Just(f32::INFINITY), Just(f32::NEG_INFINITY), Just(-0.0), Just(1e-45), Just(f32::NAN),
        ],
    ]
}

/// Thresholds of a quantizer, the ends of all numbers among them.
fn thresholds() -> impl Strategy<Value = Vec<f32>> {
    let threshold = number().prop_map(|x| if x.is_nan() { f32::INFINITY } else { x });
    vec(threshold, 1..(1 << BITS_MAX)).prop_map(|mut thresholds| {
        thresholds.sort_by(|a, b| a.partial_cmp(b).unwrap());
        thresholds
    })
}

/// Rows around a word of codes of one, two and four bits, around two vectors of numbers, and around
/// two and three blocks of 512, each at every place in a cache line.
fn matrix() -> impl Strategy<Value = (usize, usize, Vec<f32>, usize)> {
    let columns = prop_oneof![
        3 => 1..=40_usize,
        3 => 60..=70_usize,
        3 => 125..=131_usize,
        1 => 1070..=1074_usize, // A word, two blocks and a vector are 1072.
        1 => 1580..=1620_usize,
        1 => Just(2048_usize),
    ];
    (0..4_usize, columns, 0..16_usize).prop_flat_map(|(rows, columns, offset)| {
        (Just(rows), Just(columns), vec(number(), offset + rows * columns), Just(offset))
    })
}

proptest! {
    #[test]
    fn a_code_is_the_number_of_thresholds_below(
        (rows, columns, values, offset) in matrix(), thresholds in thresholds(),
    ) {
        let values = &values[offset..];
        let codes = quantize(values, &thresholds, rows, columns).unwrap();
        for row in 0..rows {
            for column in 0..columns {
                let value = values[row * columns + column];
                prop_assert_eq!(codes.code(row, column), naive(value, &thresholds), "{}", value);
            }
        }
        // Packed as they are read they are the same streams.
        let read = Quantized::new(values, &thresholds, rows, columns).unwrap();
        prop_assert_eq!((read.bits(), read.rows(), read.columns()), (codes.bits(), rows, columns));
        for row in 0..rows {
            let length = columns * codes.bits().next_power_of_two() as usize;
            let (mut stream, mut expected) = (vec![0xFF; length.div_ceil(8)], vec![0; length.div_ceil(8)]);
            read.copy_row(row, &mut stream);
            codes.copy_row(row, &mut expected);
            // What lies beyond the last code of the last byte does not matter.
            let last = u8::MAX >> ((8 - length % 8) % 8);
            *stream.last_mut().unwrap() &= last;
            prop_assert_eq!(stream, expected);
            let mut unpacked = vec![0; columns];
            codes.copy_codes(row, &mut unpacked);
            let one_by_one: Vec<u8> = (0..columns).map(|column| codes.code(row, column)).collect();
            prop_assert_eq!(unpacked, one_by_one);
        }
    }

    #[test]
    fn a_sign_is_that_of_the_number((rows, columns, values, offset) in matrix(), places in vec(0..99_999_usize, 0..2)) {
        let mut values: Vec<f32> = values[offset..].to_vec();
        for value in &mut values {
            *value = if value.is_nan() { -0.0 } else { *value };
        }
        let signs = SignMatrix::new(rows, columns, &values).unwrap();
        for (place, &value) in values.iter().enumerate() {
            let sign = if value >= 0.0 { 1 } else { -1 };
            prop_assert_eq!(signs.sign(place / columns, place % columns), sign, "{}", value);
        }
        let expected = if let (Some(place), false) = (places.first(), values.is_empty()) {
            let place = place % values.len();
            values[place] = if place.is_multiple_of(2) { f32::NAN } else { -f32::NAN };
            Err(BitsError::NotANumber { row: place / columns, column: place % columns })
        } else {
            Ok(signs)
        };
        prop_assert_eq!(SignMatrix::new(rows, columns, &values), expected);
    }
}

#[test]
fn rows_without_padding_are_codes_beyond_every_block() {
    let (rows, columns) = (140, 1024);
    let value = |place: usize| (place % 251) as f32 / 16.0 - 4.0; // A prime period, so that no block repeats another.
    let values: Vec<f32> = (0..rows * columns).map(value).collect();
    for bits in 1..=BITS_MAX {
        let thresholds: Vec<f32> = (0..(1 << bits) - 1_u8).map(|k| f32::from(k) / 2.0).collect();
        let codes = quantize(&values, &thresholds, rows, columns).unwrap();
        for (place, &value) in values.iter().enumerate() {
            let (row, column) = (place / columns, place % columns);
            assert_eq!(codes.code(row, column), naive(value, &thresholds), "{bits} bits, {place}");
        }
    }
}

#[test]
fn thresholds_that_are_none_are_refused() {
    for thresholds in [vec![], vec![0.0; 16], vec![f32::NAN], vec![1.0, 0.0]] {
        let refused = BitsError::NotThresholds { given: thresholds.len(), most: 15 };
        assert_eq!(quantize(&[0.0], &thresholds, 1, 1), Err(refused.clone()));
        assert_eq!(Quantized::new(&[0.0], &thresholds, 1, 1).unwrap_err(), refused);
    }
    let refused = BitsError::WrongLength { rows: 2, columns: 2, given: 3 };
    assert_eq!(quantize(&[0.0; 3], &[0.0], 2, 2), Err(refused.clone()));
    assert_eq!(Quantized::new(&[0.0; 3], &[0.0], 2, 2).unwrap_err(), refused);
}
