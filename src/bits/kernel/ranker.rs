//! How many of some thresholds lie below a number: AVX-512. NaN lies above nothing.
//!
//! | bits | 64 numbers take |
//! |---|---|
//! | 1 | 4 comparisons, whose masks are the codes |
//! | 2 | 8 comparisons, 4 blends and an eighth of the interleaving of 1024 bits |
//! | 3, 4 | 16 comparisons, each with a lookup, and 4 narrowings |
//!
//! A processor compares one vector a cycle, so that two bits take 8 cycles of 256 bytes at least,
//! and the second cache delivers 32 bytes a cycle.

use std::arch::x86_64::{
    __m512, __m512i, _CMP_LT_OQ, _mm_cvtsi128_si64, _mm512_cmp_ps_mask, _mm512_cvtepi64_epi8,
    _mm512_gf2p8affine_epi64_epi8, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mask_add_epi32,
    _mm512_mask_blend_ps, _mm512_mask_loadu_ps, _mm512_or_si512, _mm512_permutexvar_epi64,
    _mm512_permutexvar_ps, _mm512_set1_epi8, _mm512_set1_epi16, _mm512_set1_epi32,
    _mm512_set1_epi64, _mm512_set1_ps, _mm512_setr_epi64, _mm512_shrdv_epi16, _mm512_slli_epi64,
    _mm512_srli_epi64, _mm512_storeu_si512, _mm512_ternarylogic_epi64, _mm512_unpackhi_epi8,
    _mm512_unpacklo_epi8, _pdep_u64,
};

use super::isa::Vbmi2;

/// Whether this build reads beyond the last numbers of a row. CI plants this bug and asks
/// the address sanitizer to find it, before it believes that there is no other.
const PLANTED_OVERREAD: bool = option_env!("HWGQ_PLANTED_OVERREAD").is_some();

/// Numbers in a vector.
const LANES: usize = 16;

/// Numbers of a word of codes of two bits.
const WORD: usize = 32;

/// Numbers whose comparisons with one threshold fill a vector, and a cache line.
const BLOCK: usize = 512;

/// Vectors in a block.
const VECTORS: usize = BLOCK / LANES;

/// Thresholds that rise, in the form of these instructions.
#[derive(Debug, Clone, Copy)]
pub(in crate::bits) struct Ranker {
    _proof: Vbmi2,
    limits: Limits,
}

#[derive(Debug, Clone, Copy)]
enum Limits {
    /// Of codes of one bit.
    One(f32),
    /// Of codes of two.
    Three([f32; 3]),
    /// Of codes of three or four bits, which are stored as four.
    Fifteen(Search),
}

impl Ranker {
    /// 1 to 15 thresholds, which rise, on a processor that has the instructions.
    pub(in crate::bits) fn new(thresholds: &[f32]) -> Option<Self> {
        let limits = match *thresholds {
            [one] => Limits::One(one),
            [one, two] => Limits::Three([one, two, f32::INFINITY]),
            [one, two, three] => Limits::Three([one, two, three]),
            _ => Limits::Fifteen(Search::new(thresholds)),
        };
        Some(Self { _proof: Vbmi2::detect()?, limits })
    }

    /// Writes the codes of `values`: how many of the thresholds lie below each. `stream` is as many
    /// whole words of eight bytes as hold them, and what it has beyond the last becomes 0.
    pub(in crate::bits) fn rank(&self, values: &[f32], stream: &mut [u8]) {
        // SAFETY: the proof in this value is of all the instructions.
        unsafe {
            match &self.limits {
                Limits::One(threshold) => one_bit(values, *threshold, stream),
                Limits::Three(thresholds) => two_bits(values, *thresholds, stream),
                Limits::Fifteen(search) => four_bits(values, search, stream),
            }
        }
    }
}

/// The codes of one bit: whether the threshold lies below each of `values`. `stream` has room for all,
/// and what it has beyond them becomes 0.
#[target_feature(enable = "avx512f")]
fn one_bit(values: &[f32], threshold: f32, stream: &mut [u8]) {
    let threshold = _mm512_set1_ps(threshold);
    let (chunks, rest) = values.as_chunks::<LANES>();
    let (codes, beyond) = stream.as_chunks_mut::<2>().0.split_at_mut(chunks.len());
    let (blocks, chunks) = chunks.as_chunks::<VECTORS>();
    let (lines, codes) = codes.as_chunks_mut::<VECTORS>();
    for (block, line) in blocks.iter().zip(lines) {
        // Gathered, so that whole lines go to memory.
        let mut codes = [[0; 2]; VECTORS];
        by_vectors(block, threshold, &mut codes);
        *line = codes;
    }
    by_vectors(chunks, threshold, codes);
    beyond.fill([0; 2]);
    if let Some(code) = beyond.first_mut() {
        *code = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(threshold, load(rest)).to_le_bytes();
    }
}

/// The comparisons of each vector with the threshold.
#[inline]
#[target_feature(enable = "avx512f")]
fn by_vectors(chunks: &[[f32; LANES]], threshold: __m512, codes: &mut [[u8; 2]]) {
    for (chunk, code) in chunks.iter().zip(codes) {
        // SAFETY: an array of 16 numbers is read.
        let values = unsafe { _mm512_loadu_ps(chunk.as_ptr()) };
        *code = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(threshold, values).to_le_bytes();
    }
}

/// The codes of two bits: how many of the thresholds, which rise, lie below each of `values`. `stream`
/// is as many whole words of eight bytes as hold them.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi2,gfni")]
fn two_bits(values: &[f32], thresholds: [f32; 3], stream: &mut [u8]) {
    let limits = thresholds.map(|threshold| _mm512_set1_ps(threshold));
    let (mut values, mut words) = (values, stream.as_chunks_mut::<8>().0);
    // A block is read from the cache line on in which it starts, so it has a word before it, and it
    // has a vector after it.
    let blocks = values.len().saturating_sub(WORD + LANES) / BLOCK;
    if blocks > 1 {
        let (first, others) = words.split_at_mut(1);
        let (blocks_of_words, others) = others.split_at_mut(blocks * BLOCK / WORD);
        by_words(&values[..WORD], limits, first);
        by_blocks(values, limits, blocks_of_words.as_chunks_mut().0);
        (values, words) = (&values[WORD + blocks * BLOCK..], others);
    }
    by_words(values, limits, words);
}

/// The codes of 32 numbers a word.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi2")]
fn by_words(values: &[f32], limits: [__m512; 3], words: &mut [[u8; 8]]) {
    let (chunks, rest) = values.as_chunks::<WORD>();
    let (whole, last) = words.split_at_mut(chunks.len());
    for (chunk, word) in chunks.iter().zip(whole) {
        // SAFETY: an array of 32 numbers is read.
        let (first, second) = unsafe {
            (_mm512_loadu_ps(chunk.as_ptr()), _mm512_loadu_ps(chunk.as_ptr().add(LANES)))
        };
        let (first, second) = (compare(first, limits), compare(second, limits));
        *word = spread([first[0], second[0]], [first[1], second[1]]).to_le_bytes();
    }
    if let Some(word) = last.first_mut() {
        let (first, second) = rest.split_at(rest.len().min(LANES));
        let (first, second) = (compare(load(first), limits), compare(load(second), limits));
        *word = spread([first[0], second[0]], [first[1], second[1]]).to_le_bytes();
    }
}

/// The comparisons of a block, from at most 15 numbers before it on.
#[derive(Debug, Clone, Copy)]
struct Planes {
    lower: [u16; VECTORS + 1],
    upper: [u16; VECTORS + 1],
}

impl Planes {
    const ZERO: Self = Self { lower: [0; VECTORS + 1], upper: [0; VECTORS + 1] };
}

/// The codes of blocks of 512 numbers, of which the first starts a word after `values` does.
///
/// The comparisons go through memory: moving them to registers costs more than storing and loading
/// them. A load waits for the stores that it reads to leave their queue, so the codes of a block are
/// made when the next one has been compared.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,gfni")]
fn by_blocks(values: &[f32], limits: [__m512; 3], codes: &mut [[[u8; 8]; BLOCK / WORD]]) {
    // How many numbers lie between a cache line and the start of a block: loads that meet two
    // lines take half as long again.
    let behind = values.as_ptr().addr() / size_of::<f32>() % LANES;
    let mut planes = [Planes::ZERO; 2];
    for block in 0..=codes.len() {
        if block < codes.len() {
            let Planes { lower, upper } = &mut planes[block % 2];
            let values = &values[WORD - behind + block * BLOCK..][..BLOCK + LANES];
            let chunks = values.as_chunks::<LANES>().0;
            for ((chunk, lower), upper) in chunks.iter().zip(lower).zip(upper) {
                // SAFETY: an array of 16 numbers is read.
                let values = unsafe { _mm512_loadu_ps(chunk.as_ptr()) };
                [*lower, *upper] = compare(values, limits);
            }
        }
        if let Some(last) = block.checked_sub(1) {
            interleave(&planes[last % 2], behind, &mut codes[last]);
        }
    }
}

/// Lower and upper bits of the codes of 16 numbers: the upper one is whether the second threshold is
/// passed, and it chooses which of the others decides the lower one.
#[inline]
#[target_feature(enable = "avx512f")]
fn compare(values: __m512, [one, two, three]: [__m512; 3]) -> [u16; 2] {
    let upper = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(two, values);
    let limit = _mm512_mask_blend_ps(upper, one, three);
    [_mm512_cmp_ps_mask::<_CMP_LT_OQ>(limit, values), upper]
}

/// The codes of 32 numbers from the comparisons of two vectors.
#[inline]
#[target_feature(enable = "bmi2")]
pub(super) fn spread(lower: [u16; 2], upper: [u16; 2]) -> u64 {
    const LOWER: u64 = 0x5555_5555_5555_5555;
    let join = |[first, second]: [u16; 2]| u64::from(first) | u64::from(second) << 16;
    _pdep_u64(join(lower), LOWER) | _pdep_u64(join(upper), !LOWER)
}

/// The codes of a block, whose comparisons start `behind` bits before it.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,gfni")]
fn interleave(planes: &Planes, behind: usize, codes: &mut [[u8; 8]; BLOCK / WORD]) {
    // A matrix of bits that deals the lower half of a byte to its even places, the upper one to the
    // odd ones.
    let deal = _mm512_set1_epi64(0x0110_0220_0440_0880);
    let low = _mm512_set1_epi8(0x0F);
    // Bytes are unpacked from one of two neighbouring words, so those are four words apart.
    let order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
    let lower = _mm512_permutexvar_epi64(order, shifted(&planes.lower, behind));
    let upper = _mm512_permutexvar_epi64(order, shifted(&planes.upper, behind));
    // Where `low` has bits the first, else the second.
    let first = _mm512_ternarylogic_epi64::<0xCA>(low, lower, _mm512_slli_epi64::<4>(upper));
    let second = _mm512_ternarylogic_epi64::<0xCA>(low, _mm512_srli_epi64::<4>(lower), upper);
    let first = _mm512_gf2p8affine_epi64_epi8::<0>(first, deal);
    let second = _mm512_gf2p8affine_epi64_epi8::<0>(second, deal);
    let halves = [_mm512_unpacklo_epi8(first, second), _mm512_unpackhi_epi8(first, second)];
    for (half, codes) in halves.into_iter().zip(codes.as_chunks_mut::<8>().0) {
        // SAFETY: 64 bytes are written to an array of as many.
        unsafe { _mm512_storeu_si512(codes.as_mut_ptr().cast(), half) };
    }
}

/// 512 bits of a plane, from bit `behind` on, which is below 16.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
fn shifted(plane: &[u16; VECTORS + 1], behind: usize) -> __m512i {
    // SAFETY: an array of 66 bytes is read, 64 from its start and 64 from two later.
    let (low, high) = unsafe {
        (
            _mm512_loadu_si512(plane.as_ptr().cast()),
            _mm512_loadu_si512(plane.as_ptr().add(1).cast()),
        )
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "below 16")]
    let behind = _mm512_set1_epi16(behind as i16);
    _mm512_shrdv_epi16(low, high, behind)
}

/// A binary search among 15 thresholds.
#[derive(Debug, Clone, Copy)]
struct Search {
    /// How many thresholds are passed in each step. Data, since of a constant 1 the compiler makes
    /// three instructions where one adds it.
    steps: [i32; 4],
    /// Infinite beyond the last, where a step may look but never goes.
    thresholds: [f32; LANES + 7],
}

impl Search {
    /// Among at most 15 thresholds, which rise.
    fn new(thresholds: &[f32]) -> Self {
        let mut padded = [f32::INFINITY; LANES + 7];
        padded[..thresholds.len()].copy_from_slice(thresholds);
        Self { steps: [8, 4, 2, 1], thresholds: padded }
    }
}

/// The codes of three or four bits, four in the stream: how many of the thresholds lie below each of
/// `values`. `stream` is as many whole words of eight bytes as hold them.
#[target_feature(enable = "avx512f")]
fn four_bits(values: &[f32], search: &Search, stream: &mut [u8]) {
    // A number above the first `k` thresholds is compared with threshold `k + step - 1`.
    let mut steps = [(_mm512_set1_epi32(0), _mm512_set1_ps(0.0)); 4];
    for ((target, step), passed) in steps.iter_mut().zip(search.steps).zip([7, 3, 1, 0]) {
        let limits = &search.thresholds[passed..][..LANES];
        // SAFETY: the 16 numbers of a slice are read.
        *target = (_mm512_set1_epi32(step), unsafe { _mm512_loadu_ps(limits.as_ptr()) });
    }
    let (chunks, rest) = values.as_chunks::<LANES>();
    let (words, last) = stream.as_chunks_mut::<8>().0.split_at_mut(chunks.len());
    for (chunk, word) in chunks.iter().zip(words) {
        // SAFETY: an array of 16 numbers is read.
        let values = unsafe { _mm512_loadu_ps(chunk.as_ptr()) };
        *word = searched(values, &steps);
    }
    if let Some(word) = last.first_mut() {
        *word = searched(load(rest), &steps);
    }
}

/// The codes of 16 numbers.
#[inline]
#[target_feature(enable = "avx512f")]
fn searched(values: __m512, steps: &[(__m512i, __m512); 4]) -> [u8; 8] {
    let mut rank = _mm512_set1_epi32(0);
    for &(step, limits) in steps {
        let limit = _mm512_permutexvar_ps(rank, limits);
        let above = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(limit, values);
        rank = _mm512_mask_add_epi32(rank, above, rank, step);
    }
    // Two codes in 64 bits become a byte.
    let pairs = _mm512_or_si512(rank, _mm512_srli_epi64::<28>(rank));
    _mm_cvtsi128_si64(_mm512_cvtepi64_epi8(pairs)).to_le_bytes()
}

/// Fewer than 17 numbers, and NaN beyond the last: it lies above nothing and has code 0.
#[inline]
#[target_feature(enable = "avx512f")]
fn load(values: &[f32]) -> __m512 {
    let mask = (1_u32 << values.len()) - 1;
    #[expect(clippy::cast_possible_truncation, reason = "at most 16 bits are set")]
    let mask = mask as u16;
    // SAFETY: the mask keeps to the numbers of the slice, unless a bug was planted.
    unsafe {
        if PLANTED_OVERREAD {
            _mm512_loadu_ps(values.as_ptr())
        } else {
            _mm512_mask_loadu_ps(_mm512_set1_ps(f32::NAN), mask, values.as_ptr())
        }
    }
}
