//! A batch norm and a quantizer folded into integer thresholds.

use crate::quantizer::Codebook;

/// The level of every integer sum of one channel: how many limits the sum has reached.
///
/// `level(n) = encode(value(n))` for a monotone `value`, computed in f64 and not approximated: each
/// limit is found by asking that very question, so an input on a threshold goes where the codebook
/// sends it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ladder {
    /// 1 where larger sums have higher levels, -1 where they have lower ones.
    direction: i64,
    // Invariant: increasing, one fewer than the levels; `limits[i]` is the least `direction·n` of a
    // level above `i`.
    limits: Vec<i64>,
}

impl Ladder {
    /// The ladder of sums in `-most..=most`, over which `value` never falls, or never rises.
    pub(super) fn new(codebook: &Codebook, most: i64, value: impl Fn(i64) -> f64) -> Self {
        let direction = if value(-most) <= value(most) { 1 } else { -1 };
        let level = |climbed: i64| codebook.encode(value(direction * climbed));
        let limits =
            (1..codebook.len()).map(|above| first(most, |climbed| level(climbed) >= above));
        Self { direction, limits: limits.collect() }
    }

    /// The index of the level of `sum`.
    #[inline]
    pub(super) fn level(&self, sum: i32) -> usize {
        let climbed = self.direction * i64::from(sum);
        self.limits.iter().map(|&limit| usize::from(limit <= climbed)).sum()
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
