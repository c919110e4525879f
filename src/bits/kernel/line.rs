//! A line of the cache: 64 bytes, aligned.

use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
use std::ops::Range;

/// 64 bytes at an address that a vector of 512 bits can be loaded from and stored to.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [u8; 64]);

impl Line {
    /// Nothing but zeros.
    pub(super) const ZERO: Self = Self([0; 64]);
}

/// Fetches `LINES` lines of the cache from a column on, as far as there are such rows: what will be
/// written next need not be waited for then.
#[inline]
#[target_feature(enable = "sse")]
pub(super) fn fetch<const LINES: usize>(
    matrix: &[i32],
    stride: usize,
    rows: Range<usize>,
    column: usize,
) {
    for row in rows {
        let places = matrix.get(row * stride + column..).unwrap_or_default();
        for line in places.chunks(16).take(LINES) {
            _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast());
        }
    }
}
