//! Max pooling over windows of 2 x 2 pixels that do not overlap.

use rayon::prelude::*;

use super::layer::{Layer, Mode};
use super::parallel::{chunk_images, chunks, chunks_mut, vectorised};
use super::tensor::{Layout, Shape, Tensor};

/// `output[y, x] = max of input[2y..2y+2, 2x..2x+2]`, channel by channel; a last odd row or column
/// is left out.
///
/// The gradient goes to the greatest of the window, of equal ones to the first, row by row. NaN is
/// the greatest of all, so that it is seen at the output.
#[derive(Debug)]
pub struct MaxPool {
    input: Shape,
    /// Which of the four won, for each output number.
    winners: Vec<u8>,
}

impl MaxPool {
    /// Pools images of size `input`.
    pub fn new(input: Shape) -> Self {
        Self { input, winners: Vec::new() }
    }
}

/// The places of the four numbers of the window at `(row, column)`, row by row.
fn window(layout: Layout, row: usize, column: usize) -> [usize; 4] {
    [0, 1, 2, 3].map(|corner| layout.pixel(2 * row + corner / 2, 2 * column + corner % 2))
}

#[expect(clippy::inline_always, reason = "must be compiled for the caller's instruction set")]
#[inline(always)]
fn pool_pixel(pixels: [&[f32]; 4], output: &mut [f32], winners: &mut [u8]) {
    let [first, second, third, fourth] = pixels;
    let rest = second.iter().zip(third).zip(fourth);
    for (((output, winner), &first), ((&second, &third), &fourth)) in
        output.iter_mut().zip(winners).zip(first).zip(rest)
    {
        let (mut best, mut place) = (first, 0);
        for (corner, x) in [(1, second), (2, third), (3, fourth)] {
            let wins = x > best || (x.is_nan() && !best.is_nan());
            (best, place) = if wins { (x, corner) } else { (best, place) };
        }
        (*output, *winner) = (best, place);
    }
}

impl Layer for MaxPool {
    fn describe(&self) -> String {
        "max pool 2x2".to_owned()
    }

    fn output_shape(&self) -> Shape {
        Shape { height: self.input.height / 2, width: self.input.width / 2, ..self.input }
    }

    fn forward(&mut self, input: &Tensor, output: &mut Tensor, _mode: Mode) {
        let (from, to) = (input.layout(), output.layout());
        let channels = to.shape.channels;
        self.winners.resize(input.images() * to.shape.len(), 0);
        let chunk = chunk_images(input.images()) * to.shape.len();
        let winners = self.winners.par_chunks_mut(chunk);
        chunks_mut(output).zip(chunks(input)).zip(winners).for_each(
            |((output, input), winners)| {
                let images = output.chunks_exact_mut(to.image_len());
                let images = images.zip(input.chunks_exact(from.image_len()));
                for ((output, input), winners) in
                    images.zip(winners.chunks_exact_mut(to.shape.len()))
                {
                    let mut winners = winners.chunks_exact_mut(channels);
                    for row in 0..to.shape.height {
                        let output = to.row_mut(output, row).chunks_exact_mut(channels);
                        vectorised(|| {
                            for ((column, output), winners) in output.enumerate().zip(&mut winners)
                            {
                                let pixels = window(from, row, column)
                                    .map(|start| &input[start..][..channels]);
                                pool_pixel(pixels, output, winners);
                            }
                        });
                    }
                }
            },
        );
    }

    fn backward(&mut self, _input: &Tensor, grad_output: &Tensor, grad_input: Option<&mut Tensor>) {
        let Some(grad_input) = grad_input else { return };
        let (from, to) = (grad_input.layout(), grad_output.layout());
        let channels = to.shape.channels;
        let chunk = chunk_images(grad_output.images()) * to.shape.len();
        let winners = self.winners.par_chunks(chunk);
        chunks_mut(grad_input).zip(chunks(grad_output)).zip(winners).for_each(
            |((inputs, outputs), winners)| {
                let images = inputs.chunks_exact_mut(from.image_len());
                let images = images.zip(outputs.chunks_exact(to.image_len()));
                for ((input, output), winners) in images.zip(winners.chunks_exact(to.shape.len())) {
                    clear_remainder(from, input);
                    let mut winners = winners.chunks_exact(channels);
                    for row in 0..to.shape.height {
                        let output = to.row(output, row).chunks_exact(channels);
                        vectorised(|| {
                            for ((column, grad), winners) in output.enumerate().zip(&mut winners) {
                                for (corner, start) in (0_u8..).zip(window(from, row, column)) {
                                    let places = &mut input[start..][..channels];
                                    for ((place, &grad), &winner) in
                                        places.iter_mut().zip(grad).zip(winners)
                                    {
                                        *place = if winner == corner { grad } else { 0.0 };
                                    }
                                }
                            }
                        });
                    }
                }
            },
        );
    }
}

/// Zeros where no window looks: the last row and column of an odd image.
fn clear_remainder(layout: Layout, image: &mut [f32]) {
    let Shape { height, width, channels } = layout.shape;
    for row in 0..height {
        let first = if row < height / 2 * 2 { width / 2 * 2 } else { 0 };
        layout.row_mut(image, row)[first * channels..].fill(0.0);
    }
}
