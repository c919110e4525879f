//! Batch normalisation, which makes the input of a quantizer nearly standard normal.

use rayon::prelude::*;

use super::layer::{Layer, Mode, Param};
use super::parallel::{chunks, map_rows, vectorised, zip_rows};
use super::tensor::{Layout, Shape, Tensor};

/// Added to a variance before its root is taken.
pub const EPSILON: f64 = 1e-5;

/// What the running sums keep of themselves at each step.
pub const MOVING_FRACTION: f64 = 0.95;

/// `output = scale·(input - μ)/√(σ² + 1e-5) + shift` for each channel; scale 1 and shift 0 unless
/// they are trained.
///
/// In training `μ` and `σ²` (divided by `n`) are those of the batch. The running sums are those of
/// Caffe: `sum ← 0.95·sum + μ`, the same of `σ²·n/(n - 1)`, and `weight ← 0.95·weight + 1`;
/// evaluation divides by the weight.
///
/// # References
///
/// Ioffe, Szegedy, ICML 2015; Cai, He, Sun, Vasconcelos, CVPR 2017, section 4.2.
#[derive(Debug)]
pub struct BatchNorm {
    shape: Shape,
    affine: Option<(Param, Param)>,
    memory: Memory,
    /// Of the last forward pass.
    coefficients: Coefficients,
}

#[derive(Debug)]
struct Memory {
    mean_sum: Vec<f64>,
    variance_sum: Vec<f64>,
    weight: [f64; 1],
}

/// `output = (input - mean)·factor + shift`, each written out for a whole row of pixels, so that
/// the loop over a row needs no channel and vectorises whatever their number.
#[derive(Debug, Default)]
struct Coefficients {
    mean: Vec<f32>,
    factor: Vec<f32>,
    shift: Vec<f32>,
    /// `1/√(σ² + 1e-5)` for each channel.
    inverse_deviation: Vec<f64>,
}

/// `x ↦ (x - mean)·factor + shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Affine {
    pub(super) mean: f64,
    pub(super) factor: f64,
    pub(super) shift: f64,
}

/// Count, mean and sum of squared deviations of each channel of some images.
#[derive(Debug, Clone)]
struct Spread {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl BatchNorm {
    /// Normalises images of size `shape`, without a trained scale and shift.
    pub fn new(shape: Shape) -> Self {
        let zeros = vec![0.0; shape.channels];
        let memory = Memory { mean_sum: zeros.clone(), variance_sum: zeros, weight: [0.0] };
        Self { shape, affine: None, memory, coefficients: Coefficients::default() }
    }

    /// The same with a trained scale, from 1, and shift, from 0.
    #[must_use]
    pub fn with_affine(self) -> Self {
        let channels = self.shape.channels;
        let affine = (Param::constant(channels, 1.0), Param::constant(channels, 0.0));
        Self { affine: Some(affine), ..self }
    }

    fn set_coefficients(&mut self, mean: &[f64], variance: &[f64]) {
        let inverse = variance.iter().map(|variance| 1.0 / (variance + EPSILON).sqrt());
        let inverse: Vec<f64> = inverse.collect();
        let width = self.shape.width;
        let (factor, shift) = match &self.affine {
            Some((scale, shift)) => {
                let factor = inverse.iter().zip(&scale.value);
                (
                    factor.map(|(inverse, &scale)| inverse * f64::from(scale)).collect(),
                    tile(&shift.value, width),
                )
            }
            None => (inverse.clone(), vec![0.0; self.shape.channels * width]),
        };
        self.coefficients = Coefficients {
            mean: tile(&rounded(mean), width),
            factor: tile(&rounded(&factor), width),
            shift,
            inverse_deviation: inverse,
        };
    }

    /// The mean and variance of each channel in [`Mode::Evaluate`].
    fn remembered(&self) -> (Vec<f64>, Vec<f64>) {
        // Before any training there is nothing to remember and the sums are 0: divided by 1.
        let weight = self.memory.weight[0].max(1.0);
        (divided(&self.memory.mean_sum, weight), divided(&self.memory.variance_sum, weight))
    }

    /// What [`Mode::Evaluate`] does to each channel, before anything is rounded to f32.
    pub(super) fn evaluated(&self) -> Vec<Affine> {
        let (mean, variance) = self.remembered();
        let channels = mean.into_iter().zip(variance).enumerate();
        let affine = channels.map(|(channel, (mean, variance))| {
            let (scale, shift) = match &self.affine {
                Some((scale, shift)) => (scale.value[channel].into(), shift.value[channel].into()),
                None => (1.0, 0.0),
            };
            Affine { mean, factor: scale / (variance + EPSILON).sqrt(), shift }
        });
        affine.collect()
    }

    /// Moves the running sums by a batch.
    fn remember(&mut self, batch: &Spread) {
        let Memory { mean_sum, variance_sum, weight } = &mut self.memory;
        // One sample has no unbiased variance; Caffe would divide by zero, this keeps the biased.
        let degrees = (batch.count - 1.0).max(1.0);
        let slide = |sum: &mut f64, value: f64| *sum = MOVING_FRACTION * *sum + value;
        mean_sum.iter_mut().zip(&batch.mean).for_each(|(sum, &mean)| slide(sum, mean));
        let squares = variance_sum.iter_mut().zip(&batch.squares);
        squares.for_each(|(sum, &squares)| slide(sum, squares / degrees));
        slide(&mut weight[0], 1.0);
    }
}

fn divided(sums: &[f64], by: f64) -> Vec<f64> {
    sums.iter().map(|sum| sum / by).collect()
}

/// `values`, `times` over.
fn tile(values: &[f32], times: usize) -> Vec<f32> {
    values.repeat(times)
}

#[expect(clippy::cast_possible_truncation, reason = "the elementwise loops run in f32")]
fn rounded(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

/// Sums over the pixels of a row, channel by channel.
fn fold(row: &[f32], channels: usize) -> Vec<f64> {
    let mut sums = vec![0.0; channels];
    for pixel in row.chunks_exact(channels) {
        sums.iter_mut().zip(pixel).for_each(|(sum, &part)| *sum += f64::from(part));
    }
    sums
}

/// Mean first, deviations from it second, while the chunk is still in cache: no cancellation.
fn spread_of_chunk(chunk: &[f32], layout: Layout) -> Spread {
    let Shape { height, width, channels } = layout.shape;
    let images = chunk.len() / layout.image_len();
    let count = (images * height * width) as f64;
    let rows = || {
        let images = chunk.chunks_exact(layout.image_len());
        images.flat_map(|image| (0..height).map(move |row| layout.row(image, row)))
    };
    let mut sums = vec![0.0_f32; width * channels];
    for row in rows() {
        vectorised(|| sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x));
    }
    let mean: Vec<f64> = fold(&sums, channels).iter().map(|sum| sum / count).collect();
    let centre = tile(&rounded(&mean), width);
    sums.fill(0.0);
    for row in rows() {
        vectorised(|| {
            for ((sum, &x), &centre) in sums.iter_mut().zip(row).zip(&centre) {
                *sum += (x - centre) * (x - centre);
            }
        });
    }
    Spread { count, mean, squares: fold(&sums, channels) }
}

/// The spread of two sets of pixels together.
///
/// # References
///
/// Chan, Golub, `LeVeque`, "Algorithms for computing the sample variance", 1983, eq. (2.1).
fn merge(mut all: Spread, part: Spread) -> Spread {
    let count = all.count + part.count;
    for (((mean, squares), part_mean), part_squares) in
        all.mean.iter_mut().zip(&mut all.squares).zip(part.mean).zip(part.squares)
    {
        let apart = part_mean - *mean;
        *mean += apart * (part.count / count);
        *squares += part_squares + apart * apart * (all.count * part.count / count);
    }
    Spread { count, ..all }
}

fn spread(input: &Tensor) -> Spread {
    let parts: Vec<Spread> =
        chunks(input).map(|chunk| spread_of_chunk(chunk, input.layout())).collect();
    let none = vec![0.0; input.shape().channels];
    let none = Spread { count: 0.0, mean: none.clone(), squares: none };
    parts.into_iter().fold(none, merge)
}

impl Coefficients {
    /// `Σ grad` and `Σ grad·(input - mean)` of each channel.
    fn gradient_sums(&self, input: &Tensor, grad: &Tensor) -> (Vec<f64>, Vec<f64>) {
        let (from, to) = (input.layout(), grad.layout());
        let channels = from.shape.channels;
        let parts: Vec<(Vec<f64>, Vec<f64>)> = chunks(input)
            .zip(chunks(grad))
            .map(|(input, grad)| {
                let mut plain = vec![0.0_f32; self.mean.len()];
                let mut weighted = plain.clone();
                let images = input.chunks_exact(from.image_len());
                for (input, grad) in images.zip(grad.chunks_exact(to.image_len())) {
                    for row in 0..from.shape.height {
                        let (input, grad) = (from.row(input, row), to.row(grad, row));
                        vectorised(|| {
                            let sums = plain.iter_mut().zip(&mut weighted).zip(&self.mean);
                            for (((plain, weighted), mean), (x, grad)) in
                                sums.zip(input.iter().zip(grad))
                            {
                                *plain += grad;
                                *weighted += grad * (x - mean);
                            }
                        });
                    }
                }
                (fold(&plain, channels), fold(&weighted, channels))
            })
            .collect();
        let add = |total: &mut Vec<f64>, part: &[f64]| {
            total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
        };
        let mut totals = (vec![0.0; channels], vec![0.0; channels]);
        for (plain, weighted) in &parts {
            add(&mut totals.0, plain);
            add(&mut totals.1, weighted);
        }
        totals
    }
}

impl Layer for BatchNorm {
    fn describe(&self) -> String {
        let affine = if self.affine.is_some() { ", scale and shift" } else { "" };
        format!("batch norm, {} channels{affine}", self.shape.channels)
    }

    fn output_shape(&self) -> Shape {
        self.shape
    }

    fn forward(&mut self, input: &Tensor, output: &mut Tensor, mode: Mode) {
        if mode == Mode::Train {
            let batch = spread(input);
            self.remember(&batch);
            self.set_coefficients(&batch.mean, &divided(&batch.squares, batch.count));
        } else {
            let (mean, variance) = self.remembered();
            self.set_coefficients(&mean, &variance);
        }
        let Coefficients { mean, factor, shift, .. } = &self.coefficients;
        map_rows(input, output, |from, to| {
            vectorised(|| {
                let coefficients = mean.iter().zip(factor).zip(shift);
                for ((to, x), ((mean, factor), shift)) in to.iter_mut().zip(from).zip(coefficients)
                {
                    *to = (x - mean) * factor + shift;
                }
            });
        });
    }

    /// With `g` the gradient of the output and `x̂ = (x - μ)/√(σ² + ε)`, over the `n` pixels of a
    /// channel: `scale/√(σ² + ε) · (g - Σg/n - x̂·Σ(g·x̂)/n)`.
    fn backward(&mut self, input: &Tensor, grad_output: &Tensor, grad_input: Option<&mut Tensor>) {
        let (plain, weighted) = self.coefficients.gradient_sums(input, grad_output);
        let Coefficients { mean, factor, inverse_deviation, .. } = &self.coefficients;
        if let Some((scale, shift)) = &mut self.affine {
            let weighted = weighted.iter().zip(inverse_deviation);
            let weighted: Vec<f64> = weighted.map(|(sum, inverse)| sum * inverse).collect();
            scale.grad.iter_mut().zip(rounded(&weighted)).for_each(|(total, part)| *total += part);
            shift.grad.iter_mut().zip(rounded(&plain)).for_each(|(total, part)| *total += part);
        }
        let Some(grad_input) = grad_input else { return };
        let count = (input.images() * self.shape.height * self.shape.width) as f64;
        let (level, slope): (Vec<f64>, Vec<f64>) = plain
            .iter()
            .zip(&weighted)
            .zip(inverse_deviation)
            .map(|((plain, weighted), inverse)| {
                (plain / count, weighted * inverse * inverse / count)
            })
            .unzip();
        let level = tile(&rounded(&level), self.shape.width);
        let slope = tile(&rounded(&slope), self.shape.width);
        zip_rows(input, grad_output, grad_input, |input, grad, to| {
            vectorised(|| {
                let coefficients = mean.iter().zip(factor).zip(level.iter().zip(&slope));
                let numbers = to.iter_mut().zip(input).zip(grad);
                for (((to, x), grad), ((mean, factor), (level, slope))) in numbers.zip(coefficients)
                {
                    *to = factor * (grad - level - (x - mean) * slope);
                }
            });
        });
    }

    fn visit_params(&mut self, visit: &mut dyn FnMut(&'static str, &mut Param)) {
        if let Some((scale, shift)) = &mut self.affine {
            visit("weight", scale);
            visit("bias", shift);
        }
    }

    fn visit_memory(&mut self, visit: &mut dyn FnMut(&'static str, &mut [f64])) {
        visit("mean_sum", &mut self.memory.mean_sum);
        visit("variance_sum", &mut self.memory.variance_sum);
        visit("sum_weight", &mut self.memory.weight);
    }
}
