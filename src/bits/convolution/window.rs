//! A window: how its taps lie, how it moves, and what it sees beyond the edge.

use super::{ConvolutionError, ImageSize};

/// A window that slides over images; pairs are down and across.
///
/// # Examples
///
/// ```
/// use hwgq::bits::Window;
/// // The usual 3 x 3 window that keeps the size of the image.
/// let window = Window { padding: [1, 1], ..Window::of([3, 3]) };
/// assert_eq!(window.positions(56, 56).unwrap(), [56, 56]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Taps.
    pub kernel: [usize; 2],
    /// Pixels from one position to the next.
    pub stride: [usize; 2],
    /// Pixels around the image, on each side.
    pub padding: [usize; 2],
    /// Pixels from one tap to the next.
    pub dilation: [usize; 2],
    /// Parts into which channels and outputs are dealt out, in order; each output sees its part.
    pub groups: usize,
    /// The code of every channel of the pixels around the image. The code of zero, which is 0 for
    /// half-wave quantizers, makes the padding that of the unpacked network.
    pub padding_code: u8,
}

impl Window {
    /// A window of `kernel` taps that moves by single pixels over the image alone.
    pub const fn of(kernel: [usize; 2]) -> Self {
        let (one, none) = ([1, 1], [0, 0]);
        Self { kernel, stride: one, padding: none, dilation: one, groups: 1, padding_code: 0 }
    }

    /// How many positions it has over an image, down and across.
    ///
    /// # Errors
    ///
    /// When a number is 0 that must not be, or the window does not fit into the padded image.
    pub fn positions(&self, height: usize, width: usize) -> Result<[usize; 2], ConvolutionError> {
        let pairs = [("kernel", self.kernel), ("stride", self.stride), ("dilation", self.dilation)];
        for (what, pair) in pairs.into_iter().chain([("groups", [self.groups; 2])]) {
            if pair.contains(&0) {
                return Err(ConvolutionError::Zero { what });
            }
        }
        let along = |axis: usize, pixels: usize| {
            let spanned = (self.kernel[axis] - 1).saturating_mul(self.dilation[axis]);
            let spanned = spanned.saturating_add(1);
            let padded = pixels.saturating_add(self.padding[axis].saturating_mul(2));
            // A saturated size is not one, and an image without pixels has no edge to pad.
            let fits = pixels > 0 && spanned <= padded && padded < usize::MAX / 2;
            fits.then(|| (padded - spanned) / self.stride[axis] + 1)
                .ok_or(ConvolutionError::DoesNotFit { spanned, padded })
        };
        Ok([along(0, height)?, along(1, width)?])
    }

    /// Codes in a window: the length of a sum.
    pub(super) fn columns(&self, size: ImageSize) -> Option<usize> {
        let [rows, columns] = self.kernel;
        rows.checked_mul(columns)?.checked_mul(size.channels / self.groups.max(1))
    }
}
