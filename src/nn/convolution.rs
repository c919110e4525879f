//! Convolution of stride 1 by matrix products over windows, which overlap in memory.

use rayon::prelude::*;

use super::layer::{Border, Borders, Layer, Mode, Param};
use super::parallel::{add_in_order, chunk_images, chunks, chunks_mut};
use super::patches::Patches;
use super::tensor::{Layout, Shape, Tensor};
use super::weight::{Operand, Weight, transpose};
use crate::math::{Axis, MatrixView, MatrixViewMut, product};
use crate::scheme::Weights;

/// `output[y, x, o] = Σ W[u, v, c, o] · input[y + u - padding, x + v - padding, c]`.
///
/// For each kernel row the windows of a padded image are one matrix: a window a row, whose pixels
/// lie together and overlap with those of its neighbour. So a product for each kernel row is all
/// there is to it, and nothing is copied. The gradient of the input is the same with the kernel
/// turned around.
///
/// Two cases copy the windows after all: forwards when a window row is too short for a product, in
/// an image of one channel; backwards when the turned kernel would mostly meet the border, because
/// the padding is less than half the kernel.
#[derive(Debug)]
pub struct Convolution {
    pub(super) input: Shape,
    pub(super) kernel: usize,
    pub(super) padding: usize,
    pub(super) weight: Weight,
    operand: Operand,
    /// The weight as the backward pass multiplies by it.
    turned: Vec<f32>,
    /// The weight gradient of each chunk.
    partials: Vec<f32>,
}

/// Numbers in a window row below which copying is cheaper than many short products.
const WINDOW_ROW_MIN: usize = 16;

/// Windows that one product takes: small images are taken together, so that what a product sets up
/// is shared, and their tables stay small.
const PRODUCT_WINDOWS: usize = 1024;

impl Convolution {
    /// A convolution of `input` with the kernel of `weight`, whose axes are kernel row, kernel
    /// column, input channel, output channel.
    ///
    /// # Panics
    ///
    /// When the kernel is not square, has other channels than the input, is larger than the padded
    /// input, or is no larger than the padding.
    pub fn new(
        input: Shape,
        weight: Param,
        padding: usize,
        kind: Weights,
        operand: Operand,
    ) -> Self {
        let [kernel, columns, channels, _] = weight.shape;
        assert_eq!((kernel, channels), (columns, input.channels), "the kernel does not fit");
        let least = input.height.min(input.width) + 2 * padding;
        assert!(
            (padding + 1..=least).contains(&kernel),
            "a kernel of {kernel} in an image of {least}"
        );
        Self {
            input,
            kernel,
            padding,
            weight: Weight::new(weight, kind),
            operand,
            turned: Vec::new(),
            partials: Vec::new(),
        }
    }

    /// What the layer reads.
    pub fn operand(&self) -> &Operand {
        &self.operand
    }

    fn outputs(&self) -> usize {
        self.weight.param.shape[3]
    }

    /// Whether the forward pass copies patches.
    fn copies(&self) -> bool {
        self.kernel * self.input.channels < WINDOW_ROW_MIN
    }

    /// Whether the input gradient is added up from patches.
    fn scatters(&self) -> bool {
        2 * self.padding + 1 < self.kernel
    }

    fn patches(&self, input: Layout) -> Patches {
        let shape = self.output_shape();
        Patches { input, kernel: self.kernel, windows: (shape.height, shape.width) }
    }

    /// `W` as the backward pass multiplies by it: its channel axes exchanged, and both kernel axes
    /// reversed; for patches the kernel axes stay in order and with the input channels.
    fn turn(&mut self) {
        let (weight, outputs) = (self.weight.seen(), self.weight.param.shape[3]);
        self.turned.resize(weight.len(), 0.0);
        if self.scatters() {
            return transpose(weight, outputs, &mut self.turned);
        }
        let block = self.input.channels * outputs;
        let turned = self.turned.chunks_exact_mut(block).rev();
        weight.chunks_exact(block).zip(turned).for_each(|(from, to)| transpose(from, outputs, to));
    }

    /// Writes `windowsᵀ · grad` of each chunk as its partial gradient.
    fn weight_gradient(&mut self, input: &Tensor, grad: &Tensor) {
        let (kernel, outputs, copies) = (self.kernel, self.outputs(), self.copies());
        let (from, to) = (input.layout(), grad.layout());
        let patches = self.patches(from);
        let group = if copies { patches.group_images() } else { images_a_product(to) };
        let windows = Places::of(from, to.shape, 0, group);
        let pixels = Places::of(to, to.shape, to.border, group);
        let block = kernel * from.shape.channels * outputs;
        let scratch =
            || vec![0.0; if copies { group * patches.rows() * patches.columns() } else { 0 }];
        let partials = self.partials.par_chunks_mut(kernel * block);
        partials.zip(chunks(input)).zip(chunks(grad)).for_each_init(
            scratch,
            |scratch, ((partial, images), grads)| {
                let groups = images.chunks(group * from.image_len());
                let groups = groups.zip(grads.chunks(group * to.image_len()));
                for (index, (images, grads)) in groups.enumerate() {
                    // The first product writes, the others add: nothing has to be cleared.
                    let add = index > 0;
                    let count = images.len() / from.image_len();
                    let grads = pixels.rows(grads, count, outputs);
                    if copies {
                        patches.gather(images, scratch);
                        let windows = patches.matrix(scratch, count).transposed();
                        product(MatrixViewMut::rows_of(partial, outputs), add, windows, grads);
                        continue;
                    }
                    for (row, partial) in partial.chunks_exact_mut(block).enumerate() {
                        let windows = windows.windows(images, count, from, kernel, row);
                        let partial = MatrixViewMut::rows_of(partial, outputs);
                        product(partial, add, windows.transposed(), grads);
                    }
                }
            },
        );
    }

    /// Writes `grad · Wᵀ` as patches and adds them up where they overlap.
    fn scatter(&self, grad: &Tensor, grad_input: &mut Tensor) {
        let (from, to) = (grad_input.layout(), grad.layout());
        let patches = self.patches(from);
        let (group, columns) = (patches.group_images(), patches.columns());
        let pixels = Places::of(to, to.shape, to.border, group);
        let weight = MatrixView::rows_of(&self.turned, columns);
        let scratch = || vec![0.0; group * patches.rows() * columns];
        chunks_mut(grad_input).zip(chunks(grad)).for_each_init(
            scratch,
            |scratch, (images, grads)| {
                let groups = images.chunks_mut(group * from.image_len());
                for (images, grads) in groups.zip(grads.chunks(group * to.image_len())) {
                    let count = images.len() / from.image_len();
                    let grads = pixels.rows(grads, count, to.shape.channels);
                    patches.multiply(grads, weight, count, scratch);
                    patches.scatter(scratch, images);
                }
            },
        );
    }
}

/// Images that one product takes.
fn images_a_product(layout: Layout) -> usize {
    (PRODUCT_WINDOWS / (layout.shape.height * layout.shape.width)).max(1)
}

/// Where the pixels (or the windows that begin there) of some images of one layout lie.
struct Places {
    places: Vec<usize>,
    /// Pixels in an image.
    pixels: usize,
}

impl Places {
    /// The pixels of `shape` from row and column `first` of `images` images on, counted from the
    /// corner of the border.
    fn of(layout: Layout, shape: Shape, first: usize, images: usize) -> Self {
        let place = |image: usize, row: usize, column: usize| {
            let pixel = (row + first) * layout.row_pixels() + column + first;
            image * layout.image_len() + pixel * layout.shape.channels
        };
        let rows = (0..images).flat_map(|image| (0..shape.height).map(move |row| (image, row)));
        let places = rows
            .flat_map(|(image, row)| (0..shape.width).map(move |column| place(image, row, column)));
        Self { places: places.collect(), pixels: shape.height * shape.width }
    }

    /// Those of the first `images` images.
    fn axis(&self, images: usize) -> Axis<'_> {
        Axis::At(&self.places[..images * self.pixels])
    }

    /// The pixels of `images` images, one a row.
    fn rows<'a>(&'a self, data: &'a [f32], images: usize, channels: usize) -> MatrixView<'a> {
        MatrixView::new(data, self.axis(images), Axis::Every { count: channels, stride: 1 })
    }

    /// Row `row` of the kernel over the windows of `images` images: a window a row.
    fn windows<'a>(
        &'a self,
        data: &'a [f32],
        images: usize,
        layout: Layout,
        kernel: usize,
        row: usize,
    ) -> MatrixView<'a> {
        let start = row * layout.row_pixels() * layout.shape.channels;
        self.rows(&data[start..], images, kernel * layout.shape.channels)
    }
}

/// The product of all windows of `input` with `weight`, `[row][column][input][output]`.
fn slide(input: &Tensor, output: &mut Tensor, weight: &[f32], kernel: usize) {
    let (from, to) = (input.layout(), output.layout());
    let outputs = to.shape.channels;
    let block = kernel * from.shape.channels * outputs;
    let group = images_a_product(to);
    let windows = Places::of(from, to.shape, 0, group);
    let pixels = Places::of(to, to.shape, to.border, group);
    chunks_mut(output).zip(chunks(input)).for_each(|(output, images)| {
        let groups = output.chunks_mut(group * to.image_len());
        for (output, images) in groups.zip(images.chunks(group * from.image_len())) {
            let count = images.len() / from.image_len();
            for (row, weight) in weight.chunks_exact(block).enumerate() {
                product(
                    MatrixViewMut::new(output, pixels.axis(count), outputs),
                    row > 0,
                    windows.windows(images, count, from, kernel, row),
                    MatrixView::rows_of(weight, outputs),
                );
            }
        }
    });
}

impl Layer for Convolution {
    fn describe(&self) -> String {
        let kernel = self.kernel;
        let (inputs, outputs) = (self.input.channels, self.outputs());
        format!(
            "conv {kernel}x{kernel}, {inputs} -> {outputs}, {}",
            self.weight.describe(&self.operand)
        )
    }

    fn output_shape(&self) -> Shape {
        let shrink = self.kernel - 1;
        Shape {
            height: self.input.height + 2 * self.padding - shrink,
            width: self.input.width + 2 * self.padding - shrink,
            channels: self.outputs(),
        }
    }

    fn borders(&self) -> Borders {
        let (grad_output, grad_input) = if self.scatters() {
            (Border::Untouched, Border::Junk(self.padding))
        } else {
            (Border::Zeros(self.kernel - 1 - self.padding), Border::Untouched)
        };
        Borders {
            input: Border::Zeros(self.padding),
            output: Border::Untouched,
            grad_output,
            grad_input,
        }
    }

    fn forward(&mut self, input: &Tensor, output: &mut Tensor, _mode: Mode) {
        self.weight.renew();
        if !self.copies() {
            return slide(input, output, self.weight.seen(), self.kernel);
        }
        let (from, to) = (input.layout(), output.layout());
        let patches = self.patches(from);
        let group = patches.group_images();
        let pixels = Places::of(to, to.shape, to.border, group);
        let weight = MatrixView::rows_of(self.weight.seen(), to.shape.channels);
        let scratch = || vec![0.0; group * patches.rows() * patches.columns()];
        chunks_mut(output).zip(chunks(input)).for_each_init(scratch, |scratch, (output, input)| {
            let groups = output.chunks_mut(group * to.image_len());
            for (output, images) in groups.zip(input.chunks(group * from.image_len())) {
                let count = images.len() / from.image_len();
                patches.gather(images, scratch);
                let output = MatrixViewMut::new(output, pixels.axis(count), to.shape.channels);
                product(output, false, patches.matrix(scratch, count), weight);
            }
        });
    }

    fn backward(&mut self, input: &Tensor, grad_output: &Tensor, grad_input: Option<&mut Tensor>) {
        let chunk_count = input.images().div_ceil(chunk_images(input.images()));
        self.partials.resize(chunk_count * self.weight.param.value.len(), 0.0);
        self.weight_gradient(input, grad_output);
        add_in_order(&mut self.weight.param.grad, &self.partials);
        let Some(grad_input) = grad_input else { return };
        self.turn();
        if self.scatters() {
            self.scatter(grad_output, grad_input);
        } else {
            slide(grad_output, grad_input, &self.turned, self.kernel);
        }
    }

    fn visit_params(&mut self, visit: &mut dyn FnMut(&'static str, &mut Param)) {
        visit("weight", &mut self.weight.param);
    }
}
