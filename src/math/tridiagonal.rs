//! Systems of linear equations in which each unknown meets only its two neighbours.

/// Solves `lower_i x_{i-1} + diagonal_i x_i + upper_i x_{i+1} = right_i` in place of `right`.
///
/// `lower_0` and the last `upper` are not read. Elimination without pivoting, stable for the
/// diagonally dominant matrices that quantizers lead to. `None` when a pivot vanishes or is not
/// finite.
///
/// # Panics
///
/// When the four slices differ in length.
///
/// # References
///
/// Thomas, "Elliptic problems in linear difference equations over a network", 1949.
pub fn solve_tridiagonal(
    lower: &[f64],
    diagonal: &[f64],
    upper: &[f64],
    mut right: Vec<f64>,
) -> Option<Vec<f64>> {
    let size = right.len();
    assert!(
        [lower.len(), diagonal.len(), upper.len()] == [size; 3],
        "the diagonals and the right side differ in length"
    );
    let mut ratios = vec![0.0; size];
    for row in 0..size {
        let (ratio, above) =
            if row == 0 { (0.0, 0.0) } else { (ratios[row - 1], right[row - 1] * lower[row]) };
        let pivot = if row == 0 { diagonal[0] } else { diagonal[row] - lower[row] * ratio };
        if pivot == 0.0 || !pivot.is_finite() {
            return None;
        }
        // One division a row: it is what the elimination waits for.
        let inverse = 1.0 / pivot;
        ratios[row] = upper[row] * inverse;
        right[row] = (right[row] - above) * inverse;
    }
    for row in (1..size).rev() {
        right[row - 1] -= ratios[row - 1] * right[row];
    }
    Some(right)
}
