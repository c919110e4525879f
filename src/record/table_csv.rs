//! Tables as CSV files.
//!
//! RFC 4180 with lines that end in LF. The header is `name [unit]`, or `name` alone for a pure
//! number. A number stands in the shortest form that reads back to the same bits, or as `NaN`,
//! `inf` or `-inf`, as pandas reads them. (All NaNs become one.)
//!
//! A CSV file does not say whether `1` is a number or a word, so whoever reads must bring the
//! [`Heading`]s; `record.toml` keeps them.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Column, Table, TableError, Values};

/// What stands above a column, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// See [`Column::name`].
    pub name: String,
    /// See [`Column::unit`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// What the cells are.
    pub cells: Cells,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cells {
    /// Numbers.
    Number,
    /// Words, whatever they look like.
    Text,
}

/// Why a CSV file is not the table that its headings promise.
#[derive(Debug, Error)]
pub enum CsvError {
    /// Rows of different length, or bytes that are not UTF-8, or a failed read.
    #[error("line {line}: {reason}")]
    Malformed {
        /// Where the row begins, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// Another header than expected.
    #[error("line 1: the header is {found:?}; expected {expected:?}")]
    Header {
        /// The header there is.
        found: Vec<String>,
        /// The header there should be.
        expected: Vec<String>,
    },
    /// A cell of a column of numbers that is none.
    #[error("line {line}, column {column} ({header}): {text:?} is not a number")]
    NotANumber {
        /// Where the row begins, from 1.
        line: u64,
        /// Position of the cell in its row, from 1.
        column: usize,
        /// What stands above it.
        header: String,
        /// What stands in it, at most 64 letters of it.
        text: String,
    },
    /// The columns do not make a table.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Heading {
    fn of(column: &Column) -> Self {
        let cells = match column.values {
            Values::Number(_) => Cells::Number,
            Values::Text(_) => Cells::Text,
        };
        Self { name: column.name.clone(), unit: column.unit.clone(), cells }
    }

    /// `name [unit]`, or `name` without a unit.
    pub fn header(&self) -> String {
        if self.unit.is_empty() {
            self.name.clone()
        } else {
            format!("{} [{}]", self.name, self.unit)
        }
    }
}

impl Table {
    /// What stands above the columns: with it, [`Table::read_csv`] gives the table back.
    pub fn headings(&self) -> Vec<Heading> {
        self.columns().iter().map(Heading::of).collect()
    }

    /// Writes the table as CSV.
    ///
    /// # Errors
    ///
    /// When the sink fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::record::{Column, Table, Values};
    /// let values = Values::Number(vec![0.3634, 0.1188]);
    /// let column = Column { name: "distortion".into(), unit: String::new(), values };
    /// let mut csv = Vec::new();
    /// Table::new("max-1960", vec![column]).unwrap().write_csv(&mut csv)?;
    /// assert_eq!(csv, b"distortion\n0.3634\n0.1188\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_csv(&self, sink: impl Write) -> io::Result<()> {
        if self.columns().is_empty() {
            return Ok(());
        }
        let mut writer = csv::Writer::from_writer(sink);
        writer.write_record(self.headings().iter().map(Heading::header))?;
        for row in 0..self.rows() {
            for column in self.columns() {
                match &column.values {
                    Values::Number(numbers) => writer.write_field(format!("{:?}", numbers[row]))?,
                    Values::Text(words) => writer.write_field(&words[row])?,
                }
            }
            // Ends the row.
            writer.write_record(None::<&[u8]>)?;
        }
        writer.flush()
    }

    /// Reads the table called `name`, whose columns are `headings`.
    ///
    /// # Errors
    ///
    /// When the header is another, the rows differ in length, or a number is none.
    pub fn read_csv(name: &str, headings: &[Heading], source: impl Read) -> Result<Self, CsvError> {
        let mut reader = csv::Reader::from_reader(source);
        let expected: Vec<_> = headings.iter().map(Heading::header).collect();
        let header = reader.headers().map_err(|error| malformed(&error))?;
        if !header.iter().eq(&expected) {
            let found = header.iter().map(shortened).collect();
            return Err(CsvError::Header { found, expected });
        }
        let mut columns: Vec<_> = headings.iter().map(empty_column).collect();
        for row in reader.records() {
            let row = row.map_err(|error| malformed(&error))?;
            for (index, (column, text)) in columns.iter_mut().zip(&row).enumerate() {
                match (&mut column.values, text.parse()) {
                    (Values::Text(words), _) => words.push(text.to_owned()),
                    (Values::Number(numbers), Ok(number)) => numbers.push(number),
                    (Values::Number(_), Err(_)) => {
                        let line = row.position().map_or(0, csv::Position::line);
                        let (column, header) = (index + 1, expected[index].clone());
                        let text = shortened(text);
                        return Err(CsvError::NotANumber { line, column, header, text });
                    }
                }
            }
        }
        Ok(Self::new(name, columns)?)
    }
}

fn empty_column(heading: &Heading) -> Column {
    let values = match heading.cells {
        Cells::Number => Values::Number(Vec::new()),
        Cells::Text => Values::Text(Vec::new()),
    };
    Column { name: heading.name.clone(), unit: heading.unit.clone(), values }
}

/// As much of a strange text as an error of one line can hold.
fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

pub(super) fn malformed(error: &csv::Error) -> CsvError {
    let line = error.position().map_or(0, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells; the header has {expected_len}")
        }
        csv::ErrorKind::Utf8 { err, .. } => format!("cell {} is not UTF-8", err.field() + 1),
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => error.to_string(),
    };
    CsvError::Malformed { line, reason }
}
