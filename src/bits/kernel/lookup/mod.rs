//! The kernel that looks sums up: tables over the digits, indexed by the bits of the weights.
//!
//! A byte holds seven bits of weights of one channel. Seven digits of a row have 128 subset sums,
//! which two registers hold; `vpermi2b` then finds, for 64 channels at once, what their weights pick
//! out of these digits. One addition in bytes follows. Bytes overflow, so sums move to 16 bits at the
//! end of a window, and the windows are as long as the digits of the rows allow.
//!
//! ```text
//! weights of a panel of up to four vectors, one line of 64 bytes each:
//!
//!   group 0                              group 1
//!   │ vector 0 │ … │ vector 3 │          │ vector 0 │ … │ vector 3 │      …
//!   ╰─ byte 2c: channel c; byte 2c + 1: channel 32 + c; bit j: weight 7·group + j
//! ```
//!
//! Digits need no zeros beyond the last column, because weights have: an index bit that is 0 picks
//! nothing.

mod finish;
mod tables;
mod tile;
mod windows;

use std::sync::Arc;

use self::finish::{CHANNELS, Part};
use self::tables::{GROUP, Tables, UNIFORM_LEVELS};
use self::tile::{BLOCK_BYTES, BLOCK_GROUPS, ROWS};
pub(super) use self::windows::Windows;
use super::isa::Vbmi;
use super::line::Line;
use super::rungs::Rungs;
use super::{Affine, Panel, Workspace};
use crate::bits::error::BitsError;
use crate::bits::ladders::Ladders;
use crate::bits::levels::Levels;
use crate::bits::weights::WeightPlanes;

/// Vectors of a panel: the sums of four rows fill half of the registers.
const VECTORS_MAX: usize = 4;

/// Weights as indices of seven bits.
#[derive(Debug, Clone)]
pub(in crate::bits) struct LookupWeights {
    isa: Vbmi,
    channels: usize,
    columns: usize,
    /// Blocks of four groups in a row, the last one padded.
    blocks: usize,
    /// Vectors of each panel.
    panels: Vec<usize>,
    /// `BLOCK_GROUPS · blocks` lines for each vector, panel after panel.
    lines: Vec<Line>,
    /// What each digit counts for.
    levels: [u8; 4],
    /// Blocks of a part.
    part: usize,
    tables: Arc<Tables>,
}

impl LookupWeights {
    /// Of each digit, the level that its code counts for, where tables hold them: those of one or two
    /// bits whose first is 0, since digits beyond the last column are 0, and of which all in a block,
    /// 28, add up to a byte at most.
    pub(super) fn levels(levels: &Levels) -> Option<[u8; 4]> {
        let fits = u8::try_from(usize::from(levels.most()) * GROUP * BLOCK_GROUPS).is_ok();
        let mut found = [0; 4];
        let integers = levels.integers();
        found.get_mut(..integers.len())?.copy_from_slice(integers);
        (fits && found[0] == 0).then_some(found)
    }

    /// The layout of `planes`, to meet codes that count for `levels`, if the processor has the
    /// instructions.
    pub(super) fn new(planes: &WeightPlanes, levels: &Levels) -> Result<Self, BitsError> {
        let isa = Vbmi::detect().ok_or(BitsError::Unavailable { kernel: "lookup" })?;
        let (channels, columns) = (planes.plane_rows(), planes.columns());
        let blocks = columns.div_ceil(GROUP * BLOCK_GROUPS);
        let panels = shares(channels.div_ceil(CHANNELS), VECTORS_MAX);
        let groups = BLOCK_GROUPS * blocks;
        let mut lines = vec![Line::ZERO; groups * channels.div_ceil(CHANNELS)];
        let mut rest = lines.as_mut_slice();
        let mut first = 0;
        for &vectors in &panels {
            let (panel, after) = rest.split_at_mut(groups * vectors);
            for channel in first..channels.min(first + vectors * CHANNELS) {
                let (vector, lane) = ((channel - first) / CHANNELS, channel % CHANNELS);
                let byte = 2 * (lane % 32) + lane / 32;
                let row = planes.plane_row(channel);
                for (group, lines) in panel.chunks_exact_mut(vectors).enumerate() {
                    lines[vector].0[byte] = index(row, group);
                }
            }
            (rest, first) = (after, first + vectors * CHANNELS);
        }
        // Digits of uniform codes, and of those that are no levels for tables, count for themselves.
        let own = Self::levels(levels).filter(|_| !levels.are_uniform());
        let levels = own.unwrap_or(UNIFORM_LEVELS);
        let (part, tables) = (windows::part(levels), Tables::of(levels));
        Ok(Self { isa, channels, columns, blocks, panels, lines, levels, part, tables })
    }

    /// Whether [`LookupWeights::codes`] can climb ladders: those of two bits, for sums that are
    /// complete after one part.
    pub(super) fn can_climb(&self, ladders: &Ladders) -> bool {
        ladders.bits() == 2 && self.blocks <= self.part
    }

    /// `output[i, n] = affine` of the sum of row `i` and channel `n`.
    pub(super) fn sums(
        &self,
        panel: &Panel<'_>,
        affine: Affine,
        workspace: &mut Workspace,
        output: &mut [i32],
    ) {
        self.for_each(panel, workspace, |tile, part, add| {
            let rows = &mut output[ROWS * tile * self.channels..];
            // SAFETY: the token proves the instructions.
            unsafe { part.sums(affine, (rows, self.channels), add) };
        });
    }

    /// The codes of signs times codes; `output` has `stride` bytes a row.
    pub(super) fn codes(
        &self,
        panel: &Panel<'_>,
        rungs: &Rungs,
        workspace: &mut Workspace,
        (output, stride): (&mut [u8], usize),
    ) {
        self.for_each(panel, workspace, |tile, part, _| {
            let rows = &mut output[ROWS * tile * stride..];
            // SAFETY: the token proves the instructions.
            unsafe { part.codes(rungs, (rows, stride)) };
        });
    }

    /// Finds the bytes of all windows, and hands over the parts of each tile and each panel of
    /// channels, with whether it is not the first of them.
    fn for_each(
        &self,
        panel: &Panel<'_>,
        workspace: &mut Workspace,
        mut finish: impl FnMut(usize, Part<'_>, bool),
    ) {
        let Workspace { windows, spill, .. } = workspace;
        windows.find(self.isa, panel, self.columns, (self.levels, self.part));
        let groups = BLOCK_GROUPS * self.blocks;
        let (mut first, mut lines) = (0, self.lines.as_slice());
        for &vectors in &self.panels {
            let (weights, after) = lines.split_at(groups * vectors);
            for tile in 0..panel.rows().div_ceil(ROWS) {
                let rows = &panel.bytes()[tile * ROWS * panel.stride()..];
                for (part, totals) in windows.parts(tile) {
                    let lines = part.len() * vectors;
                    spill.resize(spill.len().max(lines), [Line::ZERO; ROWS]);
                    for (window, spill) in part.iter().zip(spill.chunks_exact_mut(vectors)) {
                        self.window(rows, panel.stride(), weights, window.clone(), spill);
                    }
                    let windows = &spill[..lines];
                    let is_later = part[0].start > 0;
                    finish(tile, Part { windows, vectors, first, totals }, is_later);
                }
            }
            (lines, first) = (after, first + vectors * CHANNELS);
        }
    }

    /// One window of one tile: `blocks` of the first four of `rows`, of `stride` bytes each, into a line for each
    /// vector and row.
    fn window(
        &self,
        rows: &[u8],
        stride: usize,
        weights: &[Line],
        blocks: std::ops::Range<usize>,
        out: &mut [[Line; ROWS]],
    ) {
        let vectors = out.len();
        let digits = &rows[blocks.start * BLOCK_BYTES..];
        let weights = &weights[blocks.start * BLOCK_GROUPS * vectors..];
        let length = blocks.len();
        assert!(length > 0 && weights.len() >= length * BLOCK_GROUPS * vectors);
        assert!(digits.len() > (ROWS - 1) * stride + length * BLOCK_BYTES);
        assert!((1..=VECTORS_MAX).contains(&vectors));
        let (digits, weights) = (digits.as_ptr(), weights.as_ptr());
        // SAFETY: the assertions above are what it asks for: of the four rows the last ends last.
        unsafe {
            let out = out.as_mut_ptr().cast();
            tile::window(self.isa, vectors, digits, stride, weights, length, &self.tables, out);
        }
    }
}

/// `count` in as few shares of at most `most` as it takes, as equal as can be.
fn shares(count: usize, most: usize) -> Vec<usize> {
    let shares = count.div_ceil(most);
    (0..shares).map(|share| (count + share) / shares).rev().collect()
}

/// The seven weights of a group, as far as there are columns.
fn index(row: &[u64], group: usize) -> u8 {
    let (word, bit) = (GROUP * group / 64, GROUP * group % 64);
    let low = row.get(word).map_or(0, |word| word >> bit);
    let high = row.get(word + 1).map_or(0, |word| u128::from(*word) << 64 >> bit);
    ((u128::from(low) | high) & 0x7F) as u8
}
