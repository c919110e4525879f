//! The inner loop: four rows of digits, two vectors of 32 channels.
//!
//! | a group of four digits, four rows and two vectors | a cycle on Zen 4 |
//! |---|---|
//! | 8 `vpshufb` | 2 |
//! | 8 `vpaddb` | 4 |
//! | 10 loads, 6 of them of 32 bytes | 3, and 2 |
//!
//! The lookups alone are 4 cycles for 4·4·64 multiply-adds: 256 a cycle at most. In the first cache
//! the loop takes 4.8: an addition may go to a pipe that looks up. It does so less often when it
//! comes late, so each row of sums is added to behind the lookups of the next row.

use std::arch::asm;
use std::arch::x86_64::{__m256i, _mm256_setzero_si256, _mm256_storeu_si256};
use std::ops::Range;

use super::tables::{Places, TABLES};
use crate::bits::kernel::isa::Avx2;
use crate::bits::kernel::panel::TILE_ROWS;

/// Channels of a vector.
pub(super) const LANES: usize = 32;

/// Vectors of a panel: with four rows their sums fill half of the registers.
pub(super) const VECTORS: usize = 2;

/// Rows of a tile.
pub(super) const ROWS: usize = TILE_ROWS;

/// Groups that a pass of the loop takes: their digits of a row are one word.
pub(super) const BLOCK_GROUPS: usize = 8;

/// The indices of a block: of each group, of each vector.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Block(pub(super) [[[u8; LANES]; VECTORS]; BLOCK_GROUPS]);

impl Block {
    /// Indices that pick nothing.
    pub(super) const ZERO: Self = Self([[[0; LANES]; VECTORS]; BLOCK_GROUPS]);
}

/// The sums of a window, in bytes: of each row, of each vector.
pub(super) type Window = [[[u8; LANES]; VECTORS]; ROWS];

/// Looks one row up in 64 channels, and adds what the row before it found.
macro_rules! row {
    ($place:literal, $found:literal $and:literal, $before:literal $too:literal to $s0:literal $s1:literal) => {
        concat!(
            "movzx {t:e}, word ptr [{p} + ",
            $place,
            "]\n",
            "vbroadcasti128 ymm8, [{tables} + {t}]\n",
            "vpshufb ymm",
            $found,
            ", ymm8, ymm9\n",
            "vpshufb ymm",
            $and,
            ", ymm8, ymm10\n",
            add!($before to $s0),
            add!($too to $s1),
        )
    };
}

macro_rules! add {
    ($found:literal to $sum:literal) => {
        concat!("vpaddb ymm", $sum, ", ymm", $sum, ", ymm", $found, "\n")
    };
}

macro_rules! group {
    ($w0:literal, $w1:literal, $p0:literal, $p1:literal, $p2:literal, $p3:literal) => {
        concat!(
            "vmovdqu ymm9, [{w} + ",
            $w0,
            "]\n",
            "vmovdqu ymm10, [{w} + ",
            $w1,
            "]\n",
            row!($p0, 12 13, 14 15 to 6 7),
            row!($p1, 14 15, 12 13 to 0 1),
            row!($p2, 12 13, 14 15 to 2 3),
            row!($p3, 14 15, 12 13 to 4 5),
        )
    };
}

/// The sums of some windows, one block or more each. None may exceed 255.
#[target_feature(enable = "avx2")]
pub(super) fn windows(
    isa: Avx2,
    windows: &[Range<usize>],
    places: &[Places],
    weights: &[Block],
    out: &mut [Window],
) {
    for (blocks, out) in windows.iter().zip(out) {
        window(isa, &places[blocks.clone()], &weights[blocks.clone()], out);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn window(_: Avx2, places: &[Places], weights: &[Block], out: &mut Window) {
    let blocks = weights.len();
    assert!(blocks > 0 && places.len() >= blocks);
    let zero = _mm256_setzero_si256();
    let (mut s0, mut s1, mut s2, mut s3) = (zero, zero, zero, zero);
    let (mut s4, mut s5, mut s6, mut s7) = (zero, zero, zero, zero);
    // SAFETY: at each block the loop reads a block of places and of weights, as many as the slices
    // were found to have, and tables at the places, where there are sixteen bytes.
    unsafe {
        asm!(
            ".p2align 6",
            "2:",
            group!(0, 32, 0, 2, 4, 6),
            group!(64, 96, 8, 10, 12, 14),
            group!(128, 160, 16, 18, 20, 22),
            group!(192, 224, 24, 26, 28, 30),
            group!(256, 288, 32, 34, 36, 38),
            group!(320, 352, 40, 42, 44, 46),
            group!(384, 416, 48, 50, 52, 54),
            group!(448, 480, 56, 58, 60, 62),
            "add {p}, 64",
            "add {w}, 512",
            "dec {n}",
            "jnz 2b",
            add!(14 to 6),
            add!(15 to 7),
            p = inout(reg) places.as_ptr() => _,
            w = inout(reg) weights.as_ptr() => _,
            n = inout(reg) blocks => _,
            tables = in(reg) TABLES.0.as_ptr(),
            t = out(reg) _,
            inout("ymm0") s0, inout("ymm1") s1, inout("ymm2") s2, inout("ymm3") s3,
            inout("ymm4") s4, inout("ymm5") s5, inout("ymm6") s6, inout("ymm7") s7,
            out("ymm8") _, out("ymm9") _, out("ymm10") _, out("ymm12") _, out("ymm13") _,
            inout("ymm14") zero => _, inout("ymm15") zero => _,
            options(readonly, nostack)
        );
    }
    let sums: [__m256i; ROWS * VECTORS] = [s0, s1, s2, s3, s4, s5, s6, s7];
    for (place, sums) in out.as_flattened_mut().iter_mut().zip(sums) {
        // SAFETY: an array of 32 bytes is written.
        unsafe { _mm256_storeu_si256((&raw mut *place).cast(), sums) };
    }
}
