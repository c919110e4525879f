//! Forward × backward gaps under the standard normal law.

use super::error::ExperimentError;
use super::tables::{number, text};
use crate::record::{Table, TableError};
use crate::theory::{Mismatch, MismatchRow, table};

/// The rows of `theory::table` as a table of a record.
///
/// # Errors
///
/// Never for rows from `theory::table`.
pub fn mismatch_table(rows: &[MismatchRow]) -> Result<Table, TableError> {
    let column = |name: &str, of: fn(&Mismatch) -> f64| {
        number(name, "", rows.iter().map(|row| of(&row.mismatch)))
    };
    Table::new(
        "mismatch",
        vec![
            text("forward", rows.iter().map(|row| row.forward.as_str())),
            text("backward", rows.iter().map(|row| row.backward)),
            column("value_gap", |gap| gap.value_gap),
            column("tail_share", |gap| gap.tail_share),
            column("mean_abs_gap", |gap| gap.mean_abs_gap),
            column("cosine", |gap| gap.cosine),
            column("mean_slope", |gap| gap.mean_slope),
            column("smoothed_bias", |gap| gap.smoothed_bias),
            column("relative_bias", |gap| gap.relative_bias),
        ],
    )
}

pub(super) fn tables() -> Result<Vec<Table>, ExperimentError> {
    Ok(vec![mismatch_table(&table()?)?])
}
