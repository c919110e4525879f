//! Ladders in the form in which kernels climb them: 16 bits.

use std::arch::x86_64::{
    __m512i, _cvtmask32_u32, _mm512_cmpge_epi16_mask, _mm512_loadu_si512, _mm512_mask_blend_epi16,
    _mm512_xor_si512, _pdep_u64,
};

use crate::bits::ladders::Ladders;

/// The limits of sums of signs times codes.
///
/// A falling channel compares `!sum = -sum - 1` with `limit - 1`, so that both directions are one
/// exclusive or and a comparison. The sums lie strictly between the ends of the `i16`, so a limit
/// beyond them may be moved to the end.
#[derive(Debug, Clone)]
pub(in crate::bits) struct Rungs {
    /// 32 channels each, for whole vectors of 64; there, a channel that there is not has code 0.
    blocks: Vec<Block>,
}

/// The limits of 32 channels, each set of them in a line of the cache.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Block {
    /// The limits of codes 1, 2 and 3.
    pub(super) limits: [[i16; 32]; 3],
    /// -1 where a channel falls.
    pub(super) flips: [i16; 32],
}

impl Rungs {
    /// The rungs of ladders for codes of two bits.
    pub(super) fn new(ladders: &Ladders) -> Self {
        let channels = ladders.channels();
        let unreached = Block { limits: [[i16::MAX; 32]; 3], flips: [0; 32] };
        let mut blocks = vec![unreached; 2 * channels.div_ceil(64)];
        for channel in 0..channels {
            let ladder = ladders.ladder(channel);
            let (block, lane) = (&mut blocks[channel / 32], channel % 32);
            block.flips[lane] = -i16::from(ladder.falling);
            for (limits, limit) in block.limits.iter_mut().zip(ladder.limits) {
                let limit = limit.saturating_sub(i64::from(ladder.falling));
                let end = if limit < 0 { i16::MIN } else { i16::MAX };
                limits[lane] = i16::try_from(limit).unwrap_or(end);
            }
        }
        Self { blocks }
    }

    /// The limits of 32 channels from `first` on, a multiple of 32.
    pub(super) fn block(&self, first: usize) -> &Block {
        &self.blocks[first / 32]
    }

    /// The limits of 64 channels from `first` on, a multiple of 64.
    pub(super) fn vector(&self, first: usize) -> &[Block; 2] {
        &self.blocks.as_chunks().0[first / 64]
    }
}

/// The limits of 32 channels, in registers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    flips: __m512i,
    one: __m512i,
    two: __m512i,
    three: __m512i,
}

impl Limits {
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(super) fn load(block: &Block) -> Self {
        let [one, two, three] = &block.limits;
        Self { flips: load(&block.flips), one: load(one), two: load(two), three: load(three) }
    }

    /// The codes of 32 channels.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,bmi2")]
    pub(super) fn codes(self, sums: __m512i) -> u64 {
        let climbed = _mm512_xor_si512(sums, self.flips);
        let upper = _mm512_cmpge_epi16_mask(climbed, self.two);
        let limit = _mm512_mask_blend_epi16(upper, self.one, self.three);
        let lower = _mm512_cmpge_epi16_mask(climbed, limit);
        let lower = _pdep_u64(u64::from(_cvtmask32_u32(lower)), 0x5555_5555_5555_5555);
        let upper = _pdep_u64(u64::from(_cvtmask32_u32(upper)), 0xAAAA_AAAA_AAAA_AAAA);
        lower | upper
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(words: &[i16; 32]) -> __m512i {
    // SAFETY: an array of 64 bytes is read.
    unsafe { _mm512_loadu_si512((&raw const *words).cast()) }
}
