//! The kernel for any processor: and, and counting the bits of words.

use pulp::{Arch, NullaryFnOnce};

use super::{Affine, Panel};
use crate::bits::weights::WeightPlanes;

/// The low bit of every digit of two bits.
const LOW: u64 = 0x5555_5555_5555_5555;

/// The bits of weights, in the order of the digits that they meet.
///
/// With digits of two bits a pair of words holds 64 of them, and is turned into two planes by
/// exchanging bits between its words, without moving any:
///
/// ```text
/// words of digits     h31 l31 … h1 l1 h0 l0      and      H31 L31 … H1 L1 H0 L0
/// low plane           L31 l31 … L1 l1 L0 l0      bit 2c is digit c of the first word,
/// high plane          H31 h31 … H1 h1 H0 h0      bit 2c + 1 that of the second
/// ```
///
/// The bits of the weights lie in the same order.
#[derive(Debug, Clone)]
pub(crate) struct PortableWeights {
    digit_bits: usize,
    rows: usize,
    /// Words in a row: as many as 64 columns each need.
    length: usize,
    words: Vec<u64>,
}

impl PortableWeights {
    pub(crate) fn new(planes: &WeightPlanes, digit_bits: usize) -> Self {
        let rows = planes.plane_rows();
        let length = planes.columns().div_ceil(64);
        let mut words = Vec::with_capacity(rows * length);
        for row in 0..rows {
            words.extend(planes.plane_row(row).iter().map(|&word| order(word, digit_bits)));
        }
        Self { digit_bits, rows, length, words }
    }

    pub(crate) fn sums(&self, panel: &Panel, affine: Affine, output: &mut [i32]) {
        debug_assert_eq!(panel.digit_bits(), self.digit_bits, "the weights are in another order");
        let mut planes = Vec::with_capacity(2 * self.length);
        let rows = output.chunks_exact_mut(self.rows.max(1));
        for ((row, output), &total) in rows.enumerate().zip(panel.totals()) {
            planes.clear();
            let digits = panel.row(row);
            if self.digit_bits == 1 {
                planes.extend(digits[..self.length].iter().map(|&word| [word, 0]));
            } else {
                let pairs = digits.as_chunks().0[..self.length].iter();
                planes.extend(pairs.map(|&pair| planes_of(pair)));
            }
            let (weights, planes) = (&self.words, &planes);
            Arch::new().dispatch(RowSums { weights, planes, affine, total, output });
        }
    }
}

/// Low and high plane of 64 digits of two bits.
fn planes_of([first, second]: [u64; 2]) -> [u64; 2] {
    [(first & LOW) | (second & LOW) << 1, (first >> 1 & LOW) | (second & !LOW)]
}

/// The bits of 64 weights in the order of the digits.
pub(super) fn order(word: u64, digit_bits: usize) -> u64 {
    if digit_bits == 1 {
        return word;
    }
    (0..64).fold(0, |ordered, k| ordered | (word >> k & 1) << (2 * (k % 32) + k / 32))
}

/// The sums of a row, compiled once for each instruction set: the oldest one cannot count the bits
/// of a word. A type and not a closure, because only a method can be told to be inlined there.
struct RowSums<'a> {
    weights: &'a [u64],
    planes: &'a [[u64; 2]],
    affine: Affine,
    total: i32,
    output: &'a mut [i32],
}

impl NullaryFnOnce for RowSums<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "else it is compiled for the oldest processor")]
    fn call(self) {
        let rows = self.weights.chunks_exact(self.planes.len());
        for (weights, output) in rows.zip(self.output) {
            let counts = weights.iter().zip(self.planes).map(|(&weights, &[low, high])| {
                (weights & low).count_ones() + 2 * (weights & high).count_ones()
            });
            *output = self.affine.of(counts.sum::<u32>().cast_signed(), self.total);
        }
    }
}
