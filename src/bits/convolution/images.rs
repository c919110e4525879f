//! Images of codes: a row of a matrix of codes for each pixel.

use super::ConvolutionError;
use crate::bits::Codes;

/// The size of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageSize {
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Codes of a pixel.
    pub channels: usize,
}

impl ImageSize {
    /// Pixels of an image.
    pub fn pixels(self) -> usize {
        self.height.saturating_mul(self.width)
    }
}

/// A batch of images in the order image, row, column, channel: each pixel is a row of [`Codes`].
///
/// ```text
/// row 0 of the codes     image 0, row 0, column 0     c0 c1 c2 … │ 0, to whole words of 8 bytes
/// row 1                  image 0, row 0, column 1     c0 c1 c2 … │ 0
/// …
/// ```
///
/// So what [`Product::codes`](crate::bits::Product::codes) writes is an image as it is, and where the
/// channels fill whole words (32 of two bits) the pixels of an image row are one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeImages {
    images: usize,
    size: ImageSize,
    // Invariant: `images * size.pixels()` rows of `size.channels` codes.
    codes: Codes,
}

impl CodeImages {
    /// Images of `height` x `width` pixels, whose channels are the columns of `codes`.
    ///
    /// # Errors
    ///
    /// When there is not a row of codes for each pixel.
    pub fn new(
        images: usize,
        height: usize,
        width: usize,
        codes: Codes,
    ) -> Result<Self, ConvolutionError> {
        let size = ImageSize { height, width, channels: codes.columns() };
        let pixels = size.pixels();
        if images.checked_mul(pixels) != Some(codes.rows()) {
            return Err(ConvolutionError::WrongPixels { given: codes.rows(), images, pixels });
        }
        Ok(Self { images, size, codes })
    }

    /// Images of zeros, to be written to.
    ///
    /// # Errors
    ///
    /// When codes of so many bits cannot be packed, or the images exceed the address space.
    pub fn zeros(bits: u32, images: usize, size: ImageSize) -> Result<Self, ConvolutionError> {
        let codes = Codes::zeros(bits, images.saturating_mul(size.pixels()), size.channels)?;
        Ok(Self { images, size, codes })
    }

    /// How many images.
    pub fn images(&self) -> usize {
        self.images
    }

    /// The size of each.
    pub fn size(&self) -> ImageSize {
        self.size
    }

    /// A row for each pixel.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// The same, for whoever writes them within this room.
    pub(super) fn codes_mut(&mut self) -> &mut Codes {
        &mut self.codes
    }

    /// The row of the codes that holds a pixel.
    pub(super) fn pixel(&self, image: usize, row: usize, column: usize) -> usize {
        (image * self.size.height + row) * self.size.width + column
    }
}
