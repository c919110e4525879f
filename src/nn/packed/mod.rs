//! Packed inference: a trained network whose binary layers are exact sums of integers.

mod batch;
mod block;
mod channel_limits;
mod coding;
mod error;
mod grid;
mod sums;

use std::collections::VecDeque;
use std::mem::take;

use self::batch::Batch;
use self::block::Block;
pub use self::error::PackedError;
use super::layer::Mode;
use super::network::Network;
use super::tensor::{Shape, Tensor};

/// A trained network for inference alone.
///
/// A layer with binary weights that reads the codes of a uniform quantizer is one with what follows
/// it, up to the next quantizer:
///
/// `code = #{ i : n >= limit_i }` with `n = Σ sign(W)·code'`, or `n <= limit_i` in a channel whose
/// batch norm has a negative scale.
///
/// The signs are packed, a bit a weight; the sums are integers, exact; scale, bias, batch norm and
/// quantizer are folded in f64 into integer limits, one set a channel. All other layers, among them
/// the first and the last at full precision, run as they were trained.
///
/// # What is guaranteed
///
/// Given the codes that a packed layer reads and the scales `α`, which are f32 as in the trainer,
/// each code that it writes is that of the layer computed without rounding, up to the f64 rounding
/// of the folded batch norm: sums are exact, and one on a threshold goes where the codebook sends
/// it. The trainer computes the same numbers in f32, so its code can differ only where the
/// normalised sum lies within f32 rounding of a threshold. Where none does, the logits are bit for
/// bit those of the trainer for the same batch, unless a packed layer hands on numbers and not
/// codes: these are rounded once, and the trainer's at every step.
///
/// # Examples
///
/// ```
/// use hwgq::nn::{Architecture, Net, Packed, Shape, Tensor};
/// use hwgq::scheme::{Backward, Forward, Weights};
/// use rand::SeedableRng;
///
/// let architecture = Architecture {
///     net: Net::Mlp,
///     input: Shape { height: 28, width: 28, channels: 1 },
///     classes: 10,
///     hidden: 64,
///     width: 1,
///     forward: Forward::Hwgq,
///     positive_levels: 3,
///     backward: Backward::Clipped,
///     weights: Weights::Binary,
/// };
/// let network = architecture.build(&mut rand_chacha::ChaCha8Rng::seed_from_u64(1))?;
/// let images = Tensor::zeros(5, architecture.input, 0);
/// assert_eq!(Packed::new(network)?.classify(&images)?.len(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, sections 3.1 and 4.2.
#[derive(Debug)]
pub struct Packed {
    input: Shape,
    stages: Vec<Stage>,
}

#[derive(Debug)]
enum Stage {
    /// Layers that run as they were trained.
    Trained(Network),
    /// Layers that became integers.
    Packed(Box<Block>),
}

impl Packed {
    /// Packs what can be packed of `network`.
    ///
    /// # Errors
    ///
    /// When no layer can be packed; when a layer with binary weights reads levels that are not
    /// multiples of one step, or at most 15 of it; when a weight is NaN, or a batch norm not finite.
    pub fn new(network: Network) -> Result<Self, PackedError> {
        let input = network.input().shape();
        let mut layers = VecDeque::from(network.into_layers());
        let (mut stages, mut trained) = (Vec::new(), Vec::new());
        let mut shape = input;
        while !layers.is_empty() {
            if let Some((mut block, count)) = Block::front(layers.make_contiguous())? {
                if block.take_in(trained.last()) {
                    trained.pop();
                }
                if !trained.is_empty() {
                    stages.push(Stage::Trained(Network::new(shape, take(&mut trained))?));
                }
                shape = block.output_shape();
                stages.push(Stage::Packed(Box::new(block)));
                layers.drain(..count);
            } else {
                trained.extend(layers.pop_front());
            }
        }
        if !stages.iter().any(|stage| matches!(stage, Stage::Packed(_))) {
            return Err(PackedError::NothingToPack);
        }
        if !trained.is_empty() {
            stages.push(Stage::Trained(Network::new(shape, trained)?));
        }
        Ok(Self { input, stages })
    }

    /// The output of the last layer for each image.
    ///
    /// # Errors
    ///
    /// When the images have another size than the network reads, or NaN reaches a packed layer.
    pub fn logits(&mut self, images: &Tensor) -> Result<Tensor, PackedError> {
        if images.shape() != self.input {
            return Err(PackedError::WrongImages { given: images.shape(), expected: self.input });
        }
        let mut batch = Batch::Numbers(images.clone());
        for stage in &mut self.stages {
            batch = match stage {
                Stage::Trained(network) => {
                    let batch = batch.into_tensor();
                    copy_pixels(&batch, network.input_mut(batch.images()));
                    Batch::Numbers(network.forward(Mode::Evaluate).clone())
                }
                Stage::Packed(block) => block.run(batch)?,
            };
        }
        Ok(batch.into_tensor())
    }

    /// The class of the largest logit of each image, of equal ones the first.
    ///
    /// # Errors
    ///
    /// As [`Packed::logits`], and when all logits of an image are NaN.
    pub fn classify(&mut self, images: &Tensor) -> Result<Vec<usize>, PackedError> {
        let logits = self.logits(images)?;
        let answers = (0..logits.images()).map(|image| {
            // The output of a network has no border.
            let logits = logits.image(image);
            let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let first = logits.iter().position(|&logit| logit >= largest);
            first.ok_or(PackedError::NoAnswer { image })
        });
        answers.collect()
    }
}

/// Copies the pixels of a batch to one of the same shape and number, whatever the borders.
fn copy_pixels(from: &Tensor, to: &mut Tensor) {
    let (source, target) = (from.layout(), to.layout());
    for image in 0..from.images() {
        for row in 0..source.shape.height {
            let pixels = source.row(from.image(image), row);
            target.row_mut(to.image_mut(image), row).copy_from_slice(pixels);
        }
    }
}
