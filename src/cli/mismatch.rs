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
    rows: Vec<MismatchRow>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let rows = table()?;
    match arguments.format {
        Format::Json => print_json(&Answer { input: "gaussian(mean=0, deviation=1)", rows })?,
        Format::Csv => print_csv(&mismatch_table(&rows)?)?,
        Format::Table => print_table(&mismatch_table(&rows)?, eight_digits)?,
    }
    Ok(Ending::Done)
}
