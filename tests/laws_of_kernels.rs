//! Every kernel against the one-line definition: equal to the last integer, at every edge.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use hwgq::bits::{BITS_MAX, Codes, Kernel, Ladder, Ladders, Product, SignMatrix};

/// The kernels that this processor runs.
fn kernels() -> impl Iterator<Item = Kernel> {
    Kernel::ALL.into_iter().filter(|kernel| kernel.is_available())
}

/// A prime, so that no row, vector or window repeats another and swapped blocks cannot agree.
const PERIOD: usize = 251;

/// Pseudo-random below `most + 1`, with the prime period in the place.
fn painted(place: usize, most: u8) -> u8 {
    let mixed = (place % PERIOD * 97 + 31) % PERIOD;
    u8::try_from(mixed % (usize::from(most) + 1)).unwrap()
}

/// Signs and codes as numbers, and packed.
struct Operands {
    columns: usize,
    weights: Vec<i64>,
    codes: Vec<u8>,
    signs: SignMatrix,
    input: Codes,
}

impl Operands {
    fn new(bits: u32, columns: usize, weights: Vec<i64>, codes: Vec<u8>) -> Self {
        let values: Vec<f32> = weights.iter().map(|&weight| weight as f32).collect();
        let signs = SignMatrix::new(weights.len() / columns, columns, &values).unwrap();
        let input = Codes::new(bits, codes.len() / columns, columns, &codes).unwrap();
        Self { columns, weights, codes, signs, input }
    }

    fn painted(bits: u32, rows: usize, channels: usize, columns: usize) -> Self {
        let most = (1 << bits) - 1;
        let weights = (0..channels * columns).map(|place| 2 * i64::from(painted(place, 1)) - 1);
        let codes = (0..rows * columns).map(|place| painted(place * 3 + 1, most));
        Self::new(bits, columns, weights.collect(), codes.collect())
    }

    /// `Σ_k w[n, k]·c[i, k]`.
    fn naive(&self) -> Vec<i32> {
        let rows = self.codes.chunks_exact(self.columns);
        rows.flat_map(|codes| {
            self.weights.chunks_exact(self.columns).map(move |weights| {
                let terms = weights.iter().zip(codes);
                terms.map(|(&w, &c)| w * i64::from(c)).sum::<i64>().try_into().unwrap()
            })
        })
        .collect()
    }

    fn sums(&self, kernel: Kernel) -> Vec<i32> {
        let product = Product::with_kernel(&self.signs, self.input.bits(), kernel).unwrap();
        let mut sums = vec![i32::MIN; self.input.rows() * self.signs.rows()];
        product.sums(&self.input, &mut sums).unwrap();
        sums
    }

    fn coded(&self, kernel: Kernel, ladders: &Ladders) -> Codes {
        let product = Product::with_kernel(&self.signs, self.input.bits(), kernel).unwrap();
        let mut output =
            Codes::zeros(ladders.bits(), self.input.rows(), self.signs.rows()).unwrap();
        product.codes(&self.input, ladders, &mut output).unwrap();
        output
    }
}

const COLUMNS: [usize; 12] = [1, 5, 6, 7, 31, 63, 64, 65, 127, 128, 257, 1000];
const CHANNELS: [usize; 8] = [1, 3, 31, 63, 64, 65, 130, 257];
const ROWS: [usize; 6] = [1, 3, 4, 5, 33, 37];

#[test]
fn sums_are_the_definition_at_every_edge() {
    for kernel in kernels() {
        for bits in 1..=BITS_MAX {
            for columns in COLUMNS {
                for (channels, rows) in CHANNELS.into_iter().zip(ROWS.into_iter().cycle()) {
                    let operands = Operands::painted(bits, rows, channels, columns);
                    let shape = format!("{rows} x {channels} x {columns}");
                    assert!(
                        operands.sums(kernel) == operands.naive(),
                        "{kernel}, {bits} bits, {shape}"
                    );
                }
            }
        }
    }
}

/// Ladders around 0 that differ from channel to channel, every third one falling.
fn ladders(bits: u32, channels: usize) -> Ladders {
    let steps = (1_i64 << bits) - 1;
    let limits: Vec<Vec<i64>> = (0..channels)
        .map(|channel| {
            let start = i64::from(painted(channel, 40)) - 20 - steps;
            (0..steps).map(|step| start + 3 * step).collect()
        })
        .collect();
    let ladders = limits.iter().enumerate();
    let ladders = ladders.map(|(n, limits)| Ladder { falling: n % 3 == 1, limits });
    Ladders::new(bits, ladders).unwrap()
}

#[test]
fn codes_are_those_of_the_sums() {
    for kernel in kernels() {
        for (bits, bits_out) in [(2, 2), (1, 2), (2, 1), (2, 3), (4, 4), (3, 2)] {
            for columns in COLUMNS {
                for (channels, rows) in CHANNELS.into_iter().zip(ROWS.into_iter().cycle()) {
                    let operands = Operands::painted(bits, rows, channels, columns);
                    let ladders = ladders(bits_out, channels);
                    let sums = operands.naive();
                    let codes = sums.iter().zip((0..channels).cycle());
                    let codes: Vec<u8> =
                        codes.map(|(&sum, channel)| ladders.ladder(channel).code(sum)).collect();
                    let expected = Codes::new(bits_out, rows, channels, &codes).unwrap();
                    let shape = format!("{rows} x {channels} x {columns}");
                    assert!(
                        operands.coded(kernel, &ladders) == expected,
                        "{kernel}, {bits} to {bits_out} bits, {shape}"
                    );
                }
            }
        }
    }
}
