//! `hwgq mismatch`: how far backward functions are from the quantizers they stand in for.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::Ending;
use super::output::{Format, eight_digits, print_csv, print_json, print_table};
use crate::experiment::mismatch_table;
use crate::theory::{MismatchRow, table};

/// Print forward × backward gaps under a standard normal input
///
/// value gap E(Q − B)², its share from beyond the top level, E|Q − B|, cosine of Q and B, mean slope
/// E B′, and how much that exceeds the slope of the Gaussian-smoothed quantizer.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The contract of `--format json`.
#[derive(Debug, Serialize)]
struct Answer {
    input: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    forward: String,
    backward: &'static str,
    value_gap: f64,
    tail_share: f64,
    mean_abs_gap: f64,
    cosine: f64,
    mean_slope: f64,
    smoothed_bias: f64,
    relative_bias: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let rows = table()?;
    match arguments.format {
        Format::Json => print_json(&Answer {
            input: "gaussian(mean=0, deviation=1)",
            rows: rows.into_iter().map(row).collect(),
        })?,
        Format::Csv => print_csv(&mismatch_table(&rows)?)?,
        Format::Table => print_table(&mismatch_table(&rows)?, eight_digits)?,
    }
    Ok(Ending::Done)
}

fn row(row: MismatchRow) -> Row {
    Row {
        forward: row.forward,
        backward: row.backward,
        value_gap: row.mismatch.value_gap,
        tail_share: row.mismatch.tail_share,
        mean_abs_gap: row.mismatch.mean_abs_gap,
        cosine: row.mismatch.cosine,
        mean_slope: row.mismatch.mean_slope,
        smoothed_bias: row.mismatch.smoothed_bias,
        relative_bias: row.mismatch.relative_bias,
    }
}
