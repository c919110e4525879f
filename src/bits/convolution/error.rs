//! Why a window cannot slide over images.

use thiserror::Error;

use super::ImageSize;
use crate::bits::BitsError;

/// Why a window cannot slide over images of codes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConvolutionError {
    /// A window of nothing, or one that does not move.
    #[error("{what} is 0; it must be 1 at least, both down and across")]
    Zero {
        /// Which number: `kernel`, `stride`, `dilation` or `groups`.
        what: &'static str,
    },
    /// More taps than the padded image has pixels, down or across.
    #[error(
        "a window that spans {spanned} pixels does not fit into {padded}, padding included; use more padding, a smaller kernel or less dilation"
    )]
    DoesNotFit {
        /// Pixels from the first tap to the last, both included.
        spanned: usize,
        /// Pixels of the image with its padding.
        padded: usize,
    },
    /// Channels that cannot be dealt out.
    #[error(
        "{count} {what} cannot be dealt out to {groups} groups; both channels and outputs must divide by the groups"
    )]
    Groups {
        /// `channels` or `outputs`.
        what: &'static str,
        /// How many.
        count: usize,
        /// The groups.
        groups: usize,
    },
    /// Weights for another window.
    #[error(
        "weight rows of {given} numbers were given, but the window holds {expected}: kernel rows x kernel columns x channels of a group"
    )]
    WrongWeights {
        /// Numbers in a row of the weights.
        given: usize,
        /// Taps of the window times channels of a group.
        expected: usize,
    },
    /// A padding that the codes cannot hold.
    #[error("the image is padded with code {code}, but {bits} bits hold 0 to {most}")]
    PaddingCode {
        /// The code.
        code: u8,
        /// Bits of a code.
        bits: u32,
        /// The greatest code that they hold.
        most: u32,
    },
    /// Images of another size.
    #[error(
        "images of {} x {} x {} were given where {} x {} x {} are due", given.height, given.width,
        given.channels, expected.height, expected.width, expected.channels
    )]
    WrongImages {
        /// Size given.
        given: ImageSize,
        /// Size that is due.
        expected: ImageSize,
    },
    /// Another number of images.
    #[error("{given} images were given where {expected} are due: one for each image of the input")]
    WrongCount {
        /// Images given.
        given: usize,
        /// Images that are due.
        expected: usize,
    },
    /// Codes that do not fill the images.
    #[error(
        "{given} rows of codes were given for {images} images of {pixels} pixels; pass a row for each pixel"
    )]
    WrongPixels {
        /// Rows of the codes.
        given: usize,
        /// The images.
        images: usize,
        /// Pixels of an image.
        pixels: usize,
    },
    /// A pool that is none.
    #[error("a max pool has no padding and one group; use a convolution, or leave them out")]
    NotAPool,
    /// What is added is not a number for each sum.
    #[error("{given} numbers were given to be added to {expected} sums; pass one for each")]
    WrongResidual {
        /// Numbers given.
        given: usize,
        /// Sums.
        expected: usize,
    },
    /// A sum that does not fit.
    #[error("a sum and what is added to it reach {}; use smaller numbers", i32::MAX)]
    ResidualOverflow,
    /// The codes cannot be packed or multiplied.
    #[error(transparent)]
    Bits(#[from] BitsError),
}
