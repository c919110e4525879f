//! A regular file, opened without waiting for anybody.

use std::fs::{self, File, FileType};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use super::error::{Problem, TensorError};
use super::fault::Fault;

/// An open file with a length.
#[derive(Debug)]
pub(super) struct Regular {
    /// Shared by all entries, of which there may be more than a long path allows copies.
    path: Arc<Path>,
    file: File,
    length: u64,
}

impl Regular {
    /// Opens `path`, which must hold a byte at least.
    pub(super) fn open(path: &Path) -> Result<Self, TensorError> {
        let failed = |error| TensorError::File { path: path.to_owned(), error };
        // Asked before it is opened: a pipe without a writer is opened for ever.
        regular(path, fs::metadata(path).map_err(failed)?.file_type())?;
        let file = File::open(path).map_err(failed)?;
        let facts = file.metadata().map_err(failed)?;
        regular(path, facts.file_type())?;
        match facts.len() {
            0 => Err(Problem::at(0, Fault::Empty).of(path)),
            length => Ok(Self { path: path.into(), file, length }),
        }
    }

    /// Opens it anew, if it still has `length` bytes.
    pub(super) fn reopen(path: &Path, length: u64) -> Result<Self, TensorError> {
        let file = Self::open(path)?;
        if file.length == length {
            return Ok(file);
        }
        Err(Problem::at(0, Fault::Changed { before: length, now: file.length }).of(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn shared_path(&self) -> Arc<Path> {
        Arc::clone(&self.path)
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The name without folder and ending.
    pub(super) fn stem(&self) -> String {
        let stem = self.path.file_stem().unwrap_or(self.path.as_os_str());
        stem.to_string_lossy().into_owned()
    }

    /// The file from `byte` on.
    pub(super) fn from(&mut self, byte: u64) -> io::Result<&mut File> {
        self.file.seek(SeekFrom::Start(byte))?;
        Ok(&mut self.file)
    }

    /// Fills `buffer` from `byte` on; `what` is where the file ends if it ends.
    pub(super) fn fill(
        &mut self,
        byte: u64,
        buffer: &mut [u8],
        what: &'static str,
    ) -> Result<(), Problem> {
        let room = self.length.saturating_sub(byte);
        if room < buffer.len() as u64 {
            return Err(Problem::at(self.length, Fault::Truncated { what }));
        }
        self.from(byte)?.read_exact(buffer)?;
        Ok(())
    }
}

fn regular(path: &Path, found: FileType) -> Result<(), TensorError> {
    if found.is_file() {
        return Ok(());
    }
    let kind = if found.is_dir() { "a folder" } else { "a pipe, a socket or a device" };
    Err(TensorError::NotAFile { path: path.to_owned(), kind })
}
