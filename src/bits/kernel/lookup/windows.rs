//! Windows: how many groups may be added up before a byte could overflow.

use std::arch::x86_64::{
    _mm512_add_epi64, _mm512_and_si512, _mm512_loadu_si512, _mm512_maskz_permutexvar_epi8,
    _mm512_max_epu16, _mm512_or_si512, _mm512_popcnt_epi64, _mm512_reduce_add_epi64,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_slli_epi64, _mm512_storeu_si512,
};
use std::ops::Range;

use super::tile::{BLOCK_BYTES, ROWS};
use crate::bits::kernel::isa::Vbmi;
use crate::bits::kernel::panel::Panel;

/// Blocks of a part, whole steps: if all digits were 3, they would add up to 384·28·3 = 32256, so
/// that 16 bits hold every sum of signs times digits.
pub(super) const PART: usize = 48 * STEP;

/// Blocks whose sums are found at a time.
const STEP: usize = 8;

/// Where the sums of a panel must leave their bytes.
///
/// What a weight picks from a block is at most the sum of all digits in it. A window grows block by
/// block while that sum, for the row that has the greatest in each block, stays within a byte, so it
/// cannot overflow. The small digits of a half-wave quantizer make long windows: some 36 groups,
/// where the worst case allows 12. All tiles of a panel share them, so that the processor can foresee
/// where they end; windows of their own are a little longer, and were slower. A window also ends
/// where a part ends, after which sums of 16 bits could overflow.
#[derive(Debug, Default)]
pub(in crate::bits::kernel) struct Windows {
    /// Of each block of the part at hand, the greatest sums of a row, of four kinds, 16 bits each:
    /// rows 0, 4, 8, …; rows 1, 5, …; rows 2, 6, …; rows 3, 7, ….
    greatest: Vec<u64>,
    /// The blocks of each window.
    windows: Vec<Range<usize>>,
    /// For each part, the sum of the digits of each row of each tile.
    totals: Vec<[i32; ROWS]>,
    tiles: usize,
}

impl Windows {
    /// Finds the windows of a panel, of `blocks` blocks.
    pub(super) fn find(&mut self, isa: Vbmi, panel: &Panel, blocks: usize) {
        let tiles = panel.bytes().chunks_exact(ROWS * panel.stride());
        self.tiles = tiles.len();
        self.totals.clear();
        self.windows.clear();
        for first in (0..blocks).step_by(PART) {
            let count = PART.min(blocks - first);
            self.greatest.clear();
            self.greatest.resize(count.next_multiple_of(STEP), 0);
            for tile in tiles.clone() {
                let greatest = self.greatest.as_chunks_mut().0;
                // SAFETY: the token proves the instructions.
                let packed = unsafe { block_sums(isa, tile, panel.stride(), first, greatest) };
                let total = |row: u32| (packed >> (16 * row) & 0xFFFF) as i32;
                self.totals.push([total(0), total(1), total(2), total(3)]);
            }
            self.cut(first, count);
        }
    }

    /// The windows of each part, with the sum of the digits of each row of a tile.
    pub(super) fn parts(
        &self,
        tile: usize,
    ) -> impl Iterator<Item = (&[Range<usize>], &[i32; ROWS])> {
        let totals = self.totals[tile..].iter().step_by(self.tiles);
        self.windows.chunk_by(|window, _| window.end % PART != 0).zip(totals)
    }

    /// Appends the windows of a part, `count` blocks from `first` on.
    fn cut(&mut self, first: usize, count: usize) {
        let (mut window, mut start) = (0, first);
        for (block, &sum) in self.greatest[..count].iter().enumerate() {
            // Each of the four sums was at most 255 and a block adds at most 84, so none carries.
            let longer = window + sum;
            window = if longer & 0xFF00_FF00_FF00_FF00 == 0 {
                longer
            } else {
                self.windows.push(start..first + block);
                start = first + block;
                sum
            };
        }
        self.windows.push(start..first + count);
    }
}

/// The sums of all digits of four rows in these blocks, 16 bits each; raises `greatest` to the sums
/// of each block.
///
/// `rows` are four rows of `stride` bytes each.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vpopcntdq")]
fn block_sums(
    _: Vbmi,
    rows: &[u8],
    stride: usize,
    first: usize,
    greatest: &mut [[u64; STEP]],
) -> u64 {
    // Seven bytes to a word of eight, the eighth 0.
    let mut spread = [0_u8; 64];
    for (byte, from) in (0..).zip(&mut spread) {
        *from = byte / 8 * 7 + byte % 8;
    }
    // The last step reads a vector, 64 bytes from the first of its 8·7 bytes on.
    let length = (first + greatest.len() * STEP) * BLOCK_BYTES + 8;
    assert!(stride >= length && rows.len() == ROWS * stride, "a row has a tail");
    // SAFETY: an array of 64 bytes is read.
    let spread = unsafe { _mm512_loadu_si512((&raw const spread).cast()) };
    let high = _mm512_set1_epi64(0xAAAA_AAAA_AAAA_AAAA_u64.cast_signed());
    let mut total = _mm512_setzero_si512();
    for (step, greatest) in greatest.iter_mut().enumerate() {
        let begin = (first + step * STEP) * BLOCK_BYTES;
        let mut packed = _mm512_setzero_si512();
        for row in (0..ROWS).rev() {
            // SAFETY: the row is `stride` bytes long, and the assertion above leaves 64 here.
            let bytes =
                unsafe { _mm512_loadu_si512(rows.as_ptr().add(row * stride + begin).cast()) };
            let words = _mm512_maskz_permutexvar_epi8(0x7F7F_7F7F_7F7F_7F7F, spread, bytes);
            let ones = _mm512_popcnt_epi64(words);
            let high = _mm512_popcnt_epi64(_mm512_and_si512(words, high));
            let sum = _mm512_add_epi64(ones, high);
            packed = _mm512_or_si512(_mm512_slli_epi64::<16>(packed), sum);
        }
        total = _mm512_add_epi64(total, packed);
        // SAFETY: an array of eight words is read and written.
        unsafe {
            let place = (&raw mut *greatest).cast();
            _mm512_storeu_si512(place, _mm512_max_epu16(_mm512_loadu_si512(place), packed));
        }
    }
    _mm512_reduce_add_epi64(total).cast_unsigned()
}
