//! `record.toml`: what a record is, which tables it has, where it comes from.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::provenance::sha256;
use super::{Heading, Provenance, Record, StoreError, Table};

/// The version of the layout on disk; raised when an older program could not read it.
const FORMAT: u32 = 1;

/// What `record.toml` says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    format: u32,
    id: String,
    kind: String,
    title: String,
    why: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tables: Vec<TableEntry>,
    pub(super) provenance: Provenance,
}

/// A table's name, what its CSV file does not say about its columns, and the file's digest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableEntry {
    pub(super) name: String,
    pub(super) sha256: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) columns: Vec<Heading>,
}

impl TableEntry {
    pub(super) fn new(table: &Table, csv: &[u8]) -> Self {
        Self { name: table.name().to_owned(), sha256: sha256(csv), columns: table.headings() }
    }

    /// Whether `csv` is the file that was written.
    pub(super) fn wrote(&self, csv: &[u8]) -> bool {
        self.sha256 == sha256(csv)
    }
}

impl Manifest {
    pub(super) fn new(record: &Record, tables: Vec<TableEntry>, provenance: &Provenance) -> Self {
        Self {
            format: FORMAT,
            id: record.id.clone(),
            kind: record.kind.clone(),
            title: record.title.clone(),
            why: record.why.clone(),
            tables,
            provenance: provenance.clone(),
        }
    }

    /// As TOML; the path is that of the file it is meant for.
    pub(super) fn to_toml(&self, path: &Path) -> Result<String, StoreError> {
        toml::to_string(self).map_err(|error| StoreError::File {
            path: path.to_owned(),
            error: std::io::Error::other(error),
        })
    }

    /// Reads the manifest of record `id` from the bytes of `path`.
    pub(super) fn parse(path: &Path, id: &str, bytes: &[u8]) -> Result<Self, StoreError> {
        let fault = |offset: usize, reason: String| {
            let (line, column) = place(bytes, offset);
            StoreError::Toml { path: path.to_owned(), line, column, reason }
        };
        let text = std::str::from_utf8(bytes)
            .map_err(|error| fault(error.valid_up_to(), "not UTF-8".to_owned()))?;
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            fault(offset, error.message().replace('\n', " "))
        })?;
        if manifest.format != FORMAT {
            let format = manifest.format;
            return Err(fault(0, format!("format {format}; this program reads {FORMAT}")));
        }
        if manifest.id != id {
            let found = manifest.id.chars().take(64).collect::<String>();
            return Err(fault(0, format!("id is {found:?}, but the folder is called {id:?}")));
        }
        Ok(manifest)
    }

    /// The record with the tables read from their files.
    pub(super) fn into_record(self, tables: Vec<Table>) -> (Record, Provenance) {
        let Self { id, kind, title, why, provenance, .. } = self;
        (Record { id, kind, title, why, tables }, provenance)
    }
}

/// Line and column of the byte at `offset`, both from 1.
fn place(bytes: &[u8], offset: usize) -> (usize, usize) {
    let before = String::from_utf8_lossy(&bytes[..offset.min(bytes.len())]);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
    (line, column)
}
