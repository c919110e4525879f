//! The inner loop: four rows of a plane, four vectors of eight channels.
//!
//! | a word of 64 digits, a plane, one row and one vector of 8 channels | a cycle on Zen 4 |
//! |---|---|
//! | `vpandq`, the word of the row broadcast from memory | 2 |
//! | `vpopcntq` | 1 |
//! | `vpaddq` | 2 |
//!
//! Three operations on 2 vector pipes are a cycle and a half for 512 bits: 171 multiply-adds a cycle
//! with two planes, 341 with one. The high plane is counted first and its counts are doubled, so that
//! both share sixteen registers.

use std::arch::asm;
use std::arch::x86_64::{
    __m512i, _mm512_add_epi16, _mm512_add_epi32, _mm512_loadu_si512, _mm512_mask_storeu_epi32,
    _mm512_mullo_epi32, _mm512_permutex2var_epi16, _mm512_permutex2var_epi32, _mm512_set1_epi16,
    _mm512_set1_epi32, _mm512_setr_epi32, _mm512_setzero_si512, _mm512_storeu_si512,
};

use crate::bits::kernel::Affine;
use crate::bits::kernel::line::{Line, fetch};
use crate::bits::kernel::panel::TILE_ROWS;
use crate::bits::kernel::rungs::{Limits, Rungs};

/// Channels of a vector.
pub(super) const LANES: usize = 8;

/// Vectors of a panel.
pub(super) const VECTORS: usize = 4;

/// Rows of a tile: the sums fill half of the registers.
pub(super) const ROWS: usize = TILE_ROWS;

/// Channels of a panel.
pub(super) const CHANNELS: usize = LANES * VECTORS;

/// The places of the lower halves of 32 sums.
static EVENS: [u16; CHANNELS] = {
    let mut evens = [0; CHANNELS];
    let mut place = 1;
    while place < CHANNELS {
        evens[place] = evens[place - 1] + 2;
        place += 1;
    }
    evens
};

/// What one vector of weights shares with a word of two rows is counted and added to the sums of these
/// two.
///
/// Two instructions of a kind follow each other: see the lookup kernel.
macro_rules! pair {
    ($weights:literal, $one:literal, $two:literal, $plane:literal, $first:literal, $second:literal) => {
        concat!(
            "vpandq zmm24, zmm",
            $weights,
            ", qword ptr [{p} + ",
            $one,
            $plane,
            "]{{1to8}}\n",
            "vpandq zmm25, zmm",
            $weights,
            ", qword ptr [{p} + ",
            $two,
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

macro_rules! vector {
    ($weights:literal, $plane:literal, $s0:literal, $s1:literal, $s2:literal, $s3:literal) => {
        concat!(
            pair!($weights, "", "{s} + ", $plane, $s0, $s1),
            pair!($weights, "2*{s} + ", "{s3} + ", $plane, $s2, $s3),
        )
    };
}

/// Counts all words of a plane, which lies `$plane` bytes into each set of planes, of `$step` bytes.
macro_rules! plane {
    ($label:literal, $plane:literal, $step:literal) => {
        concat!(
            "mov {p}, {rows}\n",
            "mov {w}, {weights}\n",
            "mov {n}, {length}\n",
            ".p2align 6\n",
            $label,
            ":\n",
            "vmovdqa64 zmm16, [{w}]\n",
            "vmovdqa64 zmm17, [{w} + 64]\n",
            "vmovdqa64 zmm18, [{w} + 128]\n",
            "vmovdqa64 zmm19, [{w} + 192]\n",
            vector!(16, $plane, 0, 1, 2, 3),
            vector!(17, $plane, 4, 5, 6, 7),
            vector!(18, $plane, 8, 9, 10, 11),
            vector!(19, $plane, 12, 13, 14, 15),
            "add {p}, ",
            $step,
            "\n",
            "add {w}, 256\n",
            "dec {n}\n",
            "jnz ",
            $label,
            "b\n",
        )
    };
}

macro_rules! double {
    ($($register:literal)*) => {
        concat!($("vpaddq zmm", $register, ", zmm", $register, ", zmm", $register, "\n"),*)
    };
}

macro_rules! planes {
    (1) => {
        plane!(2, 0, 8)
    };
    (2) => {
        concat!(
            plane!(2, 8, 16),
            double!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15),
            plane!(3, 0, 16),
        )
    };
}

macro_rules! count {
    ($planes:tt, $weights:ident, $rows:ident, $stride:ident, $length:ident, $zero:ident) => {{
        let mut counts = [$zero; 16];
        let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15] = &mut counts;
        asm!(
            planes!($planes),
            weights = in(reg) $weights,
            rows = in(reg) $rows,
            length = in(reg) $length,
            s = in(reg) $stride,
            s3 = in(reg) 3 * $stride,
            w = out(reg) _,
            p = out(reg) _,
            n = out(reg) _,
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

/// Four rows of planes, and a panel of weights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile<'a, const PLANES: usize> {
    pub(super) weights: &'a [Line],
    pub(super) planes: &'a [u64],
    /// The first channel of the panel.
    pub(super) first: usize,
    /// The sum of the digits of each row.
    pub(super) totals: &'a [i32; ROWS],
}

impl<const PLANES: usize> Tile<'_, PLANES> {
    /// Writes `affine` of the sums, as far as there are channels, to each row of `output`, which are
    /// at most `ROWS`, of `channels` each.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
    pub(super) fn sums(self, affine: Affine, (output, channels): (&mut [i32], usize)) {
        let length = CHANNELS.min(channels - self.first);
        // Those of the next tile.
        fetch::<{ CHANNELS / 16 }>(output, channels, ROWS..2 * ROWS, self.first);
        let counts = self.counts();
        let factor = _mm512_set1_epi32(affine.factor);
        for row in 0..ROWS {
            let start = row * channels + self.first;
            let Some(output) = output.get_mut(start..start + length) else { break };
            let offset = _mm512_set1_epi32(affine.of(0, self.totals[row]));
            for (output, sums) in output.chunks_mut(2 * LANES).zip(row_of(&counts, row)) {
                write(_mm512_add_epi32(_mm512_mullo_epi32(sums, factor), offset), output);
            }
        }
    }

    /// Writes the codes of signs times codes, as far as there are channels, to each row of `output`,
    /// which are at most `ROWS`, of `stride` bytes each, whole words of eight.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,bmi2")]
    #[expect(clippy::cast_possible_truncation, reason = "the sums of so few columns fit")]
    pub(super) fn codes(self, rungs: &Rungs, (output, stride): (&mut [u8], usize)) {
        let counts = self.counts();
        let limits = Limits::load(rungs.block(self.first));
        // SAFETY: an array of 64 bytes is read.
        let evens = unsafe { _mm512_loadu_si512((&raw const EVENS).cast()) };
        for (row, output) in output.chunks_exact_mut(stride).take(ROWS).enumerate() {
            let [low, high] = row_of(&counts, row);
            let sums = _mm512_permutex2var_epi16(low, evens, high);
            let offset = _mm512_set1_epi16(-self.totals[row] as i16);
            let sums = _mm512_add_epi16(_mm512_add_epi16(sums, sums), offset);
            // Eight bytes hold 32 channels of two bits.
            output[self.first / 4..][..8].copy_from_slice(&limits.codes(sums).to_le_bytes());
        }
    }

    /// The sums of the tile: that of row `r` and vector `v` is number `4·v + r`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512vpopcntdq")]
    fn counts(self) -> [__m512i; ROWS * VECTORS] {
        let zero = _mm512_setzero_si512();
        let length = self.weights.len() / VECTORS;
        let stride = size_of::<u64>() * (self.planes.len() / ROWS);
        assert!(length > 0 && self.planes.len() / ROWS >= PLANES * length);
        let (weights, rows) = (self.weights.as_ptr(), self.planes.as_ptr());
        // SAFETY: for each plane the loop reads `length` times four lines of weights, and a word of
        // each of four rows, `PLANES` words on from the one before, which the assertion found there.
        unsafe {
            if PLANES == 1 {
                count!(1, weights, rows, stride, length, zero)
            } else {
                count!(2, weights, rows, stride, length, zero)
            }
        }
    }
}

/// The sums of a row: channels 0 to 15, and 16 to 31.
#[inline]
#[target_feature(enable = "avx512f")]
fn row_of(counts: &[__m512i; ROWS * VECTORS], row: usize) -> [__m512i; 2] {
    // The lower halves of all sums: both vectors side by side.
    let halves = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    [
        _mm512_permutex2var_epi32(counts[row], halves, counts[ROWS + row]),
        _mm512_permutex2var_epi32(counts[2 * ROWS + row], halves, counts[3 * ROWS + row]),
    ]
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
