//! The lookup kernel for AVX2: tables of 16 entries, indexed by four weights.
//!
//! | a group of four digits, one row and one vector of 32 channels | a cycle on Zen 4 |
//! |---|---|
//! | `vpshufb` | 2 |
//! | `vpaddb` | 4 |
//!
//! Two vectors a cycle are 4·64 multiply-adds: 256 a cycle at most. A group of four digits is a byte
//! of a row, and the tables of all 256 bytes take 4 KiB.
//!
//! ```text
//! weights of a panel of two vectors, 32 bytes each:
//!
//!   group 0                      group 1
//!   │ vector 0 │ vector 1 │      │ vector 0 │ vector 1 │      …
//!   ╰─ byte 2c: channel c; byte 2c + 1: channel 16 + c; bit j: weight 4·group + j
//! ```

use std::arch::asm;
use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm_unpackhi_epi8, _mm_unpackhi_epi16, _mm_unpacklo_epi8,
    _mm_unpacklo_epi16, _mm256_add_epi16, _mm256_add_epi32, _mm256_castsi256_si128,
    _mm256_cvtepu8_epi16, _mm256_cvtepu16_epi32, _mm256_extracti128_si256, _mm256_loadu_si256,
    _mm256_mullo_epi32, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_slli_epi16,
    _mm256_srli_epi16, _mm256_storeu_si256, _mm256_sub_epi16,
};

use super::isa::Avx2;
use super::panel::TILE_ROWS as ROWS;
use super::{Affine, Panel};
use crate::bits::error::BitsError;
use crate::bits::weights::WeightPlanes;

/// Channels of a vector.
const LANES: usize = 32;

/// Vectors of a panel: with four rows their sums fill half of the registers.
const VECTORS: usize = 2;

/// Digits of a group.
const GROUP: usize = 4;

/// Groups of a pass of the inner loop.
const BLOCK: usize = 4;

/// Blocks of a window: 5·4·4 digits of at most 3 are 240, within a byte.
const WINDOW: usize = 5;

/// Windows of a part: 273·80 digits of at most 3 are 65520, within 16 bits.
const PART: usize = 273;

/// Sums over the subsets of four digits, for each byte of them.
static TABLES: [[u8; 16]; 256] = tables();

const fn tables() -> [[u8; 16]; 256] {
    let mut tables = [[0; 16]; 256];
    let mut digits = 0;
    while digits < 256 {
        let mut entry = 0;
        while entry < 64 {
            // Entry by entry, digit by digit.
            let (subset, digit) = (entry / 4, entry % 4);
            if subset >> digit & 1 == 1 {
                #[expect(clippy::cast_possible_truncation, reason = "at most 3")]
                let digit = (digits >> (2 * digit) & 3) as u8;
                tables[digits][subset] += digit;
            }
            entry += 1;
        }
        digits += 1;
    }
    tables
}

/// The indices of a group, for all channels of a panel.
type Line = [[u8; LANES]; VECTORS];

/// The bytes of a window: of each row, of each vector.
type Window = [[[u8; LANES]; VECTORS]; ROWS];

/// Weights as indices of four bits.
#[derive(Debug, Clone)]
pub(in crate::bits) struct Avx2Weights {
    isa: Avx2,
    channels: usize,
    /// `blocks` blocks a panel; channels beyond the last are 0.
    lines: Vec<[Line; BLOCK]>,
    blocks: usize,
}

impl Avx2Weights {
    /// The layout of `planes`, if the processor has the instructions.
    pub(super) fn new(planes: &WeightPlanes) -> Result<Self, BitsError> {
        let isa = Avx2::detect().ok_or(BitsError::Unavailable { kernel: "avx2" })?;
        let (channels, blocks) = (planes.plane_rows(), planes.columns().div_ceil(GROUP * BLOCK));
        let panels = channels.div_ceil(LANES * VECTORS);
        let mut lines = vec![[[[0; LANES]; VECTORS]; BLOCK]; panels * blocks];
        for channel in 0..channels {
            let (panel, vector) = (channel / (LANES * VECTORS), channel / LANES % VECTORS);
            let byte = 2 * (channel % (LANES / 2)) + channel % LANES / (LANES / 2);
            let row = planes.plane_row(channel);
            for (place, block) in lines[panel * blocks..][..blocks].iter_mut().enumerate() {
                // A word has four blocks of sixteen weights.
                let weights = row[place / 4] >> (16 * (place % 4));
                for (group, line) in block.iter_mut().enumerate() {
                    line[vector][byte] = (weights >> (GROUP * group) & 15) as u8;
                }
            }
        }
        Ok(Self { isa, channels, lines, blocks })
    }

    /// `output[i, n] = affine` of the sum of row `i` and channel `n`.
    pub(super) fn sums(&self, panel: &Panel<'_>, affine: Affine, output: &mut [i32]) {
        let stride = panel.stride();
        let mut windows =
            vec![[[[0; LANES]; VECTORS]; ROWS]; PART.min(self.blocks.div_ceil(WINDOW))];
        let mut places = vec![[0; 4 * 16]; (self.blocks * BLOCK).div_ceil(16)];
        let tiles = panel.bytes().chunks_exact(ROWS * stride);
        let tiles = tiles.zip(output.chunks_mut((ROWS * self.channels).max(1)));
        for (digits, output) in tiles {
            // SAFETY: the token proves the instructions.
            let totals = unsafe {
                self::places(self.isa, digits, stride, &mut places);
                totals(self.isa, digits, stride)
            };
            let panels = self.lines.chunks_exact(self.blocks);
            for (weights, first) in panels.zip((0..).step_by(LANES * VECTORS)) {
                for (part, weights) in weights.chunks(WINDOW * PART).enumerate() {
                    let places = &places.as_flattened()[part * WINDOW * PART * BLOCK * ROWS..];
                    let places = places.chunks(WINDOW * BLOCK * ROWS);
                    for ((weights, places), window) in
                        weights.chunks(WINDOW).zip(places).zip(&mut windows)
                    {
                        // SAFETY: the token proves the instructions.
                        unsafe { window_of(self.isa, places, weights, window) };
                    }
                    let windows = &windows[..weights.len().div_ceil(WINDOW)];
                    let output = (&mut *output, self.channels, first);
                    // SAFETY: the token proves the instructions.
                    unsafe { finish(self.isa, windows, affine, &totals, output, part > 0) };
                }
            }
        }
    }
}

/// The sums of the digits of four rows.
#[target_feature(enable = "popcnt")]
fn totals(_: Avx2, digits: &[u8], stride: usize) -> [i32; ROWS] {
    let mut totals = [0_i32; ROWS];
    for (row, total) in totals.iter_mut().enumerate() {
        for &word in digits[row * stride..][..stride].as_chunks().0 {
            let word = u64::from_le_bytes(word);
            let ones = word.count_ones() + (word & 0xAAAA_AAAA_AAAA_AAAA).count_ones();
            *total = total.wrapping_add(ones.cast_signed());
        }
    }
    totals
}

/// The places in the tables of the digits of four rows, group after group: 16 times their bytes.
///
/// Two bytes for each row of a group, so that the inner loop needs one instruction to know a place.
#[target_feature(enable = "avx2")]
fn places(_: Avx2, digits: &[u8], stride: usize, places: &mut [[u16; 4 * 16]]) {
    assert!(digits.len() >= ROWS * stride && stride >= 16 * places.len());
    for (step, places) in places.iter_mut().enumerate() {
        let row = |row: usize| {
            // SAFETY: the assertion found sixteen bytes there.
            unsafe { _mm_loadu_si128(digits.as_ptr().add(row * stride + 16 * step).cast()) }
        };
        let (zero, one, two, three) = (row(0), row(1), row(2), row(3));
        let low = (_mm_unpacklo_epi8(zero, one), _mm_unpacklo_epi8(two, three));
        let high = (_mm_unpackhi_epi8(zero, one), _mm_unpackhi_epi8(two, three));
        let quarters = [
            _mm_unpacklo_epi16(low.0, low.1),
            _mm_unpackhi_epi16(low.0, low.1),
            _mm_unpacklo_epi16(high.0, high.1),
            _mm_unpackhi_epi16(high.0, high.1),
        ];
        for (quarter, places) in quarters.into_iter().zip(places.as_chunks_mut::<16>().0) {
            let words = _mm256_slli_epi16::<4>(_mm256_cvtepu8_epi16(quarter));
            // SAFETY: an array of 32 bytes is written.
            unsafe { _mm256_storeu_si256((&raw mut *places).cast(), words) };
        }
    }
}

/// The table of a row.
macro_rules! table {
    ($place:literal, $table:literal) => {
        concat!(
            "movzx {t:e}, word ptr [{p} + ",
            $place,
            "]\n",
            "vbroadcasti128 ymm",
            $table,
            ", [{tables} + {t}]\n",
        )
    };
}

/// Looks up 32 channels for four rows and adds to their sums, two instructions of a kind at a time:
/// see `lookup::tile`.
macro_rules! vector {
    ($offset:literal, $s0:literal, $s1:literal, $s2:literal, $s3:literal) => {
        concat!(
            "vmovdqu ymm12, [{w} + ",
            $offset,
            "]\n",
            "vpshufb ymm13, ymm8, ymm12\n",
            "vpshufb ymm14, ymm9, ymm12\n",
            "vpaddb ymm",
            $s0,
            ", ymm",
            $s0,
            ", ymm13\n",
            "vpaddb ymm",
            $s1,
            ", ymm",
            $s1,
            ", ymm14\n",
            "vpshufb ymm13, ymm10, ymm12\n",
            "vpshufb ymm14, ymm11, ymm12\n",
            "vpaddb ymm",
            $s2,
            ", ymm",
            $s2,
            ", ymm13\n",
            "vpaddb ymm",
            $s3,
            ", ymm",
            $s3,
            ", ymm14\n",
        )
    };
}

macro_rules! group {
    ($p0:literal, $p1:literal, $p2:literal, $p3:literal, $first:literal, $second:literal) => {
        concat!(
            table!($p0, 8),
            table!($p1, 9),
            table!($p2, 10),
            table!($p3, 11),
            vector!($first, 0, 2, 4, 6),
            vector!($second, 1, 3, 5, 7),
        )
    };
}

/// The sums of a window in bytes; `places` has four for each group.
#[inline]
#[target_feature(enable = "avx2")]
fn window_of(_: Avx2, places: &[u16], weights: &[[Line; BLOCK]], out: &mut Window) {
    let blocks = weights.len();
    assert!(blocks > 0 && places.len() >= ROWS * BLOCK * blocks);
    let zero = _mm256_setzero_si256();
    let (mut s0, mut s1, mut s2, mut s3) = (zero, zero, zero, zero);
    let (mut s4, mut s5, mut s6, mut s7) = (zero, zero, zero, zero);
    // SAFETY: at each block the loop reads sixteen places, which the assertion found there, a block
    // of weights, and tables at 16 times a byte, which `places` holds.
    unsafe {
        asm!(
            ".p2align 6",
            "2:",
            group!(0, 2, 4, 6, 0, 32),
            group!(8, 10, 12, 14, 64, 96),
            group!(16, 18, 20, 22, 128, 160),
            group!(24, 26, 28, 30, 192, 224),
            "add {p}, 32",
            "add {w}, 256",
            "dec {n}",
            "jnz 2b",
            p = inout(reg) places.as_ptr() => _,
            w = inout(reg) weights.as_ptr() => _,
            n = inout(reg) blocks => _,
            tables = in(reg) TABLES.as_ptr(),
            t = out(reg) _,
            inout("ymm0") s0, inout("ymm1") s1, inout("ymm2") s2, inout("ymm3") s3,
            inout("ymm4") s4, inout("ymm5") s5, inout("ymm6") s6, inout("ymm7") s7,
            out("ymm8") _, out("ymm9") _, out("ymm10") _, out("ymm11") _,
            out("ymm12") _, out("ymm13") _, out("ymm14") _,
            options(readonly, nostack)
        );
    }
    let sums = [s0, s1, s2, s3, s4, s5, s6, s7];
    for (place, sums) in out.as_flattened_mut().iter_mut().zip(sums) {
        // SAFETY: an array of 32 bytes is written.
        unsafe { _mm256_storeu_si256((&raw mut *place).cast(), sums) };
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; LANES]) -> __m256i {
    // SAFETY: an array of 32 bytes is read.
    unsafe { _mm256_loadu_si256((&raw const *bytes).cast()) }
}

/// Writes `affine` of the sums of a panel to its channels, from `first` on, in each row of `output`.
/// With `add`, adds to what is there, and leaves the offset out.
#[target_feature(enable = "avx2")]
fn finish(
    _: Avx2,
    windows: &[Window],
    affine: Affine,
    totals: &[i32; ROWS],
    (output, channels, first): (&mut [i32], usize, usize),
    add: bool,
) {
    let factor = _mm256_set1_epi32(affine.factor);
    for (row, output) in output.chunks_exact_mut(channels).enumerate() {
        let offset = if add { 0 } else { affine.offset.wrapping_mul(totals[row]) };
        let offset = _mm256_set1_epi32(offset);
        for vector in 0..VECTORS {
            let output = output.get_mut(first + LANES * vector..).unwrap_or_default();
            // The words of a vector, and their upper bytes: as in the lookup kernel.
            let mut word = _mm256_setzero_si256();
            let mut upper = word;
            for window in windows {
                let bytes = load(&window[row][vector]);
                word = _mm256_add_epi16(word, bytes);
                upper = _mm256_add_epi16(upper, _mm256_srli_epi16::<8>(bytes));
            }
            let lower = _mm256_sub_epi16(word, _mm256_slli_epi16::<8>(upper));
            let quarters = [
                _mm256_castsi256_si128(lower),
                _mm256_extracti128_si256::<1>(lower),
                _mm256_castsi256_si128(upper),
                _mm256_extracti128_si256::<1>(upper),
            ];
            for (quarter, output) in quarters.into_iter().zip(output.chunks_mut(8)) {
                let sums = _mm256_mullo_epi32(_mm256_cvtepu16_epi32(quarter), factor);
                write(_mm256_add_epi32(sums, offset), output, add);
            }
        }
    }
}

/// Writes eight sums, or as many as `output` has places; with `add`, adds them.
#[inline]
#[target_feature(enable = "avx2")]
fn write(sums: __m256i, output: &mut [i32], add: bool) {
    let mut places = [0; 8];
    // SAFETY: an array of 32 bytes is written.
    unsafe { _mm256_storeu_si256((&raw mut places).cast(), sums) };
    if let (Some(output), false) = (output.first_chunk_mut(), add) {
        *output = places;
        return;
    }
    for (output, place) in output.iter_mut().zip(places) {
        *output = if add { output.wrapping_add(place) } else { place };
    }
}
