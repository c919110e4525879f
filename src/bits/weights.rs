//! Weights as a weighted sum of bit planes.

use super::signs::SignMatrix;
use super::word::words_in;

/// A matrix of small integers `w[n, k] = Σ_p factor_p·bit_p[n, k] + offset`.
///
/// | weights | planes | factors | offset |
/// |---|---|---|---|
/// | signs ±1 | the set bit of +1 | 2 | -1 |
/// | ternary -1, 0, +1 | where it is +1, where it is -1 | 1, -1 | 0 |
/// | two bits -3, -1, +1, +3 | the bits of its code | 2, 4 | -3 |
///
/// The sum over a row of codes is then `Σ_p factor_p·Σ_k bit_p·c + offset·Σ_k c`.
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
