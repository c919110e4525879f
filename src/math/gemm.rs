//! Single-precision matrix products, on the widest registers that the processor has.

#![expect(
    clippy::inline_always,
    reason = "a register may not cross a call, nor an instruction set"
)]

use std::cell::RefCell;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::matrix::{Axis, MatrixView, MatrixViewMut};

/// Checks that a product has a meaning.
fn assert_shapes(output: &MatrixViewMut, left: MatrixView, right: MatrixView) {
    assert_eq!(left.columns.len(), right.rows.len(), "inner sizes differ");
    let shape = (left.rows.len(), right.columns.len());
    assert_eq!(output.shape(), shape, "output has another shape");
}

/// `output = left · right`, or `output += left · right` when `accumulate`.
///
/// Each element is one chain of fused multiply-adds over the inner index, from 0 or from what was
/// there. So its bits depend on nothing but its row and its column: not on the size of the
/// matrices, the blocking, the number of threads or the width of the registers.
///
/// # Panics
///
/// When the shapes do not fit.
///
/// # Examples
///
/// ```
/// use hwgq::math::{MatrixView, MatrixViewMut, product};
/// let (left, right, mut output) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [0.0; 4]);
/// product(
///     MatrixViewMut::rows_of(&mut output, 2),
///     false,
///     MatrixView::rows_of(&left, 2),
///     MatrixView::rows_of(&right, 2),
/// );
/// assert_eq!(output, [19.0, 22.0, 43.0, 50.0]);
/// ```
pub fn product(output: MatrixViewMut, accumulate: bool, left: MatrixView, right: MatrixView) {
    assert_shapes(&output, left, right);
    SCRATCH.with_borrow_mut(|place| {
        Arch::new().dispatch(Product { output, accumulate, left, right, place });
    });
}

thread_local! {
    /// Where a thread packs a panel of the right matrix.
    static SCRATCH: RefCell<Vec<f32>> = RefCell::new(vec![0.0; PANEL_LEN]);
}

/// Columns that a task of [`product_in_parallel`] computes: two panels of the widest registers.
const TASK_COLUMNS: usize = 128;

/// Rows that a task computes: 32 tiles, for which packing `right` anew costs little.
const TASK_ROWS: usize = 192;

/// As [`product`], bit by bit, spread over the threads of the current rayon pool.
///
/// # Panics
///
/// When the shapes do not fit.
pub fn product_in_parallel(
    output: MatrixViewMut,
    accumulate: bool,
    left: MatrixView,
    right: MatrixView,
) {
    assert_shapes(&output, left, right);
    match output {
        // Rows that lie one after the other can be handed out as slices.
        MatrixViewMut { rows: Axis::Every { count, stride }, data, columns }
            if count > TASK_ROWS =>
        {
            // The slice may go on beyond the last row.
            let tasks = data.par_chunks_mut((TASK_ROWS * stride).max(1)).enumerate();
            tasks.take(count.div_ceil(TASK_ROWS)).for_each(|(task, data)| {
                let first = task * TASK_ROWS;
                let count = TASK_ROWS.min(count - first);
                let output = MatrixViewMut::new(data, Axis::Every { count, stride }, columns);
                product(output, accumulate, left.some_rows(first, count), right);
            });
        }
        output if output.columns > TASK_COLUMNS => {
            product_by_columns(output, accumulate, left, right);
        }
        output => product(output, accumulate, left, right),
    }
}

fn product_by_columns(
    mut output: MatrixViewMut,
    accumulate: bool,
    left: MatrixView,
    right: MatrixView,
) {
    // Columns of different tasks interleave in memory, so each task has a place of its own.
    let (rows, columns) = output.shape();
    let starts: Vec<usize> = (0..columns).step_by(TASK_COLUMNS).collect();
    let width = |start: usize| TASK_COLUMNS.min(columns - start);
    let mut blocks: Vec<Vec<f32>> =
        starts.iter().map(|&start| vec![0.0; rows * width(start)]).collect();
    if accumulate {
        for (block, &start) in blocks.iter_mut().zip(&starts) {
            for (row, place) in block.chunks_exact_mut(width(start)).enumerate() {
                place.copy_from_slice(&output.row(row)[start..][..width(start)]);
            }
        }
    }
    blocks.par_iter_mut().zip(&starts).for_each(|(block, &start)| {
        let right = right.some_columns(start, width(start));
        product(MatrixViewMut::rows_of(block, width(start)), accumulate, left, right);
    });
    for (block, &start) in blocks.iter().zip(&starts) {
        for (row, numbers) in block.chunks_exact(width(start)).enumerate() {
            output.row(row)[start..][..width(start)].copy_from_slice(numbers);
        }
    }
}

/// Rows of a tile. Six rows of four vectors are 24 accumulators, which with four vectors of `right`
/// and one of `left` fit into the 32 registers of AVX-512; of two vectors, into the 16 of AVX2.
const TILE_ROWS: usize = 6;

/// Depth of a block: 128 rows of the widest panel, 64 columns, are 32 KiB.
const DEPTH: usize = 128;

/// Numbers in a panel of the widest registers.
const PANEL_LEN: usize = DEPTH * 64;

struct Product<'a> {
    output: MatrixViewMut<'a>,
    accumulate: bool,
    left: MatrixView<'a>,
    right: MatrixView<'a>,
    place: &'a mut [f32],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let widest = if S::REGISTER_COUNT >= 32 { 4 } else { 2 };
        let (rows, columns) = self.output.shape();
        let depth_all = self.right.rows.len();
        if depth_all == 0 && !self.accumulate {
            (0..rows).for_each(|row| self.output.row(row).fill(0.0));
        }
        for depth_start in (0..depth_all).step_by(DEPTH) {
            let keep = self.accumulate || depth_start > 0;
            let depth = DEPTH.min(depth_all - depth_start);
            let left = self.left.some_columns(depth_start, depth);
            let right = self.right.some_rows(depth_start, depth);
            let mut column = 0;
            while column < columns {
                let rest = columns - column;
                let vectors = match rest.div_ceil(S::F32_LANES) {
                    1 => 1,
                    2 | 3 => 2,
                    _ => widest,
                };
                let width = rest.min(vectors * S::F32_LANES);
                let right = right.some_columns(column, width);
                let target = Target { output: &mut self.output, column, keep };
                match vectors {
                    1 => panel_product::<S, 1>(simd, target, left, right, self.place),
                    2 => panel_product::<S, 2>(simd, target, left, right, self.place),
                    _ => panel_product::<S, 4>(simd, target, left, right, self.place),
                }
                column += width;
            }
        }
    }
}

/// The rows of `right`, one after the other, each filled up with zeros to whole vectors.
#[inline(always)]
fn pack<'a, S: Simd, const VECTORS: usize>(
    simd: S,
    right: MatrixView<'a>,
    place: &'a mut [f32],
) -> &'a [[S::f32s; VECTORS]] {
    let width = VECTORS * S::F32_LANES;
    let (rows, columns) = (right.rows.len(), right.columns.len());
    let together = matches!(right.rows, Axis::Every { stride, .. } if stride == width);
    if right.columns.is_dense() && together && columns == width {
        // They lie so already.
        return S::as_simd_f32s(&right.data[..rows * width]).0.as_chunks().0;
    }
    let place = &mut place[..rows * width];
    if right.columns.is_dense() {
        let panel = S::as_mut_simd_f32s(place).0.as_chunks_mut::<VECTORS>().0;
        for (row, packed) in panel.iter_mut().enumerate() {
            // Filled with zeros, for the lanes beyond the last column.
            let mut numbers = [simd.splat_f32s(0.0); VECTORS];
            load(simd, &right.line(row)[..columns], &mut numbers);
            *packed = numbers;
        }
    } else {
        place.fill(0.0);
        let right = right.transposed();
        for column in 0..columns {
            let numbers = right.line(column);
            for (row, packed) in place.chunks_exact_mut(width).enumerate() {
                packed[column] = numbers[right.columns.place(row)];
            }
        }
    }
    S::as_simd_f32s(place).0.as_chunks().0
}

/// The columns of `output` from `column` on, and whether the product is added to what is there.
struct Target<'a, 'b> {
    output: &'a mut MatrixViewMut<'b>,
    column: usize,
    keep: bool,
}

/// Writes `left · right`, tile after tile; `right` fits into [`PANEL_LEN`].
#[inline(always)]
fn panel_product<S: Simd, const VECTORS: usize>(
    simd: S,
    Target { output, column, keep }: Target,
    left: MatrixView,
    right: MatrixView,
    place: &mut [f32],
) {
    let panel = pack::<S, VECTORS>(simd, right, place);
    let width = (VECTORS * S::F32_LANES).min(output.columns - column);
    for first in (0..left.rows.len()).step_by(TILE_ROWS) {
        let count = TILE_ROWS.min(left.rows.len() - first);
        let mut tile = [[simd.splat_f32s(0.0); VECTORS]; TILE_ROWS];
        if keep {
            for (row, tile) in tile.iter_mut().enumerate().take(count) {
                load(simd, &output.row(first + row)[column..][..width], tile);
            }
        }
        // Rows beyond the last repeat it; what they come to is dropped.
        let rows = || {
            let rows: [usize; TILE_ROWS] = std::array::from_fn(|row| first + row.min(count - 1));
            rows.map(|row| left.line(row))
        };
        let tile = if left.columns.is_dense() {
            along_rows(simd, tile, rows(), panel)
        } else if left.rows.is_dense() && count == TILE_ROWS {
            match left.columns {
                Axis::Every { count, stride } => {
                    let columns = (0..count).map(|column| &left.data[first + column * stride..]);
                    along_columns(simd, tile, columns, panel)
                }
                Axis::At(places) => {
                    let columns = places.iter().map(|&place| &left.data[place + first..]);
                    along_columns(simd, tile, columns, panel)
                }
            }
        } else {
            at_places(simd, tile, rows(), left.columns, panel)
        };
        for (row, tile) in tile.iter().enumerate().take(count) {
            store(simd, tile, &mut output.row(first + row)[column..][..width]);
        }
    }
}

/// The numbers of `from` in vectors; what is left of `to` stays.
#[inline(always)]
fn load<S: Simd, const VECTORS: usize>(simd: S, from: &[f32], to: &mut [S::f32s; VECTORS]) {
    let (whole, rest) = S::as_simd_f32s(from);
    // A length known in advance is a few moves; any other is a call of memcpy.
    if let Ok(all) = <&[S::f32s; VECTORS]>::try_from(whole) {
        *to = *all;
        return;
    }
    to.iter_mut().zip(whole).for_each(|(to, from)| *to = *from);
    if !rest.is_empty() {
        to[whole.len()] = simd.partial_load_f32s(rest);
    }
}

/// As many numbers of `from` as `to` has room for.
#[inline(always)]
fn store<S: Simd, const VECTORS: usize>(simd: S, from: &[S::f32s; VECTORS], to: &mut [f32]) {
    let (whole, rest) = S::as_mut_simd_f32s(to);
    if let Ok(all) = <&mut [S::f32s; VECTORS]>::try_from(&mut *whole) {
        *all = *from;
        return;
    }
    whole.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    if !rest.is_empty() {
        simd.partial_store_f32s(rest, from[whole.len()]);
    }
}

type Tile<S, const VECTORS: usize> = [[<S as Simd>::f32s; VECTORS]; TILE_ROWS];

/// `tile += rows · panel`, each row's numbers lying together.
#[inline(always)]
fn along_rows<S: Simd, const VECTORS: usize>(
    simd: S,
    mut tile: Tile<S, VECTORS>,
    rows: [&[f32]; TILE_ROWS],
    panel: &[[S::f32s; VECTORS]],
) -> Tile<S, VECTORS> {
    // Equal lengths, so that one bound serves all.
    let rows = rows.map(|row| &row[..panel.len()]);
    for (k, right) in panel.iter().enumerate() {
        for (tile, row) in tile.iter_mut().zip(rows) {
            let left = simd.splat_f32s(row[k]);
            for (sum, &right) in tile.iter_mut().zip(right) {
                *sum = simd.mul_add_f32s(left, right, *sum);
            }
        }
    }
    tile
}

/// `tile += rows · panel`, each column's numbers lying together.
#[inline(always)]
fn along_columns<'a, S: Simd, const VECTORS: usize>(
    simd: S,
    mut tile: Tile<S, VECTORS>,
    columns: impl Iterator<Item = &'a [f32]>,
    panel: &[[S::f32s; VECTORS]],
) -> Tile<S, VECTORS> {
    for (right, left) in panel.iter().zip(columns) {
        for (tile, &left) in tile.iter_mut().zip(&left[..TILE_ROWS]) {
            let left = simd.splat_f32s(left);
            for (sum, &right) in tile.iter_mut().zip(right) {
                *sum = simd.mul_add_f32s(left, right, *sum);
            }
        }
    }
    tile
}

/// `tile += rows · panel` in general: the last rows of a transposed matrix.
#[inline(always)]
fn at_places<S: Simd, const VECTORS: usize>(
    simd: S,
    mut tile: Tile<S, VECTORS>,
    rows: [&[f32]; TILE_ROWS],
    columns: Axis,
    panel: &[[S::f32s; VECTORS]],
) -> Tile<S, VECTORS> {
    for (k, right) in panel.iter().enumerate() {
        for (tile, row) in tile.iter_mut().zip(rows) {
            let left = simd.splat_f32s(row[columns.place(k)]);
            for (sum, &right) in tile.iter_mut().zip(right) {
                *sum = simd.mul_add_f32s(left, right, *sum);
            }
        }
    }
    tile
}

#[cfg(test)]
mod tests;
