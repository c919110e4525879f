//! The folder in which runs leave their records, figures and reports.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use super::manifest::{Manifest, TableEntry};
use super::{CsvError, Provenance, Record, StoreError, Table, disk};

/// The longest table that is read back.
const CSV_BYTES_MAX: u64 = 1 << 28;

/// The longest `record.toml` that is read back.
const MANIFEST_BYTES_MAX: u64 = 1 << 22;

/// A folder of results.
///
/// ```text
/// records/<id>/record.toml      what it is, the types of its columns, where it comes from
/// records/<id>/<table>.csv      the numbers
/// ```
///
/// A record is written into a hidden folder, `record.toml` last, and then takes its place by
/// renaming, the previous one stepping aside as `records/.<id>.old`. Whenever the program is
/// killed or the disk is full, what is read afterwards is the previous record or the new one,
/// whole: [`Store::read`] takes the one that stepped aside while the place is empty. All that a
/// killed run leaves is a hidden `records/.<id>.new-…`, which nothing reads. The digests in
/// `record.toml` reveal a table that was changed by other hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store in `folder`, made when it is not there.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn create(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into() };
        let records = store.records();
        fs::create_dir_all(&records).map_err(at(&records))?;
        Ok(store)
    }

    /// The store in `folder`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Self { folder: folder.into() };
        let records = store.records();
        fs::read_dir(&records).map_err(at(&records))?;
        Ok(store)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps a record in place of an earlier one of the same id, all of it or nothing.
    ///
    /// # Errors
    ///
    /// When the id or a table's name cannot name a file, two tables share a name, or the disk
    /// fails; an earlier record is then still there.
    pub fn write(&self, record: &Record, provenance: &Provenance) -> Result<(), StoreError> {
        check_name("record", &record.id)?;
        let mut names = BTreeSet::new();
        for table in &record.tables {
            check_name("table", table.name())?;
            if !names.insert(table.name().to_ascii_lowercase()) {
                let (record, table) = (record.id.clone(), table.name().to_owned());
                return Err(StoreError::RepeatedTable { record, table });
            }
        }
        let (records, place) = (self.records(), self.place(&record.id));
        let staging = disk::staging(&records, &format!(".{}.new-", record.id));
        let staging = staging.map_err(at(&records))?;
        let mut entries = Vec::with_capacity(record.tables.len());
        for table in &record.tables {
            let (file, mut csv) = (format!("{}.csv", table.name()), Vec::new());
            table.write_csv(&mut csv).map_err(at(&place.join(&file)))?;
            let written = disk::write_through(&staging.path().join(&file), &csv);
            written.map_err(at(&place.join(&file)))?;
            entries.push(TableEntry::new(table, &csv));
        }
        let file = place.join("record.toml");
        let manifest = Manifest::new(record, entries, provenance).to_toml(&file)?;
        disk::write_through(&staging.path().join("record.toml"), manifest.as_bytes())
            .and_then(|()| disk::sync_folder(staging.path()))
            .map_err(at(&file))?;
        self.swap_in(staging.path(), &record.id).map_err(at(&place))?;
        // It is no longer where it would delete itself.
        let _ = staging.keep();
        Ok(())
    }

    /// The record `id` and where it comes from.
    ///
    /// # Errors
    ///
    /// When there is none, or its files are malformed, too large or were changed.
    pub fn read(&self, id: &str) -> Result<(Record, Provenance), StoreError> {
        check_name("record", id)?;
        let Some(place) = [self.place(id), self.aside(id)].into_iter().find(|path| path.is_dir())
        else {
            let (id, folder, known) = (id.to_owned(), self.records(), self.ids()?);
            return Err(StoreError::NoRecord { id, folder, known });
        };
        let file = place.join("record.toml");
        let bytes = disk::read_file(&file, MANIFEST_BYTES_MAX).map_err(at(&file))?;
        let manifest = Manifest::parse(&file, id, &bytes)?;
        let tables = manifest.tables.iter().map(|entry| read_table(&place, entry));
        let tables = tables.collect::<Result<_, _>>()?;
        Ok(manifest.into_record(tables))
    }

    /// The ids of all records, sorted.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn ids(&self) -> Result<Vec<String>, StoreError> {
        let records = self.records();
        let mut ids = BTreeSet::new();
        for entry in fs::read_dir(&records).map_err(at(&records))? {
            let name = entry.map_err(at(&records))?.file_name();
            let Some(name) = name.to_str() else { continue };
            let aside = name.strip_prefix('.').and_then(|name| name.strip_suffix(".old"));
            let id = aside.unwrap_or(name);
            if check_name("record", id).is_ok() && records.join(name).join("record.toml").is_file()
            {
                ids.insert(id.to_owned());
            }
        }
        Ok(ids.into_iter().collect())
    }

    /// Keeps a figure, report or other file under a path relative to the folder, in place of an
    /// earlier one, all of it or nothing; returns where it is.
    ///
    /// A file in a record's own folder is gone when the record is written again.
    ///
    /// # Errors
    ///
    /// When the path is absolute, has `..` or a link in it, or the disk fails.
    pub fn write_file(
        &self,
        relative: impl AsRef<Path>,
        bytes: &[u8],
    ) -> Result<PathBuf, StoreError> {
        let relative = relative.as_ref();
        let outside =
            || StoreError::Outside { path: relative.to_owned(), store: self.folder.clone() };
        let mut parts = relative.components();
        let is_inside = parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let (Some(parent), Some(name), true) = (relative.parent(), relative.file_name(), is_inside)
        else {
            return Err(outside());
        };
        let mut folder = self.folder.clone();
        for part in parent {
            folder.push(part);
            match fs::symlink_metadata(&folder) {
                Ok(data) if data.is_symlink() => return Err(outside()),
                // What is in the way, if it is no folder, is named when the file is made.
                Ok(_) => {}
                Err(_) => create_folder(&folder).map_err(at(&folder))?,
            }
        }
        let path = folder.join(name);
        disk::replace_file(&path, bytes).map_err(at(&path))?;
        Ok(path)
    }

    /// The bytes of a file at the top of the store.
    pub(super) fn read_file(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let path = self.folder.join(name);
        disk::read_file(&path, CSV_BYTES_MAX).map_err(at(&path))
    }

    fn records(&self) -> PathBuf {
        self.folder.join("records")
    }

    fn place(&self, id: &str) -> PathBuf {
        self.records().join(id)
    }

    fn aside(&self, id: &str) -> PathBuf {
        self.records().join(format!(".{id}.old"))
    }

    /// Puts the finished folder `staging` in the place of record `id`.
    fn swap_in(&self, staging: &Path, id: &str) -> io::Result<()> {
        let (place, aside) = (self.place(id), self.aside(id));
        match fs::symlink_metadata(&place) {
            Ok(data) if !data.is_dir() => {
                return Err(io::Error::new(ErrorKind::NotADirectory, "not a folder; move it away"));
            }
            // The one that stepped aside when an earlier run was killed is outdated, unless it is
            // the only one.
            Ok(_) => remove_folder(&aside)?,
            Err(_) if aside.is_dir() => fs::rename(&aside, &place)?,
            Err(_) => {}
        }
        let had_earlier = place.is_dir();
        if had_earlier {
            fs::rename(&place, &aside)?;
        }
        if let Err(error) = fs::rename(staging, &place) {
            if had_earlier {
                // Should this fail too, `read` still finds it aside.
                let _ = fs::rename(&aside, &place);
            }
            return Err(error);
        }
        disk::sync_folder(&self.records())?;
        // Should it resist, it is outdated: nothing reads it beside the new one.
        let _ = fs::remove_dir_all(&aside);
        Ok(())
    }
}

fn read_table(place: &Path, entry: &TableEntry) -> Result<Table, StoreError> {
    check_name("table", &entry.name)?;
    let path = place.join(format!("{}.csv", entry.name));
    let csv = disk::read_file(&path, CSV_BYTES_MAX).map_err(at(&path))?;
    // Parsed before it is compared: where a table is broken says more than that it is.
    let table = Table::read_csv(&entry.name, &entry.columns, &csv[..]);
    let table = table.map_err(|fault: CsvError| StoreError::Csv { path: path.clone(), fault })?;
    if entry.wrote(&csv) { Ok(table) } else { Err(StoreError::Changed { path }) }
}

/// A name that is one path component on every system, hidden on none, and no option of any tool.
fn check_name(what: &'static str, name: &str) -> Result<(), StoreError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let starts_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if starts_well && name.len() <= 100 && name.bytes().all(is_plain) {
        return Ok(());
    }
    Err(StoreError::Name { what, name: name.chars().take(64).collect() })
}

fn create_folder(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        // Another thread was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        done => done,
    }
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |error| StoreError::File { path, error }
}
