//! Windows: how many groups may be added up before a byte could overflow.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_adds_epu8, _mm256_and_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_permute2x128_si256,
    _mm256_sad_epu8, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_slli_epi64, _mm256_srli_epi16, _mm256_storeu_si256, _mm256_unpackhi_epi64,
    _mm256_unpacklo_epi64,
};
use std::ops::Range;

use super::tables::GROUP;
use super::tile::{BLOCK_GROUPS, ROWS};
use crate::bits::kernel::isa::Avx2;
use crate::bits::kernel::panel::Panel;

/// Digits of a block.
const BLOCK: usize = GROUP * BLOCK_GROUPS;

/// Blocks of a part: if all digits were 3, they would add up to 336·32·3 = 32256, so that 16 bits
/// hold every sum of signs times digits.
pub(super) const PART: usize = 84 * STEP;

/// Blocks whose sums are found at a time: a vector of the digits of a row.
const STEP: usize = 4;

/// Bytes of the digits of a block.
const BLOCK_BYTES: usize = 8;

/// Rows whose windows are the same: eight tiles.
const SHARED: usize = 32;

/// The sums of two digits, for each four bits of them, in both halves of a vector.
const PAIRS: [u8; 32] = [
    0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6, //
    0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6,
];

/// Of one block, or some that make no more than a byte, the sums of the digits of each row.
type Sums = [u8; SHARED];

/// Where the sums of a panel must leave their bytes.
#[derive(Debug, Default)]
pub(in crate::bits::kernel) struct Windows {
    /// For every eight tiles.
    groups: Vec<Group>,
    /// Of each block of the part at hand.
    sums: Vec<Sums>,
}

/// Where the sums of eight tiles must leave their bytes: as in the lookup kernel.
#[derive(Debug, Default)]
struct Group {
    /// The blocks of each window.
    windows: Vec<Range<usize>>,
    /// The sums of each part.
    totals: Vec<[u16; SHARED]>,
}

impl Windows {
    /// Finds the windows of a panel of `columns` digits.
    pub(super) fn find(&mut self, isa: Avx2, panel: &Panel<'_>, columns: usize) {
        let (blocks, rows) = (columns.div_ceil(BLOCK), panel.rows().next_multiple_of(ROWS));
        self.groups.resize_with(rows.div_ceil(SHARED), Group::default);
        for (group, first_row) in self.groups.iter_mut().zip((0..).step_by(SHARED)) {
            let bytes = &panel.bytes()[first_row * panel.stride()..];
            let rows = SHARED.min(rows - first_row);
            let digits = Digits { bytes, stride: panel.stride(), rows, columns };
            group.windows.clear();
            group.totals.clear();
            for first in (0..blocks).step_by(PART) {
                let count = PART.min(blocks - first);
                self.sums.resize(count.next_multiple_of(STEP), [0; SHARED]);
                // SAFETY: the token proves the instructions.
                unsafe {
                    digits.find_sums(isa, first, &mut self.sums);
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
        let Group { windows, totals } = &self.groups[ROWS * tile / SHARED];
        let first = ROWS * tile % SHARED;
        let totals = totals
            .iter()
            .map(move |totals| std::array::from_fn(|row| i32::from(totals[first + row])));
        windows.chunk_by(|window, _| window.end % PART != 0).zip(totals)
    }
}

impl Group {
    /// Appends the windows of a part, blocks from `first` on with these sums.
    #[target_feature(enable = "avx2")]
    fn cut(&mut self, _: Avx2, first: usize, sums: &[Sums]) {
        let full = _mm256_set1_epi8(-1);
        let mut window = _mm256_setzero_si256();
        let mut totals = [0; SHARED];
        let mut start = first;
        for (block, sums) in (first..).zip(sums) {
            let sums = load(sums);
            let grown = _mm256_adds_epu8(window, sums);
            // 255 may be more that was cut off. A block by itself is 96 at most.
            if _mm256_movemask_epi8(_mm256_cmpeq_epi8(grown, full)) == 0 {
                window = grown;
            } else {
                self.windows.push(start..block);
                add(window, &mut totals);
                (start, window) = (block, sums);
            }
        }
        self.windows.push(start..first + sums.len());
        add(window, &mut totals);
        self.totals.push(totals);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(window: __m256i, totals: &mut [u16; SHARED]) {
    let mut sums = [0_u8; SHARED];
    store(window, &mut sums);
    for (total, sum) in totals.iter_mut().zip(sums) {
        *total += u16::from(sum);
    }
}

/// Rows of digits.
#[derive(Debug, Clone, Copy)]
struct Digits<'a> {
    bytes: &'a [u8],
    /// Bytes from row to row.
    stride: usize,
    /// Up to [`SHARED`].
    rows: usize,
    /// Digits of a row: what lies beyond them may be anything.
    columns: usize,
}

impl Digits<'_> {
    /// Finds the sums of blocks from `first` on, whole steps of them.
    #[target_feature(enable = "avx2")]
    fn find_sums(self, _: Avx2, first: usize, sums: &mut [Sums]) {
        let Self { bytes, stride, rows, columns } = self;
        let length = (first + sums.len()) * BLOCK_BYTES;
        assert!(bytes.len() >= (rows - 1) * stride + length, "the last row has a tail");
        let (zero, all) = (_mm256_setzero_si256(), _mm256_set1_epi8(-1));
        // The last step of a row, and its digits.
        let last = (columns - 1) / (BLOCK * STEP) * STEP;
        let few = load(&kept(columns - BLOCK * last));
        for (sums, begin) in sums.as_chunks_mut().0.iter_mut().zip((first..).step_by(STEP)) {
            let keep = if begin == last { few } else { all };
            // Of eight rows each, a word for each block, a byte for each row.
            let mut of_rows = [zero; SHARED / 8];
            for (words, first_row) in of_rows.iter_mut().zip((0..rows).step_by(8)) {
                for row in (first_row..rows.min(first_row + 8)).rev() {
                    let place = row * stride + begin * BLOCK_BYTES;
                    // SAFETY: the assertion above leaves 32 bytes there.
                    let digits = unsafe { _mm256_loadu_si256(bytes.as_ptr().add(place).cast()) };
                    let sum = digit_sums(_mm256_and_si256(digits, keep));
                    *words = _mm256_or_si256(_mm256_slli_epi64::<8>(*words), sum);
                }
            }
            let sums: &mut [Sums; STEP] = sums;
            for (sums, words) in sums.iter_mut().zip(transposed(of_rows)) {
                store(words, sums);
            }
        }
    }
}

/// The bits of a vector that belong to the first `digits`.
fn kept(digits: usize) -> [u8; 32] {
    std::array::from_fn(|byte| match digits.saturating_sub(GROUP * byte) {
        0 => 0,
        1 => 0x03,
        2 => 0x0F,
        3 => 0x3F,
        _ => 0xFF,
    })
}

/// The sum of the digits in each word.
#[inline]
#[target_feature(enable = "avx2")]
fn digit_sums(digits: __m256i) -> __m256i {
    let nibble = _mm256_set1_epi8(15);
    let pairs = load(&PAIRS);
    let low = _mm256_and_si256(digits, nibble);
    let high = _mm256_and_si256(_mm256_srli_epi16::<4>(digits), nibble);
    let of_two = [_mm256_shuffle_epi8(pairs, low), _mm256_shuffle_epi8(pairs, high)];
    _mm256_sad_epu8(_mm256_add_epi8(of_two[0], of_two[1]), _mm256_setzero_si256())
}

/// Word `i` of vector `j` as word `j` of vector `i`.
#[inline]
#[target_feature(enable = "avx2")]
fn transposed([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (even_ab, odd_ab) = (_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
    let (even_cd, odd_cd) = (_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
    [
        _mm256_permute2x128_si256::<0x20>(even_ab, even_cd),
        _mm256_permute2x128_si256::<0x20>(odd_ab, odd_cd),
        _mm256_permute2x128_si256::<0x31>(even_ab, even_cd),
        _mm256_permute2x128_si256::<0x31>(odd_ab, odd_cd),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &Sums) -> __m256i {
    // SAFETY: an array of 32 bytes is read.
    unsafe { _mm256_loadu_si256((&raw const *bytes).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(vector: __m256i, bytes: &mut Sums) {
    // SAFETY: an array of 32 bytes is written.
    unsafe { _mm256_storeu_si256((&raw mut *bytes).cast(), vector) };
}
