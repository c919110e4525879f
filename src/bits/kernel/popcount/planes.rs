//! Rows of digits as planes of bits, which the inner loop takes a word at a time.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_loadu_si512, _mm512_mask_add_epi64,
    _mm512_popcnt_epi64, _mm512_reduce_add_epi64, _mm512_rorv_epi64, _mm512_set1_epi64,
    _mm512_setr_epi64, _mm512_setzero_si512, _mm512_shuffle_epi32, _mm512_storeu_si512,
    _mm512_ternarylogic_epi64,
};

use super::tile::ROWS;
use crate::bits::kernel::isa::Vpopcntdq;
use crate::bits::kernel::panel::Panel;

/// Words of a vector.
const WORDS: usize = 8;

/// The planes of the rows at hand.
///
/// With digits of two bits they lie in the order of the portable kernel:
///
/// ```text
/// │ low, columns 0-63 │ high, columns 0-63 │ low, columns 64-127 │ …
/// ```
#[derive(Debug, Default)]
pub(in crate::bits::kernel) struct Planes {
    words: Vec<u64>,
    /// Words from row to row, whole vectors.
    stride: usize,
    /// The sum of the digits of each row.
    totals: Vec<i32>,
}

impl Planes {
    /// Finds the planes of a panel of `columns` digits, and of whatever makes its last tile whole.
    pub(super) fn find(
        &mut self,
        isa: Vpopcntdq,
        panel: &Panel<'_>,
        columns: usize,
        digit_bits: usize,
    ) {
        // SAFETY: the token proves the instructions.
        unsafe {
            if digit_bits == 1 {
                self.find_planes::<1>(isa, panel, columns);
            } else {
                self.find_planes::<2>(isa, panel, columns);
            }
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
    fn find_planes<const PLANES: usize>(
        &mut self,
        _: Vpopcntdq,
        panel: &Panel<'_>,
        columns: usize,
    ) {
        let rows = panel.rows().next_multiple_of(ROWS);
        let vectors = (columns * PLANES).div_ceil(64 * WORDS);
        self.stride = vectors * WORDS;
        self.words.resize(rows * self.stride, 0);
        self.totals.resize(rows, 0);
        // The bits of the last vector that belong to a digit.
        let end = columns * PLANES - 64 * WORDS * (vectors - 1);
        let keep: [u64; WORDS] = std::array::from_fn(|word| match end.saturating_sub(64 * word) {
            bits @ 0..64 => (1 << bits) - 1,
            _ => u64::MAX,
        });
        let length = 8 * self.stride;
        let targets = self.words.chunks_exact_mut(self.stride).zip(&mut self.totals);
        for (row, (planes, total)) in targets.enumerate() {
            let digits = &panel.bytes()[row * panel.stride()..][..length];
            *total = planes_of::<PLANES>(digits, keep, planes);
        }
    }

    /// The tiles, with the sum of the digits of each row.
    pub(super) fn tiles(&self) -> impl ExactSizeIterator<Item = (&[u64], &[i32; ROWS])> + Clone {
        let totals = self.totals.as_chunks().0;
        self.words.chunks_exact((ROWS * self.stride).max(1)).zip(totals)
    }

    /// Bytes of the planes of a tile.
    pub(super) fn tile_bytes(&self) -> usize {
        size_of::<u64>() * ROWS * self.stride
    }
}

/// Writes the planes of a row of digits, whole vectors of them, and returns the sum of the digits.
/// The last vector has the bits of `keep` only.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn planes_of<const PLANES: usize>(digits: &[u8], keep: [u64; WORDS], planes: &mut [u64]) -> i32 {
    // Bits that stay in an even word, which becomes the low plane, and in an odd one, the high.
    let low = 0x5555_5555_5555_5555_u64.cast_signed();
    let stay = _mm512_setr_epi64(low, !low, low, !low, low, !low, low, !low);
    // The others come from the neighbour, a place further up or down.
    let turn = _mm512_setr_epi64(63, 1, 63, 1, 63, 1, 63, 1);
    let all = _mm512_set1_epi64(-1);
    let mut ones = _mm512_setzero_si512();
    let mut left = digits.len() / 64;
    for (digits, planes) in digits.as_chunks::<64>().0.iter().zip(planes.as_chunks_mut().0) {
        left -= 1;
        let keep = if left == 0 { load(keep) } else { all };
        // SAFETY: an array of 64 bytes is read.
        let words = unsafe { _mm512_loadu_si512((&raw const *digits).cast()) };
        let mut words = _mm512_and_si512(words, keep);
        if PLANES == 2 {
            let neighbours = _mm512_rorv_epi64(_mm512_shuffle_epi32::<0x4E>(words), turn);
            // stay ? words : neighbours
            words = _mm512_ternarylogic_epi64::<0xCA>(stay, words, neighbours);
        }
        ones = _mm512_add_epi64(ones, _mm512_popcnt_epi64(words));
        let planes: &mut [u64; WORDS] = planes;
        // SAFETY: an array of eight words is written.
        unsafe { _mm512_storeu_si512((&raw mut *planes).cast(), words) };
    }
    if PLANES == 2 {
        // Those of the high planes count twice.
        ones = _mm512_mask_add_epi64(ones, 0b1010_1010, ones, ones);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked when the product was made")]
    let total = _mm512_reduce_add_epi64(ones) as i32;
    total
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(words: [u64; WORDS]) -> __m512i {
    // SAFETY: an array of eight words is read.
    unsafe { _mm512_loadu_si512((&raw const words).cast()) }
}
