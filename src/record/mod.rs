//! Floor 4: what a run leaves behind.

mod claim;
mod table;

pub use claim::Claim;
pub use table::{Column, Table, TableError, Values};

/// What one experiment left: its tables and where they came from.
///
/// A figure is a pure function of a record, so no table holds a clock reading: times and dates
/// live in the provenance.
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
