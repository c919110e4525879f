//! As much of a table as a page shows.

use super::digits::Digits;
use crate::record::{Column, Table, Values};

/// Tables up to this length are shown in full: summaries, fits, levels, gaps.
const FULL_ROWS_MAX: usize = 48;
/// What is shown of longer ones.
const ROWS_SHOWN: usize = 8;

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// Name and unit in words.
    pub(super) text: String,
    /// Whether the cells are numbers, which are aligned at their right end.
    pub(super) is_number: bool,
}

/// A table in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The heads.
    pub(super) heads: Vec<Head>,
    /// The cells of the rows shown.
    pub(super) rows: Vec<Vec<String>>,
    /// What to read above the table: what is shown, and where the rest is.
    pub(super) note: String,
}

impl Excerpt {
    /// What a page shows of `table`, which belongs to the record `id`.
    pub(super) fn of(table: &Table, id: &str) -> Self {
        let count = table.rows();
        let shown = if count <= FULL_ROWS_MAX { count } else { ROWS_SHOWN };
        let columns: Vec<Vec<String>> =
            table.columns().iter().map(|column| cells(column, shown)).collect();
        let row = |row: usize| columns.iter().map(|cells| cells[row].clone()).collect();
        Self {
            heads: table.columns().iter().map(head).collect(),
            rows: (0..shown).map(row).collect(),
            note: note(table, shown, id),
        }
    }
}

fn head(column: &Column) -> Head {
    let name = column.name.replace('_', " ");
    let text = if column.unit.is_empty() { name } else { format!("{name} [{}]", column.unit) };
    Head { text, is_number: matches!(column.values, Values::Number(_)) }
}

fn cells(column: &Column, shown: usize) -> Vec<String> {
    match &column.values {
        Values::Text(words) => words[..shown].to_vec(),
        Values::Number(values) => {
            // The digits suit the whole column, so that cutting a table does not change them.
            let digits = Digits::of(values, &column.unit);
            values[..shown].iter().map(|&value| digits.write(value)).collect()
        }
    }
}

fn note(table: &Table, shown: usize, id: &str) -> String {
    let (name, count) = (table.name(), table.rows());
    let file = format!("records/{id}/{name}.csv");
    match count {
        0 => format!("Table {name} has no rows ({file})."),
        _ if shown < count => {
            format!("Table {name}, the first {shown} of {count} rows; all of them are in {file}.")
        }
        _ => format!("Table {name}; every digit is in {file}."),
    }
}
