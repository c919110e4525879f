//! A packed product with what follows it: a pool, and a batch norm and quantizer as thresholds.

use std::any::Any;

use rayon::prelude::*;

use super::error::PackedError;
use super::ladder::Ladder;
use super::sums::{Sums, SumsError};
use crate::nn::activation::Activation;
use crate::nn::batch_norm::{Affine, BatchNorm};
use crate::nn::layer::Layer;
use crate::nn::max_pool::MaxPool;
use crate::nn::tensor::{Shape, Tensor};
use crate::quantizer::Codebook;

/// Sums, perhaps pooled, and what becomes of them.
#[derive(Debug)]
pub(super) struct Block {
    name: String,
    sums: Sums,
    pooled: bool,
    output: Output,
}

/// What becomes of a sum.
#[derive(Debug)]
enum Output {
    /// The number that it stands for.
    Numbers,
    /// The level of its ladder, one ladder a channel.
    Levels { ladders: Vec<Ladder>, levels: Vec<f32> },
}

impl Block {
    /// The block that `layers` begin with, and how many of them it stands for; `None` when the
    /// first one has no binary weights or does not read codes.
    ///
    /// A product, a pool where there is one, a batch norm and a quantizer become one block. Pooling
    /// sums instead of numbers is exact, because the numbers never fall with the sums. A product
    /// that is followed by anything else is a block of its own.
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
        if let Some((norm, codebook)) = norm.zip(codebook) {
            let ladders = fold(&name, &sums, &norm.evaluated(), codebook)?;
            #[expect(clippy::cast_possible_truncation, reason = "as the staircase rounds them")]
            let levels = codebook.levels().iter().map(|&level| level as f32).collect();
            let output = Output::Levels { ladders, levels };
            return Ok(Some((Self { name, sums, pooled, output }, 3 + usize::from(pooled))));
        }
        Ok(Some((Self { name, sums, pooled: false, output: Output::Numbers }, 1)))
    }

    /// The size of the output.
    pub(super) fn output_shape(&self) -> Shape {
        let shape = self.sums.output_shape();
        if self.pooled {
            Shape { height: shape.height / 2, width: shape.width / 2, ..shape }
        } else {
            shape
        }
    }

    /// The output for a batch of levels.
    pub(super) fn run(&self, input: &Tensor) -> Result<Tensor, PackedError> {
        let shape = self.output_shape();
        let mut output = Tensor::zeros(input.images(), shape, 0);
        let images = output.data_mut().par_chunks_exact_mut(shape.len()).enumerate();
        images.try_for_each(|(image, output)| -> Result<(), PackedError> {
            let sums = self.sums.image(input.layout(), input.image(image));
            let sums = sums.map_err(|error| self.located(image, error))?;
            if self.pooled {
                self.finish(&pool(self.sums.output_shape(), &sums), output);
            } else {
                self.finish(&sums, output);
            }
            Ok(())
        })?;
        Ok(output)
    }

    fn finish(&self, sums: &[i32], output: &mut [f32]) {
        let channels = self.output_shape().channels;
        for (sums, output) in sums.chunks_exact(channels).zip(output.chunks_exact_mut(channels)) {
            match &self.output {
                Output::Numbers => {
                    for (channel, (&sum, output)) in sums.iter().zip(output).enumerate() {
                        #[expect(clippy::cast_possible_truncation, reason = "rounded once, here")]
                        let number = self.sums.value(channel, sum.into()) as f32;
                        *output = number;
                    }
                }
                Output::Levels { ladders, levels } => {
                    for ((&sum, output), ladder) in sums.iter().zip(output).zip(ladders) {
                        *output = levels[ladder.level(sum)];
                    }
                }
            }
        }
    }

    fn located(&self, image: usize, error: SumsError) -> PackedError {
        let layer = self.name.clone();
        match error {
            SumsError::NotALevel(value) => PackedError::NotALevel { layer, image, value },
            SumsError::Bits(source) => PackedError::Bits { layer, source },
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
) -> Result<Vec<Ladder>, PackedError> {
    let channels = norm.iter().enumerate();
    let ladders = channels.map(|(channel, &Affine { mean, factor, shift })| {
        let most = sums.most();
        let value = |sum| (sums.value(channel, sum) - mean) * factor + shift;
        // The value is monotone, so it is finite everywhere when it is at both ends.
        if value(-most).is_finite() && value(most).is_finite() {
            Ok(Ladder::new(codebook, most, value))
        } else {
            Err(PackedError::NotFinite { layer: name.to_owned(), channel })
        }
    });
    ladders.collect()
}

/// The greatest of each 2 x 2 window; a last odd row or column is left out.
fn pool(shape: Shape, sums: &[i32]) -> Vec<i32> {
    let Shape { height, width, channels } = shape;
    let mut pooled = Vec::with_capacity(height / 2 * (width / 2) * channels);
    for row in 0..height / 2 {
        for column in 0..width / 2 {
            let pixel = |down, right| {
                let start = ((2 * row + down) * width + 2 * column + right) * channels;
                &sums[start..][..channels]
            };
            let rest = pixel(0, 1).iter().zip(pixel(1, 0)).zip(pixel(1, 1));
            let windows = pixel(0, 0).iter().zip(rest);
            pooled.extend(windows.map(|(a, ((b, c), d))| *a.max(b).max(c).max(d)));
        }
    }
    pooled
}
