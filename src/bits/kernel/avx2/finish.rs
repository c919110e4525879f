//! From the bytes of windows to sums of 32 bits, or to the codes of a ladder: as in the lookup kernel.
//!
//! Of the bytes of a vector the even ones are channels 0 to 15 and the odd ones 16 to 31. Words `W` and
//! their upper bytes `H`, added up over all windows, give the sums of the odd bytes, `H`, and of the
//! even ones, `W - 256·H`, modulo 2¹⁶. A part is so short that `factor·sum + offset·total` fits too.

use std::arch::x86_64::{
    __m256i, _mm_storeu_si128, _mm_unpackhi_epi16, _mm_unpacklo_epi16, _mm256_add_epi8,
    _mm256_add_epi16, _mm256_castsi256_si128, _mm256_cmpgt_epi16, _mm256_cvtepi16_epi32,
    _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
    _mm256_mullo_epi16, _mm256_packs_epi16, _mm256_packus_epi16, _mm256_packus_epi32,
    _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_slli_epi16, _mm256_srli_epi16, _mm256_storeu_si256, _mm256_sub_epi16, _mm256_xor_si256,
};

use super::tile::{LANES, ROWS, VECTORS, Window};
use crate::bits::kernel::Affine;
use crate::bits::kernel::line::fetch;
use crate::bits::kernel::rungs::{Block, Rungs};

/// Channels of a panel.
pub(super) const CHANNELS: usize = LANES * VECTORS;

/// The windows of a part of the columns, for one tile and one panel of channels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) windows: &'a [Window],
    /// The first channel of the panel.
    pub(super) first: usize,
    /// The sum of the digits of each row.
    pub(super) totals: [i32; ROWS],
}

impl Part<'_> {
    /// Writes `affine` of the sums, as far as there are channels, to each row of `output`, which are
    /// at most `ROWS`, of `channels` each. With `add`, adds to what is there.
    #[target_feature(enable = "avx2")]
    pub(super) fn sums(self, affine: Affine, (output, channels): (&mut [i32], usize), add: bool) {
        let length = CHANNELS.min(channels - self.first);
        // Those of the next tile.
        fetch::<{ CHANNELS / 16 }>(output, channels, ROWS..2 * ROWS, self.first);
        for row in 0..ROWS {
            let start = row * channels + self.first;
            let Some(output) = output.get_mut(start..start + length) else { break };
            let sums = self.row(row, affine);
            if let (Some([low, high]), false) = (output.as_chunks_mut().0.first_chunk_mut(), add) {
                write(sums[0], low);
                write(sums[1], high);
            } else {
                write_some(sums, output, add);
            }
        }
    }

    /// Writes the codes of signs times codes, as far as there are channels, to each row of `output`,
    /// which are at most `ROWS`, of `stride` bytes each, whole words of eight.
    #[target_feature(enable = "avx2")]
    pub(super) fn codes(self, rungs: &Rungs, (output, stride): (&mut [u8], usize)) {
        let affine = Affine { factor: 2, offset: -1 };
        let mut sums = [[[_mm256_setzero_si256(); 2]; VECTORS]; ROWS];
        for (row, sums) in sums.iter_mut().enumerate() {
            *sums = self.row(row, affine);
        }
        let mut fours = [[_mm256_setzero_si256(); VECTORS]; ROWS];
        for (vector, rungs) in rungs.vector(self.first).iter().enumerate() {
            let limits = Limits::load(rungs);
            for (fours, sums) in fours.iter_mut().zip(&sums) {
                fours[vector] = limits.codes(sums[vector]);
            }
        }
        let mut rows = output.chunks_exact_mut(stride);
        for &[first, second] in fours.as_chunks().0 {
            for codes in joined(first, second) {
                let Some(row) = rows.next() else { return };
                let row = &mut row[self.first / 4..];
                if let Some(row) = row.first_chunk_mut() {
                    *row = codes;
                } else {
                    row.copy_from_slice(&codes[..row.len()]);
                }
            }
        }
    }

    /// `affine` of the sums of a row, for each vector: channels 0 to 15, and 16 to 31.
    #[inline]
    #[target_feature(enable = "avx2")]
    #[expect(clippy::cast_possible_truncation, reason = "exact modulo 2¹⁶, as all the rest")]
    fn row(self, row: usize, affine: Affine) -> [[__m256i; 2]; VECTORS] {
        let factor = _mm256_set1_epi16(affine.factor as i16);
        let offset = _mm256_set1_epi16(affine.of(0, self.totals[row]) as i16);
        let mut sums = self.words(row);
        for [words, upper] in &mut sums {
            let lower = _mm256_sub_epi16(*words, _mm256_slli_epi16::<8>(*upper));
            *words = _mm256_add_epi16(_mm256_mullo_epi16(lower, factor), offset);
            *upper = _mm256_add_epi16(_mm256_mullo_epi16(*upper, factor), offset);
        }
        sums
    }

    /// The sums of a row for each vector: all words `W`, and all upper bytes `H`.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn words(self, row: usize) -> [[__m256i; 2]; VECTORS] {
        let mut words = [[_mm256_setzero_si256(); 2]; VECTORS];
        for window in self.windows {
            for vector in 0..VECTORS {
                let bytes = load(&window[row][vector]);
                words[vector][0] = _mm256_add_epi16(words[vector][0], bytes);
                words[vector][1] =
                    _mm256_add_epi16(words[vector][1], _mm256_srli_epi16::<8>(bytes));
            }
        }
        words
    }
}

/// Writes the sums of a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn write([lower, upper]: [__m256i; 2], output: &mut [i32; LANES]) {
    let quarters = [
        _mm256_cvtepi16_epi32(_mm256_castsi256_si128(lower)),
        _mm256_cvtepi16_epi32(_mm256_extracti128_si256::<1>(lower)),
        _mm256_cvtepi16_epi32(_mm256_castsi256_si128(upper)),
        _mm256_cvtepi16_epi32(_mm256_extracti128_si256::<1>(upper)),
    ];
    for (output, quarter) in output.as_chunks_mut::<8>().0.iter_mut().zip(quarters) {
        // SAFETY: an array of 32 bytes is written.
        unsafe { _mm256_storeu_si256((&raw mut *output).cast(), quarter) };
    }
}

/// Writes as many sums as there are places, or adds them.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn write_some(sums: [[__m256i; 2]; VECTORS], output: &mut [i32], add: bool) {
    let mut all = [[0; LANES]; VECTORS];
    for vector in 0..VECTORS {
        write(sums[vector], &mut all[vector]);
    }
    for (output, &sum) in output.iter_mut().zip(all.as_flattened()) {
        *output = if add { output.wrapping_add(sum) } else { sum };
    }
}

/// The limits of 32 channels, in registers: of channels 0 to 15, and 16 to 31.
#[derive(Clone, Copy)]
struct Limits {
    flips: [__m256i; 2],
    limits: [[__m256i; 2]; 3],
}

impl Limits {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(rungs: &Block) -> Self {
        let [one, two, three] = &rungs.limits;
        Self { flips: halves(&rungs.flips), limits: [halves(one), halves(two), halves(three)] }
    }

    /// The codes of 32 channels, four of them in each 32 bits: channels 0-3, 4-7, 16-19, 20-23 in the
    /// lower half, 8-11, 12-15, 24-27, 28-31 in the upper one.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn codes(self, [lower, upper]: [__m256i; 2]) -> __m256i {
        let lower = _mm256_xor_si256(lower, self.flips[0]);
        let upper = _mm256_xor_si256(upper, self.flips[1]);
        // -1 for each limit that was not reached.
        let mut codes = _mm256_set1_epi8(3);
        for limits in self.limits {
            let lower = _mm256_cmpgt_epi16(limits[0], lower);
            let upper = _mm256_cmpgt_epi16(limits[1], upper);
            codes = _mm256_add_epi8(codes, _mm256_packs_epi16(lower, upper));
        }
        let pairs = _mm256_maddubs_epi16(codes, _mm256_set1_epi16(0x0401));
        _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0010_0001))
    }
}

/// The streams of two rows of 64 channels, from the codes of their vectors.
#[inline]
#[target_feature(enable = "avx2")]
fn joined(first: [__m256i; VECTORS], second: [__m256i; VECTORS]) -> [[u8; 16]; 2] {
    let first = _mm256_packus_epi32(first[0], first[1]);
    let second = _mm256_packus_epi32(second[0], second[1]);
    let bytes = _mm256_packus_epi16(first, second);
    let (lower, upper) = (_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes));
    let mut streams = [[0; 16]; 2];
    let joined = [_mm_unpacklo_epi16(lower, upper), _mm_unpackhi_epi16(lower, upper)];
    for (stream, joined) in streams.iter_mut().zip(joined) {
        // SAFETY: an array of sixteen bytes is written.
        unsafe { _mm_storeu_si128((&raw mut *stream).cast(), joined) };
    }
    streams
}

#[inline]
#[target_feature(enable = "avx2")]
fn halves(words: &[i16; 32]) -> [__m256i; 2] {
    let words = words.as_ptr();
    // SAFETY: an array of 64 bytes is read.
    unsafe { [_mm256_loadu_si256(words.cast()), _mm256_loadu_si256(words.add(16).cast())] }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; LANES]) -> __m256i {
    // SAFETY: an array of 32 bytes is read.
    unsafe { _mm256_loadu_si256((&raw const *bytes).cast()) }
}
