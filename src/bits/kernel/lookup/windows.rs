//! Windows: how many groups may be added up before a byte could overflow.

use std::arch::x86_64::{
    _mm512_add_epi64, _mm512_and_si512, _mm512_loadu_si512, _mm512_maskz_permutexvar_epi8,
    _mm512_or_si512, _mm512_popcnt_epi64, _mm512_reduce_add_epi64, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_slli_epi64, _mm512_storeu_si512,
};

use super::tile::{BLOCK_BYTES, ROWS};
use crate::bits::kernel::isa::Vbmi;
use crate::bits::kernel::line::Line;
use crate::bits::kernel::panel::Panel;

/// Blocks whose digits, if all were 3, would fill a sum of 16 bits: 780·28·3 = 65520.
pub(super) const PART: usize = 780;

/// Blocks whose sums are found at a time.
const STEP: usize = 8;

/// Where the sums of each tile must leave their bytes.
///
/// What a weight picks from a block is at most the sum of all digits in it. A window grows block by
/// block while that sum stays within a byte for each row of the tile, so it cannot overflow, and the
/// small digits of a half-wave quantizer make long windows: some 40 groups, where the worst case
/// allows 12. A window also ends where a part ends, after which sums of 16 bits could overflow.
#[derive(Debug, Default)]
pub(in crate::bits::kernel) struct Windows {
    /// Of each block of a tile, the sums of its four rows, 16 bits each.
    sums: Vec<u64>,
    /// The blocks at which windows end, tile after tile.
    ends: Vec<usize>,
    /// The places in `ends` where each tile begins, and the last one ends.
    starts: Vec<usize>,
    /// The sum of the digits of each row, modulo 2³².
    totals: Vec<i32>,
}

impl Windows {
    /// Finds the windows of a panel, of `blocks` blocks.
    pub(super) fn find(&mut self, isa: Vbmi, panel: &Panel, blocks: usize) {
        let padded = blocks.next_multiple_of(STEP);
        // The last step reads a vector, 64 bytes from the first of its 8·7 bytes on.
        assert!(panel.stride() >= padded * BLOCK_BYTES + 8, "a row has a tail");
        self.sums.resize(padded, 0);
        self.ends.clear();
        self.starts.clear();
        self.totals.clear();
        for tile in panel.bytes().chunks_exact(ROWS * panel.stride()) {
            self.starts.push(self.ends.len());
            let mut totals = [0_i32; ROWS];
            for first in (0..blocks).step_by(PART) {
                let count = PART.min(blocks - first);
                let part = &mut self.sums[..count.next_multiple_of(STEP)];
                // SAFETY: the token proves the instructions.
                let packed = unsafe { block_sums(tile, panel.stride(), first, part) };
                for (row, total) in totals.iter_mut().enumerate() {
                    *total = total.wrapping_add((packed >> (16 * row) & 0xFFFF) as i32);
                }
                cut(&part[..count], first, &mut self.ends);
            }
            self.totals.extend(totals);
        }
        self.starts.push(self.ends.len());
        let _ = isa;
    }

    /// The blocks at which the windows of a tile end.
    pub(super) fn of_tile(&self, tile: usize) -> &[usize] {
        &self.ends[self.starts[tile]..self.starts[tile + 1]]
    }

    /// The sums of the digits of the rows of a tile.
    pub(super) fn totals(&self, tile: usize) -> &[i32] {
        &self.totals[ROWS * tile..][..ROWS]
    }
}

/// Appends the ends of the windows of a part that begins at block `first`.
fn cut(sums: &[u64], first: usize, ends: &mut Vec<usize>) {
    let begun = ends.len();
    // One place more than windows, so that the loop writes without asking.
    ends.resize(begun + sums.len() + 1, 0);
    let places = &mut ends[begun..];
    let (mut count, mut window) = (0, 0_u64);
    for (block, &sum) in sums.iter().enumerate() {
        // Each of the four sums was at most 255 and a block adds at most 84, so none carries.
        let longer = window + sum;
        let over = longer & 0xFF00_FF00_FF00_FF00 != 0;
        places[count] = first + block;
        count += usize::from(over);
        window = if over { sum } else { longer };
    }
    places[count] = first + sums.len();
    ends.truncate(begun + count + 1);
}

/// The sums of the digits in each block of four rows, 16 bits each, and of all of these blocks.
///
/// `rows` are four rows of `stride` bytes each, and `sums` whole steps.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vpopcntdq")]
fn block_sums(rows: &[u8], stride: usize, first: usize, sums: &mut [u64]) -> u64 {
    // Seven bytes to a word of eight, the eighth 0.
    let mut spread = [0_u8; 64];
    for (byte, from) in (0..).zip(&mut spread) {
        *from = byte / 8 * 7 + byte % 8;
    }
    // SAFETY: an array of 64 bytes is read.
    let spread = unsafe { _mm512_loadu_si512((&raw const spread).cast()) };
    let high = _mm512_set1_epi64(0xAAAA_AAAA_AAAA_AAAA_u64.cast_signed());
    let mut total = _mm512_setzero_si512();
    for (step, sums) in sums.as_chunks_mut::<STEP>().0.iter_mut().enumerate() {
        let begin = (first + step * STEP) * BLOCK_BYTES;
        let mut packed = _mm512_setzero_si512();
        for row in (0..ROWS).rev() {
            let bytes: &[u8; 64] =
                rows[row * stride + begin..].first_chunk().unwrap_or(&Line::ZERO.0);
            // SAFETY: an array of 64 bytes is read.
            let bytes = unsafe { _mm512_loadu_si512((&raw const *bytes).cast()) };
            let words = _mm512_maskz_permutexvar_epi8(0x7F7F_7F7F_7F7F_7F7F, spread, bytes);
            let ones = _mm512_popcnt_epi64(words);
            let high = _mm512_popcnt_epi64(_mm512_and_si512(words, high));
            let sum = _mm512_add_epi64(ones, high);
            packed = _mm512_or_si512(_mm512_slli_epi64::<16>(packed), sum);
        }
        total = _mm512_add_epi64(total, packed);
        // SAFETY: an array of eight words is written.
        unsafe { _mm512_storeu_si512((&raw mut *sums).cast(), packed) };
    }
    _mm512_reduce_add_epi64(total).cast_unsigned()
}
