//! Ladders in the form in which kernels climb them: 16 bits.

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

    /// The limits of 64 channels from `first` on, a multiple of 64.
    pub(super) fn vector(&self, first: usize) -> &[Block; 2] {
        &self.blocks.as_chunks().0[first / 64]
    }
}
