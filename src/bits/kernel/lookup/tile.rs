//! The inner loop: four rows of digits, up to four vectors of 64 channels.
//!
//! | a group of seven digits, four rows and four vectors | a cycle on Zen 4 |
//! |---|---|
//! | 16 `vpermi2b` | 1 |
//! | 16 `vpaddb` into the sums, 4 to make tables | 2 |
//! | 8 loads of 64 bytes | 1 |
//!
//! 36 operations on 2 vector pipes are 18 cycles for 7·4·256 multiply-adds: 398 a cycle at most.
//!
//! It is written as assembly for the order of its instructions. Two lookups and then two additions,
//! again and again, keep both pipes busy; alternating them one by one, as the compiler likes to,
//! costs a fifth. The compiler also reassociates the sums, which needs more registers than there are.

use std::arch::asm;

use super::tables::{Depth, LINES, LINES_OF_FIVE, Tables};
use crate::bits::kernel::isa::Vbmi;
use crate::bits::kernel::line::Line;

/// Rows of a tile.
pub(super) const ROWS: usize = 4;

/// The table of one row: `$rotate` brings six digits to bits 6 to 17, the offset of their line, and
/// `$seventh` the seventh to bits 2 and 3.
macro_rules! table {
    ($digits:literal, $rotate:literal, $seventh:literal, $low:literal, $high:literal) => {
        concat!(
            "rorx {t}, {",
            $digits,
            "}, ",
            $rotate,
            "\n",
            "and {t:e}, 0x3ffc0\n",
            "vmovdqa64 zmm",
            $low,
            ", [{lines} + {t}]\n",
            "rorx {t}, {",
            $digits,
            "}, ",
            $seventh,
            "\n",
            "and {t:e}, 12\n",
            "vpbroadcastd zmm",
            $high,
            ", [{lines} + {t} + 262144]\n",
            "vpaddb zmm",
            $high,
            ", zmm",
            $high,
            ", zmm",
            $low,
            "\n",
        )
    };
}

/// The tables of four rows: entries 0 to 63 in registers 16 to 19, the others in 20 to 23.
macro_rules! tables {
    ($rotate:literal, $seventh:literal) => {
        concat!(
            table!("d0", $rotate, $seventh, 16, 20),
            table!("d1", $rotate, $seventh, 17, 21),
            table!("d2", $rotate, $seventh, 18, 22),
            table!("d3", $rotate, $seventh, 19, 23),
        )
    };
}

/// Looks up 64 channels for four rows, and adds to their sums. `vpermi2b` overwrites its index, and
/// the copies of it cost nothing: registers are renamed.
macro_rules! vector {
    ($offset:literal, $s0:literal, $s1:literal, $s2:literal, $s3:literal) => {
        concat!(
            "vmovdqa64 zmm24, [{w} + ",
            $offset,
            "]\n",
            "vmovdqa64 zmm25, zmm24\n",
            "vmovdqa64 zmm26, zmm24\n",
            "vmovdqa64 zmm27, zmm24\n",
            "vpermi2b zmm24, zmm16, zmm20\n",
            "vpermi2b zmm25, zmm17, zmm21\n",
            "vpaddb zmm",
            $s0,
            ", zmm",
            $s0,
            ", zmm24\n",
            "vpaddb zmm",
            $s1,
            ", zmm",
            $s1,
            ", zmm25\n",
            "vpermi2b zmm26, zmm18, zmm22\n",
            "vpermi2b zmm27, zmm19, zmm23\n",
            "vpaddb zmm",
            $s2,
            ", zmm",
            $s2,
            ", zmm26\n",
            "vpaddb zmm",
            $s3,
            ", zmm",
            $s3,
            ", zmm27\n",
        )
    };
}

/// The tables of four rows, of five digits each, in registers 16 to 19: `$rotate` brings the digits to
/// bits 5 to 14, the offset of half a line. An index of five bits never asks for the upper half of a
/// register.
macro_rules! tables_of_five {
    ($rotate:literal) => {
        concat!(
            tables_of_five!("d0", $rotate, 16),
            tables_of_five!("d1", $rotate, 17),
            tables_of_five!("d2", $rotate, 18),
            tables_of_five!("d3", $rotate, 19),
        )
    };
    ($digits:literal, $rotate:literal, $table:literal) => {
        concat!(
            "rorx {t}, {",
            $digits,
            "}, ",
            $rotate,
            "\n",
            "and {t:e}, 0x7fe0\n",
            "vmovdqa64 ymm",
            $table,
            ", [{lines} + {t}]\n",
        )
    };
}

/// Looks up 64 channels for four rows in tables of half a register.
macro_rules! vector_of_five {
    () => {
        concat!(
            "vmovdqa64 zmm20, [{w}]\n",
            "vpermb zmm24, zmm20, zmm16\n",
            "vpermb zmm25, zmm20, zmm17\n",
            "vpaddb zmm0, zmm0, zmm24\n",
            "vpaddb zmm1, zmm1, zmm25\n",
            "vpermb zmm26, zmm20, zmm18\n",
            "vpermb zmm27, zmm20, zmm19\n",
            "vpaddb zmm2, zmm2, zmm26\n",
            "vpaddb zmm3, zmm3, zmm27\n",
            "add {w}, 64\n",
        )
    };
}

/// The groups of a block, and its bytes of digits.
macro_rules! block {
    (5, 1) => {
        concat!(
            "add {d}, 5\n",
            tables_of_five!(59),
            vector_of_five!(),
            tables_of_five!(5),
            vector_of_five!(),
            tables_of_five!(15),
            vector_of_five!(),
            tables_of_five!(25),
            vector_of_five!(),
        )
    };
    (7, $vectors:tt) => {
        concat!(
            "add {d}, 7\n",
            tables!(58, 10),
            vectors!($vectors),
            tables!(8, 24),
            vectors!($vectors),
            tables!(22, 38),
            vectors!($vectors),
            tables!(36, 52),
            vectors!($vectors),
        )
    };
}

macro_rules! vectors {
    (1) => {
        concat!(vector!(0, 0, 1, 2, 3), "add {w}, 64\n")
    };
    (2) => {
        concat!(vector!(0, 0, 1, 2, 3), vector!(64, 4, 5, 6, 7), "add {w}, 128\n")
    };
    (3) => {
        concat!(
            vector!(0, 0, 1, 2, 3),
            vector!(64, 4, 5, 6, 7),
            vector!(128, 8, 9, 10, 11),
            "add {w}, 192\n",
        )
    };
    (4) => {
        concat!(
            vector!(0, 0, 1, 2, 3),
            vector!(64, 4, 5, 6, 7),
            vector!(128, 8, 9, 10, 11),
            vector!(192, 12, 13, 14, 15),
            "add {w}, 256\n",
        )
    };
}

macro_rules! clear {
    ($($register:literal)*) => {
        concat!($("vpxord zmm", $register, ", zmm", $register, ", zmm", $register, "\n"),*)
    };
}

macro_rules! store {
    ($($register:literal at $offset:literal),*) => {
        concat!($("vmovdqa64 [{out} + ", $offset, "], zmm", $register, "\n"),*)
    };
}

macro_rules! store_vectors {
    (1) => { store!(0 at 0, 1 at 64, 2 at 128, 3 at 192) };
    (2) => { concat!(store_vectors!(1), store!(4 at 256, 5 at 320, 6 at 384, 7 at 448)) };
    (3) => { concat!(store_vectors!(2), store!(8 at 512, 9 at 576, 10 at 640, 11 at 704)) };
    (4) => { concat!(store_vectors!(3), store!(12 at 768, 13 at 832, 14 at 896, 15 at 960)) };
}

macro_rules! windows {
    ($depth:tt, $vectors:tt, $digits:ident, $stride:ident, $weights:ident, $lengths:ident, $tables:ident, $out:ident) => {
        asm!(
            "3:",
            "mov {blocks}, [{lengths}]",
            "add {lengths}, 8",
            clear!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15),
            ".p2align 6",
            "2:",
            "mov {d0}, [{d}]",
            "mov {d1}, [{d} + {s}]",
            "mov {d2}, [{d} + 2*{s}]",
            "mov {d3}, [{d} + {s3}]",
            block!($depth, $vectors),
            "dec {blocks}",
            "jnz 2b",
            store_vectors!($vectors),
            "add {out}, {window}",
            "cmp qword ptr [{lengths}], 0",
            "jne 3b",
            d = inout(reg) $digits => _,
            s = in(reg) $stride,
            s3 = in(reg) 3 * $stride,
            w = inout(reg) $weights => _,
            blocks = out(reg) _,
            lengths = inout(reg) $lengths => _,
            lines = in(reg) $tables.as_ptr(),
            out = inout(reg) $out => _,
            window = const ROWS * $vectors * 64,
            d0 = out(reg) _,
            d1 = out(reg) _,
            d2 = out(reg) _,
            d3 = out(reg) _,
            t = out(reg) _,
            out("zmm0") _, out("zmm1") _, out("zmm2") _, out("zmm3") _,
            out("zmm4") _, out("zmm5") _, out("zmm6") _, out("zmm7") _,
            out("zmm8") _, out("zmm9") _, out("zmm10") _, out("zmm11") _,
            out("zmm12") _, out("zmm13") _, out("zmm14") _, out("zmm15") _,
            out("zmm16") _, out("zmm17") _, out("zmm18") _, out("zmm19") _,
            out("zmm20") _, out("zmm21") _, out("zmm22") _, out("zmm23") _,
            out("zmm24") _, out("zmm25") _, out("zmm26") _, out("zmm27") _,
            options(nostack)
        )
    };
}

/// The sums of windows of `lengths` blocks, in bytes: line `4·(vectors·i + v) + x` of `out` has window
/// `i` of vector `v` of row `x`. None may exceed 255.
///
/// # Safety
///
/// `vectors` are 1 to 4 for tables of seven digits, 1 for those of five. `lengths` are some numbers
/// above 0, and then a 0. For `blocks`, their sum, and blocks of `b` bytes: from `digits` on,
/// `b·(blocks - 1) + 8` bytes of each of the four rows, `stride` bytes apart, can be read; from
/// `weights` on, `4·vectors` lines for each block; and `4·vectors` lines written to `out` for each
/// window.
#[expect(clippy::too_many_arguments, reason = "what an inner loop needs, it needs")]
pub(super) unsafe fn windows(
    _: Vbmi,
    vectors: usize,
    digits: *const u8,
    stride: usize,
    weights: *const Line,
    lengths: *const usize,
    tables: &Tables,
    out: *mut Line,
) {
    const { assert!(LINES * size_of::<Line>() == 262_144, "the offset of the sevenths") };
    const { assert!(LINES_OF_FIVE * size_of::<Line>() == 0x7fe0 + 32, "the last of five") };
    // SAFETY: the token proves the instructions. The loop reads 8 bytes of each row at each block, a
    // block on from the one before; of seven digits, lines at offsets below 2¹⁸, which are all within
    // the first 4096 of `tables`, of 64 bytes, and four bytes at 0, 4, 8 or 12 of the line after them;
    // of five, half lines at offsets below 2¹⁵, within the 512 that there are; and what the caller
    // promises.
    unsafe {
        match (tables.depth, vectors) {
            (Depth::Five, _) => windows!(5, 1, digits, stride, weights, lengths, tables, out),
            (Depth::Seven, 1) => windows!(7, 1, digits, stride, weights, lengths, tables, out),
            (Depth::Seven, 2) => windows!(7, 2, digits, stride, weights, lengths, tables, out),
            (Depth::Seven, 3) => windows!(7, 3, digits, stride, weights, lengths, tables, out),
            (Depth::Seven, _) => windows!(7, 4, digits, stride, weights, lengths, tables, out),
        }
    }
}
