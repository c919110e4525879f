//! Matrices over slices, with a place for every row and every column.

/// Where the rows, or the columns, of a matrix lie: element `(r, c)` is at the place of row `r` plus
/// the place of column `c`.
#[derive(Debug, Clone, Copy)]
pub enum Axis<'a> {
    /// `count` of them, each `stride` further than the one before.
    Every {
        /// How many.
        count: usize,
        /// From one to the next, in elements.
        stride: usize,
    },
    /// One at each of these places.
    At(&'a [usize]),
}

impl Axis<'_> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Every { count, .. } => count,
            Self::At(places) => places.len(),
        }
    }

    #[inline]
    pub(super) fn place(self, index: usize) -> usize {
        match self {
            Self::Every { stride, .. } => index * stride,
            Self::At(places) => places[index],
        }
    }

    /// The furthest place; `None` when there is none or it is beyond all memory.
    fn furthest(self) -> Option<usize> {
        match self {
            Self::Every { count, stride } => count.checked_sub(1)?.checked_mul(stride),
            Self::At(places) => places.iter().copied().max(),
        }
    }

    /// Those from `start` on, `count` of them, and the offset that is to be added to their places.
    pub(super) fn part(self, start: usize, count: usize) -> (usize, Self) {
        match self {
            Self::Every { stride, .. } => (start * stride, Self::Every { count, stride }),
            Self::At(places) => (0, Self::At(&places[start..][..count])),
        }
    }

    pub(super) fn is_dense(self) -> bool {
        matches!(self, Self::Every { stride: 1, .. })
    }
}

/// A matrix over a slice that is only read.
///
/// Rows may overlap. A convolution reads its padded input that way: neighbouring windows share all
/// but one pixel, and no patch is ever copied.
#[derive(Debug, Clone, Copy)]
pub struct MatrixView<'a> {
    // Invariant: every element lies in `data`.
    pub(super) data: &'a [f32],
    pub(super) rows: Axis<'a>,
    pub(super) columns: Axis<'a>,
}

/// A matrix over a slice that is written: rows of neighbouring elements, no two rows overlapping.
#[derive(Debug)]
pub struct MatrixViewMut<'a> {
    // Invariant: every element lies in `data`.
    pub(super) data: &'a mut [f32],
    // Invariant: places at least `columns` apart, increasing.
    pub(super) rows: Axis<'a>,
    pub(super) columns: usize,
}

/// Checks that a matrix fits into a slice of `length`.
fn assert_inside(length: usize, rows: Axis, columns: Axis) {
    if rows.len() == 0 || columns.len() == 0 {
        return;
    }
    let last = rows.furthest().zip(columns.furthest()).and_then(|(r, c)| r.checked_add(c));
    let inside = last.is_some_and(|last| last < length);
    let (rows, columns) = (rows.len(), columns.len());
    assert!(inside, "not all of {rows} x {columns} elements lie inside a slice of {length}");
}

impl<'a> MatrixView<'a> {
    /// The elements of `data` at `rows` and `columns`.
    ///
    /// # Panics
    ///
    /// When an element would lie outside `data`.
    pub fn new(data: &'a [f32], rows: Axis<'a>, columns: Axis<'a>) -> Self {
        assert_inside(data.len(), rows, columns);
        Self { data, rows, columns }
    }

    /// All of `data`, row after row.
    ///
    /// # Panics
    ///
    /// When `data` is not a whole number of rows, or `columns` is 0.
    pub fn rows_of(data: &'a [f32], columns: usize) -> Self {
        assert!(
            columns > 0 && data.len().is_multiple_of(columns),
            "{} is no multiple of {columns}",
            data.len()
        );
        let rows = Axis::Every { count: data.len() / columns, stride: columns };
        Self::new(data, rows, Axis::Every { count: columns, stride: 1 })
    }

    /// The same elements with rows and columns exchanged.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, ..self }
    }

    /// `count` rows from `first` on.
    pub(super) fn some_rows(self, first: usize, count: usize) -> Self {
        let (start, rows) = self.rows.part(first, count);
        // A part without elements may begin beyond the slice.
        Self { data: self.data.get(start..).unwrap_or_default(), rows, ..self }
    }

    /// `count` columns from `first` on.
    pub(super) fn some_columns(self, first: usize, count: usize) -> Self {
        self.transposed().some_rows(first, count).transposed()
    }

    /// The slice that begins with row `row`.
    #[inline]
    pub(super) fn line(self, row: usize) -> &'a [f32] {
        &self.data[self.rows.place(row)..]
    }
}

impl<'a> MatrixViewMut<'a> {
    /// `columns` neighbouring elements of `data` at each of `rows`.
    ///
    /// # Panics
    ///
    /// When an element would lie outside `data`, or rows would overlap.
    pub fn new(data: &'a mut [f32], rows: Axis<'a>, columns: usize) -> Self {
        assert_inside(data.len(), rows, Axis::Every { count: columns, stride: 1 });
        let apart = match rows {
            Axis::Every { count, stride } => count <= 1 || stride >= columns,
            // The order is checked first, so that the difference cannot wrap around.
            Axis::At(places) => {
                places.windows(2).all(|pair| pair[0] <= pair[1] && pair[1] - pair[0] >= columns)
            }
        };
        assert!(apart, "rows of {columns} elements overlap");
        Self { data, rows, columns }
    }

    /// All of `data`, row after row.
    ///
    /// # Panics
    ///
    /// When `data` is not a whole number of rows, or `columns` is 0.
    pub fn rows_of(data: &'a mut [f32], columns: usize) -> Self {
        assert!(
            columns > 0 && data.len().is_multiple_of(columns),
            "{} is no multiple of {columns}",
            data.len()
        );
        let rows = Axis::Every { count: data.len() / columns, stride: columns };
        Self::new(data, rows, columns)
    }

    #[inline]
    pub(super) fn row(&mut self, row: usize) -> &mut [f32] {
        &mut self.data[self.rows.place(row)..][..self.columns]
    }

    pub(super) fn shape(&self) -> (usize, usize) {
        (self.rows.len(), self.columns)
    }
}
