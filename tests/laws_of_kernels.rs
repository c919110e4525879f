//! Every kernel against the one-line definition: equal to the last integer, at every edge.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

#[path = "support/kernels.rs"]
mod kernels;

use hwgq::bits::{
    BITS_MAX, BitsError, CodeRows, Codes, Kernel, Ladder, Ladders, Product, SignMatrix,
    WeightPlanes,
};
use kernels::kernels;
use proptest::prelude::*;

/// A prime, so that no row, vector or window repeats another and swapped blocks cannot agree.
const PERIOD: usize = 251;

/// Pseudo-random below `most + 1`, with the prime period in the place.
fn painted(place: usize, most: u8) -> u8 {
    let mixed = (place % PERIOD * 97 + 31) % PERIOD;
    u8::try_from(mixed % (usize::from(most) + 1)).unwrap()
}

/// Small integers and codes as numbers, and packed.
struct Operands {
    columns: usize,
    weights: Vec<i8>,
    codes: Vec<u8>,
    planes: WeightPlanes,
    input: Codes,
}

impl Operands {
    fn new(bits: u32, columns: usize, weights: Vec<i8>, codes: Vec<u8>) -> Self {
        let planes = WeightPlanes::new(weights.len() / columns, columns, &weights).unwrap();
        let input = Codes::new(bits, codes.len() / columns, columns, &codes).unwrap();
        Self { columns, weights, codes, planes, input }
    }

    fn painted(bits: u32, [rows, channels, columns]: [usize; 3], weights: &[i8]) -> Self {
        let (codes, choices) = ((1 << bits) - 1, u8::try_from(weights.len() - 1).unwrap());
        let weight = |place: usize| weights[usize::from(painted(place + place / 7, choices))];
        let weights = (0..channels * columns).map(weight);
        let codes = (0..rows * columns).map(|place| painted(place * 3 + 1, codes));
        Self::new(bits, columns, weights.collect(), codes.collect())
    }

    /// `Σ_k w[n, k]·c[i, k]`.
    fn naive(&self) -> Vec<i32> {
        let rows = self.codes.chunks_exact(self.columns);
        rows.flat_map(|codes| {
            self.weights.chunks_exact(self.columns).map(move |weights| {
                weights.iter().zip(codes).map(|(&w, &c)| i32::from(w) * i32::from(c)).sum()
            })
        })
        .collect()
    }

    fn naive_codes(&self, ladders: &Ladders) -> Codes {
        let channels = (0..self.planes.rows()).cycle();
        let sums = self.naive();
        let codes = sums.iter().zip(channels).map(|(&sum, n)| ladders.ladder(n).code(sum));
        let codes: Vec<u8> = codes.collect();
        Codes::new(ladders.bits(), self.input.rows(), self.planes.rows(), &codes).unwrap()
    }

    fn product(&self, kernel: Kernel) -> Product {
        let product = Product::with_kernel(self.planes.clone(), self.input.bits(), kernel).unwrap();
        assert_eq!(product.kernel(), kernel, "what was asked for");
        product
    }

    fn sums(&self, kernel: Kernel) -> Vec<i32> {
        let mut sums = vec![i32::MIN; self.input.rows() * self.planes.rows()];
        self.product(kernel).sums(&self.input, &mut sums).unwrap();
        sums
    }

    fn coded(&self, kernel: Kernel, ladders: &Ladders) -> Codes {
        // Not zeros, so that what is left out shows.
        let ones = vec![1; self.input.rows() * self.planes.rows()];
        let size = (self.input.rows(), self.planes.rows());
        let mut output = Codes::new(ladders.bits(), size.0, size.1, &ones).unwrap();
        self.product(kernel).codes(&self.input, ladders, &mut output).unwrap();
        output
    }
}

/// Columns around everything that a kernel takes at a time.
const COLUMNS: [usize; 24] = [
    1, 3, 6, 7, 8, // a group of seven digits, and the least
    31, 32, 33, // a block of the tables of 16 entries
    27, 28, 29, // a block of the tables of 128
    63, 64, 65, // a word
    95, 96, 97, // more than the least window of the tables of 16 entries
    84, 85, // the least window of the tables of 128
    127, 129, // a step in finding their windows
    225, 257, 1000,
];

/// Channels around vectors of 8, 32 and 64, and panels of up to four of these.
const CHANNELS: [usize; 16] = [1, 7, 8, 9, 31, 33, 63, 64, 65, 127, 128, 130, 193, 256, 257, 321];

/// Rows around tiles of 2 and 4 and blocks of 32.
const ROWS: [usize; 7] = [1, 2, 3, 4, 5, 33, 37];

const SIGNS: &[i8] = &[-1, 1];

/// Shapes in which every size above meets several of the others.
fn shapes() -> impl Iterator<Item = [usize; 3]> {
    let rows = ROWS.into_iter().cycle();
    let pairs = COLUMNS.into_iter().flat_map(|columns| {
        CHANNELS.into_iter().enumerate().filter_map(move |(place, channels)| {
            (place + columns).is_multiple_of(4).then_some((columns, channels))
        })
    });
    pairs.zip(rows).map(|((columns, channels), rows)| [rows, channels, columns])
}

#[test]
fn sums_are_the_definition_at_every_edge() {
    for bits in 1..=BITS_MAX {
        for shape in shapes() {
            let operands = Operands::painted(bits, shape, SIGNS);
            let expected = operands.naive();
            for kernel in kernels() {
                assert!(operands.sums(kernel) == expected, "{kernel}, {bits} bits, {shape:?}");
            }
        }
    }
}

#[test]
fn weights_of_more_than_two_values_are_exact_too() {
    let kinds: [&[i8]; 5] =
        [&[-1, 0, 1], &[-3, -1, 1, 3], &[-2, -1, 0, 1], &[-4, 3, 2], &[-8, 7, 5, -1]];
    for (weights, bits) in kinds.into_iter().zip((1..=BITS_MAX).cycle()) {
        for shape in shapes().step_by(3) {
            let operands = Operands::painted(bits, shape, weights);
            let expected = operands.naive();
            for kernel in kernels() {
                assert!(operands.sums(kernel) == expected, "{kernel}, {weights:?}, {shape:?}");
            }
        }
    }
}

/// Ladders around 0 that differ from channel to channel, every third one falling, with limits that
/// are never and always reached among them.
fn ladders(bits: u32, channels: usize) -> Ladders {
    let steps = (1_i64 << bits) - 1;
    let limits: Vec<Vec<i64>> = (0..channels)
        .map(|channel| {
            let start = i64::from(painted(channel, 40)) - 20 - steps;
            let mut limits: Vec<i64> = (0..steps).map(|step| start + 3 * step).collect();
            let far = [i64::MAX, 1 << 40, 40_000, 32_768][channel % 4];
            match channel % 5 {
                1 => limits[0] = -far,
                2 => *limits.last_mut().unwrap() = far,
                _ => {}
            }
            limits
        })
        .collect();
    let ladders = limits.iter().enumerate();
    let ladders = ladders.map(|(n, limits)| Ladder { falling: n % 3 == 1, limits });
    Ladders::new(bits, ladders).unwrap()
}

#[test]
fn codes_are_those_of_the_sums() {
    let widths = [(2, 2), (1, 2), (2, 1), (2, 3), (4, 4), (3, 2)];
    for (bits, bits_out) in widths {
        for shape in shapes() {
            let operands = Operands::painted(bits, shape, SIGNS);
            let ladders = ladders(bits_out, shape[1]);
            let expected = operands.naive_codes(&ladders);
            for kernel in kernels() {
                let codes = operands.coded(kernel, &ladders);
                assert!(codes == expected, "{kernel}, {bits} to {bits_out} bits, {shape:?}");
            }
        }
    }
}

/// Lengths at which the greatest codes fill sums of 16 bits, and the parts that kernels make of them.
const LONG: [usize; 12] = [
    10_751, 10_752, 10_753, 10_922, 10_923, // so that they fill half of them
    21_504, 21_505, 21_840, 21_841, 21_845, 21_846, 70_000,
];

#[test]
fn the_greatest_codes_under_equal_signs_give_the_greatest_sums() {
    for bits in 1..=BITS_MAX {
        let most = (1_u8 << bits) - 1;
        for columns in COLUMNS.into_iter().chain(LONG) {
            let weights = [vec![1; columns], vec![-1; columns]].concat();
            let codes = [vec![most; columns], vec![0; columns]].concat();
            let operands = Operands::new(bits, columns, weights, codes);
            let sum = i32::from(most) * i32::try_from(columns).unwrap();
            let limits: Vec<i64> = vec![sum.into(); usize::from(most)];
            let ladder = Ladder { falling: false, limits: &limits };
            let ladders = Ladders::new(bits, [ladder.clone(), ladder]).unwrap();
            for kernel in kernels() {
                assert_eq!(operands.sums(kernel), [sum, -sum, 0, 0], "{kernel}, {columns}");
                let codes = operands.coded(kernel, &ladders);
                let read = [codes.code(0, 0), codes.code(0, 1), codes.code(1, 0), codes.code(1, 1)];
                assert_eq!(read, [most, 0, 0, 0], "{kernel}, {columns} columns");
            }
        }
    }
}

#[test]
fn rows_of_very_different_digits_share_a_tile() {
    // A row of nothing, a row of threes, threes in one place only, and small digits: what one row
    // allows, another forbids.
    for columns in [84, 500, 3000, 10_753] {
        let cluster = |k: usize| if k / 90 == 3 { 3 } else { u8::from(k.is_multiple_of(11)) };
        let rows: [&dyn Fn(usize) -> u8; 5] =
            [&|_| 0, &|_| 3, &cluster, &|k| u8::from(k.is_multiple_of(2)), &|k| painted(k, 3)];
        let codes = rows.iter().flat_map(|row| (0..columns).map(row)).collect();
        let weights = (0..67 * columns).map(|place| 2 * painted(place, 1).cast_signed() - 1);
        let operands = Operands::new(2, columns, weights.collect(), codes);
        let expected = operands.naive();
        for kernel in kernels() {
            assert!(operands.sums(kernel) == expected, "{kernel}, {columns} columns");
        }
    }
}

#[test]
fn threads_change_nothing() {
    let operands = Operands::painted(2, [101, 70, 300], SIGNS);
    let ladders = ladders(2, 70);
    for kernel in kernels() {
        let results = [1, 2, 3].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| (operands.sums(kernel), operands.coded(kernel, &ladders)))
        });
        assert!(results[0] == results[1] && results[0] == results[2], "{kernel}");
    }
}

/// Rows that leave rubbish where it does not matter, and check what they are given.
struct Untidy(Codes);

impl CodeRows for Untidy {
    fn bits(&self) -> u32 {
        self.0.bits()
    }

    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn columns(&self) -> usize {
        self.0.columns()
    }

    fn copy_row(&self, row: usize, stream: &mut [u8]) {
        let bits = self.columns() * [0, 1, 2, 4, 4][self.bits() as usize];
        assert_eq!(stream.len(), bits.div_ceil(8), "the stream of a row");
        self.0.copy_row(row, stream);
        if !bits.is_multiple_of(8) {
            *stream.last_mut().unwrap() |= u8::MAX << (bits % 8);
        }
    }
}

/// The same as they lie in memory, with rubbish up to the next row, and after the last one.
struct UntidyMemory {
    rows: Untidy,
    bytes: Vec<u8>,
}

impl UntidyMemory {
    fn new(codes: &Codes) -> Self {
        let bits = codes.columns() * [0, 1, 2, 4, 4][codes.bits() as usize];
        let mut bytes: Vec<u8> =
            (0..codes.rows()).flat_map(|row| codes.row(row)).copied().collect();
        for row in bytes.chunks_exact_mut(codes.stride()) {
            row[bits.div_ceil(8)..].fill(u8::MAX);
            if !bits.is_multiple_of(8) {
                row[bits / 8] |= u8::MAX << (bits % 8);
            }
        }
        bytes.resize(bytes.len() + 200, u8::MAX);
        Self { rows: Untidy(codes.clone()), bytes }
    }
}

impl CodeRows for UntidyMemory {
    fn bits(&self) -> u32 {
        self.rows.bits()
    }

    fn rows(&self) -> usize {
        self.rows.rows()
    }

    fn columns(&self) -> usize {
        self.rows.columns()
    }

    fn copy_row(&self, row: usize, stream: &mut [u8]) {
        self.rows.copy_row(row, stream);
    }

    fn in_memory(&self) -> Option<(&[u8], usize)> {
        Some((&self.bytes, self.rows.0.stride()))
    }
}

#[test]
fn bits_beyond_the_last_code_do_not_matter() {
    let kinds: [&[i8]; 3] = [SIGNS, &[-1, 0, 1], &[-3, -1, 1, 3]];
    for (bits, weights) in (1..=BITS_MAX).flat_map(|bits| kinds.map(|weights| (bits, weights))) {
        for columns in [1, 5, 27, 65, 254] {
            let operands = Operands::painted(bits, [6, 40, columns], weights);
            let (untidy, memory) =
                (Untidy(operands.input.clone()), UntidyMemory::new(&operands.input));
            let expected = operands.naive();
            for kernel in kernels() {
                let product = operands.product(kernel);
                let (mut copied, mut borrowed) = (vec![0; 6 * 40], vec![0; 6 * 40]);
                product.sums(&untidy, &mut copied).unwrap();
                assert!(
                    copied == expected,
                    "{kernel}, {bits} bits, {weights:?}, {columns} columns"
                );
                product.sums(&memory, &mut borrowed).unwrap();
                assert!(
                    borrowed == expected,
                    "{kernel}, {bits} bits, {weights:?}, {columns} columns"
                );
            }
        }
    }
}

#[test]
fn a_matrix_without_rows_multiplies_to_nothing() {
    let weights = SignMatrix::new(0, 9, &[]).unwrap();
    let codes = Codes::new(2, 2, 9, &[1; 18]).unwrap();
    let none = Codes::zeros(2, 0, 9).unwrap();
    for kernel in kernels() {
        let product = Product::with_kernel(&weights, 2, kernel).unwrap();
        assert_eq!(product.sums(&codes, &mut []), Ok(()));
        let ladders = Ladders::new(2, []).unwrap();
        let mut output = Codes::zeros(2, 2, 0).unwrap();
        assert_eq!(product.codes(&codes, &ladders, &mut output), Ok(()));
        let operands = Operands::painted(2, [1, 3, 9], SIGNS);
        assert_eq!(operands.product(kernel).sums(&none, &mut []), Ok(()));
    }
}

#[test]
fn what_cannot_be_multiplied_is_refused_when_the_product_is_made() {
    let nothing = SignMatrix::new(3, 0, &[]).unwrap();
    assert_eq!(Product::new(&nothing, 2).unwrap_err(), BitsError::NoColumns);
    let some = SignMatrix::new(1, 1, &[1.0]).unwrap();
    for bits in [0, 5] {
        let refused = BitsError::WrongWidth { given: bits, most: 4 };
        assert_eq!(Product::new(&some, bits).unwrap_err(), refused);
    }
    for kernel in Kernel::ALL {
        if !kernel.is_available() {
            let refused = BitsError::Unavailable { kernel: kernel.name() };
            assert_eq!(Product::with_kernel(&some, 2, kernel).unwrap_err(), refused);
        }
        assert_eq!(kernel.name().parse(), Ok(kernel));
    }
    let refused = BitsError::UnknownKernel { given: "Lookup".to_owned() };
    assert_eq!("Lookup".parse::<Kernel>(), Err(refused));
}

#[test]
fn sums_are_refused_from_the_first_length_that_could_overflow() {
    // Rows of any length take no memory while there are none of them.
    let longest = usize::try_from(i32::MAX).unwrap();
    for bits in 1..=BITS_MAX {
        let most = (1 << bits) - 1;
        let fits = (longest - 1) / most as usize;
        for (columns, allowed) in [(fits, true), (fits + 1, false), (usize::MAX, false)] {
            let weights = SignMatrix::new(0, columns, &[]).unwrap();
            let refused = BitsError::Overflow { columns, most };
            let made = Product::new(&weights, bits).map(|product| product.columns());
            assert_eq!(made, if allowed { Ok(columns) } else { Err(refused) }, "{bits} bits");
        }
    }
}

#[test]
fn operands_that_do_not_fit_each_other_are_refused() {
    let operands = Operands::painted(2, [2, 3, 65], SIGNS);
    let product = operands.product(Kernel::Portable);
    // 65 and 70 columns fill the same number of words, so only the check can tell them apart.
    let long = Codes::zeros(2, 2, 70).unwrap();
    let refused = BitsError::InnerMismatch { weights: 65, inputs: 70 };
    assert_eq!(product.sums(&long, &mut [0; 6]), Err(refused));
    let wide = Codes::zeros(3, 2, 65).unwrap();
    let refused = BitsError::WrongBits { given: 3, expected: 2 };
    assert_eq!(product.sums(&wide, &mut [0; 6]), Err(refused));
    let refused = BitsError::WrongOutput { inputs: 2, weights: 3, output: 5 };
    assert_eq!(product.sums(&operands.input, &mut [0; 5]), Err(refused));
    let mut output = Codes::zeros(2, 2, 3).unwrap();
    let refused = BitsError::WrongLadders { ladders: 2, weights: 3 };
    assert_eq!(product.codes(&operands.input, &ladders(2, 2), &mut output), Err(refused));
    let refused = BitsError::WrongBits { given: 2, expected: 1 };
    assert_eq!(product.codes(&operands.input, &ladders(1, 3), &mut output), Err(refused));
    let mut output = Codes::zeros(2, 3, 2).unwrap();
    let refused = BitsError::WrongOutput { inputs: 2, weights: 3, output: 6 };
    assert_eq!(product.codes(&operands.input, &ladders(2, 3), &mut output), Err(refused));
}

proptest! {
    #[test]
    fn kernels_agree_on_any_shape(
        bits in 1..=BITS_MAX,
        shape in [1..40_usize, 1..300, 1..400],
        bits_out in 1..=BITS_MAX,
    ) {
        let operands = Operands::painted(bits, shape, SIGNS);
        let (sums, ladders) = (operands.naive(), ladders(bits_out, shape[1]));
        let codes = operands.naive_codes(&ladders);
        for kernel in kernels() {
            prop_assert!(operands.sums(kernel) == sums, "{}", kernel);
            prop_assert!(operands.coded(kernel, &ladders) == codes, "{}", kernel);
        }
    }
}
