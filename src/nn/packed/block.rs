//! A packed product with what follows it: a pool, and a batch norm and quantizer as thresholds.

use std::any::Any;

use rayon::prelude::*;

use super::batch::Batch;
use super::channel_limits::ChannelLimits;
use super::coding::Coding;
use super::error::PackedError;
use super::sums::{Sums, SumsError, quantized};
use crate::bits::{CodeImages, ConvolutionError, Ladder, Ladders, Window, max_pool};
use crate::nn::activation::Activation;
use crate::nn::batch_norm::{Affine, BatchNorm};
use crate::nn::layer::Layer;
use crate::nn::max_pool::MaxPool;
use crate::nn::tensor::{Shape, Tensor};
use crate::quantizer::Codebook;

/// Sums, and what becomes of them.
#[derive(Debug)]
pub(super) struct Block {
    name: String,
    /// Thresholds of the quantizer before the sums, where it became part of the block.
    thresholds: Option<Vec<f32>>,
    sums: Sums,
    output: Output,
}

/// What becomes of a sum.
#[derive(Debug)]
enum Output {
    /// The number that it stands for.
    Numbers,
    /// The code of its ladder, one ladder a channel; the codes are perhaps pooled.
    Codes { ladders: Box<Ladders>, coding: Coding, pooled: bool },
}

/// As the layer pools.
const POOL: Window = Window { stride: [2, 2], ..Window::of([2, 2]) };

impl Block {
    /// The block that `layers` begin with, and how many of them it stands for; `None` when the
    /// first one has no binary weights or does not read codes.
    ///
    /// A product, a pool where there is one, a batch norm and a quantizer of at most sixteen levels
    /// become one block. Pooling codes instead of numbers is exact, because the codes of a channel
    /// never fall with the sums, or never rise. A product that is followed by anything else is a
    /// block of its own.
    pub(super) fn front(
        layers: &[(String, Box<dyn Layer>)],
    ) -> Result<Option<(Self, usize)>, PackedError> {
        let [(name, first), rest @ ..] = layers else { return Ok(None) };
        let Some(sums) = Sums::of(name, first.as_ref())? else { return Ok(None) };
        let name = name.clone();
        let pooled = find::<MaxPool>(rest.first()).is_some();
        let rest = &rest[usize::from(pooled)..];
        let norm = find::<BatchNorm>(rest.first());
        let codebook = find::<Activation>(rest.get(1)).and_then(Layer::codebook);
        let coded = codebook.and_then(|codebook| Some((codebook, Coding::of(codebook)?)));
        if let Some((norm, (codebook, coding))) = norm.zip(coded) {
            let ladders = Box::new(fold(&name, &sums, &norm.evaluated(), codebook, &coding)?);
            let output = Output::Codes { ladders, coding, pooled };
            return Ok(Some((
                Self { name, thresholds: None, sums, output },
                3 + usize::from(pooled),
            )));
        }
        let output = Output::Numbers;
        Ok(Some((Self { name, thresholds: None, sums, output }, 1)))
    }

    /// Takes in the quantizer `before` the block, if it is one: then the block reads what that
    /// would, and packs it at once.
    pub(super) fn take_in(&mut self, before: Option<&(String, Box<dyn Layer>)>) -> bool {
        let codebook = find::<Activation>(before).and_then(Layer::codebook);
        let coded = codebook.and_then(|codebook| Some((codebook, Coding::of(codebook)?)));
        self.thresholds = coded
            .filter(|(_, coding)| coding == self.sums.coding())
            .and_then(|(codebook, coding)| coding.thresholds(codebook));
        self.thresholds.is_some()
    }

    /// The size of the output.
    pub(super) fn output_shape(&self) -> Shape {
        let shape = self.sums.output_shape();
        match self.output {
            Output::Codes { pooled: true, .. } => {
                Shape { height: shape.height / 2, width: shape.width / 2, ..shape }
            }
            _ => shape,
        }
    }

    /// The output for a batch of levels, or of what the quantizer before the sums reads.
    pub(super) fn run(&self, input: Batch) -> Result<Batch, PackedError> {
        let codes = match (&self.thresholds, input) {
            (Some(thresholds), input) => quantized(&input.into_tensor(), thresholds),
            // As they were written they are read.
            (None, Batch::Codes { images, coding }) if coding == *self.sums.coding() => Ok(images),
            (None, input) => self.sums.encode(&input.into_tensor()),
        };
        let output = codes.and_then(|codes| Ok(self.finish(&codes)?));
        output.map_err(|error| self.located(error))
    }

    fn finish(&self, codes: &CodeImages) -> Result<Batch, ConvolutionError> {
        match &self.output {
            Output::Numbers => Ok(Batch::Numbers(self.numbers(&self.sums.sums(codes)?))),
            Output::Codes { ladders, coding, pooled } => {
                let codes = self.sums.codes(codes, ladders)?;
                let images = if *pooled { max_pool(&codes, &POOL, Some(ladders))? } else { codes };
                Ok(Batch::Codes { images, coding: *coding })
            }
        }
    }

    /// What the sums stand for.
    fn numbers(&self, sums: &[i32]) -> Tensor {
        let shape = self.output_shape();
        let mut numbers = vec![0.0; sums.len()];
        let pixels = numbers.par_chunks_exact_mut(shape.channels);
        pixels.zip(sums.par_chunks_exact(shape.channels)).for_each(|(numbers, sums)| {
            for (channel, (&sum, output)) in sums.iter().zip(numbers).enumerate() {
                #[expect(clippy::cast_possible_truncation, reason = "rounded once, here")]
                let number = self.sums.value(channel, sum.into()) as f32;
                *output = number;
            }
        });
        Tensor::compact(shape, numbers)
    }

    fn located(&self, error: SumsError) -> PackedError {
        let layer = self.name.clone();
        match error {
            SumsError::NotALevel { image, value } => PackedError::NotALevel { layer, image, value },
            SumsError::Convolution(source) => PackedError::Convolution { layer, source },
        }
    }
}

/// The layer itself, if it is of that kind.
fn find<L: Layer>(named: Option<&(String, Box<dyn Layer>)>) -> Option<&L> {
    let any: &dyn Any = named?.1.as_ref();
    any.downcast_ref()
}

/// The ladder of each channel: `Q((x - μ)·scale/√(σ² + ε) + shift)` of what its sums stand for.
fn fold(
    name: &str,
    sums: &Sums,
    norm: &[Affine],
    codebook: &Codebook,
    coding: &Coding,
) -> Result<Ladders, PackedError> {
    let channels = norm.iter().enumerate();
    let limits = channels.map(|(channel, &Affine { mean, factor, shift })| {
        let most = sums.most();
        let value = |sum| (sums.value(channel, sum) - mean) * factor + shift;
        // The value is monotone, so it is finite everywhere when it is at both ends.
        if value(-most).is_finite() && value(most).is_finite() {
            Ok(ChannelLimits::new(codebook, coding, most, value))
        } else {
            Err(PackedError::NotFinite { layer: name.to_owned(), channel })
        }
    });
    let limits: Vec<ChannelLimits> = limits.collect::<Result<_, _>>()?;
    let ladders =
        limits.iter().map(|channel| Ladder { falling: channel.falling, limits: &channel.limits });
    Ladders::new(coding.bits, ladders).map_err(|source| PackedError::Convolution {
        layer: name.to_owned(),
        source: source.into(),
    })
}
