//! What goes from one stage to the next: numbers, or codes and what they stand for.

use rayon::prelude::*;

use super::coding::Coding;
use crate::bits::{CodeImages, ImageSize};
use crate::nn::tensor::{Shape, Tensor};

/// A batch of images between two stages of a packed network.
#[derive(Debug)]
pub(super) enum Batch {
    /// As the trained layers write and read them.
    Numbers(Tensor),
    /// Levels as codes.
    Codes { images: CodeImages, coding: Coding },
}

impl Batch {
    /// The numbers.
    pub(super) fn into_tensor(self) -> Tensor {
        match self {
            Self::Numbers(tensor) => tensor,
            Self::Codes { images, coding } => decoded(&images, &coding),
        }
    }
}

fn decoded(images: &CodeImages, coding: &Coding) -> Tensor {
    let ImageSize { height, width, channels } = images.size();
    let shape = Shape { height, width, channels };
    let mut levels = vec![0.0; images.images() * shape.len()];
    let pixels = levels.par_chunks_exact_mut(channels.max(1)).enumerate();
    pixels.for_each_init(
        || vec![0; channels],
        |codes, (pixel, levels)| {
            images.codes().copy_codes(pixel, codes);
            let levels = levels.iter_mut().zip(codes);
            levels.for_each(|(level, code)| *level = coding.level(*code));
        },
    );
    Tensor::compact(shape, levels)
}
