//! Convolutions of packed images: products whose rows are what a window sees.

mod error;
mod images;
mod pool;
mod window;
mod windows;

use rayon::prelude::*;

pub use self::error::ConvolutionError;
pub use self::images::{CodeImages, ImageSize};
pub use self::pool::max_pool;
pub use self::window::Window;
use self::windows::Windows;
use super::codes::code_max;
use super::{BitsError, Kernel, Ladders, Levels, Product, SignMatrix};

/// Rows that a thread takes at a time where sums are not the last thing: a few of any length.
const BLOCK: usize = 64;

/// A convolution of images of codes with signs, exact to the last integer.
///
/// `sum[y, x, n] = Σ w[n, i, j, c] · code[y·stride + i·dilation - padding, …, c]`, where pixels around
/// the image have the padding code. What a window sees is copied for a few positions at a time, into
/// the panel that a product would copy anyway; the matrix of all windows never exists.
///
/// # Examples
///
/// ```
/// use hwgq::bits::{CodeImages, Codes, Convolution, ImageSize, SignMatrix, Window};
/// let image = CodeImages::new(1, 1, 4, Codes::new(2, 4, 1, &[3, 1, 0, 2])?)?;
/// let edge = SignMatrix::new(1, 2, &[1.0, -1.0])?;
/// let convolution = Convolution::new(&edge, 2, image.size(), Window::of([1, 2]))?;
/// let mut sums = [0; 3];
/// convolution.sums(&image, &mut sums)?;
/// assert_eq!(sums, [3 - 1, 1 - 0, 0 - 2]);
/// # Ok::<(), hwgq::bits::ConvolutionError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Convolution {
    input: ImageSize,
    output: ImageSize,
    window: Window,
    bits: u32,
    // Invariant: one a group, all of the same shape.
    products: Vec<Product>,
}

impl Convolution {
    /// A window of `weights` over images of `input` size with codes of `bits` bits.
    ///
    /// A row of the weights is an output; its numbers are in the order kernel row, kernel column,
    /// channel of the group. The kernel of the product is chosen by shape and processor.
    ///
    /// # Errors
    ///
    /// When the window does not fit into the image, the groups do not divide channels and outputs, a
    /// row of weights has not as many numbers as a window sees, the padding is no code, or a product
    /// of this shape is refused: see [`Product::with_kernel`].
    pub fn new(
        weights: &SignMatrix,
        bits: u32,
        input: ImageSize,
        window: Window,
    ) -> Result<Self, ConvolutionError> {
        Self::of_levels(weights, &Levels::uniform(bits)?, input, window, None)
    }

    /// The same with this kernel of the product.
    ///
    /// # Errors
    ///
    /// As [`Convolution::new`], and when this processor cannot run the kernel.
    pub fn with_kernel(
        weights: &SignMatrix,
        bits: u32,
        input: ImageSize,
        window: Window,
        kernel: Kernel,
    ) -> Result<Self, ConvolutionError> {
        Self::of_levels(weights, &Levels::uniform(bits)?, input, window, Some(kernel))
    }

    /// The same for codes that count for `levels`, with this kernel or the one that suits; sums are in
    /// steps of the levels, and a pixel of padding counts for the level of its code.
    ///
    /// # Errors
    ///
    /// As [`Convolution::new`], and when this processor cannot run the kernel.
    pub fn of_levels(
        weights: &SignMatrix,
        levels: &Levels,
        input: ImageSize,
        window: Window,
        kernel: Option<Kernel>,
    ) -> Result<Self, ConvolutionError> {
        let [height, width] = window.positions(input.height, input.width)?;
        let output = ImageSize { height, width, channels: weights.rows() };
        let groups = window.groups;
        for (what, count) in [("channels", input.channels), ("outputs", output.channels)] {
            if !count.is_multiple_of(groups) {
                return Err(ConvolutionError::Groups { what, count, groups });
            }
        }
        let (given, expected) = (weights.columns(), window.columns(input));
        if expected != Some(given) {
            let expected = expected.unwrap_or(usize::MAX);
            return Err(ConvolutionError::WrongWeights { given, expected });
        }
        let bits = levels.bits();
        let product = |weights: &SignMatrix| Product::of_levels(weights, levels.clone(), kernel);
        let products = if groups == 1 {
            vec![product(weights)?]
        } else {
            let rows = output.channels / groups;
            let parts = (0..groups).map(|group| product(&weights.some_rows(group * rows, rows)));
            parts.collect::<Result<_, _>>()?
        };
        let (code, most) = (window.padding_code, code_max(bits));
        if u32::from(code) > most {
            return Err(ConvolutionError::PaddingCode { code, bits, most });
        }
        Ok(Self { input, output, window, bits, products })
    }

    /// The size of the images that it reads.
    pub fn input_size(&self) -> ImageSize {
        self.input
    }

    /// The size of the images that it writes.
    pub fn output_size(&self) -> ImageSize {
        self.output
    }

    /// How the products are computed.
    pub fn kernel(&self) -> Kernel {
        self.products[0].kernel()
    }

    /// Writes the sums in the order image, row, column, output.
    ///
    /// The positions are spread over the threads of the current `rayon` pool.
    ///
    /// # Errors
    ///
    /// When the images have another size or codes of another width, or `output` has not one place
    /// for each sum.
    pub fn sums(&self, input: &CodeImages, output: &mut [i32]) -> Result<(), ConvolutionError> {
        let windows = self.windows(input)?;
        if let [product] = self.products.as_slice() {
            return Ok(product.sums(&windows, output)?);
        }
        let (inputs, weights) = (input.images() * self.output.pixels(), self.output.channels);
        if inputs.checked_mul(weights) != Some(output.len()) {
            let output = output.len();
            return Err(BitsError::WrongOutput { inputs, weights, output }.into());
        }
        let blocks = output.par_chunks_mut((BLOCK * weights).max(1)).enumerate();
        blocks.try_for_each(|(block, output)| self.block_sums(windows, block * BLOCK, output))
    }

    /// Writes the codes of the sums by the ladder of each output: batch norm and quantizer, folded.
    ///
    /// # Errors
    ///
    /// As [`Convolution::sums`], and when there is not one ladder for each output, or `output` has
    /// not the size of the output and codes as the ladders have.
    pub fn codes(
        &self,
        input: &CodeImages,
        ladders: &Ladders,
        output: &mut CodeImages,
    ) -> Result<(), ConvolutionError> {
        let windows = self.windows(input)?;
        self.check_output(input, output)?;
        if let [product] = self.products.as_slice() {
            return Ok(product.codes(&windows, ladders, output.codes_mut())?);
        }
        self.codes_of_blocks(windows, None, ladders, output)
    }

    /// Writes the codes of the sums with `residual` added to them, a number for each sum in the same
    /// order: the shortcut of a residual block, in the unit of the sums.
    ///
    /// # Errors
    ///
    /// As [`Convolution::codes`], and when the residual has not one number for each sum, or a number
    /// and its sum reach an end of the `i32`.
    pub fn codes_with_residual(
        &self,
        input: &CodeImages,
        residual: &[i32],
        ladders: &Ladders,
        output: &mut CodeImages,
    ) -> Result<(), ConvolutionError> {
        let windows = self.windows(input)?;
        self.check_output(input, output)?;
        let expected = output.codes().rows().saturating_mul(self.output.channels);
        if residual.len() != expected {
            return Err(ConvolutionError::WrongResidual { given: residual.len(), expected });
        }
        self.codes_of_blocks(windows, Some(residual), ladders, output)
    }

    fn codes_of_blocks(
        &self,
        windows: Windows<'_>,
        residual: Option<&[i32]>,
        ladders: &Ladders,
        output: &mut CodeImages,
    ) -> Result<(), ConvolutionError> {
        let channels = self.output.channels;
        if ladders.channels() != channels {
            let (ladders, weights) = (ladders.channels(), channels);
            return Err(BitsError::WrongLadders { ladders, weights }.into());
        }
        let codes = output.codes_mut();
        if ladders.bits() != codes.bits() {
            let (given, expected) = (codes.bits(), ladders.bits());
            return Err(BitsError::WrongBits { given, expected }.into());
        }
        let (steps, stride) = (ladders.steps(), codes.stride().max(1));
        let blocks = codes.bytes_mut().par_chunks_mut(BLOCK * stride).enumerate();
        blocks.try_for_each(|(block, bytes)| {
            let first = block * BLOCK;
            let mut sums = vec![0; bytes.len() / stride * channels];
            self.block_sums(windows, first, &mut sums)?;
            if let Some(residual) = residual {
                let added = sums.iter_mut().zip(&residual[first * channels..]);
                for (sum, &more) in added {
                    // The ends of the range are no sums: limits beyond it are compared as if there.
                    let added = sum.checked_add(more);
                    let added = added.filter(|&added| added > i32::MIN && added < i32::MAX);
                    *sum = added.ok_or(ConvolutionError::ResidualOverflow)?;
                }
            }
            steps.encode(&sums, (bytes, stride));
            Ok(())
        })
    }

    /// The sums of all groups for the positions from `first` on that `output` has room for.
    fn block_sums(
        &self,
        windows: Windows<'_>,
        first: usize,
        output: &mut [i32],
    ) -> Result<(), ConvolutionError> {
        let channels = self.output.channels.max(1);
        let count = output.len() / channels;
        if let [product] = self.products.as_slice() {
            return Ok(product.sums(&windows.part(0, first, count), output)?);
        }
        let share = channels / self.products.len();
        let mut sums = vec![0; count * share];
        for (group, product) in self.products.iter().enumerate() {
            product.sums(&windows.part(group, first, count), &mut sums)?;
            let pixels = output.chunks_exact_mut(channels).zip(sums.chunks_exact(share.max(1)));
            for (output, sums) in pixels {
                output[group * share..][..share].copy_from_slice(sums);
            }
        }
        Ok(())
    }

    fn windows<'a>(&'a self, input: &'a CodeImages) -> Result<Windows<'a>, ConvolutionError> {
        if input.size() != self.input {
            let (given, expected) = (input.size(), self.input);
            return Err(ConvolutionError::WrongImages { given, expected });
        }
        if input.codes().bits() != self.bits {
            let (given, expected) = (input.codes().bits(), self.bits);
            return Err(BitsError::WrongBits { given, expected }.into());
        }
        Ok(Windows::new(input, &self.window, [self.output.height, self.output.width]))
    }

    fn check_output(
        &self,
        input: &CodeImages,
        output: &CodeImages,
    ) -> Result<(), ConvolutionError> {
        if output.size() != self.output {
            let (given, expected) = (output.size(), self.output);
            return Err(ConvolutionError::WrongImages { given, expected });
        }
        let (given, expected) = (output.images(), input.images());
        if given != expected {
            return Err(ConvolutionError::WrongCount { given, expected });
        }
        Ok(())
    }
}
