//! The tables: what every subset of a few digits adds up to.

use std::sync::{Arc, LazyLock};

use crate::bits::kernel::line::Line;

/// Digits that count for themselves.
pub(super) const UNIFORM: [u8; 4] = [0, 1, 2, 3];

/// Groups of digits in a block.
pub(super) const BLOCK_GROUPS: usize = 4;

/// Digits that are looked up at a time: bits of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Five, in tables that the first cache holds: for few channels, which wait for tables most.
    Five,
    /// Seven, in tables that the second cache holds: for more channels, which share each table.
    Seven,
}

impl Depth {
    /// Digits of a group.
    pub(super) fn digits(self) -> usize {
        match self {
            Self::Five => 5,
            Self::Seven => 7,
        }
    }

    /// Digits of a block.
    pub(super) fn block(self) -> usize {
        BLOCK_GROUPS * self.digits()
    }

    /// Bytes of the digits of a block: a quarter of it.
    pub(super) fn block_bytes(self) -> usize {
        self.digits()
    }
}

/// Sums over the subsets of digits: entry `i` of a table is `Σ_j bit_j(i)·d_j`.
///
/// Seven digits have a table of 128 entries. Six of them, of two bits each, are the index of a line
/// with the sums over their subsets, and the table is that line followed by the line plus the seventh
/// digit, which one addition makes:
///
/// ```text
/// digits d0 … d6 of a row        bits 0-11            bits 12-13
///                                    │                    │
///                              lines[index]   +   broadcast of what d6 counts for
///                                    │                    │
/// table of vpermi2b:        entries 0 … 63       entries 64 … 127
/// ```
///
/// All lines take 256 KiB, which the second cache holds. Building each table from two smaller ones
/// costs one addition more for it, and was slower: decision 11. Five digits have a table of 32 entries,
/// half a line, and all of these take 32 KiB, of which few are common.
///
/// Digits need not count for themselves: the tables of other levels are as fast, only their windows are
/// shorter.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) depth: Depth,
    /// What each digit counts for.
    pub(super) levels: [u8; 4],
    /// Of seven digits, [`LINES`], and one with what each digit counts for, in four bytes; of five,
    /// [`LINES_OF_FIVE`].
    lines: Box<[Line]>,
}

/// Lines over six digits.
pub(super) const LINES: usize = 1 << 12;

/// Lines over five digits, two tables each.
pub(super) const LINES_OF_FIVE: usize = 1 << 9;

impl Tables {
    /// The tables of digits that count for `levels`.
    pub(super) fn of(depth: Depth, levels: [u8; 4]) -> Arc<Self> {
        static FIVE: LazyLock<Arc<Tables>> =
            LazyLock::new(|| Arc::new(Tables::new(Depth::Five, UNIFORM)));
        static SEVEN: LazyLock<Arc<Tables>> =
            LazyLock::new(|| Arc::new(Tables::new(Depth::Seven, UNIFORM)));
        match (depth, levels) {
            (Depth::Five, UNIFORM) => FIVE.clone(),
            (Depth::Seven, UNIFORM) => SEVEN.clone(),
            _ => Arc::new(Self::new(depth, levels)),
        }
    }

    fn new(depth: Depth, levels: [u8; 4]) -> Self {
        let level = |digits: usize, digit: usize| levels[digits >> (2 * digit) & 3];
        let sum = |digits: usize, subset: usize| -> u8 {
            (0..6).filter(|digit| subset >> digit & 1 == 1).map(|digit| level(digits, digit)).sum()
        };
        let line = |byte: &dyn Fn(usize) -> u8| Line(std::array::from_fn(byte));
        let lines = match depth {
            Depth::Five => {
                let pair = |at| line(&|byte| sum(2 * at + byte / 32, byte % 32));
                (0..LINES_OF_FIVE).map(pair).collect()
            }
            Depth::Seven => {
                let sevenths = line(&|byte| levels[byte / 4 % 4]);
                (0..LINES).map(|at| line(&|byte| sum(at, byte))).chain([sevenths]).collect()
            }
        };
        Self { depth, levels, lines }
    }

    /// Where they begin.
    pub(super) fn as_ptr(&self) -> *const Line {
        self.lines.as_ptr()
    }
}
