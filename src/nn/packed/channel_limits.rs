//! A batch norm and a quantizer folded into integer limits.

use super::coding::Coding;
use crate::quantizer::Codebook;

/// The codes of every integer sum of one channel: how many limits the sum has reached, in one
/// direction or the other.
///
/// The level of a sum is `encode(value(n))` for a monotone `value`, computed in f64 and not
/// approximated: each limit is found by asking that very question, so an input on a threshold goes
/// where the codebook sends it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChannelLimits {
    /// Whether larger sums have lower levels.
    pub(super) falling: bool,
    /// For each code above 0 the least sum, negated where they fall, of that code or a greater one.
    pub(super) limits: Vec<i64>,
}

impl ChannelLimits {
    /// The limits of sums in `-most..=most`, over which `value` never falls, or never rises.
    ///
    /// Between the codes of two levels there may be codes of none, which no sum has: a limit
    /// repeated passes them over.
    pub(super) fn new(
        codebook: &Codebook,
        coding: &Coding,
        most: i64,
        value: impl Fn(i64) -> f64,
    ) -> Self {
        let falling = value(-most) > value(most);
        let level = |climbed: i64| codebook.encode(value(if falling { -climbed } else { climbed }));
        // The least sum of each level, and of none beyond.
        let reached = (0..codebook.len()).map(|above| match above {
            0 => i64::MIN,
            _ => first(most, |climbed| level(climbed) >= above),
        });
        let reached: Vec<(usize, i64)> = coding.codes().zip(reached).collect();
        let limit = |code: usize| {
            let at = reached.iter().find(|(above, _)| *above >= code);
            at.map_or(i64::MAX, |&(_, limit)| limit)
        };
        Self { falling, limits: (1..1 << coding.bits).map(limit).collect() }
    }
}

/// The least number in `-most..=most` for which `holds`, which then holds for all above it;
/// `most + 1` if there is none.
fn first(most: i64, holds: impl Fn(i64) -> bool) -> i64 {
    let (mut low, mut high) = (-most, most + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
