//! From the bytes of windows to sums of 32 bits, or to the codes of a ladder.
//!
//! The bytes of a line are viewed as words of 16 bits. Adding up words `W` and their upper bytes `H`
//! over all windows gives the sums of the odd bytes, `H`, and of the even ones, `W - 256·H`, modulo
//! 2¹⁶. The even bytes are channels 0 to 31 of a vector, the odd ones 32 to 63, so both come out in
//! order.

use std::arch::x86_64::{
    __m512i, _cvtmask32_u32, _mm512_add_epi16, _mm512_add_epi32, _mm512_castsi512_si256,
    _mm512_cmpge_epi16_mask, _mm512_cvtepu16_epi32, _mm512_extracti64x4_epi64, _mm512_load_si512,
    _mm512_loadu_si512, _mm512_mask_blend_epi16, _mm512_mask_storeu_epi32,
    _mm512_maskz_loadu_epi32, _mm512_mullo_epi32, _mm512_set1_epi16, _mm512_set1_epi32,
    _mm512_setzero_si512, _mm512_slli_epi16, _mm512_srli_epi16, _mm512_storeu_si512,
    _mm512_sub_epi16, _mm512_xor_si512, _pdep_u64,
};

use super::halves::{Block, Halves};
use super::tile::ROWS;
use crate::bits::kernel::Affine;
use crate::bits::kernel::line::Line;

/// Channels of a vector.
pub(super) const CHANNELS: usize = 64;

/// The sums of one vector for the rows of a tile: channels 0 to 31, and 32 to 63, as words.
///
/// `windows` has `vectors` sets of lines a window.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn words(windows: &[[Line; ROWS]], vectors: usize, vector: usize) -> [[__m512i; 2]; ROWS] {
    // Plain loops of known length: a closure over vectors is compiled without their instructions
    // and not inlined, and in a loop of unknown length the sums go through memory.
    let zero = _mm512_setzero_si512();
    let (mut words, mut uppers) = ([zero; ROWS], [zero; ROWS]);
    for lines in windows.get(vector..).unwrap_or_default().iter().step_by(vectors) {
        for row in 0..ROWS {
            let bytes = load_line(&lines[row]);
            words[row] = _mm512_add_epi16(words[row], bytes);
            uppers[row] = _mm512_add_epi16(uppers[row], _mm512_srli_epi16::<8>(bytes));
        }
    }
    let mut halves = [[zero; 2]; ROWS];
    for row in 0..ROWS {
        let lower = _mm512_sub_epi16(words[row], _mm512_slli_epi16::<8>(uppers[row]));
        halves[row] = [lower, uppers[row]];
    }
    halves
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_line(line: &Line) -> __m512i {
    // SAFETY: a line is 64 bytes, aligned.
    unsafe { _mm512_load_si512((&raw const *line).cast()) }
}

/// Writes `affine` of the sums of `vectors` times 64 channels from `first` on, as far as there are
/// any, to each row of `output`, which are at most `ROWS`, of `channels` each. With `add`, adds to
/// what is there, and leaves the offset out.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn sums(
    (windows, vectors): (&[[Line; ROWS]], usize),
    (affine, totals): (Affine, &[i32; ROWS]),
    first: usize,
    (output, channels): (&mut [i32], usize),
    add: bool,
) {
    for vector in 0..vectors {
        let words = words(windows, vectors, vector);
        let first = first + CHANNELS * vector;
        write_vector(&words, (affine, totals), first, (&mut *output, channels), add);
    }
}

/// [`sums`] of one vector.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn write_vector(
    words: &[[__m512i; 2]; ROWS],
    (affine, totals): (Affine, &[i32; ROWS]),
    first: usize,
    (output, channels): (&mut [i32], usize),
    add: bool,
) {
    let factor = _mm512_set1_epi32(affine.factor);
    for row in 0..ROWS {
        let start = row * channels + first;
        let length = CHANNELS.min(channels - first);
        let Some(output) = output.get_mut(start..start + length) else { break };
        let offset = _mm512_set1_epi32(affine.offset.wrapping_mul(totals[row]));
        let [lower, upper] = words[row];
        let quarters = [
            _mm512_castsi512_si256(lower),
            _mm512_extracti64x4_epi64::<1>(lower),
            _mm512_castsi512_si256(upper),
            _mm512_extracti64x4_epi64::<1>(upper),
        ];
        for (place, quarter) in quarters.into_iter().enumerate() {
            let sums = _mm512_mullo_epi32(_mm512_cvtepu16_epi32(quarter), factor);
            let output = output.get_mut(16 * place..).unwrap_or_default();
            if output.is_empty() {
                break;
            }
            write(sums, offset, output, add);
        }
    }
}

/// Writes `sums + offset`, or adds `sums`, to the first 16 places, or as many as there are.
#[inline]
#[target_feature(enable = "avx512f")]
fn write(sums: __m512i, offset: __m512i, output: &mut [i32], add: bool) {
    if let (Some(output), false) = (output.first_chunk_mut::<16>(), add) {
        // SAFETY: an array of 64 bytes is written.
        unsafe {
            _mm512_storeu_si512((&raw mut *output).cast(), _mm512_add_epi32(sums, offset));
        }
        return;
    }
    let mask = u16::MAX >> (16 - output.len().min(16));
    // SAFETY: the mask keeps to the places of the slice.
    unsafe {
        let before = _mm512_maskz_loadu_epi32(mask, output.as_ptr());
        let before = if add { before } else { offset };
        _mm512_mask_storeu_epi32(output.as_mut_ptr(), mask, _mm512_add_epi32(sums, before));
    }
}

/// Writes the codes of `vectors` times 64 channels from `first` on, as far as there are any, to each
/// row of `output`, which are at most `ROWS`, of `stride` bytes each.
#[target_feature(enable = "avx512f,avx512bw,bmi2")]
pub(super) fn codes(
    (windows, vectors): (&[[Line; ROWS]], usize),
    (halves, totals): (&Halves, &[i32; ROWS]),
    first: usize,
    (output, stride): (&mut [u8], usize),
) {
    for vector in 0..vectors {
        let words = words(windows, vectors, vector);
        #[expect(clippy::needless_range_loop, reason = "so that the words stay in registers")]
        for place in 0..2 {
            // Eight bytes hold 32 channels of two bits, and a row whole words of eight bytes.
            let first = first + CHANNELS * vector + 32 * place;
            let Some(block) = halves.block(first) else { break };
            for row in 0..ROWS {
                let start = row * stride + first / 4;
                let Some(target) = output.get_mut(start..start + 8) else { break };
                let codes = codes_of(words[row][place], block, totals[row]);
                target.copy_from_slice(&codes.to_le_bytes());
            }
        }
    }
}

/// The codes of 32 channels of a row whose digits add up to `total`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi2")]
fn codes_of(words: __m512i, block: &Block, total: i32) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "half of at most 65184")]
    let half = _mm512_set1_epi16((total >> 1) as i16);
    let mut centred = _mm512_sub_epi16(words, half);
    if block.any_falls {
        centred = _mm512_xor_si512(centred, load(&block.flips));
    }
    let [one, two, three] = &block.steps[usize::from(total & 1 == 1)];
    let upper = _mm512_cmpge_epi16_mask(centred, load(two));
    let limit = _mm512_mask_blend_epi16(upper, load(one), load(three));
    let lower = _mm512_cmpge_epi16_mask(centred, limit);
    let lower = _pdep_u64(u64::from(_cvtmask32_u32(lower)), 0x5555_5555_5555_5555);
    let upper = _pdep_u64(u64::from(_cvtmask32_u32(upper)), 0xAAAA_AAAA_AAAA_AAAA);
    (lower | upper) & block.mask
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(words: &[i16; 32]) -> __m512i {
    // SAFETY: an array of 64 bytes is read.
    unsafe { _mm512_loadu_si512((&raw const *words).cast()) }
}
