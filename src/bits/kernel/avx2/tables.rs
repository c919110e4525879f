//! The tables: what every subset of four digits adds up to, and where they lie.

use std::arch::x86_64::{
    _mm_loadu_si128, _mm_unpackhi_epi8, _mm_unpackhi_epi16, _mm_unpacklo_epi8, _mm_unpacklo_epi16,
    _mm256_cvtepu8_epi16, _mm256_slli_epi16, _mm256_storeu_si256,
};

use super::tile::{BLOCK_GROUPS, ROWS};
use crate::bits::kernel::isa::Avx2;

/// Digits of a group: as many as a table of 16 entries has index bits.
pub(super) const GROUP: usize = 4;

/// Sums over the subsets of four digits, for each byte of them: 4 KiB, no table across two lines of
/// the cache.
#[repr(align(64))]
pub(super) struct Tables(pub(super) [[u8; 16]; 256]);

pub(super) static TABLES: Tables = Tables(tables());

const fn tables() -> [[u8; 16]; 256] {
    let mut tables = [[0; 16]; 256];
    let mut digits = 0;
    while digits < 256 {
        let mut entry = 0;
        while entry < 64 {
            // Entry by entry, digit by digit.
            let (subset, digit) = (entry / 4, entry % 4);
            if subset >> digit & 1 == 1 {
                #[expect(clippy::cast_possible_truncation, reason = "at most 3")]
                let digit = (digits >> (2 * digit) & 3) as u8;
                tables[digits][subset] += digit;
            }
            entry += 1;
        }
        digits += 1;
    }
    tables
}

/// Where the tables of a block lie: of each group, of each row.
///
/// A place is 16 times the byte of digits, two bytes of memory, so that the inner loop needs one
/// instruction to know it.
// Invariant: multiples of 16 below 4096.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Places([[u16; ROWS]; BLOCK_GROUPS]);

impl Places {
    /// Those of no digits.
    pub(super) const ZERO: Self = Self([[0; ROWS]; BLOCK_GROUPS]);

    /// Finds the places of the digits of a tile: the first four rows, `stride` bytes apart.
    #[target_feature(enable = "avx2")]
    pub(super) fn find(_: Avx2, digits: &[u8], stride: usize, pairs: &mut [[Self; 2]]) {
        assert!(digits.len() >= (ROWS - 1) * stride + 16 * pairs.len(), "the last row has a tail");
        for (step, pair) in pairs.iter_mut().enumerate() {
            let row = |row: usize| {
                // SAFETY: the assertion found sixteen bytes there.
                unsafe { _mm_loadu_si128(digits.as_ptr().add(row * stride + 16 * step).cast()) }
            };
            let (zero, one, two, three) = (row(0), row(1), row(2), row(3));
            let low = (_mm_unpacklo_epi8(zero, one), _mm_unpacklo_epi8(two, three));
            let high = (_mm_unpackhi_epi8(zero, one), _mm_unpackhi_epi8(two, three));
            let quarters = [
                _mm_unpacklo_epi16(low.0, low.1),
                _mm_unpackhi_epi16(low.0, low.1),
                _mm_unpacklo_epi16(high.0, high.1),
                _mm_unpackhi_epi16(high.0, high.1),
            ];
            for (quarter, bytes) in quarters.into_iter().enumerate() {
                let target = &mut pair[quarter / 2].0.as_chunks_mut::<4>().0[quarter % 2];
                let words = _mm256_slli_epi16::<4>(_mm256_cvtepu8_epi16(bytes));
                // SAFETY: an array of 32 bytes is written.
                unsafe { _mm256_storeu_si256((&raw mut *target).cast(), words) };
            }
        }
    }
}
