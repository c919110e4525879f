//! Symmetric positive definite systems in which each unknown meets only its nearest neighbours.

/// A symmetric matrix of which only a band about the diagonal is not 0; its lower half is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Banded {
    size: usize,
    width: usize,
    // Row by row: the entry `k` columns left of the diagonal at `k`; columns below 0 are unused.
    entries: Vec<f64>,
}

impl Banded {
    /// The zero matrix of `size` rows, with the diagonal and `width - 1` columns on each side.
    ///
    /// # Panics
    ///
    /// When the band has no column.
    pub fn zeros(size: usize, width: usize) -> Self {
        assert!(width > 0, "a band holds at least the diagonal");
        Self { size, width, entries: vec![0.0; size * width] }
    }

    /// Adds `weight · vvᵀ`, where `v` is 0 but for `values`, which begin at row `first`.
    ///
    /// # Panics
    ///
    /// When there are more values than the band has columns, or they end below the last row.
    pub fn add_square(&mut self, first: usize, values: &[f64], weight: f64) {
        assert!(values.len() <= self.width, "the square is wider than the band");
        for (at, &value) in values.iter().enumerate() {
            let start = (first + at) * self.width;
            let row = &mut self.entries[start..=start + at];
            let scaled = weight * value;
            for (entry, &other) in row.iter_mut().zip(values[..=at].iter().rev()) {
                *entry += scaled * other;
            }
        }
    }

    /// Adds to the diagonal.
    pub fn add_to_diagonal(&mut self, row: usize, value: f64) {
        self.entries[row * self.width] += value;
    }

    /// The factor `L` with `L Lᵀ` this matrix.
    ///
    /// Pivots that rounding has taken below `1e-15` of their diagonal are replaced by that: such a
    /// matrix is singular to all digits, and the solution becomes the one of a neighbour of it.
    #[must_use]
    pub fn factored(mut self) -> Factor {
        let width = self.width;
        for row in 0..self.size {
            let (above, from_row) = self.entries.split_at_mut(row * width);
            let here = &mut from_row[..width];
            let reach = (width - 1).min(row);
            for left in (1..=reach).rev() {
                let column = row - left;
                let shared = (width - 1 - left).min(column);
                let there = &above[column * width..(column + 1) * width];
                let dot: f64 = here[left + 1..=left + shared]
                    .iter()
                    .zip(&there[1..=shared])
                    .map(|(a, b)| a * b)
                    .sum();
                here[left] = (here[left] - dot) / there[0];
            }
            let diagonal = here[0];
            let squares: f64 = here[1..=reach].iter().map(|entry| entry * entry).sum();
            here[0] = (diagonal - squares).max(1e-15 * diagonal).max(f64::MIN_POSITIVE).sqrt();
        }
        Factor { lower: self }
    }
}

/// The Cholesky factor of a banded matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    lower: Banded,
}

impl Factor {
    /// Solves `L Lᵀ x = right` in place.
    ///
    /// # Panics
    ///
    /// When the right side has another length than the matrix.
    pub fn solve(&self, right: &mut [f64]) {
        let Banded { size, width, ref entries } = self.lower;
        assert_eq!(right.len(), size, "the right side is as long as the matrix");
        let row_of = |row: usize| &entries[row * width..(row + 1) * width];
        for row in 0..size {
            let here = row_of(row);
            let reach = (width - 1).min(row);
            let dot: f64 = (1..=reach).map(|left| here[left] * right[row - left]).sum();
            right[row] = (right[row] - dot) / here[0];
        }
        for row in (0..size).rev() {
            let here = row_of(row);
            right[row] /= here[0];
            let value = right[row];
            for left in 1..=(width - 1).min(row) {
                right[row - left] -= here[left] * value;
            }
        }
    }
}
