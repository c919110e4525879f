//! Windows: how many groups may be added up before a byte could overflow.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_loadu_si512, _mm512_maskz_permutexvar_epi8,
    _mm512_or_si512, _mm512_popcnt_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_storeu_si512, _mm512_test_epi64_mask,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
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

/// Tiles whose sums lie side by side: those of 32 rows.
const TILES: usize = 8;

/// Of one block or more, the sums of the digits of the rows of each tile: four of 16 bits in a word.
type Sums = [u64; TILES];

/// Where the sums of a panel must leave their bytes.
#[derive(Debug, Default)]
pub(in crate::bits::kernel) struct Windows {
    /// For every eight tiles.
    groups: Vec<Group>,
    /// Of each block of the part at hand.
    sums: Vec<Sums>,
}

/// Where the sums of eight tiles must leave their bytes.
///
/// What a weight picks from a block is at most the sum of all digits in it. A window grows block by
/// block while that sum stays within a byte for every row of the tiles, so none can overflow. The
/// small digits of a half-wave quantizer make long windows: some 44 groups, where the worst case
/// allows 12. The tiles share them, so that the processor can foresee where they end; windows of
/// their own are a little longer, and were slower. A window also ends where a part ends.
#[derive(Debug, Default)]
struct Group {
    /// The blocks of each window.
    windows: Vec<Range<usize>>,
    /// The sums of each part.
    totals: Vec<Sums>,
}

impl Windows {
    /// Finds the windows of a panel, of `blocks` blocks.
    pub(super) fn find(&mut self, isa: Vbmi, panel: &Panel, blocks: usize) {
        let groups = panel.bytes().chunks(TILES * ROWS * panel.stride());
        self.groups.resize_with(groups.len(), Group::default);
        for (group, tiles) in self.groups.iter_mut().zip(groups) {
            group.windows.clear();
            group.totals.clear();
            for first in (0..blocks).step_by(PART) {
                let count = PART.min(blocks - first);
                self.sums.resize(count.next_multiple_of(STEP), [0; TILES]);
                // SAFETY: the token proves the instructions.
                unsafe {
                    find_sums(isa, tiles, panel.stride(), first, &mut self.sums);
                    group.cut(isa, first, &self.sums[..count]);
                }
            }
        }
    }

    /// The windows of each part, with the sum of the digits of each row of a tile.
    pub(super) fn parts(
        &self,
        tile: usize,
    ) -> impl Iterator<Item = (&[Range<usize>], [i32; ROWS])> {
        let Group { windows, totals } = &self.groups[tile / TILES];
        let totals = totals.iter().map(move |totals| {
            let total = |row: u32| (totals[tile % TILES] >> (16 * row) & 0xFFFF) as i32;
            [total(0), total(1), total(2), total(3)]
        });
        windows.chunk_by(|window, _| window.end % PART != 0).zip(totals)
    }
}

impl Group {
    /// Appends the windows of a part, blocks from `first` on with these sums.
    #[target_feature(enable = "avx512f")]
    fn cut(&mut self, _: Vbmi, first: usize, sums: &[Sums]) {
        let beyond = _mm512_set1_epi64(0xFF00_FF00_FF00_FF00_u64.cast_signed());
        let (mut window, mut total) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        let mut start = first;
        for (block, sums) in (first..).zip(sums) {
            // SAFETY: an array of eight words is read.
            let sums = unsafe { _mm512_loadu_si512((&raw const *sums).cast()) };
            total = _mm512_add_epi64(total, sums);
            // Each of the sums was at most 255 and a block adds at most 84, so none carries.
            window = _mm512_add_epi64(window, sums);
            if _mm512_test_epi64_mask(window, beyond) != 0 {
                self.windows.push(start..block);
                (start, window) = (block, sums);
            }
        }
        self.windows.push(start..first + sums.len());
        self.totals.push(words(total));
    }
}

/// Finds the sums of blocks from `first` on, whole steps of them.
///
/// `tiles` are up to [`TILES`] times four rows of `stride` bytes each.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vpopcntdq")]
fn find_sums(_: Vbmi, tiles: &[u8], stride: usize, first: usize, sums: &mut [Sums]) {
    // Seven bytes to a word of eight, the eighth 0.
    let mut spread = [0_u8; 64];
    for (byte, from) in (0..).zip(&mut spread) {
        *from = byte / 8 * 7 + byte % 8;
    }
    // The last step reads a vector, 64 bytes from the first of its 8·7 bytes on.
    let length = (first + sums.len()) * BLOCK_BYTES + 8;
    assert!(stride >= length && tiles.len() <= TILES * ROWS * stride, "a row has a tail");
    // SAFETY: an array of 64 bytes is read.
    let spread = unsafe { _mm512_loadu_si512((&raw const spread).cast()) };
    let high = _mm512_set1_epi64(0xAAAA_AAAA_AAAA_AAAA_u64.cast_signed());
    for (sums, begin) in sums.as_chunks_mut::<STEP>().0.iter_mut().zip((first..).step_by(STEP)) {
        let mut of_tiles = [_mm512_setzero_si512(); TILES];
        for (sums, tile) in of_tiles.iter_mut().zip(tiles.chunks_exact(ROWS * stride)) {
            for row in (0..ROWS).rev() {
                let place = row * stride + begin * BLOCK_BYTES;
                // SAFETY: the row is `stride` bytes long, and the assertion above leaves 64 here.
                let bytes = unsafe { _mm512_loadu_si512(tile.as_ptr().add(place).cast()) };
                let words = _mm512_maskz_permutexvar_epi8(0x7F7F_7F7F_7F7F_7F7F, spread, bytes);
                let ones = _mm512_popcnt_epi64(words);
                let high = _mm512_popcnt_epi64(_mm512_and_si512(words, high));
                let sum = _mm512_add_epi64(ones, high);
                *sums = _mm512_or_si512(_mm512_slli_epi64::<16>(*sums), sum);
            }
        }
        let of_blocks = transposed(&of_tiles);
        for block in 0..STEP {
            sums[block] = words(of_blocks[block]);
        }
    }
}

/// Word `i` of vector `j` as word `j` of vector `i`.
#[inline]
#[target_feature(enable = "avx512f")]
fn transposed(v: &[__m512i; 8]) -> [__m512i; 8] {
    let mut halves = [_mm512_setzero_si512(); 8];
    for pair in 0..4 {
        let (one, two) = (v[2 * pair], v[2 * pair + 1]);
        halves[pair] = _mm512_unpacklo_epi64(one, two);
        halves[4 + pair] = _mm512_unpackhi_epi64(one, two);
    }
    let mut all = halves;
    for odd in 0..2 {
        let [a, b, c, d] =
            [halves[4 * odd], halves[4 * odd + 1], halves[4 * odd + 2], halves[4 * odd + 3]];
        // Lanes 0 and 2, and 1 and 3, of two vectors.
        let (even_ab, odd_ab) =
            (_mm512_shuffle_i64x2::<0x88>(a, b), _mm512_shuffle_i64x2::<0xDD>(a, b));
        let (even_cd, odd_cd) =
            (_mm512_shuffle_i64x2::<0x88>(c, d), _mm512_shuffle_i64x2::<0xDD>(c, d));
        all[odd] = _mm512_shuffle_i64x2::<0x88>(even_ab, even_cd);
        all[2 + odd] = _mm512_shuffle_i64x2::<0x88>(odd_ab, odd_cd);
        all[4 + odd] = _mm512_shuffle_i64x2::<0xDD>(even_ab, even_cd);
        all[6 + odd] = _mm512_shuffle_i64x2::<0xDD>(odd_ab, odd_cd);
    }
    all
}

/// The words of a vector.
#[inline]
#[target_feature(enable = "avx512f")]
fn words(vector: __m512i) -> [u64; 8] {
    let mut words = [0; 8];
    // SAFETY: an array of eight words is written.
    unsafe { _mm512_storeu_si512((&raw mut words).cast(), vector) };
    words
}
