//! The windows of a convolution copied out, one a row, where sliding over the input would waste.

use super::tensor::Layout;
use crate::math::{MatrixView, MatrixViewMut, product};

/// Numbers that a group of images may fill with patches: 512 KiB, half of a second-level cache.
const GROUP_LEN: usize = 1 << 17;

/// How windows of `kernel x kernel` pixels are copied out of an image.
///
/// A matrix of patches has a row for each window, with the axes kernel row, kernel column, channel.
/// One channel makes runs too short to copy, so there the matrix is stored by columns: shifted
/// planes of the image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patches {
    pub(super) input: Layout,
    pub(super) kernel: usize,
    /// Windows below and beside each other.
    pub(super) windows: (usize, usize),
}

impl Patches {
    /// Windows in an image.
    pub(super) fn rows(self) -> usize {
        self.windows.0 * self.windows.1
    }

    /// Numbers in a window.
    pub(super) fn columns(self) -> usize {
        self.kernel * self.kernel * self.input.shape.channels
    }

    /// Images whose patches are multiplied at once.
    pub(super) fn group_images(self) -> usize {
        (GROUP_LEN / (self.rows() * self.columns())).max(1)
    }

    /// The patches of `images` images as a matrix.
    pub(super) fn matrix(self, patches: &[f32], images: usize) -> MatrixView<'_> {
        let (rows, columns) = (images * self.rows(), self.columns());
        let patches = &patches[..rows * columns];
        if self.by_columns() {
            MatrixView::rows_of(patches, rows).transposed()
        } else {
            MatrixView::rows_of(patches, columns)
        }
    }

    /// The product of `left` and `right` as the patches of `images` images.
    pub(super) fn multiply(
        self,
        left: MatrixView,
        right: MatrixView,
        images: usize,
        patches: &mut [f32],
    ) {
        let (rows, columns) = (images * self.rows(), self.columns());
        let patches = &mut patches[..rows * columns];
        if self.by_columns() {
            let output = MatrixViewMut::rows_of(patches, rows);
            product(output, false, right.transposed(), left.transposed());
        } else {
            product(MatrixViewMut::rows_of(patches, columns), false, left, right);
        }
    }

    fn by_columns(self) -> bool {
        self.input.shape.channels == 1
    }

    /// Calls `run(place in the image, place in the patches, length)` for each run of numbers that
    /// lie together in both.
    fn runs(self, images: usize, mut run: impl FnMut(usize, usize, usize)) {
        let (row_len, image_len) = (self.row_len(), self.input.image_len());
        let (down, beside) = self.windows;
        for image in 0..images {
            if self.by_columns() {
                for tap in 0..self.kernel * self.kernel {
                    let (tap_row, tap_column) = (tap / self.kernel, tap % self.kernel);
                    for row in 0..down {
                        let from = image * image_len + (row + tap_row) * row_len + tap_column;
                        let to = (tap * images + image) * self.rows() + row * beside;
                        run(from, to, beside);
                    }
                }
            } else {
                let length = self.kernel * self.input.shape.channels;
                let mut to = image * self.rows() * self.columns();
                for row in 0..down {
                    for column in 0..beside {
                        for tap_row in 0..self.kernel {
                            let column_start = column * self.input.shape.channels;
                            let from = image * image_len + (row + tap_row) * row_len + column_start;
                            run(from, to, length);
                            to += length;
                        }
                    }
                }
            }
        }
    }

    fn row_len(self) -> usize {
        self.input.row_pixels() * self.input.shape.channels
    }

    /// Copies the windows of `images` (their borders included) into `patches`.
    pub(super) fn gather(self, images: &[f32], patches: &mut [f32]) {
        self.runs(images.len() / self.input.image_len(), |from, to, length| {
            patches[to..][..length].copy_from_slice(&images[from..][..length]);
        });
    }

    /// The transpose of [`Patches::gather`]: adds each window back to where it came from.
    pub(super) fn scatter(self, patches: &[f32], images: &mut [f32]) {
        images.fill(0.0);
        self.runs(images.len() / self.input.image_len(), |at, from, length| {
            let window = &patches[from..][..length];
            images[at..][..length].iter_mut().zip(window).for_each(|(sum, part)| *sum += part);
        });
    }
}
