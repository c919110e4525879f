//! Golden tables: comma-separated, one header line, numbers with more digits than an f64 holds.

use std::path::Path;

/// One row of a golden table.
#[derive(Debug)]
pub(crate) struct Row {
    header: csv::StringRecord,
    cells: csv::StringRecord,
}

impl Row {
    pub(crate) fn text(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        &self.cells[place.unwrap_or_else(|| panic!("no column {column}"))]
    }

    pub(crate) fn numbers(&self, column: &str) -> Vec<f64> {
        let words = self.text(column).split_whitespace();
        words.map(|word| word.parse().unwrap_or_else(|_| panic!("{word} is no number"))).collect()
    }

    pub(crate) fn number(&self, column: &str) -> f64 {
        let numbers = self.numbers(column);
        assert_eq!(numbers.len(), 1, "one number in column {column}");
        numbers[0]
    }
}

/// The rows of `tests/reference/<name>.csv`.
pub(crate) fn rows(name: &str) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let mut reader = csv::Reader::from_path(folder.join(format!("{name}.csv"))).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows: Vec<Row> = reader
        .records()
        .map(|cells| Row { header: header.clone(), cells: cells.unwrap() })
        .collect();
    assert!(!rows.is_empty(), "{name} has rows");
    rows
}

/// Fails unless `ours` is within `tolerance` of `golden`, relatively.
#[track_caller]
pub(crate) fn assert_close(what: &str, ours: f64, golden: f64, tolerance: f64) {
    let error = (ours - golden).abs() / golden.abs().max(f64::MIN_POSITIVE);
    let same = ours.to_bits() == golden.to_bits();
    assert!(same || error <= tolerance, "{what}: {ours:e} against {golden:e}, off by {error:e}");
}
