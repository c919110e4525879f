//! The kernel that counts bits: `vpopcntq` on AVX-512.
//!
//! ```text
//! weights of a panel of up to four vectors, eight channels each, a word of 64 columns a channel:
//!
//!   columns 0-63                         columns 64-127
//!   │ vector 0 │ … │ vector 3 │          │ vector 0 │ … │ vector 3 │      …
//!   ╰─ word c: channel c
//! ```

mod planes;
mod tile;

pub(super) use self::planes::Planes;
use self::tile::{CHANNELS, LANES, ROWS, Tile, VECTORS};
use super::isa::Vpopcntdq;
use super::line::Line;
use super::portable::order;
use super::rungs::Rungs;
use super::{Affine, Panel, Workspace};
use crate::bits::error::BitsError;
use crate::bits::ladders::Ladders;
use crate::bits::weights::WeightPlanes;

/// Columns of which `2S - T` lies strictly between the ends of the `i16`, if all digits were 3.
const CLIMBED_MAX: usize = i16::MAX as usize / 3;

/// Bytes of planes that are multiplied with all weights at a time: a quarter of the first cache.
const PLANES_BYTES: usize = 1 << 13;

/// Weights as words of 64 columns, eight channels side by side.
#[derive(Debug, Clone)]
pub(in crate::bits) struct PopcountWeights {
    isa: Vpopcntdq,
    digit_bits: usize,
    channels: usize,
    columns: usize,
    /// Words of 64 columns in a row.
    length: usize,
    /// `VECTORS · length` lines a panel; channels beyond the last are 0.
    lines: Vec<Line>,
}

impl PopcountWeights {
    /// The layout of `planes`, if the processor has the instructions.
    pub(super) fn new(planes: &WeightPlanes, digit_bits: usize) -> Result<Self, BitsError> {
        let isa = Vpopcntdq::detect().ok_or(BitsError::Unavailable { kernel: "popcount" })?;
        let (channels, columns) = (planes.plane_rows(), planes.columns());
        let length = columns.div_ceil(64);
        let mut lines = vec![Line::ZERO; channels.div_ceil(CHANNELS) * VECTORS * length];
        for channel in 0..channels {
            let (panel, vector) = (channel / CHANNELS, channel / LANES % VECTORS);
            for (place, &word) in planes.plane_row(channel).iter().enumerate() {
                let line = &mut lines[(panel * length + place) * VECTORS + vector].0;
                line.as_chunks_mut().0[channel % LANES] = order(word, digit_bits).to_le_bytes();
            }
        }
        Ok(Self { isa, digit_bits, channels, columns, length, lines })
    }

    /// Whether [`PopcountWeights::codes`] can climb ladders: those of two bits, for few columns.
    pub(super) fn can_climb(&self, ladders: &Ladders) -> bool {
        ladders.bits() == 2 && self.columns <= CLIMBED_MAX
    }

    /// `output[i, n] = affine` of the sum of row `i` and channel `n`.
    pub(super) fn sums(
        &self,
        panel: &Panel<'_>,
        affine: Affine,
        workspace: &mut Workspace,
        output: &mut [i32],
    ) {
        let channels = self.channels;
        if self.digit_bits == 1 {
            self.for_each::<1>(panel, &mut workspace.planes, |row, tile| {
                // SAFETY: the token proves the instructions.
                unsafe { tile.sums(affine, (&mut output[row * channels..], channels)) };
            });
        } else {
            self.for_each::<2>(panel, &mut workspace.planes, |row, tile| {
                // SAFETY: the token proves the instructions.
                unsafe { tile.sums(affine, (&mut output[row * channels..], channels)) };
            });
        }
    }

    /// The codes of signs times codes; `output` has `stride` bytes a row.
    pub(super) fn codes(
        &self,
        panel: &Panel<'_>,
        rungs: &Rungs,
        workspace: &mut Workspace,
        (output, stride): (&mut [u8], usize),
    ) {
        if self.digit_bits == 1 {
            self.for_each::<1>(panel, &mut workspace.planes, |row, tile| {
                // SAFETY: the token proves the instructions.
                unsafe { tile.codes(rungs, (&mut output[row * stride..], stride)) };
            });
        } else {
            self.for_each::<2>(panel, &mut workspace.planes, |row, tile| {
                // SAFETY: the token proves the instructions.
                unsafe { tile.codes(rungs, (&mut output[row * stride..], stride)) };
            });
        }
    }

    /// Hands over the tiles, with the first row of each.
    fn for_each<const PLANES: usize>(
        &self,
        panel: &Panel<'_>,
        planes: &mut Planes,
        mut finish: impl FnMut(usize, Tile<'_, PLANES>),
    ) {
        planes.find(self.isa, panel, self.columns, self.digit_bits);
        // As many rows at a time as leave room for weights in the first cache.
        let block = (PLANES_BYTES / planes.tile_bytes()).max(1);
        let mut tiles = planes.tiles();
        for first_row in (0..panel.rows()).step_by(block * ROWS) {
            let panels = self.lines.chunks_exact(VECTORS * self.length);
            for (weights, first) in panels.zip((0..).step_by(CHANNELS)) {
                let rows = (first_row..).step_by(ROWS);
                for ((planes, totals), row) in tiles.clone().take(block).zip(rows) {
                    finish(row, Tile { weights, planes, first, totals });
                }
            }
            tiles.by_ref().take(block).for_each(drop);
        }
    }
}
