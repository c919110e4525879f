//! Why a record cannot be drawn.

use thiserror::Error;

use crate::record::TableError;

/// What a record lacks to become a figure.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FigureError {
    /// No figure draws this kind of record.
    #[error("no figure draws records of kind {kind:?}; there are figures for {known}")]
    UnknownKind {
        /// The kind of the record.
        kind: String,
        /// The kinds that can be drawn.
        known: String,
    },
    /// A table the figure is made of is missing.
    #[error("record {record} has no table called {table}; it has {known}")]
    NoTable {
        /// The record.
        record: String,
        /// The table asked for.
        table: &'static str,
        /// The tables there are.
        known: String,
    },
    /// A table without rows.
    #[error("table {table} has no rows, so there is nothing to draw; was the experiment run?")]
    Empty {
        /// The table.
        table: String,
    },
    /// A column is missing.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A word outside a column's vocabulary.
    #[error("table {table}, row {row}: {column} is {found:?}; it must be one of {allowed}")]
    UnknownWord {
        /// The table.
        table: String,
        /// The column.
        column: &'static str,
        /// The row, from 1.
        row: usize,
        /// The word.
        found: String,
        /// The vocabulary.
        allowed: String,
    },
    /// A number that has no place on the axis.
    #[error("table {table}, row {row}: {column} is {found}; this axis takes {allowed}")]
    Unplaceable {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The row, from 1.
        row: usize,
        /// The number.
        found: f64,
        /// What the axis takes.
        allowed: &'static str,
    },
    /// More panels, rows or curves than anyone could read.
    #[error("{count} {what} do not fit on one figure, at most {max} do; split the record")]
    TooMany {
        /// Panels, rows or curves.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many fit.
        max: usize,
    },
    /// A datum fell outside the axes that were chosen for it.
    #[error("the point ({x}, {y}) lies outside the axes of its panel; report this as a bug")]
    OutsideAxes {
        /// Abscissa.
        x: f64,
        /// Ordinate.
        y: f64,
    },
    /// The drawing backend refused.
    #[error("the drawing could not be made: {0}")]
    Canvas(String),
}
