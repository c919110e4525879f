//! Windows: how many groups may be added up before a byte could overflow.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi8, _mm512_add_epi64, _mm512_and_si512, _mm512_loadu_si512,
    _mm512_or_si512, _mm512_permutexvar_epi8, _mm512_popcnt_epi64, _mm512_sad_epu8,
    _mm512_set1_epi8, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_shuffle_epi8,
    _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srli_epi16, _mm512_storeu_si512,
    _mm512_test_epi64_mask, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

use super::tables::{Tables, UNIFORM};
use super::tile::ROWS;
use crate::bits::kernel::isa::Vbmi;
use crate::bits::kernel::panel::Panel;

/// Blocks whose sums are found at a time.
const STEP: usize = 8;

/// Tiles whose sums lie side by side: those of 32 rows.
const TILES: usize = 8;

/// Blocks of a part, whole steps: so many that 16 bits hold every sum of signs times digits.
pub(super) fn part(tables: &Tables) -> usize {
    let most = tables.levels.into_iter().fold(1, u8::max);
    let blocks = i16::MAX as usize / (tables.depth.block() * usize::from(most));
    blocks / STEP * STEP
}

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
    /// Of each part, the blocks of its windows, and a 0.
    lengths: Vec<usize>,
    /// The sums of each part.
    totals: Vec<Sums>,
}

impl Windows {
    /// Finds the windows of a panel of `columns` digits for these tables, in parts of `part` blocks.
    pub(super) fn find(
        &mut self,
        isa: Vbmi,
        panel: &Panel<'_>,
        columns: usize,
        (tables, part): (&Tables, usize),
    ) {
        let (blocks, tiles) = (columns.div_ceil(tables.depth.block()), panel.rows().div_ceil(ROWS));
        self.groups.resize_with(tiles.div_ceil(TILES), Group::default);
        for (group, first_tile) in self.groups.iter_mut().zip((0..).step_by(TILES)) {
            let rows = ROWS * TILES.min(tiles - first_tile);
            let bytes = &panel.bytes()[first_tile * ROWS * panel.stride()..];
            let digits = Digits { bytes, stride: panel.stride(), rows, columns, tables };
            group.lengths.clear();
            group.totals.clear();
            for first in (0..blocks).step_by(part) {
                let count = part.min(blocks - first);
                self.sums.resize(count.next_multiple_of(STEP), [0; TILES]);
                // SAFETY: the token proves the instructions.
                unsafe {
                    if tables.levels == UNIFORM {
                        digits.find_sums::<true>(isa, first, &mut self.sums);
                    } else {
                        digits.find_sums::<false>(isa, first, &mut self.sums);
                    }
                    group.cut(isa, &self.sums[..count]);
                }
            }
        }
    }

    /// The windows of each part, their lengths in blocks with a 0 at the end, and the sum of the digits
    /// of each row of a tile.
    pub(super) fn parts(&self, tile: usize) -> impl Iterator<Item = (&[usize], [i32; ROWS])> {
        let Group { lengths, totals } = &self.groups[tile / TILES];
        let totals = totals.iter().map(move |totals| {
            let total = |row: u32| (totals[tile % TILES] >> (16 * row) & 0xFFFF) as i32;
            [total(0), total(1), total(2), total(3)]
        });
        lengths.split_inclusive(|&length| length == 0).zip(totals)
    }
}

impl Group {
    /// Appends the windows of a part, whose blocks have these sums.
    #[target_feature(enable = "avx512f")]
    fn cut(&mut self, _: Vbmi, sums: &[Sums]) {
        let beyond = _mm512_set1_epi64(0xFF00_FF00_FF00_FF00_u64.cast_signed());
        let (mut window, mut total) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        let mut start = 0;
        for (block, sums) in sums.iter().enumerate() {
            // SAFETY: an array of eight words is read.
            let sums = unsafe { _mm512_loadu_si512((&raw const *sums).cast()) };
            total = _mm512_add_epi64(total, sums);
            // Each of the sums was at most 255 and a block adds at most as much, so none carries.
            window = _mm512_add_epi64(window, sums);
            if _mm512_test_epi64_mask(window, beyond) != 0 {
                self.lengths.push(block - start);
                (start, window) = (block, sums);
            }
        }
        self.lengths.extend([sums.len() - start, 0]);
        self.totals.push(words(total));
    }
}

/// For each word of eight bytes, the sum of what its digits count for: of any levels by looking up two
/// digits at a time, of digits that count for themselves by counting bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn level_sums<const UNIFORM: bool>(words: __m512i, pairs: __m512i) -> __m512i {
    if UNIFORM {
        let high = _mm512_set1_epi64(0xAAAA_AAAA_AAAA_AAAA_u64.cast_signed());
        let twice = _mm512_popcnt_epi64(_mm512_and_si512(words, high));
        return _mm512_add_epi64(_mm512_popcnt_epi64(words), twice);
    }
    let nibbles = _mm512_set1_epi8(0x0F);
    let upper = _mm512_and_si512(_mm512_srli_epi16::<4>(words), nibbles);
    let lower = _mm512_shuffle_epi8(pairs, _mm512_and_si512(words, nibbles));
    let sums = _mm512_add_epi8(lower, _mm512_shuffle_epi8(pairs, upper));
    _mm512_sad_epu8(sums, _mm512_setzero_si512())
}

/// Rows of digits.
#[derive(Debug, Clone, Copy)]
struct Digits<'a> {
    bytes: &'a [u8],
    /// Bytes from row to row.
    stride: usize,
    /// Up to [`TILES`] times four.
    rows: usize,
    /// Digits of a row: what lies beyond them may be anything.
    columns: usize,
    tables: &'a Tables,
}

impl Digits<'_> {
    /// Finds the sums of blocks from `first` on, whole steps of them.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vpopcntdq")]
    fn find_sums<const UNIFORM: bool>(self, _: Vbmi, first: usize, sums: &mut [Sums]) {
        let pairs: [u8; 64] = std::array::from_fn(|pair| {
            self.tables.levels[pair & 3] + self.tables.levels[pair >> 2 & 3]
        });
        // The bytes of a block to a word of eight each.
        let block = self.tables.depth.block_bytes();
        #[expect(clippy::cast_possible_truncation, reason = "below 64")]
        let spread: [u8; 64] = std::array::from_fn(|byte| (byte / 8 * block + byte % 8) as u8);
        // The last step reads a vector of each row, from the first byte of its eight blocks on.
        let length = (first + sums.len() - STEP) * block + 64;
        let (bytes, stride) = (self.bytes, self.stride);
        assert!(bytes.len() >= (self.rows - 1) * stride + length, "the last row has a tail");
        // SAFETY: two arrays of 64 bytes are read.
        let [spread, pairs] =
            unsafe { [spread, pairs].map(|bytes| _mm512_loadu_si512((&raw const bytes).cast())) };
        let steps = sums.as_chunks_mut::<STEP>().0.iter_mut().zip((first..).step_by(STEP));
        for (sums, begin) in steps {
            let known = self.known(begin);
            let mut of_tiles = [_mm512_setzero_si512(); TILES];
            for (sums, tile) in of_tiles.iter_mut().zip((0..self.rows).step_by(ROWS)) {
                for row in (tile..tile + ROWS).rev() {
                    let place = row * stride + begin * block;
                    // SAFETY: there are 64 bytes here, by the assertion above.
                    let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().add(place).cast()) };
                    let words = _mm512_permutexvar_epi8(spread, bytes);
                    let words = _mm512_and_si512(words, known);
                    let sum = level_sums::<UNIFORM>(words, pairs);
                    *sums = _mm512_or_si512(_mm512_slli_epi64::<16>(*sums), sum);
                }
            }
            let of_blocks = transposed(&of_tiles);
            for place in 0..STEP {
                sums[place] = words(of_blocks[place]);
            }
        }
    }

    /// Of the blocks of a step, a word each, the bits that are digits of a row.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn known(self, begin: usize) -> __m512i {
        let known: [u64; STEP] = std::array::from_fn(|block| {
            let most = self.tables.depth.block();
            let digits = self.columns.saturating_sub((begin + block) * most).min(most);
            (1 << (2 * digits)) - 1
        });
        // SAFETY: an array of eight words is read.
        unsafe { _mm512_loadu_si512((&raw const known).cast()) }
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
