//! A line of the cache: 64 bytes, aligned.

/// 64 bytes at an address that a vector of 512 bits can be loaded from and stored to.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [u8; 64]);

impl Line {
    /// Nothing but zeros.
    pub(super) const ZERO: Self = Self([0; 64]);
}
