//! From the bytes of windows to sums of 32 bits, or to the codes of a ladder.
//!
//! The bytes of a line are viewed as words of 16 bits. Adding up words `W` and their upper bytes `H`
//! over all windows gives the sums of the odd bytes, `H`, and of the even ones, `W - 256·H`, modulo
//! 2¹⁶. The even bytes are channels 0 to 31 of a vector, the odd ones 32 to 63, so both come out in
//! order.

use std::arch::x86_64::{
    __m512i, _cvtmask32_u32, _mm512_add_epi16, _mm512_add_epi32, _mm512_castsi512_si256,
    _mm512_cmpge_epi16_mask, _mm512_cvtepu16_epi32, _mm512_extracti64x4_epi64, _mm512_load_si512,
    _mm512_loadu_si512, _mm512_mask_blend_epi16, _mm512_mask_loadu_epi32, _mm512_mask_storeu_epi32,
    _mm512_mullo_epi32, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_slli_epi16, _mm512_srli_epi16, _mm512_sub_epi16, _mm512_xor_si512, _pdep_u64,
};

use super::halves::Halves;
use super::tile::ROWS;
use crate::bits::kernel::Affine;
use crate::bits::kernel::line::Line;

/// Channels of a vector.
pub(super) const CHANNELS: usize = 64;

/// The sums of one vector for the rows of a tile: channels 0 to 31, and 32 to 63, as words.
///
/// `windows` has `ROWS · vectors` lines a window, `ROWS` of them for each vector.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn words(windows: &[Line], vectors: usize, vector: usize) -> [[__m512i; 2]; ROWS] {
    let mut words = [_mm512_setzero_si512(); ROWS];
    let mut uppers = words;
    for window in windows.chunks_exact(ROWS * vectors) {
        let lines = &window[ROWS * vector..][..ROWS];
        for (line, (word, upper)) in lines.iter().zip(words.iter_mut().zip(&mut uppers)) {
            // SAFETY: a line is 64 bytes, aligned.
            let bytes = unsafe { _mm512_load_si512((&raw const *line).cast()) };
            *word = _mm512_add_epi16(*word, bytes);
            *upper = _mm512_add_epi16(*upper, _mm512_srli_epi16::<8>(bytes));
        }
    }
    std::array::from_fn(|row| {
        let lower = _mm512_sub_epi16(words[row], _mm512_slli_epi16::<8>(uppers[row]));
        [lower, uppers[row]]
    })
}

/// Writes `affine` of the sums of channels `first` to `first + 63`, as far as there are any, to each
/// row of `output`, which are at most `ROWS`, of `channels` each. With `add`, adds to what is there,
/// and leaves the offset out.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn sums(
    (windows, vectors, vector): (&[Line], usize, usize),
    (affine, totals): (Affine, &[i32]),
    first: usize,
    (output, channels): (&mut [i32], usize),
    add: bool,
) {
    let words = words(windows, vectors, vector);
    let factor = _mm512_set1_epi32(affine.factor);
    for ((words, output), total) in words.iter().zip(output.chunks_exact_mut(channels)).zip(totals)
    {
        let offset = _mm512_set1_epi32(affine.offset.wrapping_mul(*total));
        let halves = words
            .iter()
            .flat_map(|&word| [_mm512_castsi512_si256(word), _mm512_extracti64x4_epi64::<1>(word)]);
        for (half, output) in halves.zip(output[first..].chunks_mut(16)) {
            let sums = _mm512_mullo_epi32(_mm512_cvtepu16_epi32(half), factor);
            let mask = u16::MAX >> (16 - output.len());
            // SAFETY: the mask keeps to the places of the slice.
            unsafe {
                let before = if add {
                    _mm512_mask_loadu_epi32(offset, mask, output.as_ptr())
                } else {
                    offset
                };
                let sums = _mm512_add_epi32(sums, before);
                _mm512_mask_storeu_epi32(output.as_mut_ptr(), mask, sums);
            }
        }
    }
}

/// Writes the codes of channels `first` to `first + 63`, as far as there are any, to each row of
/// `output`, which are at most `ROWS`, of `stride` bytes each.
#[target_feature(enable = "avx512f,avx512bw,bmi2")]
pub(super) fn codes(
    (windows, vectors, vector): (&[Line], usize, usize),
    (halves, totals): (&Halves, &[i32]),
    first: usize,
    (output, stride): (&mut [u8], usize),
) {
    let words = words(windows, vectors, vector);
    for (place, first) in [first, first + 32].into_iter().enumerate() {
        // Eight bytes hold 32 channels of two bits, and a row whole words of eight bytes.
        let Some(block) = halves.block(first) else { continue };
        let flips = load(&block.flips);
        let rows = words.iter().zip(totals).zip(output.chunks_exact_mut(stride));
        for ((words, &total), output) in rows {
            #[expect(clippy::cast_possible_truncation, reason = "half of at most 65520")]
            let half = _mm512_set1_epi16((total >> 1) as i16);
            let [one, two, three] = &block.steps[(total & 1) as usize];
            let centred = _mm512_xor_si512(_mm512_sub_epi16(words[place], half), flips);
            let upper = _mm512_cmpge_epi16_mask(centred, load(two));
            let limit = _mm512_mask_blend_epi16(upper, load(one), load(three));
            let lower = _mm512_cmpge_epi16_mask(centred, limit);
            let lower = _pdep_u64(u64::from(_cvtmask32_u32(lower)), 0x5555_5555_5555_5555);
            let upper = _pdep_u64(u64::from(_cvtmask32_u32(upper)), 0xAAAA_AAAA_AAAA_AAAA);
            let codes = (lower | upper) & block.mask;
            output[first / 4..][..8].copy_from_slice(&codes.to_le_bytes());
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(words: &[i16; 32]) -> __m512i {
    // SAFETY: an array of 64 bytes is read.
    unsafe { _mm512_loadu_si512((&raw const *words).cast()) }
}
