//! Why a network cannot be built.

use thiserror::Error;

use crate::design::DesignError;

/// Why a network cannot be built.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum NetworkError {
    /// A chain of nothing.
    #[error("a network needs at least one layer; none was given")]
    NoLayer,
    /// Two layers that cannot share a tensor.
    #[error(
        "`{writer}` leaves junk where `{reader}` needs zeros; put a batch norm, an activation or a pool between them"
    )]
    Border {
        /// The layer before.
        writer: String,
        /// The layer after.
        reader: String,
    },
    /// Images that the pools and kernels use up.
    #[error(
        "{net} needs images of at least {least} x {least}; these are {height} x {width}: use {instead}, or larger images"
    )]
    ImageTooSmall {
        /// The architecture.
        net: &'static str,
        /// Rows given.
        height: usize,
        /// Columns given.
        width: usize,
        /// The least of both.
        least: usize,
        /// Architectures that go with smaller images.
        instead: &'static str,
    },
    /// A size out of range.
    #[error("{what} is {given}; it must lie in {least}..={most}")]
    Size {
        /// Which size.
        what: &'static str,
        /// What was given.
        given: usize,
        /// The least.
        least: usize,
        /// The most.
        most: usize,
    },
    /// The activation has no codebook of that size.
    #[error("the activation has no codebook: {0}")]
    Design(#[from] DesignError),
}
