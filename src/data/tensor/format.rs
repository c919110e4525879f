//! The kind of a file of tensors.

use std::io::Read as _;

use super::error::TensorError;
use super::regular::Regular;

/// The kinds that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Npy,
    Npz,
    Safetensors,
    Text,
}

impl Format {
    /// By the ending of the name; where it says nothing, by the first bytes.
    pub(super) fn of(file: &mut Regular) -> Result<Self, TensorError> {
        let ending = file.path().extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("npy") => return Ok(Self::Npy),
            Some("npz") => return Ok(Self::Npz),
            Some("safetensors") => return Ok(Self::Safetensors),
            Some("csv" | "tsv" | "txt") => return Ok(Self::Text),
            _ => {}
        }
        let mut start = Vec::with_capacity(9);
        let path = file.path().to_owned();
        let read = file.from(0).and_then(|file| file.take(9).read_to_end(&mut start));
        read.map_err(|error| TensorError::File { path, error })?;
        Ok(match start.as_slice() {
            [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Self::Npy,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Npz,
            // A header of less than 2⁴⁸ bytes, and its first brace.
            [.., 0, 0, b'{'] if start.len() == 9 => Self::Safetensors,
            _ => Self::Text,
        })
    }
}
