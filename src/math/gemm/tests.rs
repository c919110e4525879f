//! The product against its definition, over every way a matrix can lie in memory.

use proptest::prelude::*;

use super::*;

/// Numbers whose products and sums round, in a prime period, so that no swapped rows or blocks
/// can agree.
fn paint(length: usize, prime: usize) -> Vec<f32> {
    (0..length).map(|i| ((i * 7 % prime) as f32 - 2.0) / 3.0).collect()
}

fn element(view: MatrixView, row: usize, column: usize) -> f32 {
    view.data[view.rows.place(row) + view.columns.place(column)]
}

/// Where lines of `length` numbers begin that have `gap` numbers between them, every third
/// time twice as many.
fn places(lines: usize, length: usize, gap: usize) -> Vec<usize> {
    (0..lines).map(|line| line * (length + gap) + line / 3 * gap).collect()
}

/// How a matrix lies in memory.
#[derive(Debug, Clone, Copy)]
enum Lie {
    Rows,
    Columns,
    RowsAt,
    ColumnsAt,
}

const LIES: [Lie; 4] = [Lie::Rows, Lie::Columns, Lie::RowsAt, Lie::ColumnsAt];

fn view<'a>(
    data: &'a [f32],
    places: &'a [usize],
    lie: Lie,
    (rows, columns): (usize, usize),
    gap: usize,
) -> MatrixView<'a> {
    let dense = |count| Axis::Every { count, stride: 1 };
    let lines = |count, length| Axis::Every { count, stride: length + gap };
    match lie {
        Lie::Rows => MatrixView::new(data, lines(rows, columns), dense(columns)),
        Lie::Columns => MatrixView::new(data, dense(rows), lines(columns, rows)),
        Lie::RowsAt => MatrixView::new(data, Axis::At(places), dense(columns)),
        Lie::ColumnsAt => MatrixView::new(data, dense(rows), Axis::At(places)),
    }
}

fn lines((rows, columns): (usize, usize), lie: Lie) -> (usize, usize) {
    if matches!(lie, Lie::Rows | Lie::RowsAt) { (rows, columns) } else { (columns, rows) }
}

proptest! {
    /// Sizes around the tiles (6 rows, vectors of 4, 8 and 16, panels of one, two and four of
    /// them), around the blocks (depth 128, 128 columns a task), and down to nothing.
    #[test]
    fn product_is_a_chain_of_fused_multiply_adds(
        rows in prop::sample::select(vec![0, 1, 5, 6, 7, 12, 20]),
        inner in prop::sample::select(vec![0, 1, 3, 25, 127, 128, 129, 257]),
        columns in prop::sample::select(vec![0, 1, 5, 16, 17, 33, 50, 64, 65, 129, 260]),
        gap in 0_usize..3,
        left_lie in prop::sample::select(LIES.to_vec()),
        right_lie in prop::sample::select(LIES.to_vec()),
        accumulate: bool,
    ) {
        // Room for the widest gaps.
        let numbers = |shape, lie, prime| {
            let (count, length) = lines(shape, lie);
            (paint(count * (length + 2 * gap), prime), places(count, length, gap))
        };
        let (data, at) = numbers((rows, inner), left_lie, 11);
        let left = view(&data, &at, left_lie, (rows, inner), gap);
        let (data, at) = numbers((inner, columns), right_lie, 19);
        let right = view(&data, &at, right_lie, (inner, columns), gap);
        let (before, at) = numbers((rows, columns), Lie::RowsAt, 5);
        let mut output = before.clone();
        product(MatrixViewMut::new(&mut output, Axis::At(&at), columns), accumulate, left, right);
        let mut expected = before;
        for row in 0..rows {
            for column in 0..columns {
                let place = &mut expected[at[row] + column];
                let start = if accumulate { *place } else { 0.0 };
                *place = (0..inner).fold(start, |sum, k| {
                    element(left, row, k).mul_add(element(right, k, column), sum)
                });
            }
        }
        prop_assert_eq!(output, expected, "also between the rows, which stays untouched");
    }

    /// One task, tasks of columns, tasks of rows, with and without a last one that is smaller.
    #[test]
    fn threads_change_nothing(
        rows in prop::sample::select(vec![7, 192, 193, 400]),
        columns in prop::sample::select(vec![3, 128, 300]),
        threads in 1..4_usize,
        accumulate: bool,
    ) {
        let (left, right) = (paint(rows * 9, 11), paint(9 * columns, 13));
        let (left, right) = (MatrixView::rows_of(&left, 9), MatrixView::rows_of(&right, columns));
        let (mut alone, stride) = (paint(rows * (columns + 1), 5), columns + 1);
        let mut shared = alone.clone();
        let axis = Axis::Every { count: rows, stride };
        product(MatrixViewMut::new(&mut alone, axis, columns), accumulate, left, right);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let output = MatrixViewMut::new(&mut shared, axis, columns);
            product_in_parallel(output, accumulate, left, right);
        });
        prop_assert_eq!(alone, shared);
    }
}

#[test]
fn rows_of_an_input_may_overlap() {
    let signal = [1.0, 2.0, 3.0, 4.0, 5.0];
    let each = Axis::Every { count: 3, stride: 1 };
    let windows = MatrixView::new(&signal, each, each);
    let mut sums = [0.0; 3];
    let weights = MatrixView::rows_of(&[1.0, 10.0, 100.0], 1);
    product(MatrixViewMut::rows_of(&mut sums, 1), false, windows, weights);
    assert_eq!(sums.map(f32::to_bits), [321.0, 432.0, 543.0].map(f32::to_bits));
}

#[test]
#[should_panic(expected = "overlap")]
fn rows_of_an_output_may_not_overlap() {
    MatrixViewMut::new(&mut [0.0; 5], Axis::At(&[0, 2]), 3);
}

#[test]
#[should_panic(expected = "inside a slice of 5")]
fn no_element_lies_outside_its_slice() {
    let rows = Axis::Every { count: 3, stride: 2 };
    MatrixView::new(&[0.0; 5], rows, Axis::Every { count: 2, stride: 1 });
}
