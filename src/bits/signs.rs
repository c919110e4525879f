//! A matrix of signs, one bit each.

use pulp::{Arch, NullaryFnOnce};

use super::error::{BitsError, check_length};
use super::quantize::Quantizer;
use super::word::{COLUMNS, words_in};

/// Words that are packed together, from numbers that stay in the first cache.
const BLOCK: usize = 64;

/// The greatest number below both zeros.
const BELOW_ZERO: f32 = -f32::from_bits(1);

/// `rows` x `columns` numbers ±1: a set bit is +1, a clear one is -1.
///
/// `sign(x) = +1 if x >= 0, else -1`, so both zeros are +1.
///
/// A row takes `⌈columns/64⌉` words of 64 bits; what the last word has beyond the last column is 0:
///
/// ```text
/// signs of a row       + - + + …                                   columns 64, 65, …
///                    ┌──────────────────────────────────────────┬──────────────────────────┐
///                    │                  word 0                  │          word 1          │
///            bit     │ 63  …                         3  2  1  0 │ 63  …            2  1  0 │
///                    │  ·  …                         1  1  0  1 │  0  padding 0    ·  ·  · │
///                    └──────────────────────────────────────────┴──────────────────────────┘
/// ```
///
/// The scale `α` of binary weights is not part of the matrix: it multiplies the finished sums. See
/// [`SignMatrix::with_scales`].
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (2) and (3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignMatrix {
    rows: usize,
    columns: usize,
    // Invariant: `rows` times `words_in(columns)`, padding 0.
    words: Vec<u64>,
}

impl SignMatrix {
    /// The signs of `values`, which lie row after row.
    ///
    /// # Errors
    ///
    /// When the values do not fill the matrix, or one is NaN and has no sign.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::bits::SignMatrix;
    /// let signs = SignMatrix::new(1, 3, &[-0.5, 0.0, 2.0])?;
    /// assert_eq!([signs.sign(0, 0), signs.sign(0, 1), signs.sign(0, 2)], [-1, 1, 1]);
    /// # Ok::<(), hwgq::bits::BitsError>(())
    /// ```
    pub fn new(rows: usize, columns: usize, values: &[f32]) -> Result<Self, BitsError> {
        check_length(rows, columns, values.len())?;
        let quantizer = Quantizer::new(1, &[BELOW_ZERO]);
        let mut words = Vec::with_capacity(rows * words_in(columns));
        let mut has_nan = false;
        // Rows without padding are one row.
        let row = if columns.is_multiple_of(COLUMNS) { BLOCK * COLUMNS } else { columns };
        for block in values.chunks(row).flat_map(|row| row.chunks(BLOCK * COLUMNS)) {
            let mut bytes = [[0; 8]; BLOCK];
            let bytes = &mut bytes[..words_in(block.len())];
            quantizer.row(block, bytes.as_flattened_mut());
            words.extend(bytes.iter().map(|&word| u64::from_le_bytes(word)));
            has_nan |= Arch::new().dispatch(HasNan(block));
        }
        if has_nan && let Some(place) = values.iter().position(|value| value.is_nan()) {
            return Err(BitsError::NotANumber { row: place / columns, column: place % columns });
        }
        Ok(Self { rows, columns, words })
    }

    /// The signs of weights, and the scale of each row: the mean of its magnitudes, for which
    /// `Σ (w - α·sign(w))²` is least; 0 for a row of none.
    ///
    /// # Errors
    ///
    /// As [`SignMatrix::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::bits::SignMatrix;
    /// let (signs, scales) = SignMatrix::with_scales(2, 2, &[0.5, -1.5, 2.0, 4.0])?;
    /// assert_eq!((signs.sign(0, 1), scales), (-1, vec![1.0, 3.0]));
    /// # Ok::<(), hwgq::bits::BitsError>(())
    /// ```
    ///
    /// # References
    ///
    /// Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (2); Rastegari et al., "XNOR-Net", ECCV 2016.
    pub fn with_scales(
        rows: usize,
        columns: usize,
        values: &[f32],
    ) -> Result<(Self, Vec<f32>), BitsError> {
        let signs = Self::new(rows, columns, values)?;
        let scale = |row: usize| {
            let row = &values[row * columns..][..columns];
            let sum: f64 = row.iter().map(|value| f64::from(value.abs())).sum();
            #[expect(clippy::cast_possible_truncation, reason = "an f32 like the weights")]
            let mean = (sum / columns.max(1) as f64) as f32;
            mean
        };
        let scales = (0..rows).map(scale).collect();
        Ok((signs, scales))
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many signs a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The sign at a place: 1 or -1.
    ///
    /// # Panics
    ///
    /// When the place lies outside the matrix.
    pub fn sign(&self, row: usize, column: usize) -> i32 {
        assert!(row < self.rows && column < self.columns, "no sign at ({row}, {column})");
        let word = self.row(row)[column / COLUMNS];
        if word >> (column % COLUMNS) & 1 == 1 { 1 } else { -1 }
    }

    /// `count` rows from `first` on, as a matrix.
    pub(super) fn some_rows(&self, first: usize, count: usize) -> Self {
        let length = words_in(self.columns);
        let words = self.words[first * length..][..count * length].to_vec();
        Self { rows: count, columns: self.columns, words }
    }

    /// The words of a row.
    pub(super) fn row(&self, row: usize) -> &[u64] {
        let length = words_in(self.columns);
        &self.words[row * length..][..length]
    }
}

/// Whether one of some numbers is NaN, compiled once for each instruction set.
struct HasNan<'a>(&'a [f32]);

impl NullaryFnOnce for HasNan<'_> {
    type Output = bool;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "else it is compiled for the oldest processor")]
    fn call(self) -> bool {
        // The bits of magnitudes rise with them, and those of NaN lie above infinity.
        let most = self.0.iter().fold(0, |most, value| value.abs().to_bits().max(most));
        most > f32::INFINITY.to_bits()
    }
}
