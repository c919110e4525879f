//! Sums compared with three limits, as codes of two bits: AVX-512.
//!
//! Two comparisons find a code among four: the upper bit is whether the second limit is reached, and
//! it chooses which of the others decides the lower one.

use std::arch::x86_64::{
    __m512i, _mm512_cmpge_epi32_mask, _mm512_loadu_si512, _mm512_mask_blend_epi32, _mm512_xor_si512,
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

    /// Writes the codes of rows of sums: of each channel the number of `steps` whose limit is at most
    /// `sum ^ flip`. A row of `output` has `stride` bytes, whole words of eight.
    #[expect(clippy::unused_self, reason = "it is the proof")]
    pub(in crate::bits) fn encode(
        self,
        sums: &[i32],
        flips: &[i32],
        steps: [&[i32]; 3],
        (output, stride): (&mut [u8], usize),
    ) {
        // SAFETY: the token proves the instructions.
        unsafe { encode(sums, flips, steps, (output, stride)) };
    }
}

#[target_feature(enable = "avx512f,avx512bw,bmi2")]
fn encode(sums: &[i32], flips: &[i32], steps: [&[i32]; 3], (output, stride): (&mut [u8], usize)) {
    let channels = flips.len();
    for first in (0..channels).step_by(32) {
        let flips = load(flips, first);
        let [one, two, three] =
            [load(steps[0], first), load(steps[1], first), load(steps[2], first)];
        let codes = 32.min(channels - first);
        let mask = u64::MAX >> (64 - 2 * codes);
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
