//! Short names for the two kinds of column.

use crate::record::{Column, Values};

/// A column of words.
pub(super) fn text<S: Into<String>>(name: &str, values: impl IntoIterator<Item = S>) -> Column {
    Column {
        name: name.to_owned(),
        unit: String::new(),
        values: Values::Text(values.into_iter().map(Into::into).collect()),
    }
}

/// A column of numbers with their unit, empty for pure numbers.
pub(super) fn number(name: &str, unit: &str, values: impl IntoIterator<Item = f64>) -> Column {
    Column {
        name: name.to_owned(),
        unit: unit.to_owned(),
        values: Values::Number(values.into_iter().collect()),
    }
}
