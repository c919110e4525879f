//! Codes that count for levels other than themselves: every kernel against the definition.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

#[path = "support/kernels.rs"]
mod kernels;

use hwgq::bits::{
    BitsError, CodeImages, Codes, Convolution, ImageSize, Kernel, LEVEL_MAX, Ladder, Ladders,
    Levels, Product, SignMatrix, WeightPlanes, Window,
};
use kernels::kernels;
use proptest::prelude::*;

/// Levels of these integers, the last of them repeated to a power of two.
fn levels(integers: &[u8]) -> Levels {
    let numbers: Vec<f64> = integers.iter().map(|&integer| integer.into()).collect();
    let levels = Levels::fit(&numbers, integers.iter().copied().max().unwrap()).unwrap();
    assert_eq!(&levels.integers()[..integers.len()], integers, "they share no factor");
    levels
}

/// Pseudo-random below `count`; a prime period, so that no row or block repeats another.
fn painted(place: usize, count: usize) -> u8 {
    u8::try_from((place % 251 * 97 + 31) % 251 % count).unwrap()
}

/// `Σ_k w[n, k]·levels[c[i, k]]`.
fn naive(weights: &[i8], codes: &[u8], columns: usize, levels: &Levels) -> Vec<i32> {
    let rows = codes.chunks_exact(columns);
    rows.flat_map(|codes| {
        weights.chunks_exact(columns).map(move |weights| {
            let level = |code: u8| i32::from(levels.integers()[usize::from(code)]);
            weights.iter().zip(codes).map(|(&w, &code)| i32::from(w) * level(code)).sum()
        })
    })
    .collect()
}

/// Asserts that sums and two-bit codes of them are those of the definition, by every kernel.
fn assert_exact(weights: &[i8], codes: &[u8], columns: usize, levels: &Levels) {
    let (rows, channels) = (codes.len() / columns, weights.len() / columns);
    let planes = WeightPlanes::new(channels, columns, weights).unwrap();
    let input = Codes::new(levels.bits(), rows, columns, codes).unwrap();
    let expected = naive(weights, codes, columns, levels);
    let moved = |n: usize| [-40, 0, 40].map(|limit| limit + 7 * i64::from(painted(n, 11)));
    let limits: Vec<[i64; 3]> = (0..channels).map(moved).collect();
    let ladder = |n: usize| Ladder { falling: n % 3 == 1, limits: &limits[n] };
    let ladders = Ladders::new(2, (0..channels).map(ladder)).unwrap();
    let climbed = expected.iter().enumerate();
    let climbed: Vec<u8> = climbed.map(|(at, &sum)| ladder(at % channels).code(sum)).collect();
    let climbed = Codes::new(2, rows, channels, &climbed).unwrap();
    for kernel in kernels() {
        let what = || format!("{kernel}, {:?}, {rows}x{channels}x{columns}", levels.integers());
        let product = Product::of_levels(planes.clone(), levels.clone(), Some(kernel)).unwrap();
        let mut sums = vec![i32::MIN; rows * channels];
        product.sums(&input, &mut sums).unwrap();
        assert!(sums == expected, "sums: {}", what());
        let mut output = Codes::zeros(2, rows, channels).unwrap();
        product.codes(&input, &ladders, &mut output).unwrap();
        assert!(output == climbed, "codes: {}", what());
    }
}

/// Of one to four bits; those that the tables of the lookup kernel take, and those that they do not:
/// a first level above 0, a level above nine, more than four.
const KINDS: [&[u8]; 9] = [
    &[0, 1],
    &[2, 7],
    &[0, 1, 3, 6],
    &[0, 2, 9],
    &[0, 9, 4, 1],
    &[1, 2, 4, 9],
    &[0, 3, 10],
    &[0, 1, 2, 4, 5, 7, 10, 15],
    &[0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15],
];

#[test]
fn every_level_counts_at_every_edge() {
    let sizes = [1, 2, 6, 7, 27, 28, 29, 57, 64, 65, 129, 500].into_iter();
    let channels = [1, 64, 33, 257, 8, 130].into_iter().cycle();
    for integers in KINDS {
        let levels = levels(integers);
        for (columns, channels) in sizes.clone().zip(channels.clone()) {
            let weight = |place: usize| 2 * painted(place + place / 7, 2).cast_signed() - 1;
            let weights: Vec<i8> = (0..channels * columns).map(weight).collect();
            let code = |place: usize| painted(place * 3 + 1, integers.len());
            let codes: Vec<u8> = (0..5 * columns).map(code).collect();
            assert_exact(&weights, &codes, columns, &levels);
        }
    }
}

#[test]
fn the_greatest_levels_fill_no_sum_beyond_its_end() {
    // Around the parts for levels of nine steps, 3584 columns, and of five, 6496.
    for columns in [28, 29, 3583, 3584, 3585, 6496, 6497, 7168, 7169, 20_000] {
        for integers in [&[0, 1, 2, 9][..], &[0, 1, 2, 5], &[0, 1, 2, 10]] {
            let weights = [vec![1; columns], vec![-1; columns]].concat();
            let codes = [vec![3; columns], vec![0; columns]].concat();
            assert_exact(&weights, &codes, columns, &levels(integers));
        }
    }
}

#[test]
fn ternary_weights_meet_levels_too() {
    for integers in KINDS {
        let weights: Vec<i8> = (0..70 * 200).map(|at| painted(at, 3).cast_signed() - 1).collect();
        let codes: Vec<u8> = (0..7 * 200).map(|at| painted(at * 5, integers.len())).collect();
        assert_exact(&weights, &codes, 200, &levels(integers));
    }
}

#[test]
fn a_convolution_of_levels_is_one_of_the_codes_that_they_are() {
    let integers = [0, 2, 5, 9];
    let size = ImageSize { height: 6, width: 5, channels: 9 };
    let codes: Vec<u8> = (0..2 * size.pixels() * 9).map(|at| painted(at * 3, 4)).collect();
    let values: Vec<u8> = codes.iter().map(|&code| integers[usize::from(code)]).collect();
    let signs: Vec<f32> =
        (0..70 * 81).map(|at| if painted(at, 2) == 0 { -1.0 } else { 1.0 }).collect();
    let signs = SignMatrix::new(70, 81, &signs).unwrap();
    let images = |bits, codes: &[u8]| {
        let codes = Codes::new(bits, 2 * size.pixels(), 9, codes).unwrap();
        CodeImages::new(2, 6, 5, codes).unwrap()
    };
    // The padding has code 3, which counts for 9.
    let window = |padding_code| Window { padding: [1, 2], padding_code, ..Window::of([3, 3]) };
    for kernel in kernels().map(Some).chain([None]) {
        let of_levels = levels(&integers);
        let one = Convolution::of_levels(&signs, &of_levels, size, window(3), kernel).unwrap();
        let two = Convolution::new(&signs, 4, size, window(9)).unwrap();
        let count = 2 * one.output_size().pixels() * 70;
        let (mut sums, mut expected) = (vec![0; count], vec![1; count]);
        one.sums(&images(2, &codes), &mut sums).unwrap();
        two.sums(&images(4, &values), &mut expected).unwrap();
        assert!(sums == expected, "{kernel:?}");
    }
}

#[test]
fn the_paper_s_levels_are_stated_with_their_error() {
    // Lloyd-Max levels of six cells of a normal law, and 0: theory of the paper's section 4.2.
    let exact = [0.0, 0.317_744_4, 1.0, 1.894_128_5];
    for (most, bound) in [(3, 0.17), (6, 0.019), (9, 0.019), (LEVEL_MAX, 0.017)] {
        let levels = Levels::fit(&exact, most).unwrap();
        let off =
            |(level, &integer): (&f64, &u8)| (level - levels.step() * f64::from(integer)).abs();
        let worst = exact.iter().zip(levels.integers()).map(off).fold(0.0, f64::max) / exact[3];
        assert!((worst - levels.error()).abs() < 1e-15 && worst < bound, "{most}: {worst}");
    }
}

#[test]
fn sums_of_levels_are_refused_from_the_first_length_that_could_overflow() {
    let most = 9;
    let fits = (usize::try_from(i32::MAX).unwrap() - 1) / most;
    for (columns, allowed) in [(fits, true), (fits + 1, false)] {
        let weights = SignMatrix::new(0, columns, &[]).unwrap();
        let made = Product::of_levels(&weights, levels(&[0, 1, 2, 9]), Some(Kernel::Portable));
        let refused = BitsError::Overflow { columns, most: 9 };
        assert_eq!(made.err(), if allowed { None } else { Some(refused) });
    }
}

proptest! {
    #[test]
    fn any_levels_are_exact(
        integers in prop::collection::vec(0..=LEVEL_MAX, 2..=16),
        shape in [1..12_usize, 1..140, 1..300],
    ) {
        prop_assume!(integers.iter().any(|&integer| integer > 0));
        let numbers: Vec<f64> = integers.iter().map(|&integer| integer.into()).collect();
        // Whatever integers are found: only their use is tested here.
        let levels = Levels::fit(&numbers, LEVEL_MAX).unwrap();
        let [rows, channels, columns] = shape;
        let weight = |place: usize| 2 * painted(place, 2).cast_signed() - 1;
        let weights: Vec<i8> = (0..channels * columns).map(weight).collect();
        let code = |place: usize| painted(place * 3 + 1, integers.len());
        let codes: Vec<u8> = (0..rows * columns).map(code).collect();
        assert_exact(&weights, &codes, columns, &levels);
    }
}
