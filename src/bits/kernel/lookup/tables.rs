//! The tables: what every subset of a few digits adds up to.

use std::sync::{Arc, LazyLock};

use crate::bits::kernel::line::Line;

/// Digits of a group: as many as a table of 128 entries has index bits.
pub(super) const GROUP: usize = 7;

/// Digits that count for themselves.
pub(super) const UNIFORM_LEVELS: [u8; 4] = [0, 1, 2, 3];

/// Sums over the subsets of six digits, and the seventh digit by itself.
///
/// Six digits of two bits are an index of twelve bits, and its line holds the 64 sums over their
/// subsets: entry `i` is `Σ_j bit_j(i)·d_j`. A table over all seven digits is that line followed by
/// the line plus the seventh digit, which one addition makes:
///
/// ```text
/// digits d0 … d6 of a row        bits 0-11            bits 12-13
///                                    │                    │
///                              lines[index]   +   broadcast sevenths[d6]
///                                    │                    │
/// table of vpermi2b:        entries 0 … 63       entries 64 … 127
/// ```
///
/// Digits need not count for themselves: the tables of other levels are as fast, only their windows are
/// shorter. All lines take 256 KiB, which the second cache holds. Building each table from two smaller ones
/// costs one addition more for it, and was slower: decision 11.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) lines: Box<[Line]>,
    /// What each digit counts for, in four bytes.
    pub(super) sevenths: [[u8; 4]; 4],
}

impl Tables {
    /// The tables of digits that count for `levels`.
    pub(super) fn of(levels: [u8; 4]) -> Arc<Self> {
        static UNIFORM: LazyLock<Arc<Tables>> =
            LazyLock::new(|| Arc::new(Tables::new(UNIFORM_LEVELS)));
        if levels == UNIFORM_LEVELS { UNIFORM.clone() } else { Arc::new(Self::new(levels)) }
    }

    fn new(levels: [u8; 4]) -> Self {
        let level = |index: usize, digit: usize| levels[index >> (2 * digit) & 3];
        let sum = |index: usize, subset: usize| {
            (0..6).filter(|digit| subset >> digit & 1 == 1).map(|digit| level(index, digit)).sum()
        };
        let line = |index| Line(std::array::from_fn(|subset| sum(index, subset)));
        Self { lines: (0..1 << 12).map(line).collect(), sevenths: levels.map(|level| [level; 4]) }
    }
}
