//! Why tensors cannot be read: one line each, with file and place.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::fault::{Fault, TextFault};

/// Why a file of tensors cannot be read.
#[derive(Debug, Error)]
pub enum TensorError {
    /// The file cannot be opened or read.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A folder, a pipe, a device.
    #[error("{}: is {kind}; tensors are read from regular files", path.display())]
    NotAFile {
        /// Where.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// A binary file that is refused.
    #[error("{}{}: byte {byte}: {fault}", path.display(), named(tensor.as_deref()))]
    Binary {
        /// The file.
        path: PathBuf,
        /// The tensor, or the member of an `.npz`, where one alone is at fault.
        tensor: Option<String>,
        /// From 0; of the file, or of the unpacked member of an `.npz`.
        byte: u64,
        /// What is wrong there.
        fault: Fault,
    },
    /// A text file that is refused.
    #[error("{}:{line}:{column}: {fault}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// What is wrong there.
        fault: TextFault,
    },
}

fn named(tensor: Option<&str>) -> String {
    tensor.map_or_else(String::new, |name| format!(": {:?}", shown(name)))
}

/// Enough of a name to know it by.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}

/// A failure before it is known of which file.
#[derive(Debug)]
pub(super) enum Problem {
    /// The system's.
    Io(io::Error),
    /// The file's.
    At { byte: u64, tensor: Option<String>, fault: Fault },
}

impl Problem {
    pub(super) fn at(byte: u64, fault: Fault) -> Self {
        Self::At { byte, tensor: None, fault }
    }

    /// The same of a tensor, where it was not known yet of which.
    pub(super) fn within(self, name: &str) -> Self {
        match self {
            Self::At { byte, tensor: None, fault } => {
                Self::At { byte, tensor: Some(name.to_owned()), fault }
            }
            other => other,
        }
    }

    pub(super) fn of(self, path: &Path) -> TensorError {
        let path = path.to_owned();
        match self {
            Self::Io(error) => TensorError::File { path, error },
            Self::At { byte, tensor, fault } => TensorError::Binary { path, tensor, byte, fault },
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Damage>() {
            Ok(Damage { byte, fault }) => Self::at(byte, fault),
            Err(error) => Self::Io(error),
        }
    }
}

/// A fault that is found within [`io::Read`], on its way through the system's error.
#[derive(Debug, Error)]
#[error("byte {byte}: {fault}")]
pub(super) struct Damage {
    pub(super) byte: u64,
    pub(super) fault: Fault,
}
