//! The packed word: 64 columns of a row, one bit each.
//!
//! Every row starts a word of its own. Column `k` is bit `k mod 64` of word `k / 64`, and what the
//! last word of a row has beyond the last column is padding, always 0:
//!
//! ```text
//! a row of 70 columns:
//!                   bit 63            bit 0    bit 63        bit 5     bit 0
//!                   ┌─────────────────────┐    ┌──────────────┬────────────┐
//!            word 0 │ k = 63  …  1  0     │  1 │ 0  0  …  0  0│k = 69 … 64 │
//!                   └─────────────────────┘    └──────────────┴────────────┘
//!                                                padding
//! ```
//!
//! Zero padding needs no mask in a product: `0 ∧ b = 0` and `0 ⊕ 0 = 0` count nothing.

/// Columns in a word.
pub(super) const COLUMNS: usize = 64;

/// Words in a row.
pub(super) fn words_in(columns: usize) -> usize {
    columns.div_ceil(COLUMNS)
}

/// The rows of `values`, which may have no columns and then are no rows at all.
pub(super) fn rows_of<T>(values: &[T], columns: usize) -> std::slice::ChunksExact<'_, T> {
    values.chunks_exact(columns.max(1))
}

/// Appends the words of `row`, with a bit set where `is_set` holds.
pub(super) fn pack<T: Copy>(row: &[T], is_set: impl Fn(T) -> bool, words: &mut Vec<u64>) {
    words.extend(row.chunks(COLUMNS).map(|columns| {
        let bits = columns.iter().enumerate();
        bits.fold(0, |word, (bit, &value)| word | u64::from(is_set(value)) << bit)
    }));
}
