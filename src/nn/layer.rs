//! What a layer is: a forward pass, a backward pass written out, and parameters.

use std::any::Any;
use std::fmt::Debug;

use super::tensor::{Shape, Tensor};
use crate::quantizer::Codebook;

/// Whether statistics are taken from the batch or remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Batch statistics; running sums move.
    Train,
    /// Remembered statistics; nothing changes.
    Evaluate,
}

/// Something that training moves, with all that training keeps beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// The four axes of `value`: kernel rows, kernel columns, input channels, outputs; the weight
    /// of a linear layer has the height and width of its input in place of the kernel's. Vectors
    /// are `1 x 1 x 1 x length`.
    pub shape: [usize; 4],
    /// The numbers, the last axis running fastest.
    pub value: Vec<f32>,
    /// The derivative of the loss; a backward pass adds to it, the optimiser clears it.
    pub grad: Vec<f32>,
    /// The optimiser's running direction.
    pub velocity: Vec<f32>,
}

impl Param {
    /// A parameter that starts at `value` with everything else zero.
    ///
    /// # Panics
    ///
    /// When the numbers do not fill the shape.
    pub fn new(shape: [usize; 4], value: Vec<f32>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), value.len(), "numbers do not fill the shape");
        let zeros = vec![0.0; value.len()];
        Self { shape, value, grad: zeros.clone(), velocity: zeros }
    }

    /// A vector that starts constant.
    pub fn constant(length: usize, value: f32) -> Self {
        Self::new([1, 1, 1, length], vec![value; length])
    }
}

/// What a layer does with the border of one of its tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Border {
    /// Touches pixels only; any border will do, and keeps what it holds.
    #[default]
    Untouched,
    /// Reads a border of this width, which must hold zeros.
    Zeros(usize),
    /// Leaves junk in a border of this width.
    Junk(usize),
}

/// What a layer does with the borders of its four tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Borders {
    /// Read by the forward pass.
    pub input: Border,
    /// Written by the forward pass.
    pub output: Border,
    /// Read by the backward pass.
    pub grad_output: Border,
    /// Written by the backward pass.
    pub grad_input: Border,
}

impl Borders {
    /// No border around any tensor.
    pub const NONE: Self = Self {
        input: Border::Zeros(0),
        output: Border::Junk(0),
        grad_output: Border::Zeros(0),
        grad_input: Border::Junk(0),
    };
}

impl Border {
    /// The width of border that suits both the writer and the reader of a tensor, if there is one.
    pub fn between(writer: Self, reader: Self) -> Option<usize> {
        match (writer, reader) {
            (Self::Untouched, Self::Untouched) => Some(0),
            (Self::Untouched, Self::Zeros(width) | Self::Junk(width))
            | (Self::Zeros(width) | Self::Junk(width), Self::Untouched) => Some(width),
            // Junk of no width is no junk.
            (Self::Zeros(written) | Self::Junk(written), Self::Zeros(read) | Self::Junk(read)) => {
                (written == read && (written == 0 || !matches!(reader, Self::Zeros(_))))
                    .then_some(written)
            }
        }
    }
}

/// One step of a network.
///
/// Tensors are arguments, so that a network allocates once. Work is cut into chunks that depend on
/// the batch alone, and partial sums are added in order: results do not depend on the number of
/// threads.
///
/// # Laws of the trait
///
/// Tested for every implementor in `tests/laws_of_layers.rs`: the backward pass is the derivative
/// of the forward pass (for a quantizer: of its surrogate); it is linear in `grad_output`;
/// evaluation changes nothing; one, two and three threads give the same bits.
///
/// A layer is [`Any`], so that packed inference can see which ones it knows.
pub trait Layer: Any + Debug + Send {
    /// Kind and sizes, as printed: `conv 3x3, 32 -> 64, binary weights`.
    fn describe(&self) -> String;

    /// The size of an output image.
    fn output_shape(&self) -> Shape;

    /// The borders that its tensors must have.
    fn borders(&self) -> Borders {
        Borders::default()
    }

    /// The levels of the output, if the layer quantizes.
    fn codebook(&self) -> Option<&Codebook> {
        None
    }

    /// Writes every pixel of `output`, which holds as many images as `input`.
    fn forward(&mut self, input: &Tensor, output: &mut Tensor, mode: Mode);

    /// Adds into each [`Param::grad`] and writes every pixel of `grad_input`, if it is wanted.
    ///
    /// `input` is that of the last forward pass, which was in [`Mode::Train`].
    fn backward(&mut self, input: &Tensor, grad_output: &Tensor, grad_input: Option<&mut Tensor>);

    /// Calls `visit` with the name and the place of each parameter, always in the same order.
    fn visit_params(&mut self, _visit: &mut dyn FnMut(&'static str, &mut Param)) {}

    /// Calls `visit` with the name and the place of what is remembered but not trained.
    fn visit_memory(&mut self, _visit: &mut dyn FnMut(&'static str, &mut [f64])) {}
}
