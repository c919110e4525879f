//! Ladders in the form in which the lookup kernel climbs them: 16 bits, halved.

use crate::bits::ladders::Ladders;

/// Limits of `S - ⌊T/2⌋` instead of `2S - T`, for `S` the sum of the digits under a set bit and `T`
/// that of all digits of the row.
///
/// With `h = S - ⌊T/2⌋` and `p` the parity of `T`, the sum of signs times codes is `2h - p`, and for
/// integers
///
/// ```text
/// rising      2h - p >= L    is    h >= ⌈(L + p)/2⌉
/// falling   -(2h - p) >= L   is   -h >= ⌈(L - p)/2⌉   is   !h >= ⌈(L - p)/2⌉ - 1
/// ```
///
/// where `!h = -h - 1` has all bits flipped. So a row subtracts one number, falling channels are
/// flipped by an exclusive or, and the parity chooses between two sets of limits. `T` is at most
/// 65184, the worst of a part, so `h` fits in 16 bits; limits that do not are out of its reach.
#[derive(Debug, Clone)]
pub(in crate::bits) struct Halves {
    /// 32 channels each, the last of them padded.
    blocks: Vec<Block>,
}

/// The limits of 32 channels, each set of them in a line of the cache.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Block {
    /// For `p` of 0 and of 1, the limits of codes 1, 2 and 3.
    pub(super) steps: [[[i16; 32]; 3]; 2],
    /// -1 where a channel falls.
    pub(super) flips: [i16; 32],
    /// Whether any channel falls.
    pub(super) any_falls: bool,
    /// Two bits for each channel that there is.
    pub(super) mask: u64,
}

impl Halves {
    /// The halves of ladders for codes of two bits.
    pub(in crate::bits) fn new(ladders: &Ladders) -> Self {
        let channels = ladders.channels();
        let blocks = (0..channels).step_by(32).map(|first| {
            let (steps, flips) = ([[[0; 32]; 3]; 2], [0; 32]);
            let mut block = Block { steps, flips, any_falls: false, mask: 0 };
            for (lane, channel) in (first..channels.min(first + 32)).enumerate() {
                let ladder = ladders.ladder(channel);
                block.any_falls |= ladder.falling;
                block.flips[lane] = -i16::from(ladder.falling);
                block.mask |= 3 << (2 * lane);
                for (parity, steps) in (0..).zip(&mut block.steps) {
                    for (step, &limit) in steps.iter_mut().zip(ladder.limits) {
                        step[lane] = halved(limit, parity, ladder.falling);
                    }
                }
            }
            block
        });
        Self { blocks: blocks.collect() }
    }

    /// The limits of channels `first` to `first + 31`, if there are any of them.
    pub(super) fn block(&self, first: usize) -> Option<&Block> {
        self.blocks.get(first / 32)
    }
}

fn halved(limit: i64, parity: i64, falling: bool) -> i16 {
    // Half of a limit near the ends of the i64 is still far beyond 16 bits.
    let shifted = if falling { limit.saturating_sub(parity) } else { limit.saturating_add(parity) };
    let half = shifted.div_euclid(2) + shifted.rem_euclid(2) - i64::from(falling);
    // |h| is at most 32592; a limit above it is never reached, and one below it always.
    i16::try_from(half).unwrap_or(if half < 0 { i16::MIN } else { i16::MAX })
}
