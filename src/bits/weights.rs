//! Weights as a weighted sum of bit planes.

use super::error::{BitsError, check_length};
use super::signs::SignMatrix;
use super::word::{pack, rows_of, words_in};

/// A matrix of small integers `w[n, k] = Σ_p factor_p·bit_p[n, k] + offset`.
///
/// | weights | planes | factors | offset |
/// |---|---|---|---|
/// | signs ±1 | where it is +1 | 2 | -1 |
/// | ternary -1, 0, +1 | where it is +1, where it is -1 | 1, -1 | 0 |
/// | two bits -3, -1, +1, +3 | the bits of `(w + 3)/2` | 2, 4 | -3 |
/// | others from -8 to 7 | the bits of two's complement | 1, 2, …, -2ᵇ⁻¹ | 0 |
///
/// The sum over a row of codes is then `Σ_p factor_p·Σ_k bit_p·c + offset·Σ_k c`, a product of bits
/// and codes for each plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightPlanes {
    rows: usize,
    columns: usize,
    // Invariant: not empty.
    factors: Vec<i32>,
    offset: i32,
    // Invariant: a plane for each factor, plane after plane, each `rows` times `words_in(columns)`,
    // padding 0.
    words: Vec<u64>,
}

impl WeightPlanes {
    /// `values`, which lie row after row, in as few planes as hold them.
    ///
    /// # Errors
    ///
    /// When the values do not fill the matrix, or one lies outside -8 to 7.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::bits::{Codes, Product, WeightPlanes};
    /// let ternary = WeightPlanes::new(1, 4, &[1, 0, -1, 1])?;
    /// let mut sums = [0];
    /// Product::new(ternary, 2)?.sums(&Codes::new(2, 1, 4, &[3, 3, 2, 1])?, &mut sums)?;
    /// assert_eq!(sums, [3 - 2 + 1]);
    /// # Ok::<(), hwgq::bits::BitsError>(())
    /// ```
    pub fn new(rows: usize, columns: usize, values: &[i8]) -> Result<Self, BitsError> {
        check_length(rows, columns, values.len())?;
        if let Some(place) = values.iter().position(|value| !(-8..=7).contains(value)) {
            let (row, column) = (place / columns, place % columns);
            return Err(BitsError::WeightOutOfRange { row, column, weight: values[place] });
        }
        let all = |allowed: &[i8]| values.iter().all(|value| allowed.contains(value));
        let planes = |bits_of: &dyn Fn(i8) -> u8, factors: &[i32], offset| {
            let mut words = Vec::with_capacity(factors.len() * rows * words_in(columns));
            for plane in 0..factors.len() {
                for row in rows_of(values, columns) {
                    pack(row, |value| bits_of(value) >> plane & 1 == 1, &mut words);
                }
            }
            Self { rows, columns, factors: factors.to_vec(), offset, words }
        };
        Ok(if all(&[-1, 1]) {
            planes(&|value| u8::from(value == 1), &[2], -1)
        } else if all(&[-1, 0, 1]) {
            planes(&|value| u8::from(value == 1) | u8::from(value == -1) << 1, &[1, -1], 0)
        } else if all(&[-3, -1, 1, 3]) {
            planes(&|value| (value + 3).unsigned_abs() >> 1, &[2, 4], -3)
        } else if all(&[-2, -1, 0, 1]) {
            planes(&i8::cast_unsigned, &[1, -2], 0)
        } else if all(&[-4, -3, -2, -1, 0, 1, 2, 3]) {
            planes(&i8::cast_unsigned, &[1, 2, -4], 0)
        } else {
            planes(&i8::cast_unsigned, &[1, 2, 4, -8], 0)
        })
    }
}

impl From<&SignMatrix> for WeightPlanes {
    fn from(signs: &SignMatrix) -> Self {
        Self {
            rows: signs.rows(),
            columns: signs.columns(),
            factors: vec![2],
            offset: -1,
            words: (0..signs.rows()).flat_map(|row| signs.row(row)).copied().collect(),
        }
    }
}

impl WeightPlanes {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many weights a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The factor of each plane.
    pub(super) fn factors(&self) -> &[i32] {
        &self.factors
    }

    /// What is added to each weight.
    pub(super) fn offset(&self) -> i32 {
        self.offset
    }

    /// The greatest magnitude that a weight can have.
    pub(super) fn most(&self) -> u32 {
        let sum = |sign: i32| {
            let parts = self.factors.iter().map(|factor| (sign * factor).max(0));
            (parts.sum::<i32>() + sign * self.offset).unsigned_abs()
        };
        sum(1).max(sum(-1))
    }

    /// Rows of all planes together.
    pub(super) fn plane_rows(&self) -> usize {
        self.rows * self.factors.len()
    }

    /// Row `row % rows` of plane `row / rows`.
    pub(super) fn plane_row(&self, row: usize) -> &[u64] {
        let length = words_in(self.columns);
        &self.words[row * length..][..length]
    }
}
