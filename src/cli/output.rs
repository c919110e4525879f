//! What a command prints: data on standard output, talk on standard error.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use comfy_table::{CellAlignment, ContentArrangement};
use serde::Serialize;

use crate::record::{Column, Table, Values};

/// The form of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON document; the field names are a contract.
    Json,
    /// Comma-separated, one header line.
    Csv,
}

/// Writes to standard output; a reader that has gone away (`| head`) is success.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.context("cannot write to standard output"),
    }
}

/// Writes a line to standard error; talk that cannot be heard is not an error.
pub(super) fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

/// Whether a person watches the talk.
pub(super) fn is_watched() -> bool {
    stderr().is_terminal()
}

/// Columns of the terminal that data is printed to; a page's worth when it is no terminal.
fn width() -> u16 {
    terminal_size::terminal_size_of(stdout()).map_or(140, |(width, _)| width.0)
}

/// Prints `answer` as indented JSON; floats are written so that they read back unchanged.
pub(super) fn print_json(answer: &impl Serialize) -> Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(answer)?))
}

/// Prints a table as CSV; numbers are written so that they read back unchanged.
pub(super) fn print_csv(table: &Table) -> Result<()> {
    let mut csv = Vec::new();
    table.write_csv(&mut csv)?;
    print(std::str::from_utf8(&csv)?)
}

/// Prints rows of prose, wrapped to the terminal.
pub(super) fn print_prose(header: &[&str], rows: &[Vec<String>]) -> Result<()> {
    let mut shown = comfy_table::Table::new();
    shown.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    shown.set_content_arrangement(ContentArrangement::Dynamic);
    shown.set_width(width());
    shown.set_header(header);
    for row in rows {
        shown.add_row(row);
    }
    print(&format!("{shown}\n"))
}

/// Prints a table for people, numbers to the right.
pub(super) fn print_table(table: &Table, number: fn(f64) -> String) -> Result<()> {
    print(&format!("{}\n", rendered(table, number)))
}

/// A table for people as text, numbers to the right.
pub(super) fn rendered(table: &Table, number: fn(f64) -> String) -> comfy_table::Table {
    let mut shown = comfy_table::Table::new();
    shown.load_style(comfy_table::presets::NOTHING);
    shown.set_content_arrangement(ContentArrangement::Disabled);
    shown.set_header(table.columns().iter().map(heading));
    for row in 0..table.rows() {
        shown.add_row(table.columns().iter().map(|column| cell(column, row, number)));
    }
    for (column, shown) in table.columns().iter().zip(shown.column_iter_mut()) {
        if matches!(column.values, Values::Number(_)) {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    shown
}

fn heading(column: &Column) -> String {
    let name = column.name.replace('_', " ");
    if column.unit.is_empty() { name } else { format!("{name} [{}]", column.unit) }
}

fn cell(column: &Column, row: usize, number: fn(f64) -> String) -> String {
    match &column.values {
        Values::Number(values) => number(values[row]),
        Values::Text(values) => values[row].clone(),
    }
}

/// All the digits that tell this number from its neighbours.
pub(super) fn exact(value: f64) -> String {
    if value.is_nan() {
        String::new()
    } else if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value}")
    } else {
        format!("{value:?}")
    }
}

/// Eight significant digits, for tables wide enough as it is.
pub(super) fn eight_digits(value: f64) -> String {
    significant(value, 8)
}

/// Six significant digits, for numbers that were measured.
pub(super) fn six_digits(value: f64) -> String {
    significant(value, 6)
}

/// So many significant digits.
pub(super) fn significant(value: f64, digits: u8) -> String {
    if value.is_nan() {
        return String::new();
    }
    let digits = i32::from(digits);
    if value == 0.0 || (1e-4..1e9).contains(&value.abs()) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "an exponent of ten of an f64 is small"
        )]
        let exponent = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
        let decimals = usize::try_from((digits - 1 - exponent).max(0)).unwrap_or(0);
        format!("{value:.decimals$}")
    } else {
        let decimals = usize::try_from(digits - 1).unwrap_or(0);
        format!("{value:.decimals$e}")
    }
}
