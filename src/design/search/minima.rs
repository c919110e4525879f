//! The least entries of the rows of a totally monotone matrix.

use std::ops::Range;

/// The least entry of each row and its column, for a matrix in which the column of the least entry
/// never moves left as the rows go down.
///
/// Row `r` has the columns `columns(r)`, whose ends do not move left either; an empty row has the
/// least entry ∞. The middle row splits the columns for the rows above and below it: rows plus
/// columns times the logarithm of the rows are looked at in all.
pub(super) fn row_minima(
    rows: usize,
    columns: impl Fn(usize) -> Range<usize>,
    entry: impl Fn(usize, usize) -> f64,
) -> Vec<(f64, usize)> {
    let mut minima = vec![(f64::INFINITY, 0); rows];
    let mut open = vec![(0..rows, 0..usize::MAX)];
    while let Some((rows, allowed)) = open.pop() {
        if rows.is_empty() {
            continue;
        }
        let row = rows.start.midpoint(rows.end - 1).max(rows.start);
        let own = columns(row);
        let range = own.start.max(allowed.start)..own.end.min(allowed.end);
        let start = range.start;
        let least = range.fold((f64::INFINITY, start), |best, column| {
            let cost = entry(row, column);
            if cost < best.0 { (cost, column) } else { best }
        });
        minima[row] = least;
        // Without a finite entry the row says nothing about its neighbours.
        let (left, right) = if least.0.is_finite() {
            (allowed.start..least.1 + 1, least.1..allowed.end)
        } else {
            (allowed.clone(), allowed)
        };
        open.push((rows.start..row, left));
        open.push((row + 1..rows.end, right));
    }
    minima
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_looking_at_every_entry() {
        // Squared distances of increasing points are totally monotone.
        let points = |k: usize, by: f64| (k as f64 * by).powf(1.3);
        let entry = |row: usize, column: usize| (points(row, 0.7) - points(column, 0.4)).powi(2);
        let columns = |row: usize| row / 3..(2 * row + 1).min(90);
        let minima = row_minima(100, columns, entry);
        for (row, &(least, column)) in minima.iter().enumerate() {
            let all = columns(row).map(|column| entry(row, column));
            assert!((least - all.fold(f64::INFINITY, f64::min)).abs() <= 0.0, "row {row}");
            assert!(least.is_infinite() || (entry(row, column) - least).abs() <= 0.0);
        }
    }
}
