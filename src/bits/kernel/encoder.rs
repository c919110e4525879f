//! Numbers compared with three thresholds, as codes of two bits: AVX-512.
//!
//! Two comparisons find a code among four: the upper bit is whether the second threshold is passed,
//! and it chooses which of the others decides the lower one. Masks of 32 comparisons become 32 codes
//! by `pdep`, which spreads them over every other bit.

use std::arch::x86_64::{
    __m512, __m512i, _CMP_LT_OQ, _mm512_cmp_ps_mask, _mm512_cmpge_epi32_mask, _mm512_loadu_ps,
    _mm512_loadu_si512, _mm512_mask_blend_epi32, _mm512_mask_blend_ps, _mm512_maskz_loadu_ps,
    _mm512_set1_ps, _mm512_xor_si512, _pdep_u64,
};

use super::isa::Vpopcntdq;

const LOWER: u64 = 0x5555_5555_5555_5555;

/// Whether this build reads beyond the last numbers of a row. CI plants this bug and asks
/// the address sanitizer to find it, before it believes that there is no other.
const PLANTED_OVERREAD: bool = option_env!("HWGQ_PLANTED_OVERREAD").is_some();

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

    /// Writes the codes of one bit of `values`: whether the threshold lies below each. `stream` is
    /// whole words of eight bytes.
    #[expect(clippy::unused_self, reason = "it is the proof")]
    pub(in crate::bits) fn compare(self, values: &[f32], threshold: f32, stream: &mut [u8]) {
        // SAFETY: the token proves the instructions.
        unsafe { compare(values, threshold, stream) };
    }

    /// Writes the codes of `values`: how many of the thresholds, which rise, lie below each. `stream`
    /// is whole words of eight bytes.
    #[expect(clippy::unused_self, reason = "it is the proof")]
    pub(in crate::bits) fn quantize(self, values: &[f32], thresholds: [f32; 3], stream: &mut [u8]) {
        // SAFETY: the token proves the instructions.
        unsafe { quantize(values, thresholds, stream) };
    }
}

/// The codes of one bit of 64 numbers a word: whether the threshold lies below each.
#[target_feature(enable = "avx512f")]
fn compare(values: &[f32], threshold: f32, stream: &mut [u8]) {
    let threshold = _mm512_set1_ps(threshold);
    for (values, word) in values.chunks(64).zip(stream.as_chunks_mut::<8>().0) {
        let mut codes = 0_u64;
        for (values, place) in values.chunks(16).zip((0..).step_by(16)) {
            let mask = u16::MAX >> (16 - values.len());
            // SAFETY: the mask keeps to the numbers of the slice.
            let values = unsafe { _mm512_maskz_loadu_ps(mask, values.as_ptr()) };
            let above = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(threshold, values) & mask;
            codes |= u64::from(above) << place;
        }
        *word = codes.to_le_bytes();
    }
}

/// The codes of 32 numbers from the comparisons of two vectors.
#[inline]
#[target_feature(enable = "bmi2")]
fn spread(lower: [u16; 2], upper: [u16; 2]) -> u64 {
    let join = |[first, second]: [u16; 2]| u64::from(first) | u64::from(second) << 16;
    _pdep_u64(join(lower), LOWER) | _pdep_u64(join(upper), !LOWER)
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

#[target_feature(enable = "avx512f,avx512bw,bmi2")]
fn quantize(values: &[f32], thresholds: [f32; 3], stream: &mut [u8]) {
    let [one, two, three] = thresholds;
    let thresholds = [_mm512_set1_ps(one), _mm512_set1_ps(two), _mm512_set1_ps(three)];
    let (chunks, rest) = values.as_chunks::<32>();
    let (words, _) = stream.as_chunks_mut::<8>();
    for (chunk, word) in chunks.iter().zip(&mut *words) {
        // SAFETY: an array of 32 numbers is read.
        let values =
            unsafe { [_mm512_loadu_ps(chunk.as_ptr()), _mm512_loadu_ps(chunk.as_ptr().add(16))] };
        let [first, second] = [code(values[0], thresholds), code(values[1], thresholds)];
        *word = spread([first[0], second[0]], [first[1], second[1]]).to_le_bytes();
    }
    if let (Some(word), false) = (words.get_mut(chunks.len()), rest.is_empty()) {
        let (mut lower, mut upper) = ([0; 2], [0; 2]);
        for (half, rest) in rest.chunks(16).enumerate() {
            let mask = u16::MAX >> (16 - rest.len());
            // SAFETY: the mask keeps to the numbers of the slice, unless a bug was planted.
            let values = unsafe {
                if PLANTED_OVERREAD {
                    _mm512_loadu_ps(rest.as_ptr())
                } else {
                    _mm512_maskz_loadu_ps(mask, rest.as_ptr())
                }
            };
            [lower[half], upper[half]] = code(values, thresholds).map(|bits| bits & mask);
        }
        *word = spread(lower, upper).to_le_bytes();
    }
}

/// Lower and upper bits of the codes of 16 numbers. NaN lies above nothing.
#[inline]
#[target_feature(enable = "avx512f")]
fn code(values: __m512, [one, two, three]: [__m512; 3]) -> [u16; 2] {
    let upper = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(two, values);
    let limit = _mm512_mask_blend_ps(upper, one, three);
    [_mm512_cmp_ps_mask::<_CMP_LT_OQ>(limit, values), upper]
}
