//! From bytes to inputs, and from outputs to an accuracy.

use crate::data::Images;
use crate::nn::{Mode, Network};

/// Images in a batch of an evaluation; the result does not depend on it but for rounding.
const BATCH: usize = 100;

/// Puts the images at `indices` into the input of `network`: `(byte - mean) / deviation`.
///
/// # Panics
///
/// When the images have another size than the network's input.
pub fn fill(
    network: &mut Network,
    images: &Images,
    indices: &[usize],
    (mean, deviation): (f32, f32),
) {
    let input = network.input_mut(indices.len());
    let layout = input.layout();
    let shape = layout.shape;
    assert_eq!((shape.height, shape.width, shape.channels), (images.height(), images.width(), 1));
    // One division for each of the 256 bytes there are.
    let table: [f32; 256] = std::array::from_fn(|byte| (byte as f32 - mean) / deviation);
    for (place, &index) in indices.iter().enumerate() {
        let rows = images.pixels(index).chunks_exact(images.width());
        let image = input.image_mut(place);
        for (row, bytes) in rows.enumerate() {
            let numbers = layout.row_mut(image, row).iter_mut();
            numbers.zip(bytes).for_each(|(number, &byte)| *number = table[usize::from(byte)]);
        }
    }
}

/// The part of `images` whose largest output is that of their label, in `0..=1`.
///
/// # Panics
///
/// When the images have another size than the network's input, or there are none.
pub fn accuracy(network: &mut Network, images: &Images, normalisation: (f32, f32)) -> f64 {
    assert!(!images.is_empty(), "the accuracy on no images");
    let indices: Vec<usize> = (0..images.len()).collect();
    let correct: usize = indices
        .chunks(BATCH)
        .map(|indices| {
            fill(network, images, indices, normalisation);
            network.forward(Mode::Evaluate);
            let labels = &images.labels()[indices[0]..][..indices.len()];
            network.loss(labels).correct
        })
        .sum();
    correct as f64 / images.len() as f64
}
