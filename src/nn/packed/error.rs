//! Why a network cannot be packed, or a packed one cannot answer.

use thiserror::Error;

use crate::bits::ConvolutionError;
use crate::nn::error::NetworkError;
use crate::nn::tensor::Shape;

/// Why a network cannot be packed, or a packed one cannot answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PackedError {
    /// Nothing would be gained.
    #[error(
        "no layer has binary weights and reads codes, so there is nothing to pack; run the network as it is"
    )]
    NothingToPack,
    /// The codes are not small integers times one step.
    #[error(
        "`{layer}` reads the levels {levels:?}, which are not multiples of one step within 16 places; use a uniform quantizer, or run the network as it is"
    )]
    NotUniform {
        /// The layer.
        layer: String,
        /// The levels of its input.
        levels: Vec<f64>,
    },
    /// A network that computes no number.
    #[error(
        "channel {channel} after `{layer}` is scaled by numbers that are not finite; look for where its training broke"
    )]
    NotFinite {
        /// The layer.
        layer: String,
        /// The output channel, from 0.
        channel: usize,
    },
    /// Images of another size.
    #[error(
        "the network reads images of {} x {} x {}; these are {} x {} x {}",
        expected.height, expected.width, expected.channels, given.height, given.width, given.channels
    )]
    WrongImages {
        /// Size given.
        given: Shape,
        /// Size that the network reads.
        expected: Shape,
    },
    /// What a packed layer reads was never quantized.
    #[error(
        "image {image}: `{layer}` reads {value}, which is none of its levels; look for NaN in the image or the weights before it"
    )]
    NotALevel {
        /// The layer.
        layer: String,
        /// The image in the batch, from 0.
        image: usize,
        /// What it read.
        value: f32,
    },
    /// No output is a number.
    #[error(
        "image {image} has no answer: every output is NaN; look for NaN in the image or the last layer"
    )]
    NoAnswer {
        /// The image in the batch, from 0.
        image: usize,
    },
    /// The integers cannot be packed or convolved.
    #[error("`{layer}`: {source}")]
    Convolution {
        /// The layer.
        layer: String,
        /// The reason.
        source: ConvolutionError,
    },
    /// What is left of the network around the packed layers is none.
    #[error("the layers around the packed ones: {0}")]
    Network(#[from] NetworkError),
}
