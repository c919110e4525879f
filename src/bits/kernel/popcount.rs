//! The kernel that counts bits: `vpopcntq` on AVX-512.
//!
//! | a word of 64 digits, a plane, one row and one vector of 8 channels | a cycle on Zen 4 |
//! |---|---|
//! | `vpandq`, the word of the row broadcast from memory | 2 |
//! | `vpopcntq` | 1 |
//! | `vpaddq` | 2 |
//!
//! Three operations on 2 vector pipes are a cycle and a half for 512 bits: 171 multiply-adds a cycle
//! with two planes, 341 with one.
//!
//! ```text
//! weights of a panel of up to four vectors, eight channels each, a word of 64 columns a channel:
//!
//!   columns 0-63                         columns 64-127
//!   │ vector 0 │ … │ vector 3 │          │ vector 0 │ … │ vector 3 │      …
//!   ╰─ word c: channel c
//!
//! planes of a row, from its words of digits, in the order of the portable kernel:
//!
//!   │ low, columns 0-63 │ high, columns 0-63 │ low, columns 64-127 │ …
//! ```

use std::arch::asm;
use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_add_epi64, _mm512_and_si512, _mm512_loadu_si512,
    _mm512_mask_storeu_epi32, _mm512_mullo_epi32, _mm512_permutex2var_epi32, _mm512_popcnt_epi64,
    _mm512_reduce_add_epi64, _mm512_rorv_epi64, _mm512_set1_epi32, _mm512_set1_epi64,
    _mm512_setr_epi32, _mm512_setr_epi64, _mm512_setzero_si512, _mm512_shuffle_epi32,
    _mm512_slli_epi64, _mm512_storeu_si512, _mm512_ternarylogic_epi64,
};

use super::isa::Vpopcntdq;
use super::line::Line;
use super::panel::TILE_ROWS;
use super::portable::order;
use super::{Affine, Panel, Workspace};
use crate::bits::error::BitsError;
use crate::bits::weights::WeightPlanes;

/// Channels of a vector.
const LANES: usize = 8;

/// Rows of a tile and vectors of its weights: 16 sums of two planes, and 4 vectors of weights.
const ROWS: usize = 2;
const VECTORS: usize = 4;

/// Bytes of planes that are multiplied with all weights at a time: a quarter of the first cache.
const PLANES_BYTES: usize = 1 << 13;

/// Weights as words of 64 columns, eight channels side by side.
#[derive(Debug, Clone)]
pub(in crate::bits) struct PopcountWeights {
    isa: Vpopcntdq,
    digit_bits: usize,
    channels: usize,
    /// Words of 64 columns in a row.
    length: usize,
    /// `VECTORS · length` lines a panel; channels beyond the last are 0.
    lines: Vec<Line>,
}

impl PopcountWeights {
    /// The layout of `planes`, if the processor has the instructions.
    pub(super) fn new(planes: &WeightPlanes, digit_bits: usize) -> Result<Self, BitsError> {
        let isa = Vpopcntdq::detect().ok_or(BitsError::Unavailable { kernel: "popcount" })?;
        let (channels, length) = (planes.plane_rows(), planes.columns().div_ceil(64));
        let panels = channels.div_ceil(LANES * VECTORS);
        let mut lines = vec![Line::ZERO; panels * VECTORS * length];
        for channel in 0..channels {
            let (panel, vector) = (channel / (LANES * VECTORS), channel / LANES % VECTORS);
            for (place, &word) in planes.plane_row(channel).iter().enumerate() {
                let line = &mut lines[(panel * length + place) * VECTORS + vector].0;
                line.as_chunks_mut().0[channel % LANES] = order(word, digit_bits).to_le_bytes();
            }
        }
        Ok(Self { isa, digit_bits, channels, length, lines })
    }

    /// `output[i, n] = affine` of the sum of row `i` and channel `n`.
    pub(super) fn sums(
        &self,
        panel: &Panel<'_>,
        affine: Affine,
        workspace: &mut Workspace,
        output: &mut [i32],
    ) {
        let Workspace { planes, totals, .. } = workspace;
        let words = self.digit_bits * self.length;
        // A vector of planes may end beyond the last word.
        let stride = words.next_multiple_of(LANES);
        planes.resize(panel.bytes().len() / panel.stride() * stride, 0);
        totals.clear();
        let rows = panel.bytes().chunks_exact(panel.stride());
        for (row, planes) in rows.zip(planes.chunks_exact_mut(stride)) {
            // SAFETY: the token proves the instructions.
            totals.push(unsafe { planes_of(self.isa, row, self.digit_bits, planes) });
        }
        // As many rows at a time as leave room for weights in the first cache.
        let tiles = (PLANES_BYTES / (8 * ROWS * stride)).max(1);
        let blocks = planes.chunks(tiles * ROWS * stride).zip(totals.chunks(tiles * ROWS));
        for ((planes, totals), output) in
            blocks.zip(output.chunks_mut(tiles * ROWS * self.channels.max(1)))
        {
            self.block(planes, stride, totals, affine, output);
        }
    }

    /// The sums of some rows of planes, `stride` words each.
    fn block(
        &self,
        planes: &[u64],
        stride: usize,
        totals: &[i32],
        affine: Affine,
        output: &mut [i32],
    ) {
        let panels = self.lines.chunks_exact(VECTORS * self.length);
        for (weights, first) in panels.zip((0..).step_by(LANES * VECTORS)) {
            let tiles = planes.chunks_exact(ROWS * stride).zip(totals.chunks_exact(ROWS));
            for ((planes, totals), output) in tiles.zip(output.chunks_mut(ROWS * self.channels)) {
                let output = (output, self.channels, first);
                // SAFETY: the token proves the instructions.
                unsafe {
                    if self.digit_bits == 1 {
                        tile::<1>(self.isa, weights, planes, affine, totals, output);
                    } else {
                        tile::<2>(self.isa, weights, planes, affine, totals, output);
                    }
                }
            }
        }
    }
}

/// Writes the planes of a row of digits, whole vectors of them, and returns the sum of the digits.
#[target_feature(enable = "avx512f,avx512bw,avx512vpopcntdq")]
fn planes_of(_: Vpopcntdq, digits: &[u8], digit_bits: usize, planes: &mut [u64]) -> i32 {
    // Bits that stay in an even word, which becomes the low plane, and in an odd one, the high.
    let low = 0x5555_5555_5555_5555_u64.cast_signed();
    let stay = _mm512_setr_epi64(low, !low, low, !low, low, !low, low, !low);
    // The others come from the neighbour, a place further up or down.
    let turn = _mm512_setr_epi64(63, 1, 63, 1, 63, 1, 63, 1);
    let high = _mm512_set1_epi64(!low);
    let (mut ones, mut highs) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    for (digits, planes) in digits.as_chunks::<64>().0.iter().zip(planes.as_chunks_mut::<8>().0) {
        // SAFETY: an array of 64 bytes is read.
        let mut words = unsafe { _mm512_loadu_si512((&raw const *digits).cast()) };
        ones = _mm512_add_epi64(ones, _mm512_popcnt_epi64(words));
        if digit_bits == 2 {
            highs = _mm512_add_epi64(highs, _mm512_popcnt_epi64(_mm512_and_si512(words, high)));
            let neighbours = _mm512_rorv_epi64(_mm512_shuffle_epi32::<0x4E>(words), turn);
            // stay ? words : neighbours
            words = _mm512_ternarylogic_epi64::<0xCA>(stay, words, neighbours);
        }
        // SAFETY: an array of eight words is written.
        unsafe { _mm512_storeu_si512((&raw mut *planes).cast(), words) };
    }
    let total = _mm512_reduce_add_epi64(_mm512_add_epi64(ones, highs));
    #[expect(clippy::cast_possible_truncation, reason = "checked when the product was made")]
    let total = total as i32;
    total
}

/// The sums of a tile: `ROWS` rows of planes, and a panel of weights for channels from `first` on.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
fn tile<const PLANES: usize>(
    _: Vpopcntdq,
    weights: &[Line],
    planes: &[u64],
    affine: Affine,
    totals: &[i32],
    (output, channels, first): (&mut [i32], usize, usize),
) {
    let counts = counts::<PLANES>(weights, planes);
    let factor = _mm512_set1_epi32(affine.factor);
    let halves = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    for row in 0..ROWS {
        let start = row * channels + first;
        let length = (LANES * VECTORS).min(channels - first);
        let Some(output) = output.get_mut(start..start + length) else { break };
        let offset = _mm512_set1_epi32(affine.offset.wrapping_mul(totals[row]));
        let sum = |vector: usize| {
            let high = _mm512_slli_epi64::<1>(counts[4 * vector + 2 * row + 1]);
            _mm512_add_epi64(counts[4 * vector + 2 * row], high)
        };
        let pairs = [[sum(0), sum(1)], [sum(2), sum(3)]];
        for (output, [low, high]) in output.chunks_mut(2 * LANES).zip(pairs) {
            // The lower halves of all sums: both vectors side by side.
            let sums = _mm512_permutex2var_epi32(low, halves, high);
            write(_mm512_add_epi32(_mm512_mullo_epi32(sums, factor), offset), output);
        }
    }
}

/// What one vector of weights shares with a plane of both rows, in words 0 and 1 of the planes at
/// hand, is counted and added to the registers of these two.
///
/// Two instructions of a kind follow each other: see the lookup kernel.
macro_rules! pair {
    ($weights:literal, $plane:literal, $first:literal, $second:literal) => {
        concat!(
            "vpandq zmm24, zmm",
            $weights,
            ", qword ptr [{p} + ",
            $plane,
            "]{{1to8}}\n",
            "vpandq zmm25, zmm",
            $weights,
            ", qword ptr [{p} + {s} + ",
            $plane,
            "]{{1to8}}\n",
            "vpopcntq zmm24, zmm24\n",
            "vpopcntq zmm25, zmm25\n",
            "vpaddq zmm",
            $first,
            ", zmm",
            $first,
            ", zmm24\n",
            "vpaddq zmm",
            $second,
            ", zmm",
            $second,
            ", zmm25\n",
        )
    };
}

/// A pass over one word of each plane of both rows, and of four vectors of weights.
macro_rules! pass {
    (1) => {
        concat!(pair!(16, 0, 0, 2), pair!(17, 0, 4, 6), pair!(18, 0, 8, 10), pair!(19, 0, 12, 14))
    };
    (2) => {
        concat!(
            pair!(16, 0, 0, 2),
            pair!(16, 8, 1, 3),
            pair!(17, 0, 4, 6),
            pair!(17, 8, 5, 7),
            pair!(18, 0, 8, 10),
            pair!(18, 8, 9, 11),
            pair!(19, 0, 12, 14),
            pair!(19, 8, 13, 15),
        )
    };
}

macro_rules! count {
    ($planes:tt, $weights:ident, $rows:ident, $stride:ident, $length:ident, $zero:ident) => {{
        let mut counts = [$zero; 16];
        let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15] = &mut counts;
        asm!(
            ".p2align 6",
            "2:",
            "vmovdqa64 zmm16, [{w}]",
            "vmovdqa64 zmm17, [{w} + 64]",
            "vmovdqa64 zmm18, [{w} + 128]",
            "vmovdqa64 zmm19, [{w} + 192]",
            pass!($planes),
            concat!("add {p}, 8*", $planes),
            "add {w}, 256",
            "dec {n}",
            "jnz 2b",
            w = inout(reg) $weights => _,
            p = inout(reg) $rows => _,
            s = in(reg) $stride,
            n = inout(reg) $length => _,
            inout("zmm0") *c0, inout("zmm1") *c1, inout("zmm2") *c2, inout("zmm3") *c3,
            inout("zmm4") *c4, inout("zmm5") *c5, inout("zmm6") *c6, inout("zmm7") *c7,
            inout("zmm8") *c8, inout("zmm9") *c9, inout("zmm10") *c10, inout("zmm11") *c11,
            inout("zmm12") *c12, inout("zmm13") *c13, inout("zmm14") *c14, inout("zmm15") *c15,
            out("zmm16") _, out("zmm17") _, out("zmm18") _, out("zmm19") _,
            out("zmm24") _, out("zmm25") _,
            options(readonly, nostack)
        );
        counts
    }};
}

/// The counts of a tile: that of plane `p` of row `r` and vector `v` is number `4·v + 2·r + p`.
#[inline]
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn counts<const PLANES: usize>(weights: &[Line], planes: &[u64]) -> [__m512i; 16] {
    let zero = _mm512_setzero_si512();
    let length = weights.len() / VECTORS;
    let stride = size_of::<u64>() * (planes.len() / ROWS);
    assert!(length > 0 && planes.len() >= ROWS * PLANES * length);
    let (weights, rows) = (weights.as_ptr(), planes.as_ptr());
    // SAFETY: the loop reads `length` times four lines of weights, and `PLANES` words of each of two
    // rows, which the assertion found there.
    unsafe {
        if PLANES == 1 {
            count!(1, weights, rows, stride, length, zero)
        } else {
            count!(2, weights, rows, stride, length, zero)
        }
    }
}

/// Writes 16 sums, or as many as `output` has places.
#[inline]
#[target_feature(enable = "avx512f")]
fn write(sums: __m512i, output: &mut [i32]) {
    if let Some(output) = output.first_chunk_mut::<16>() {
        // SAFETY: an array of 64 bytes is written.
        unsafe { _mm512_storeu_si512((&raw mut *output).cast(), sums) };
    } else {
        let mask = (1 << output.len()) - 1;
        // SAFETY: the mask keeps to the places of the slice, which are fewer than 16.
        unsafe { _mm512_mask_storeu_epi32(output.as_mut_ptr(), mask, sums) };
    }
}

const _: () = assert!(TILE_ROWS.is_multiple_of(ROWS), "panels have whole tiles");
