//! From the bytes of windows to sums of 32 bits, or to the codes of a ladder.
//!
//! The bytes of a line are viewed as words of 16 bits. Adding up words `W` and their upper bytes `H`
//! over all windows gives the sums of the odd bytes, `H`, and of the even ones, `W - 256·H`, modulo
//! 2¹⁶. The even bytes are channels 0 to 31 of a vector, the odd ones 32 to 63, so both come out in
//! order. A part is so short that `factor·sum + offset·total` fits in 16 bits too.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_add_epi32, _mm512_castsi512_si256, _mm512_cvtepi16_epi32,
    _mm512_extracti64x4_epi64, _mm512_load_si512, _mm512_mask_storeu_epi32,
    _mm512_maskz_loadu_epi32, _mm512_mullo_epi16, _mm512_set1_epi16, _mm512_setzero_si512,
    _mm512_slli_epi16, _mm512_srli_epi16, _mm512_storeu_si512, _mm512_sub_epi16,
};

use super::tile::ROWS;
use crate::bits::kernel::Affine;
use crate::bits::kernel::line::Line;
use crate::bits::kernel::rungs::{Limits, Rungs};

/// Channels of a vector.
pub(super) const CHANNELS: usize = 64;

/// The windows of a part of the columns, for one tile and one panel of channels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// `vectors` sets of lines for each window.
    pub(super) windows: &'a [[Line; ROWS]],
    pub(super) vectors: usize,
    /// The first channel of the panel.
    pub(super) first: usize,
    /// The sum of the digits of each row.
    pub(super) totals: [i32; ROWS],
}

impl Part<'_> {
    /// Writes `affine` of the sums, as far as there are channels, to each row of `output`, which are
    /// at most `ROWS`, of `channels` each. With `add`, adds to what is there.
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn sums(self, affine: Affine, (output, channels): (&mut [i32], usize), add: bool) {
        let affine = Affine16::new(affine, self.totals);
        for vector in 0..self.vectors {
            let words = self.words(vector);
            let first = self.first + CHANNELS * vector;
            let length = CHANNELS.min(channels - first);
            #[expect(clippy::needless_range_loop, reason = "so that the words stay in registers")]
            for row in 0..ROWS {
                let start = row * channels + first;
                let Some(output) = output.get_mut(start..start + length) else { break };
                write(affine.of(words[row], row), output, add);
            }
        }
    }

    /// Writes the codes of signs times codes, as far as there are channels, to each row of `output`,
    /// which are at most `ROWS`, of `stride` bytes each, whole words of eight.
    #[target_feature(enable = "avx512f,avx512bw,bmi2")]
    pub(super) fn codes(self, rungs: &Rungs, (output, stride): (&mut [u8], usize)) {
        let affine = Affine16::new(Affine { factor: 2, offset: -1 }, self.totals);
        let mut rows: [&mut [u8]; ROWS] = Default::default();
        let mut rest = output;
        for row in &mut rows {
            let Some((next, after)) = rest.split_at_mut_checked(stride) else { break };
            *row = &mut next[self.first / 4..];
            rest = after;
        }
        for vector in 0..self.vectors {
            let words = self.words(vector);
            // Loaded once for all rows: the compiler would not, for fear that codes overwrite them.
            let [one, two] = rungs.vector(self.first + CHANNELS * vector);
            let limits = [Limits::load(one), Limits::load(two)];
            for row in 0..ROWS {
                let sums = affine.of(words[row], row);
                for place in 0..2 {
                    // Eight bytes hold 32 channels of two bits.
                    let start = 8 * (2 * vector + place);
                    let Some(target) = rows[row].get_mut(start..start + 8) else { break };
                    target.copy_from_slice(&limits[place].codes(sums[place]).to_le_bytes());
                }
            }
        }
    }

    /// The sums of one vector for the rows of the tile: all words `W`, and all upper bytes `H`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn words(self, vector: usize) -> [[__m512i; 2]; ROWS] {
        // Plain loops of known length: a closure over vectors is compiled without their instructions
        // and not inlined, and in a loop of unknown length the sums go through memory.
        let mut words = [[_mm512_setzero_si512(); 2]; ROWS];
        // Places are counted, not divided out: a division takes as long as a window.
        let mut place = vector;
        while let Some(lines) = self.windows.get(place) {
            place += self.vectors;
            for row in 0..ROWS {
                let bytes = load_line(&lines[row]);
                words[row][0] = _mm512_add_epi16(words[row][0], bytes);
                words[row][1] = _mm512_add_epi16(words[row][1], _mm512_srli_epi16::<8>(bytes));
            }
        }
        words
    }
}

/// An [`Affine`] in 16 bits, for the rows of a tile.
#[derive(Clone, Copy)]
struct Affine16 {
    factor: __m512i,
    offsets: [__m512i; ROWS],
}

impl Affine16 {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    #[expect(clippy::cast_possible_truncation, reason = "exact modulo 2¹⁶, as all the rest")]
    fn new(affine: Affine, totals: [i32; ROWS]) -> Self {
        let mut offsets = [_mm512_setzero_si512(); ROWS];
        for row in 0..ROWS {
            offsets[row] = _mm512_set1_epi16(affine.of(0, totals[row]) as i16);
        }
        Self { factor: _mm512_set1_epi16(affine.factor as i16), offsets }
    }

    /// Of the words and the upper bytes of 64 channels of a row: channels 0 to 31, and 32 to 63.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn of(self, [words, upper]: [__m512i; 2], row: usize) -> [__m512i; 2] {
        let lower = _mm512_sub_epi16(words, _mm512_slli_epi16::<8>(upper));
        let lower = _mm512_mullo_epi16(lower, self.factor);
        let upper = _mm512_mullo_epi16(upper, self.factor);
        [_mm512_add_epi16(lower, self.offsets[row]), _mm512_add_epi16(upper, self.offsets[row])]
    }
}

/// Writes up to 64 sums, or adds them.
#[inline]
#[target_feature(enable = "avx512f")]
fn write([lower, upper]: [__m512i; 2], output: &mut [i32], add: bool) {
    let quarters = [
        _mm512_cvtepi16_epi32(_mm512_castsi512_si256(lower)),
        _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64::<1>(lower)),
        _mm512_cvtepi16_epi32(_mm512_castsi512_si256(upper)),
        _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64::<1>(upper)),
    ];
    if let (Some(output), false) = (output.first_chunk_mut::<CHANNELS>(), add) {
        for (output, quarter) in output.as_chunks_mut::<16>().0.iter_mut().zip(quarters) {
            // SAFETY: an array of 64 bytes is written.
            unsafe { _mm512_storeu_si512((&raw mut *output).cast(), quarter) };
        }
        return;
    }
    for (output, quarter) in output.chunks_mut(16).zip(quarters) {
        let mask = u16::MAX >> (16 - output.len());
        let before = if add { mask } else { 0 };
        // SAFETY: the masks keep to the places of the slice.
        unsafe {
            let before = _mm512_maskz_loadu_epi32(before, output.as_ptr());
            let sums = _mm512_add_epi32(quarter, before);
            _mm512_mask_storeu_epi32(output.as_mut_ptr(), mask, sums);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_line(line: &Line) -> __m512i {
    // SAFETY: a line is 64 bytes, aligned.
    unsafe { _mm512_load_si512((&raw const *line).cast()) }
}
