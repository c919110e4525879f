//! Floor 4: what a run leaves behind.

mod claim;
mod claims_csv;
mod disk;
mod error;
mod instruction_set;
mod manifest;
mod provenance;
mod rfc3339;
mod store;
mod table;
mod table_csv;

pub use claim::Claim;
pub use disk::{read_file, replace_file};
pub use error::StoreError;
pub use instruction_set::instruction_set;
pub use provenance::{Clock, Provenance, Stopwatch};
pub use rfc3339::rfc_3339;
pub use store::Store;
pub use table::{Column, Table, TableError, Values};
pub use table_csv::{Cells, CsvError, Heading};

/// What one experiment left: its tables and where they came from.
///
/// A figure is a pure function of a record, so no table holds a clock reading: times and dates
/// live in the provenance. The record that `hwgq bench` draws is of nothing else, and is not kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// File stem, unique in a run: `table-2`, `figure-5`.
    pub id: String,
    /// The kind of experiment, which names the figure that draws it: `distortion`, `training`, ….
    pub kind: String,
    /// One line for people.
    pub title: String,
    /// Why the experiment exists.
    pub why: String,
    /// The numbers.
    pub tables: Vec<Table>,
}

impl Record {
    /// The table called `name`.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name() == name)
    }
}
