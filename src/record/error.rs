//! Why a record cannot be kept or read; one line each, with the file and the place in it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::CsvError;

/// Why a store does not do as asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The system refuses.
    #[error("{}: {error}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A name that cannot safely be a file's.
    #[error(
        "{what} {name:?} cannot name a file; use 1 to 100 letters, digits, '-', '_' and '.' of \
         ASCII, beginning with a letter or digit"
    )]
    Name {
        /// `record` or `table`.
        what: &'static str,
        /// The name, at most 64 letters of it.
        name: String,
    },
    /// Two tables would share a file, on systems that do not tell `A` from `a`.
    #[error("record {record} has two tables called {table}; give each a name of its own")]
    RepeatedTable {
        /// The record.
        record: String,
        /// The name.
        table: String,
    },
    /// A path out of the store.
    #[error("{path:?} leads out of {}; give a relative path without '..' and links", store.display())]
    Outside {
        /// As given.
        path: PathBuf,
        /// The folder of the store.
        store: PathBuf,
    },
    /// No such record.
    #[error("there is no record {id} in {}; there are: {}", folder.display(), known.join(", "))]
    NoRecord {
        /// What was asked for.
        id: String,
        /// Where.
        folder: PathBuf,
        /// The records there are.
        known: Vec<String>,
    },
    /// `record.toml` is not TOML, or lacks or holds what it should not.
    #[error("{}:{line}:{column}: {reason}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In letters, from 1.
        column: usize,
        /// What is wrong.
        reason: String,
    },
    /// A CSV file is malformed.
    #[error("{}: {fault}", path.display())]
    Csv {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        fault: CsvError,
    },
    /// A well-formed table, but not the one that was written.
    #[error(
        "{}: its SHA-256 is not the one in record.toml; it was changed after the run, \
         so run the experiment again", path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
}
