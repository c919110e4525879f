//! A product layer with binary weights on codes, as sums of integers.

use std::any::Any;

use super::error::PackedError;
use super::grid::Grid;
use crate::bits::{BitsError, CodePlanes, SignMatrix, product};
use crate::nn::convolution::Convolution;
use crate::nn::layer::{Layer, Param};
use crate::nn::linear::Linear;
use crate::nn::tensor::{Layout, Shape};
use crate::nn::weight::{Operand, Weight, mean_magnitudes};

/// The integer part of a convolution, or of a dense layer, which is a convolution with a kernel as
/// large as the image.
///
/// With codes `c = i + zero` of the levels `i·step`, the sum `n = Σ sign(W)·c` is exact, and
///
/// `output = α·step·(n - zero·Σ sign(W)) + bias`
#[derive(Debug)]
pub(super) struct Sums {
    grid: Grid,
    input: Shape,
    /// Rows and columns.
    kernel: (usize, usize),
    padding: usize,
    /// A row an output, its axes kernel row, kernel column, input channel.
    signs: SignMatrix,
    /// Of each output.
    units: Vec<Unit>,
}

/// What an integer sum stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Unit {
    /// `α·step`.
    scale: f64,
    /// `zero·Σ sign(W)`.
    zero: i64,
    bias: f64,
}

/// What is common to both kinds of product layer.
struct Parts<'a> {
    weight: &'a Weight,
    operand: &'a Operand,
    bias: Option<&'a Param>,
    input: Shape,
    kernel: (usize, usize),
    padding: usize,
}

impl<'a> Parts<'a> {
    fn of(layer: &'a dyn Layer) -> Option<Self> {
        let any: &dyn Any = layer;
        if let Some(layer) = any.downcast_ref::<Convolution>() {
            return Some(Self {
                weight: &layer.weight,
                operand: layer.operand(),
                bias: None,
                input: layer.input,
                kernel: (layer.kernel, layer.kernel),
                padding: layer.padding,
            });
        }
        let layer = any.downcast_ref::<Linear>()?;
        let [height, width, channels, _] = layer.weight.param.shape;
        Some(Self {
            weight: &layer.weight,
            operand: layer.operand(),
            bias: layer.bias.as_ref(),
            input: Shape { height, width, channels },
            kernel: (height, width),
            padding: 0,
        })
    }
}

impl Sums {
    /// The sums of `layer`; `None` when its weights are not binary or it does not read codes.
    pub(super) fn of(name: &str, layer: &dyn Layer) -> Result<Option<Self>, PackedError> {
        let Some(Parts { weight, operand, bias, input, kernel, padding }) = Parts::of(layer) else {
            return Ok(None);
        };
        let Operand::Codes(codebook) = operand else { return Ok(None) };
        if !weight.is_binary() {
            return Ok(None);
        }
        let grid = Grid::of(codebook).ok_or_else(|| PackedError::NotUniform {
            layer: name.to_owned(),
            levels: codebook.levels().to_vec(),
        })?;
        let Param { shape: [.., outputs], value: latent, .. } = &weight.param;
        let columns = latent.len() / outputs;
        let by_output: Vec<f32> = (0..*outputs)
            .flat_map(|output| latent.iter().skip(output).step_by(*outputs).copied())
            .collect();
        let signs = SignMatrix::new(*outputs, columns, &by_output)
            .map_err(|source| PackedError::Bits { layer: name.to_owned(), source })?;
        let scales = mean_magnitudes(latent, *outputs);
        let rows = by_output.chunks_exact(columns).zip(scales).enumerate();
        let units = rows.map(|(output, (row, scale))| {
            let positive = row.iter().filter(|&&weight| weight >= 0.0).count();
            let total = 2 * positive.cast_signed() as i64 - columns.cast_signed() as i64;
            Unit {
                scale: f64::from(scale) * grid.step,
                zero: i64::from(grid.zero) * total,
                bias: bias.map_or(0.0, |bias| bias.value[output].into()),
            }
        });
        Ok(Some(Self { units: units.collect(), grid, input, kernel, padding, signs }))
    }

    /// The size of the output.
    pub(super) fn output_shape(&self) -> Shape {
        Shape {
            height: self.input.height + 2 * self.padding + 1 - self.kernel.0,
            width: self.input.width + 2 * self.padding + 1 - self.kernel.1,
            channels: self.signs.rows(),
        }
    }

    /// The greatest magnitude of a sum.
    pub(super) fn most(&self) -> i64 {
        self.signs.columns().cast_signed() as i64 * ((1 << self.grid.bits) - 1)
    }

    /// The number that a sum of channel `output` stands for; it never falls with the sum.
    pub(super) fn value(&self, output: usize, sum: i64) -> f64 {
        let Unit { scale, zero, bias } = self.units[output];
        scale * (sum - zero) as f64 + bias
    }

    /// The sums of all windows of `image`, in the order row, column, output.
    pub(super) fn image(&self, layout: Layout, image: &[f32]) -> Result<Vec<i32>, SumsError> {
        let codes = self.padded_codes(layout, image)?;
        let Shape { height, width, channels } = self.output_shape();
        let row_len = (self.input.width + 2 * self.padding) * self.input.channels;
        let run = self.kernel.1 * self.input.channels;
        let mut patches = Vec::with_capacity(width * self.signs.columns());
        let mut sums = vec![0; height * width * channels];
        for (row, sums) in sums.chunks_exact_mut(width * channels).enumerate() {
            patches.clear();
            for column in 0..width {
                for tap_row in 0..self.kernel.0 {
                    let start = (row + tap_row) * row_len + column * self.input.channels;
                    patches.extend_from_slice(&codes[start..][..run]);
                }
            }
            let planes = CodePlanes::new(self.grid.bits, width, self.signs.columns(), &patches)?;
            product(&self.signs, &planes, sums)?;
        }
        Ok(sums)
    }

    /// The codes of an image, and that of zero around it.
    fn padded_codes(&self, layout: Layout, image: &[f32]) -> Result<Vec<u8>, SumsError> {
        let Shape { height, width, channels } = self.input;
        let row_len = (width + 2 * self.padding) * channels;
        let mut codes = vec![self.grid.zero; (height + 2 * self.padding) * row_len];
        let rows = codes.chunks_exact_mut(row_len).skip(self.padding).take(height);
        for (row, codes) in rows.enumerate() {
            let inside = &mut codes[self.padding * channels..][..width * channels];
            self.grid.encode(layout.row(image, row), inside).map_err(SumsError::NotALevel)?;
        }
        Ok(codes)
    }
}

/// Why an image has no sums.
#[derive(Debug)]
pub(super) enum SumsError {
    /// It holds a number that is none of the levels.
    NotALevel(f32),
    /// The integers do not fit.
    Bits(BitsError),
}

impl From<BitsError> for SumsError {
    fn from(source: BitsError) -> Self {
        Self::Bits(source)
    }
}
