//! `hwgq bench pack`: quantizing and packing, against copying and reading alone.

use std::fmt;
use std::hint::black_box;
use std::str::FromStr;

use anyhow::Result;
use clap::Args;
use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;
use serde::Serialize;

use super::answer::{four_digits, number, text};
use super::contest::check;
use super::output::{Format, print_csv, print_json, print_table};
use super::timing::{self, Reading, Work, measure};
use super::{Ending, operands};
use crate::bits::{SignMatrix, quantize};
use crate::record::Table;
use crate::scheme::Forward;

/// Measure quantizing and packing of f32 activations and weights
///
/// GB/s counts the f32 that are read. Beside it, in the same run, a copy of the same numbers
/// (memcpy) and reading them alone, which is the limit of both. The default sizes lie in the second
/// cache, the third and in memory. Timed as in `hwgq bench gemm`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Rows and columns; may be repeated
    #[arg(long = "shape", value_name = "MxK")]
    shapes: Vec<Size>,
    /// Threads that share the work
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
    /// Bits of an activation, 1 to 4
    #[arg(long, value_name = "B", default_value_t = 2)]
    bits: u32,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    rows: usize,
    columns: usize,
}

/// 0.2, 13 and 101 MB.
const SIZES: [Size; 3] = [
    Size { rows: 90, columns: 576 },
    Size { rows: 3136, columns: 1024 },
    Size { rows: 16384, columns: 1536 },
];

/// 1 GB of f32.
const NUMBERS_MAX: usize = 1 << 28;

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}", self.rows, self.columns)
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sizes: Option<Vec<usize>> = text.split('x').map(|size| size.parse().ok()).collect();
        let Some(&[rows, columns]) = sizes.as_deref() else {
            return Err("give rows and columns MxK, for example 3136x576".to_owned());
        };
        match rows.checked_mul(columns) {
            Some(numbers) if (1..=NUMBERS_MAX).contains(&numbers) => Ok(Self { rows, columns }),
            _ => Err(format!("a matrix holds 1 to {NUMBERS_MAX} numbers")),
        }
    }
}

/// The contract of `--format json`: the rows have the fields of `hwgq bench gemm`, null where
/// nothing is multiplied.
#[derive(Debug, Serialize)]
struct Answer {
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    shape: String,
    /// `quantize`, `signs`, `memcpy` or `read`.
    kernel: &'static str,
    /// Of a code; null where nothing is packed.
    bits: Option<u32>,
    /// `codes`, `f32`, or `none` when it is only read.
    output: &'static str,
    threads: usize,
    /// 10⁹ bytes of f32 that are read in a second.
    gb_per_s: f64,
    gmacs: Option<f64>,
    mac_per_cycle: Option<f64>,
    clock_ghz: f64,
    /// Of the speed of reading alone.
    fraction_of_kernel_limit: f64,
    /// The same: no packing can be faster than reading.
    fraction_of_best_limit: f64,
    /// Speed over that of a copy.
    ratio_to_memcpy: f64,
    milliseconds: f64,
    spread: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let (threads, bits) = (arguments.threads, arguments.bits);
    check(threads, bits)?;
    let sizes = if arguments.shapes.is_empty() { &SIZES } else { arguments.shapes.as_slice() };
    let rows = sizes.iter().map(|&size| rows(size, threads, bits));
    let answer = Answer { rows: rows.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect() };
    match arguments.format {
        Format::Json => print_json(&answer)?,
        Format::Csv => print_csv(&table(&answer)?)?,
        Format::Table => print_table(&table(&answer)?, four_digits)?,
    }
    Ok(Ending::Done)
}

fn rows(size: Size, threads: usize, bits: u32) -> Result<Vec<Row>> {
    let Size { rows, columns } = size;
    let values = operands::activations(rows * columns);
    let thresholds = operands::thresholds(&operands::half_wave(Forward::Hwgq, bits)?);
    let mut copy = vec![0.0; values.len()];
    let values = values.as_slice();
    let (share, thresholds) = (values.len().div_ceil(threads), thresholds.as_slice());
    let mut works: Vec<Work<'_>> = vec![
        Box::new(move || {
            black_box(quantize(values, thresholds, rows, columns)?);
            Ok(())
        }),
        Box::new(move || {
            black_box(SignMatrix::new(rows, columns, values)?);
            Ok(())
        }),
        Box::new(move || {
            let parts = copy.par_chunks_mut(share).zip(values.par_chunks(share));
            parts.for_each(|(copy, values)| copy.copy_from_slice(values));
            black_box(&mut copy);
            Ok(())
        }),
        Box::new(move || {
            let parts = black_box(values).par_chunks(share);
            black_box(parts.map(|values| Arch::new().dispatch(Read { values })).sum::<u32>());
            Ok(())
        }),
    ];
    let readings = measure(&timing::pool(threads)?, &mut works)?;
    let speed = |reading: &Reading| 4e-9 * values.len() as f64 / reading.seconds;
    let kinds = [
        ("quantize", Some(bits), "codes"),
        ("signs", Some(1), "codes"),
        ("memcpy", None, "f32"),
        ("read", None, "none"),
    ];
    let (memcpy, read) = (speed(&readings[2]), speed(&readings[3]));
    let row = |((kernel, bits, output), reading): (_, &Reading)| Row {
        shape: size.to_string(),
        kernel,
        bits,
        output,
        threads,
        gb_per_s: speed(reading),
        gmacs: None,
        mac_per_cycle: None,
        clock_ghz: reading.clock_ghz,
        fraction_of_kernel_limit: speed(reading) / read,
        fraction_of_best_limit: speed(reading) / read,
        ratio_to_memcpy: speed(reading) / memcpy,
        milliseconds: 1e3 * reading.seconds,
        spread: reading.spread,
    };
    Ok(kinds.into_iter().zip(&readings).map(row).collect())
}

/// Reads all numbers, and does as little as the compiler cannot leave out.
struct Read<'a> {
    values: &'a [f32],
}

impl NullaryFnOnce for Read<'_> {
    type Output = u32;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "else it is compiled for the oldest processor")]
    fn call(self) -> u32 {
        let mut folded = [0_u32; 128];
        let (chunks, rest) = self.values.as_chunks::<128>();
        for chunk in chunks {
            for (folded, value) in folded.iter_mut().zip(chunk) {
                *folded ^= value.to_bits();
            }
        }
        let rest = rest.iter().fold(0, |folded, value| folded ^ value.to_bits());
        folded.iter().fold(rest, |all, folded| all ^ folded)
    }
}

fn table(answer: &Answer) -> Result<Table> {
    let rows = answer.rows.as_slice();
    let columns = vec![
        text("shape", rows, |row: &Row| row.shape.clone()),
        text("kernel", rows, |row| row.kernel.to_owned()),
        number("bits", "", rows, |row| row.bits.map_or(f64::NAN, f64::from)),
        text("output", rows, |row| row.output.to_owned()),
        number("threads", "", rows, |row| row.threads as f64),
        number("gb_per_s", "GB/s", rows, |row| row.gb_per_s),
        number("fraction_of_read", "", rows, |row| row.fraction_of_kernel_limit),
        number("ratio_to_memcpy", "", rows, |row| row.ratio_to_memcpy),
        number("clock_ghz", "GHz", rows, |row| row.clock_ghz),
        number("milliseconds", "ms", rows, |row| row.milliseconds),
        number("spread", "", rows, |row| row.spread),
    ];
    Ok(Table::new("pack", columns)?)
}
