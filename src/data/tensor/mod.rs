//! Tensors of numbers from files, a chunk at a time: `.npy`, `.npz`, `.safetensors`, text.
//!
//! A file is an assertion by a stranger. What its header claims is held against the length of the
//! file before anything is allocated, and every refusal says at which byte and why.

mod csv;
mod decode;
mod descriptor;
mod directory;
mod dtype;
mod entry;
mod error;
mod fault;
mod format;
mod local;
mod member;
mod npy;
mod npz;
mod regular;
mod safetensors;
mod shape;

use std::path::Path;

pub(in crate::data) use csv::{LINE_BYTES_MAX, Stopped, numbers};
pub use dtype::DType;
pub use entry::TensorEntry;
pub use error::TensorError;
pub use fault::{Fault, TextFault};
use format::Format;
use regular::Regular;

/// The most numbers that are handed on at once.
pub const CHUNK: usize = 1 << 16;

/// What the file holds: every tensor of an archive, or the one of an `.npy` or text file.
///
/// Headers alone are read; tensors stand in the order of the file. The kind of the file is told by
/// the ending of its name, and by its first bytes where the name has none that is known. Text is
/// one entry, of which nothing is known before it is read.
///
/// # Errors
///
/// When the file cannot be read, is not of its kind, or contradicts itself; see [`Fault`].
pub fn tensors(path: &Path) -> Result<Vec<TensorEntry>, TensorError> {
    let mut file = Regular::open(path)?;
    match Format::of(&mut file)? {
        Format::Npy => npy::entries(file),
        Format::Npz => npz::entries(file),
        Format::Safetensors => safetensors::entries(file),
        Format::Text => Ok(vec![entry::text(&file)]),
    }
}
