//! Why data cannot be had; one line each, with the file and the place in it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::Name;
use super::idx::IdxError;
use super::tensor::TensorError;

/// Why a data set or a sample cannot be read.
#[derive(Debug, Error)]
pub enum DataError {
    /// None of the folders has it.
    #[error("{} was not found in {}; to get it, {}", name.name(), list(looked_in), name.facts().how_to_get)]
    NotFound {
        /// The data set.
        name: Name,
        /// The folders searched, in order.
        looked_in: Vec<PathBuf>,
    },
    /// A file cannot be opened or read.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file is not the IDX file that it should be.
    #[error("{}: {fault}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        fault: IdxError,
    },
    /// Images without labels, or labels without images.
    #[error("{} holds {image_count} images, but {} holds {label_count} labels", images.display(), labels.display())]
    CountMismatch {
        /// The file of images.
        images: PathBuf,
        /// How many it holds.
        image_count: usize,
        /// The file of labels.
        labels: PathBuf,
        /// How many it holds.
        label_count: usize,
    },
    /// A well-formed file with other contents than those published.
    #[error(
        "{}: the contents have SHA-256 {found}, those of {} have {expected}; fetch the file anew, \
         and keep each data set in a folder of its own", path.display(), name.name()
    )]
    Digest {
        /// The file.
        path: PathBuf,
        /// The data set it should belong to.
        name: Name,
        /// SHA-256 of the uncompressed contents.
        found: String,
        /// The published one.
        expected: &'static str,
    },
    /// A word where a number should be.
    #[error("{}:{line}:{column}: {text:?} is not a number; separate numbers by commas or blanks", path.display())]
    NotANumber {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// The word, at most 64 letters of it.
        text: String,
    },
    /// NaN, an infinity, or a number that overflows to one.
    #[error("{}:{line}:{column}: {text} is not finite; leave such values out of the sample", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// As it stands in the file, at most 64 letters of it.
        text: String,
    },
    /// NaN or an infinity in a tensor.
    #[error("{}: number {index} is {value}; leave such values out of the sample", path.display())]
    NotFiniteAt {
        /// The file.
        path: PathBuf,
        /// Place in the order of the file, from 0.
        index: usize,
        /// What stands there.
        value: f64,
    },
    /// A file of tensors that is refused.
    #[error(transparent)]
    Tensor(#[from] TensorError),
    /// No tensor, or several.
    #[error(
        "{}: holds {} tensors ({}); a sample is one: write it to a file of its own, or see `hwgq fit`",
        path.display(), names.len(), names.join(", ")
    )]
    NotOneTensor {
        /// The file.
        path: PathBuf,
        /// What it holds.
        names: Vec<String>,
    },
    /// More than can be held.
    #[error("{}: {values} numbers; at most {limit} are held: draw a smaller sample", path.display())]
    LargeTensor {
        /// The file.
        path: PathBuf,
        /// How many there are.
        values: u64,
        /// How many there may be.
        limit: usize,
    },
    /// Not a single number.
    #[error("{} holds no numbers; a sample is a list of numbers, one or more a line", path.display())]
    NoNumbers {
        /// The file.
        path: PathBuf,
    },
    /// More than can be held.
    #[error("{}:{line}: more than {limit} {what}; {advice}", path.display())]
    TooMuch {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// How many there may be.
        limit: usize,
        /// Of what.
        what: &'static str,
        /// What to try.
        advice: &'static str,
    },
}

fn list(folders: &[PathBuf]) -> String {
    let shown: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    shown.join(", ")
}
