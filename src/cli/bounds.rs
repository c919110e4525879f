//! `hwgq bounds`: what any quantizer of a law could reach, and what the known ones do.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::law::LawArguments;
use super::output::{Format, eight_digits, print, print_csv, print_json, print_table};
use super::{Ending, Usage};
use crate::density::Density;
use crate::math::Interval;
use crate::record::{Column, Table, Values};
use crate::theory::{LimitRow, differential_entropy_bits, limits, panter_dite_constant};

/// Bound the distortion of a law at each rate, and compare the quantizers with it
///
/// For each number of bits: Shannon's D(R) between a lower and an upper bound, his lower bound in
/// closed form, the Panter-Dite limit, the Lloyd-Max quantizer of 2^bits levels with its entropy,
/// and the entropy-coded quantizer (ECSQ) of that rate; gaps in bits and decibel.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    law: LawArguments,
    /// Rates in bits: one, or a range such as 1..8
    #[arg(long, value_name = "RANGE", default_value = "1..8", value_parser = range)]
    bits: (u32, u32),
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const BITS_MAX: u32 = 10;

fn range(text: &str) -> Result<(u32, u32), String> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let number = |word: &str| word.trim_start_matches('=').trim().parse::<u32>().ok();
    match (number(low), number(high)) {
        (Some(low), Some(high)) if 1 <= low && low <= high && high <= BITS_MAX => Ok((low, high)),
        _ => Err(format!("{text:?} is no rate from 1 to {BITS_MAX} bits; try 4 or 1..8")),
    }
}

/// The contract of `--format json`.
#[derive(Debug, Serialize)]
struct Answer {
    law: String,
    variance: f64,
    differential_entropy_bits: Option<f64>,
    panter_dite_constant: Option<f64>,
    rows: Vec<LimitRow>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let law = arguments.law.law()?;
    let (low, high) = arguments.bits;
    let rows: Result<Vec<LimitRow>, _> = limits(&*law, low..=high).collect();
    let answer = Answer {
        law: law.describe(),
        variance: variance(&*law),
        differential_entropy_bits: differential_entropy_bits(&*law),
        panter_dite_constant: panter_dite_constant(&*law),
        rows: rows.map_err(|error| Usage(error.to_string()))?,
    };
    match arguments.format {
        Format::Json => print_json(&answer)?,
        Format::Csv => print_csv(&table(&answer.rows)?)?,
        Format::Table => {
            print(&heading(&answer))?;
            print_table(&table(&answer.rows)?, eight_digits)?;
        }
    }
    Ok(Ending::Done)
}

fn variance(law: &dyn Density) -> f64 {
    let mean = law.moments(Interval::LINE).centroid().unwrap_or(0.0);
    law.moments_about(Interval::LINE, mean).second
}

fn heading(answer: &Answer) -> String {
    let or_none = |value: Option<f64>| {
        value.map_or_else(|| "none: the law has atoms".to_owned(), eight_digits)
    };
    format!(
        " law          {}\n variance     {}\n entropy      {} bits (differential)\n Panter-Dite  {}\n\n",
        answer.law,
        eight_digits(answer.variance),
        or_none(answer.differential_entropy_bits),
        or_none(answer.panter_dite_constant),
    )
}

/// A name, a unit, and where the number stands in a row.
type Field = (&'static str, &'static str, fn(&LimitRow) -> Option<f64>);

const FIELDS: [Field; 13] = [
    ("rate", "bit", |row| Some(row.rate_bits)),
    ("shannon_lower", "", |row| Some(row.shannon_lower)),
    ("shannon_upper", "", |row| Some(row.shannon_upper)),
    ("shannon_lower_bound", "", |row| row.shannon_lower_bound),
    ("panter_dite", "", |row| row.panter_dite),
    ("lloyd_max", "", |row| row.lloyd_max),
    ("lloyd_max_entropy", "bit", |row| row.lloyd_max_entropy_bits),
    ("lloyd_max_gap", "bit", |row| row.lloyd_max_gap_bits),
    ("lloyd_max_gap_db", "dB", |row| row.lloyd_max_gap_db),
    ("ecsq", "", |row| row.ecsq),
    ("ecsq_levels", "", |row| row.ecsq_levels.map(|levels| levels as f64)),
    ("ecsq_gap", "bit", |row| row.ecsq_gap_bits),
    ("ecsq_gap_db", "dB", |row| row.ecsq_gap_db),
];

fn table(rows: &[LimitRow]) -> Result<Table> {
    let column = |(name, unit, value): Field| Column {
        name: name.to_owned(),
        unit: unit.to_owned(),
        values: Values::Number(rows.iter().map(|row| value(row).unwrap_or(f64::NAN)).collect()),
    };
    Ok(Table::new("bounds", FIELDS.into_iter().map(column).collect())?)
}
