//! Sums compared with the limits of ladders, as packed codes: AVX-512.
//!
//! A code of one bit is a comparison. Two comparisons find a code among four: the upper bit is whether
//! the second limit is reached, and it chooses which of the others decides the lower one. Wider codes
//! count the limits that are reached.

use std::arch::x86_64::{
    __m512i, _mm_storeu_si128, _mm512_cmpge_epi32_mask, _mm512_cvtepi32_epi8, _mm512_loadu_si512,
    _mm512_mask_add_epi32, _mm512_mask_blend_epi32, _mm512_set1_epi32, _mm512_setzero_si512,
    _mm512_xor_si512, _pext_u64,
};

use super::isa::Vpopcntdq;
use super::ranker::spread;

/// Proof that the processor can compare and spread like this.
#[derive(Debug, Clone, Copy)]
pub(in crate::bits) struct Encoder(Vpopcntdq);

impl Encoder {
    /// The proof, on a processor that can.
    pub(in crate::bits) fn detect() -> Option<Self> {
        Vpopcntdq::detect().map(Self)
    }

    /// Writes the codes of rows of sums: of each channel the number of limits at most `sum ^ flip`.
    ///
    /// `limits` are 1, 3, 7 or 15 for each channel, those of all channels side by side. A row of `output`
    /// has `stride` bytes, whole words of eight.
    #[expect(clippy::unused_self, reason = "it is the proof")]
    pub(in crate::bits) fn encode(
        self,
        sums: &[i32],
        flips: &[i32],
        limits: &[i32],
        output: (&mut [u8], usize),
    ) {
        let of = |step: usize| &limits[step * flips.len()..][..flips.len()];
        // SAFETY: the token proves the instructions.
        unsafe {
            match limits.len() / flips.len().max(1) {
                1 => encode_one(sums, flips, of(0), output),
                3 => encode_two(sums, flips, [of(0), of(1), of(2)], output),
                _ => encode_four(sums, flips, limits, output),
            }
        }
    }
}

/// Codes of one bit.
#[target_feature(enable = "avx512f")]
fn encode_one(sums: &[i32], flips: &[i32], limits: &[i32], (output, stride): (&mut [u8], usize)) {
    let channels = flips.len();
    for first in (0..channels).step_by(CHUNK) {
        let (flips, limits) = (load(flips, first), load(limits, first));
        let mask = u32::MAX >> (CHUNK - CHUNK.min(channels - first));
        for row in 0..output.len() / stride {
            let sums = load(&sums[row * channels..][..channels], first);
            let reached = |half: usize| {
                let climbed = _mm512_xor_si512(sums[half], flips[half]);
                u32::from(_mm512_cmpge_epi32_mask(climbed, limits[half]))
            };
            let word = u64::from((reached(0) | reached(1) << 16) & mask);
            // The upper half is the padding of the row, or of the next channels, which come next.
            let output = &mut output[row * stride + first / 8..(row + 1) * stride];
            let length = output.len().min(8);
            output[..length].copy_from_slice(&word.to_le_bytes()[..length]);
        }
    }
}

/// Codes of two bits.
#[target_feature(enable = "avx512f,avx512bw,bmi2")]
fn encode_two(
    sums: &[i32],
    flips: &[i32],
    steps: [&[i32]; 3],
    (output, stride): (&mut [u8], usize),
) {
    let channels = flips.len();
    for first in (0..channels).step_by(CHUNK) {
        let flips = load(flips, first);
        let [one, two, three] =
            [load(steps[0], first), load(steps[1], first), load(steps[2], first)];
        let mask = u64::MAX >> (2 * (CHUNK - CHUNK.min(channels - first)));
        for row in 0..output.len() / stride {
            let sums = load(&sums[row * channels..][..channels], first);
            let (mut lower, mut upper) = ([0; 2], [0; 2]);
            for half in 0..2 {
                let climbed = _mm512_xor_si512(sums[half], flips[half]);
                upper[half] = _mm512_cmpge_epi32_mask(climbed, two[half]);
                let limit = _mm512_mask_blend_epi32(upper[half], one[half], three[half]);
                lower[half] = _mm512_cmpge_epi32_mask(climbed, limit);
            }
            let word = spread(lower, upper) & mask;
            output[row * stride + first / 4..][..8].copy_from_slice(&word.to_le_bytes());
        }
    }
}

/// Codes of three and four bits, which are stored as four.
#[target_feature(enable = "avx512f,bmi2")]
fn encode_four(sums: &[i32], flips: &[i32], limits: &[i32], (output, stride): (&mut [u8], usize)) {
    let channels = flips.len();
    for first in (0..channels).step_by(CHUNK) {
        let flips = load(flips, first);
        let mask = u128::MAX >> (4 * (CHUNK - CHUNK.min(channels - first)));
        for row in 0..output.len() / stride {
            let sums = load(&sums[row * channels..][..channels], first);
            let mut counts = [_mm512_setzero_si512(); 2];
            for limits in limits.chunks_exact(channels) {
                let limits = load(limits, first);
                for half in 0..2 {
                    let climbed = _mm512_xor_si512(sums[half], flips[half]);
                    let reached = _mm512_cmpge_epi32_mask(climbed, limits[half]);
                    let one = _mm512_set1_epi32(1);
                    counts[half] = _mm512_mask_add_epi32(counts[half], reached, counts[half], one);
                }
            }
            let word = (nibbles(counts[0]) | nibbles(counts[1]) << 64) & mask;
            // A row may end with the first half of these bytes.
            let output = &mut output[row * stride + first / 2..(row + 1) * stride];
            let length = output.len().min(16);
            output[..length].copy_from_slice(&word.to_le_bytes()[..length]);
        }
    }
}

/// Sixteen numbers below 16, four bits each.
#[inline]
#[target_feature(enable = "avx512f,bmi2")]
fn nibbles(numbers: __m512i) -> u128 {
    let mut bytes = [0_u64; 2];
    // SAFETY: 16 bytes are written to an array of as many.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), _mm512_cvtepi32_epi8(numbers)) };
    let [low, high] = bytes.map(|bytes| _pext_u64(bytes, 0x0F0F_0F0F_0F0F_0F0F));
    u128::from(low | high << 32)
}

/// Channels that are encoded together.
const CHUNK: usize = 32;

/// Numbers `first` to `first + 31`; what lies beyond the last is 0.
#[inline]
#[target_feature(enable = "avx512f")]
fn load(numbers: &[i32], first: usize) -> [__m512i; 2] {
    if let Some(numbers) = numbers[first..].first_chunk::<32>() {
        let numbers = numbers.as_ptr();
        // SAFETY: an array of 32 numbers is read.
        return unsafe {
            [_mm512_loadu_si512(numbers.cast()), _mm512_loadu_si512(numbers.add(16).cast())]
        };
    }
    let mut padded = [0; 32];
    padded[..numbers.len() - first].copy_from_slice(&numbers[first..]);
    load(&padded, 0)
}
