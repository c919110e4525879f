//! The kernel for any processor: and, and counting the bits of words.

use pulp::{Arch, NullaryFnOnce};

use super::{Affine, Panel};
use crate::bits::weights::WeightPlanes;

/// The low bit of every digit of two bits.
const LOW: u64 = 0x5555_5555_5555_5555;

/// The bits of weights, in the order of the digits that they meet.
///
/// With digits of two bits a pair of words holds 64 of them, and is turned into two planes by
/// exchanging bits between its words, without moving any far:
///
/// ```text
/// words of digits     h31 l31 … h1 l1 h0 l0      and      H31 L31 … H1 L1 H0 L0
/// low plane           L31 l31 … L1 l1 L0 l0      bit 2c is digit c of the first word,
/// high plane          H31 h31 … H1 h1 H0 h0      bit 2c + 1 that of the second
/// ```
///
/// The bits of the weights lie in the same order.
#[derive(Debug, Clone)]
pub(in crate::bits) struct PortableWeights {
    digit_bits: usize,
    /// Words in a row: as many as 64 columns each need.
    length: usize,
    words: Vec<u64>,
}

impl PortableWeights {
    pub(super) fn new(planes: &WeightPlanes, digit_bits: usize) -> Self {
        let rows = planes.plane_rows();
        let length = planes.columns().div_ceil(64);
        let mut words = Vec::with_capacity(rows * length);
        for row in 0..rows {
            words.extend(planes.plane_row(row).iter().map(|&word| order(word, digit_bits)));
        }
        Self { digit_bits, length, words }
    }

    pub(super) fn sums(&self, panel: &Panel<'_>, affine: Affine, output: &mut [i32]) {
        let mut planes = Vec::with_capacity(self.length);
        let rows = self.words.len() / self.length;
        for (row, output) in output.chunks_exact_mut(rows.max(1)).enumerate() {
            planes.clear();
            let words = panel.words(row);
            if self.digit_bits == 1 {
                planes.extend(words.take(self.length).map(|word| [word, 0]));
            } else {
                let pairs = words.clone().step_by(2).zip(words.skip(1).step_by(2));
                planes.extend(
                    pairs.take(self.length).map(|(first, second)| planes_of(first, second)),
                );
            }
            Arch::new().dispatch(RowSums { weights: &self.words, planes: &planes, affine, output });
        }
    }
}

/// Low and high plane of 64 digits of two bits.
fn planes_of(first: u64, second: u64) -> [u64; 2] {
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
    output: &'a mut [i32],
}

impl NullaryFnOnce for RowSums<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "else it is compiled for the oldest processor")]
    fn call(self) {
        let weigh = |low: u64, high: u64| low.count_ones() + 2 * high.count_ones();
        let total: u32 = self.planes.iter().map(|&[low, high]| weigh(low, high)).sum();
        let rows = self.weights.chunks_exact(self.planes.len());
        for (weights, output) in rows.zip(self.output) {
            let terms = weights.iter().zip(self.planes);
            let sum: u32 = terms.map(|(&bits, &[low, high])| weigh(bits & low, bits & high)).sum();
            *output = self.affine.of(sum.cast_signed(), total.cast_signed());
        }
    }
}
