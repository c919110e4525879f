//! The lookup kernel for AVX2: tables of 16 entries, indexed by four weights.
//!
//! It is the lookup kernel in small: four digits of a row have 16 subset sums, which `vpshufb` finds
//! for 32 channels at once. A group of four digits is a byte of a row, so that its table is one of 256.
//!
//! ```text
//! weights of a panel of two vectors, 32 bytes each:
//!
//!   group 0                      group 1
//!   │ vector 0 │ vector 1 │      │ vector 0 │ vector 1 │      …
//!   ╰─ byte 2c: channel c; byte 2c + 1: channel 16 + c; bit j: weight 4·group + j
//! ```

mod finish;
mod tables;
mod tile;
mod windows;

use self::finish::{CHANNELS, Part};
use self::tables::{GROUP, Places};
use self::tile::{BLOCK_GROUPS, Block, LANES, ROWS, VECTORS, Window};
use self::windows::{PART, Windows};
use super::isa::Avx2;
use super::rungs::Rungs;
use super::{Affine, Panel, Workspace};
use crate::bits::error::BitsError;
use crate::bits::ladders::Ladders;
use crate::bits::weights::WeightPlanes;

/// Weights as indices of four bits.
#[derive(Debug, Clone)]
pub(in crate::bits) struct Avx2Weights {
    isa: Avx2,
    channels: usize,
    columns: usize,
    /// Blocks of eight groups in a row, the last one padded.
    blocks: usize,
    /// `blocks` a panel; channels beyond the last are 0.
    lines: Vec<Block>,
}

/// What a thread keeps of the panel at hand.
#[derive(Debug, Default)]
pub(super) struct Room {
    windows: Windows,
    /// Two blocks at a time, for each tile.
    places: Vec<[Places; 2]>,
    /// The windows of a tile, one after the other.
    spill: Vec<Window>,
}

impl Avx2Weights {
    /// The layout of `planes`, if the processor has the instructions.
    pub(super) fn new(planes: &WeightPlanes) -> Result<Self, BitsError> {
        let isa = Avx2::detect().ok_or(BitsError::Unavailable { kernel: "avx2" })?;
        let (channels, columns) = (planes.plane_rows(), planes.columns());
        let blocks = columns.div_ceil(GROUP * BLOCK_GROUPS);
        let panels = channels.div_ceil(CHANNELS);
        let mut lines = vec![Block::ZERO; panels * blocks];
        for channel in 0..channels {
            let (panel, vector) = (channel / CHANNELS, channel / LANES % VECTORS);
            let byte = 2 * (channel % (LANES / 2)) + channel % LANES / (LANES / 2);
            let row = planes.plane_row(channel);
            for (place, block) in lines[panel * blocks..][..blocks].iter_mut().enumerate() {
                // A word has two blocks of 32 weights.
                let weights = row[place / 2] >> (32 * (place % 2));
                for (group, line) in block.0.iter_mut().enumerate() {
                    line[vector][byte] = (weights >> (GROUP * group) & 15) as u8;
                }
            }
        }
        Ok(Self { isa, channels, columns, blocks, lines })
    }

    /// Whether [`Avx2Weights::codes`] can climb ladders: those of two bits, for sums that are
    /// complete after one part.
    pub(super) fn can_climb(&self, ladders: &Ladders) -> bool {
        ladders.bits() == 2 && self.blocks <= PART
    }

    /// `output[i, n] = affine` of the sum of row `i` and channel `n`.
    pub(super) fn sums(
        &self,
        panel: &Panel<'_>,
        affine: Affine,
        workspace: &mut Workspace,
        output: &mut [i32],
    ) {
        self.for_each(panel, &mut workspace.avx2, |tile, part, add| {
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
        self.for_each(panel, &mut workspace.avx2, |tile, part, _| {
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
        room: &mut Room,
        mut finish: impl FnMut(usize, Part<'_>, bool),
    ) {
        let Room { windows, places, spill } = room;
        windows.find(self.isa, panel, self.columns);
        let pairs = self.blocks.div_ceil(2);
        places.resize(panel.rows().div_ceil(ROWS) * pairs, [Places::ZERO; 2]);
        for (tile, places) in places.chunks_exact_mut(pairs).enumerate() {
            let digits = &panel.bytes()[tile * ROWS * panel.stride()..];
            // SAFETY: the token proves the instructions.
            unsafe { Places::find(self.isa, digits, panel.stride(), places) };
        }
        let panels = self.lines.chunks_exact(self.blocks);
        for (weights, first) in panels.zip((0..).step_by(CHANNELS)) {
            for (tile, places) in places.chunks_exact(pairs).enumerate() {
                let places = places.as_flattened();
                for (part, totals) in windows.parts(tile) {
                    spill.resize(spill.len().max(part.len()), [[[0; LANES]; VECTORS]; ROWS]);
                    // SAFETY: the token proves the instructions.
                    unsafe { tile::windows(self.isa, part, places, weights, spill) };
                    let windows = &spill[..part.len()];
                    finish(tile, Part { windows, first, totals }, part[0].start > 0);
                }
            }
        }
    }
}
