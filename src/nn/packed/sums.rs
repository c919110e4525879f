//! A product layer with binary weights on codes, as sums of integers.

use std::any::Any;
use std::borrow::Cow;

use rayon::prelude::*;

use super::coding::Coding;
use super::error::PackedError;
use super::grid::Grid;
use crate::bits::{
    CodeImages, Codes, Convolution as PackedConvolution, ConvolutionError, ImageSize, Ladders,
    SignMatrix, Window, quantize,
};
use crate::nn::convolution::Convolution;
use crate::nn::layer::{Layer, Param};
use crate::nn::linear::Linear;
use crate::nn::parallel::vectorised;
use crate::nn::tensor::{Shape, Tensor};
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
    convolution: PackedConvolution,
    /// The greatest magnitude of a sum.
    most: i64,
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
        let refused = |source| PackedError::Convolution { layer: name.to_owned(), source };
        let signs = SignMatrix::new(*outputs, columns, &by_output);
        let signs = signs.map_err(|source| refused(source.into()))?;
        let window = Window {
            padding: [padding; 2],
            padding_code: grid.zero,
            ..Window::of([kernel.0, kernel.1])
        };
        let size = image_size(input);
        let convolution = PackedConvolution::new(&signs, grid.coding.bits, size, window);
        let convolution = convolution.map_err(refused)?;
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
        let units = units.collect();
        let most = columns.cast_signed() as i64 * ((1 << grid.coding.bits) - 1);
        Ok(Some(Self { grid, convolution, most, units }))
    }

    /// The size of the output.
    pub(super) fn output_shape(&self) -> Shape {
        let ImageSize { height, width, channels } = self.convolution.output_size();
        Shape { height, width, channels }
    }

    /// What the codes stand for that it reads.
    pub(super) fn coding(&self) -> &Coding {
        &self.grid.coding
    }

    /// The greatest magnitude of a sum.
    pub(super) fn most(&self) -> i64 {
        self.most
    }

    /// The number that a sum of channel `output` stands for; it never falls with the sum.
    pub(super) fn value(&self, output: usize, sum: i64) -> f64 {
        let Unit { scale, zero, bias } = self.units[output];
        scale * (sum - zero) as f64 + bias
    }

    /// The sums of all windows in the order image, row, column, output.
    pub(super) fn sums(&self, input: &CodeImages) -> Result<Vec<i32>, ConvolutionError> {
        let mut sums = vec![0; input.images() * self.output_shape().len()];
        self.convolution.sums(input, &mut sums)?;
        Ok(sums)
    }

    /// The codes of the sums of all windows.
    pub(super) fn codes(
        &self,
        input: &CodeImages,
        ladders: &Ladders,
    ) -> Result<CodeImages, ConvolutionError> {
        let size = self.convolution.output_size();
        let mut output = CodeImages::zeros(ladders.bits(), input.images(), size)?;
        self.convolution.codes(input, ladders, &mut output)?;
        Ok(output)
    }

    /// The codes of a batch of levels.
    pub(super) fn encode(&self, batch: &Tensor) -> Result<CodeImages, SumsError> {
        let (layout, shape) = (batch.layout(), batch.shape());
        let line = shape.width * shape.channels;
        let mut codes = vec![0; batch.images() * shape.len()];
        let images = codes.par_chunks_exact_mut(shape.len()).enumerate();
        let wrong = images.find_map_first(|(image, codes)| {
            let mut rows = codes.chunks_exact_mut(line).enumerate();
            rows.find_map(|(row, codes)| {
                let value = self.grid.encode(layout.row(batch.image(image), row), codes).err()?;
                Some(SumsError::NotALevel { image, value })
            })
        });
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        let rows = batch.images() * shape.height * shape.width;
        let codes = Codes::new(self.grid.coding.bits, rows, shape.channels, &codes);
        let codes = codes.map_err(ConvolutionError::from)?;
        Ok(CodeImages::new(batch.images(), shape.height, shape.width, codes)?)
    }
}

/// The codes of a batch of numbers, through the thresholds of a quantizer.
pub(super) fn quantized(batch: &Tensor, thresholds: &[f32]) -> Result<CodeImages, SumsError> {
    let Shape { height, width, channels } = batch.shape();
    let image_len = batch.layout().image_len();
    // A border holds zeros.
    let nan = batch.data().par_chunks(image_len).position_first(has_nan);
    if let Some(image) = nan {
        return Err(SumsError::NotALevel { image, value: f32::NAN });
    }
    let compact: Cow<'_, [f32]> = match batch.layout().border {
        0 => batch.data().into(),
        _ => batch.to_compact().into(),
    };
    let codes = quantize(&compact, thresholds, batch.images() * height * width, channels);
    let codes = codes.map_err(ConvolutionError::from)?;
    Ok(CodeImages::new(batch.images(), height, width, codes)?)
}

/// Whether one of `numbers` is NaN.
fn has_nan(numbers: &[f32]) -> bool {
    // Without a way out in between, so that it is done in vectors.
    vectorised(|| numbers.iter().fold(false, |found, number| found | number.is_nan()))
}

fn image_size(Shape { height, width, channels }: Shape) -> ImageSize {
    ImageSize { height, width, channels }
}

/// Why a batch has no codes.
#[derive(Debug)]
pub(super) enum SumsError {
    /// It holds a number that is none of the levels.
    NotALevel { image: usize, value: f32 },
    /// The integers do not fit.
    Convolution(ConvolutionError),
}

impl From<ConvolutionError> for SumsError {
    fn from(source: ConvolutionError) -> Self {
        Self::Convolution(source)
    }
}
