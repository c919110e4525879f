//! What a figure asks of its tables: present, not empty, placeable on an axis.

use super::error::FigureError;
use crate::record::{Record, Table};

/// Numbers beyond this overflow when ranges are padded; nothing measured comes near it.
const MAGNITUDE_MAX: f64 = 1e100;

/// The table called `name`, which must have rows.
pub(super) fn table<'a>(record: &'a Record, name: &'static str) -> Result<&'a Table, FigureError> {
    let Some(table) = record.table(name) else {
        let known: Vec<&str> = record.tables.iter().map(Table::name).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(FigureError::NoTable { record: record.id.clone(), table: name, known });
    };
    if table.rows() == 0 {
        return Err(FigureError::Empty { table: name.to_owned() });
    }
    Ok(table)
}

/// A column of numbers that a linear axis takes.
pub(super) fn finite<'a>(table: &'a Table, column: &str) -> Result<&'a [f64], FigureError> {
    let placeable = |value: f64| value.abs() <= MAGNITUDE_MAX;
    checked(table, column, "finite numbers up to 1e100 in magnitude", placeable)
}

/// A column of numbers that a logarithmic axis takes.
pub(super) fn positive<'a>(table: &'a Table, column: &str) -> Result<&'a [f64], FigureError> {
    let placeable = |value: f64| (f64::MIN_POSITIVE..=MAGNITUDE_MAX).contains(&value);
    checked(table, column, "positive numbers up to 1e100", placeable)
}

/// A column of numbers, NaN where there is nothing to draw.
pub(super) fn optional<'a>(table: &'a Table, column: &str) -> Result<&'a [f64], FigureError> {
    let placeable = |value: f64| value.is_nan() || value.abs() <= MAGNITUDE_MAX;
    checked(table, column, "finite numbers up to 1e100 in magnitude, or NaN for none", placeable)
}

fn checked<'a>(
    table: &'a Table,
    column: &str,
    allowed: &'static str,
    placeable: impl Fn(f64) -> bool,
) -> Result<&'a [f64], FigureError> {
    let values = table.numbers(column)?;
    match values.iter().position(|&value| !placeable(value)) {
        None => Ok(values),
        Some(row) => Err(FigureError::Unplaceable {
            table: table.name().to_owned(),
            column: column.to_owned(),
            row: row + 1,
            found: values[row],
            allowed,
        }),
    }
}

/// `name [unit]` of a column, for an axis that is called `name`.
pub(super) fn label(table: &Table, column: &str, name: &str) -> String {
    let unit = table.columns().iter().find(|known| known.name == column);
    match unit.map(|known| known.unit.as_str()) {
        None | Some("") => name.to_owned(),
        Some(unit) => format!("{name} [{unit}]"),
    }
}

/// The different words in the order in which they first appear; at most `max` of them.
pub(super) fn distinct<'a>(
    words: impl IntoIterator<Item = &'a String>,
    what: &'static str,
    max: usize,
) -> Result<Vec<&'a str>, FigureError> {
    let mut seen: Vec<&str> = Vec::new();
    for word in words {
        // A linear search, cut off at `max`: the lists are what a person can read at a glance.
        if !seen.contains(&word.as_str()) {
            seen.push(word);
        }
        if seen.len() > max {
            return Err(FigureError::TooMany { what, count: seen.len(), max });
        }
    }
    Ok(seen)
}

/// The rows for which `keep` holds.
pub(super) fn rows(table: &Table, keep: impl Fn(usize) -> bool) -> Vec<usize> {
    (0..table.rows()).filter(|&row| keep(row)).collect()
}
