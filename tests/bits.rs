//! Packed products against the one-line definition, on every edge of a word.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hwgq::bits::{BITS_MAX, BitsError, CodePlanes, SignMatrix, product, sign_product};
use proptest::collection::vec;
use proptest::prelude::*;

/// The definition of both products: `Σ_k w[o, k]·c[i, k]`, an input a row, a weight row a column.
fn naive(columns: usize, weights: &[Vec<i64>], inputs: &[Vec<i64>]) -> Vec<i32> {
    let sum = |w: &[i64], c: &[i64]| (0..columns).map(|k| w[k] * c[k]).sum::<i64>();
    inputs.iter().flat_map(|c| weights.iter().map(|w| sum(w, c).try_into().unwrap())).collect()
}

const COLUMNS: [usize; 14] = [
    0,   // an empty sum is 0
    1,   // the least one
    7,   // a byte less one,
    8,   // a byte,
    9,   // and one more
    31,  // 16 + 8 + 4 + 2 + 1: a rest of every size
    63,  // a word with one bit of padding,
    64,  // a full word without padding,
    65,  // and a second word with one bit
    127, // the same for two words
    128, 129, 513,  // eight words, a vector of 512 bits, and one bit
    1000, // not a multiple of anything used here, with several vectors
];

/// A prime, so that no row, word or plane repeats another and swapped blocks cannot agree.
const PERIOD: usize = 251;

/// Pseudo-random below `most + 1`, with the prime period in the place.
fn painted(place: usize, most: i64) -> i64 {
    let mixed = (place % PERIOD * 97 + 31) % PERIOD;
    i64::try_from(mixed).unwrap() % (most + 1)
}

fn painted_rows(rows: usize, columns: usize, most: i64) -> Vec<Vec<i64>> {
    let row = |row: usize| (0..columns).map(|k| painted(row * columns + k, most)).collect();
    (0..rows).map(row).collect()
}

fn as_signs(rows: Vec<Vec<i64>>) -> Vec<Vec<i64>> {
    rows.into_iter().map(|row| row.into_iter().map(|bit| 2 * bit - 1).collect()).collect()
}

fn signs(columns: usize, rows: &[Vec<i64>]) -> SignMatrix {
    let values: Vec<f32> = rows.iter().flatten().map(|&sign| sign as f32).collect();
    SignMatrix::new(rows.len(), columns, &values).unwrap()
}

fn planes(bits: u32, columns: usize, rows: &[Vec<i64>]) -> CodePlanes {
    let codes: Vec<u8> = rows.iter().flatten().map(|&code| code.try_into().unwrap()).collect();
    CodePlanes::new(bits, rows.len(), columns, &codes).unwrap()
}

fn multiplied(bits: u32, columns: usize, weights: &[Vec<i64>], codes: &[Vec<i64>]) -> Vec<i32> {
    let mut sums = vec![i32::MIN; weights.len() * codes.len()];
    product(&signs(columns, weights), &planes(bits, columns, codes), &mut sums).unwrap();
    sums
}

fn sign_multiplied(columns: usize, weights: &[Vec<i64>], inputs: &[Vec<i64>]) -> Vec<i32> {
    let mut sums = vec![i32::MIN; weights.len() * inputs.len()];
    sign_product(&signs(columns, weights), &signs(columns, inputs), &mut sums).unwrap();
    sums
}

#[test]
fn codes_times_signs_are_exact_at_every_edge_of_a_word() {
    for columns in COLUMNS {
        let weights = as_signs(painted_rows(5, columns, 1));
        for bits in 1..=BITS_MAX {
            let codes = painted_rows(3, columns, (1 << bits) - 1);
            let sums = multiplied(bits, columns, &weights, &codes);
            assert_eq!(sums, naive(columns, &weights, &codes), "{columns} columns, {bits} bits");
        }
    }
}

#[test]
fn signs_times_signs_are_exact_at_every_edge_of_a_word() {
    for columns in COLUMNS {
        let weights = as_signs(painted_rows(5, columns, 1));
        let inputs = as_signs(painted_rows(4, columns, 1));
        let inputs = &inputs[1..];
        let sums = sign_multiplied(columns, &weights, inputs);
        assert_eq!(sums, naive(columns, &weights, inputs), "{columns} columns");
    }
}

#[test]
fn the_greatest_codes_under_equal_signs_give_the_greatest_sums() {
    for columns in COLUMNS {
        let weights = [vec![1; columns], vec![-1; columns]];
        let length = i32::try_from(columns).unwrap();
        for bits in 1..=BITS_MAX {
            let most = (1 << bits) - 1;
            let codes = [vec![i64::from(most); columns], vec![0; columns]];
            let sums = multiplied(bits, columns, &weights, &codes);
            assert_eq!(sums, [most * length, -most * length, 0, 0], "{columns} columns");
        }
        let sums = sign_multiplied(columns, &weights, &weights);
        assert_eq!(sums, [length, -length, -length, length], "{columns} columns");
    }
}

#[test]
fn a_matrix_without_rows_multiplies_to_nothing() {
    let (none, some) = (signs(9, &[]), signs(9, &as_signs(painted_rows(2, 9, 1))));
    assert_eq!(sign_product(&none, &some, &mut []), Ok(()));
    assert_eq!(sign_product(&some, &none, &mut []), Ok(()));
    assert_eq!(product(&some, &planes(2, 9, &[]), &mut []), Ok(()));
}

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
    assert_eq!(CodePlanes::new(2, 2, 2, &[3, 0, 4, 9]), Err(refused));
}

#[test]
fn planes_exist_for_one_to_four_bits() {
    for bits in [0, 5, u32::MAX] {
        let refused = BitsError::WrongWidth { given: bits, most: 4 };
        assert_eq!(CodePlanes::new(bits, 1, 1, &[0]), Err(refused));
    }
}

#[test]
fn numbers_that_do_not_fill_the_matrix_are_refused() {
    for (rows, columns) in [(2, 3), (0, 5), (5, 0), (usize::MAX, 2)] {
        let refused = BitsError::WrongLength { rows, columns, given: 5 };
        assert_eq!(SignMatrix::new(rows, columns, &[1.0; 5]), Err(refused.clone()));
        assert_eq!(CodePlanes::new(2, rows, columns, &[1; 5]), Err(refused));
    }
}

#[test]
fn rows_of_different_length_are_not_multiplied() {
    // 65 and 70 columns fill the same number of words, so only the check can tell them apart.
    let (weights, inputs) = (signs(65, &[vec![1; 65]]), signs(70, &[vec![1; 70]]));
    let refused = Err(BitsError::InnerMismatch { weights: 65, inputs: 70 });
    assert_eq!(sign_product(&weights, &inputs, &mut [0]), refused);
    assert_eq!(product(&weights, &planes(2, 70, &[vec![1; 70]]), &mut [0]), refused);
}

#[test]
fn an_output_of_another_size_is_refused() {
    let weights = signs(8, &[vec![1; 8], vec![-1; 8]]);
    let refused = Err(BitsError::WrongOutput { inputs: 2, weights: 2, output: 3 });
    assert_eq!(sign_product(&weights, &weights, &mut [0; 3]), refused);
    let codes = planes(1, 8, &[vec![1; 8], vec![0; 8]]);
    assert_eq!(product(&weights, &codes, &mut [0; 3]), refused);
}

#[test]
fn sums_are_refused_from_the_first_length_that_could_overflow() {
    // Rows of any length take no memory while there are none of them.
    let longest = usize::try_from(i32::MAX).unwrap();
    for bits in 1..=BITS_MAX {
        let most = (1 << bits) - 1;
        let fits = longest / most as usize;
        for (columns, allowed) in [(fits, true), (fits + 1, false), (usize::MAX, false)] {
            let weights = SignMatrix::new(0, columns, &[]).unwrap();
            let codes = CodePlanes::new(bits, 0, columns, &[]).unwrap();
            let expected =
                if allowed { Ok(()) } else { Err(BitsError::Overflow { columns, most }) };
            assert_eq!(product(&weights, &codes, &mut []), expected, "{columns} of {bits} bits");
            if bits == 1 {
                assert_eq!(sign_product(&weights, &weights, &mut []), expected, "{columns} signs");
            }
        }
    }
}

/// The row length, the rows of the weights, the rows of the inputs.
type Operands = (usize, Vec<Vec<i64>>, Vec<Vec<i64>>);

/// Signs, and numbers up to `most`, of random sizes.
fn operands(most: i64) -> impl Strategy<Value = Operands> {
    (0..300_usize, 0..5_usize, 0..5_usize).prop_flat_map(move |(columns, weights, inputs)| {
        let signs = vec(vec(0..=1_i64, columns), weights).prop_map(as_signs);
        (Just(columns), signs, vec(vec(0..=most, columns), inputs))
    })
}

/// Signs and codes of a random width.
fn any_codes() -> impl Strategy<Value = (u32, Operands)> {
    (1..=BITS_MAX).prop_flat_map(|bits| (Just(bits), operands((1 << bits) - 1)))
}

proptest! {
    #[test]
    fn packed_products_are_the_definition((bits, (columns, weights, codes)) in any_codes()) {
        let sums = multiplied(bits, columns, &weights, &codes);
        prop_assert_eq!(sums, naive(columns, &weights, &codes));
    }

    #[test]
    fn sign_products_are_the_definition((columns, weights, inputs) in operands(1)) {
        let inputs = as_signs(inputs);
        let sums = sign_multiplied(columns, &weights, &inputs);
        prop_assert_eq!(sums, naive(columns, &weights, &inputs));
    }

    #[test]
    fn what_is_packed_can_be_read_back((bits, (columns, weights, codes)) in any_codes()) {
        let (packed, packed_codes) = (signs(columns, &weights), planes(bits, columns, &codes));
        for (row, weights) in weights.iter().enumerate() {
            for (column, &weight) in weights.iter().enumerate() {
                prop_assert_eq!(i64::from(packed.sign(row, column)), weight);
            }
        }
        for (row, codes) in codes.iter().enumerate() {
            for (column, &code) in codes.iter().enumerate() {
                prop_assert_eq!(i64::from(packed_codes.code(row, column)), code);
            }
        }
    }
}
