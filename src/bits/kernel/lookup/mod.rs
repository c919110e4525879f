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

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
use std::sync::Arc;

use self::finish::{CHANNELS, Part};
use self::tables::{BLOCK_GROUPS, Depth, Tables, UNIFORM};
use self::tile::ROWS;
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
    /// Blocks of a part.
    part: usize,
    tables: Arc<Tables>,
}

impl LookupWeights {
    /// Of each digit, the level that its code counts for, where tables hold them: those of one or two
    /// bits whose first is 0, since digits beyond the last column are 0, and of which all in a block,
    /// 28, add up to a byte at most.
    pub(super) fn levels(levels: &Levels) -> Option<[u8; 4]> {
        let fits = u8::try_from(usize::from(levels.most()) * Depth::Seven.block()).is_ok();
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
        let vectors = channels.div_ceil(CHANNELS);
        let depth = if vectors == 1 { Depth::Five } else { Depth::Seven };
        let blocks = columns.div_ceil(depth.block());
        let panels = shares(vectors, VECTORS_MAX);
        let groups = BLOCK_GROUPS * blocks;
        let mut lines = vec![Line::ZERO; groups * vectors];
        let mut rest = lines.as_mut_slice();
        let mut first = 0;
        for &vectors in &panels {
            let (panel, after) = rest.split_at_mut(groups * vectors);
            for channel in first..channels.min(first + vectors * CHANNELS) {
                let (vector, lane) = ((channel - first) / CHANNELS, channel % CHANNELS);
                let byte = 2 * (lane % 32) + lane / 32;
                let row = planes.plane_row(channel);
                for (group, lines) in panel.chunks_exact_mut(vectors).enumerate() {
                    lines[vector].0[byte] = index(row, group, depth.digits());
                }
            }
            (rest, first) = (after, first + vectors * CHANNELS);
        }
        // Digits of uniform codes, and of those that are no levels for tables, count for themselves.
        let own = Self::levels(levels).filter(|_| !levels.are_uniform());
        let tables = Tables::of(depth, own.unwrap_or(UNIFORM));
        let part = windows::part(&tables);
        Ok(Self { isa, channels, columns, blocks, panels, lines, part, tables })
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
        windows.find(self.isa, panel, self.columns, (&self.tables, self.part));
        let groups = BLOCK_GROUPS * self.blocks;
        let (mut first, mut lines) = (0, self.lines.as_slice());
        for &vectors in &self.panels {
            let (weights, after) = lines.split_at(groups * vectors);
            for tile in 0..panel.rows().div_ceil(ROWS) {
                if first == 0 {
                    ask_for_next(panel, tile);
                }
                for (part, (lengths, totals)) in windows.parts(tile).enumerate() {
                    // The last length is none.
                    let count = vectors * (lengths.len() - 1);
                    spill.resize(spill.len().max(count), [Line::ZERO; ROWS]);
                    let begin = part * self.part;
                    let place =
                        tile * ROWS * panel.stride() + begin * self.tables.depth.block_bytes();
                    let digits = (&panel.bytes()[place..], panel.stride());
                    let weights = &weights[begin * BLOCK_GROUPS * vectors..];
                    self.add_up(digits, weights, vectors, lengths, &mut spill[..count]);
                    let windows = &spill[..count];
                    finish(tile, Part { windows, vectors, first, totals }, part > 0);
                }
            }
            (lines, first) = (after, first + vectors * CHANNELS);
        }
    }

    /// The sums of windows of `lengths` blocks, the last of them 0, for four rows of `digits`, which are
    /// `stride` bytes apart.
    fn add_up(
        &self,
        (digits, stride): (&[u8], usize),
        weights: &[Line],
        vectors: usize,
        lengths: &[usize],
        out: &mut [[Line; ROWS]],
    ) {
        let depth = self.tables.depth;
        let most = if depth == Depth::Five { 1 } else { VECTORS_MAX };
        assert!((1..=most).contains(&vectors), "there is a loop for so many");
        let windows = lengths.len() - 1;
        let ends = lengths.iter().position(|&length| length == 0);
        assert!(ends == Some(windows) && windows > 0 && out.len() == windows * vectors);
        let blocks = lengths.iter().sum::<usize>();
        assert!(weights.len() >= blocks * BLOCK_GROUPS * vectors);
        assert!(digits.len() >= (ROWS - 1) * stride + (blocks - 1) * depth.block_bytes() + 8);
        let (digits, weights, lengths) = (digits.as_ptr(), weights.as_ptr(), lengths.as_ptr());
        // SAFETY: the assertions above are what it asks for: of the four rows the last ends last.
        unsafe {
            let out = out.as_mut_ptr().cast();
            tile::windows(self.isa, vectors, digits, stride, weights, lengths, &self.tables, out);
        }
    }
}

/// Asks for the tile that comes after as many rows as the panel has, to be in the first cache when its
/// turn comes.
fn ask_for_next(panel: &Panel<'_>, tile: usize) {
    let stride = panel.stride();
    let first = panel.bytes().as_ptr().wrapping_add((panel.rows() + tile * ROWS) * stride);
    for place in (0..ROWS * stride).step_by(64) {
        // SAFETY: any address may be asked for; what is not there is not fetched.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(place).cast()) };
    }
}

/// `count` in as few shares of at most `most` as it takes, as equal as can be.
fn shares(count: usize, most: usize) -> Vec<usize> {
    let shares = count.div_ceil(most);
    (0..shares).map(|share| (count + share) / shares).rev().collect()
}

/// The `digits` weights of a group, as far as there are columns.
#[expect(clippy::cast_possible_truncation, reason = "seven bits at most are left")]
fn index(row: &[u64], group: usize, digits: usize) -> u8 {
    let (word, bit) = (digits * group / 64, digits * group % 64);
    let low = row.get(word).map_or(0, |word| word >> bit);
    let high = row.get(word + 1).map_or(0, |word| u128::from(*word) << 64 >> bit);
    ((u128::from(low) | high) & ((1 << digits) - 1)) as u8
}
