//! The dense layer: every output sees every number of the input image.

use super::layer::{Borders, Layer, Mode, Param};
use super::tensor::{Shape, Tensor};
use super::weight::{Operand, Weight, transpose};
use crate::math::{MatrixView, MatrixViewMut, product_in_parallel};
use crate::scheme::Weights;

/// `output[o] = Σ W[y, x, c, o] · input[y, x, c] + bias[o]`.
///
/// The whole batch is one product, cut into blocks of outputs (backward: of inputs for the input
/// gradient), so that no partial sums over images arise.
#[derive(Debug)]
pub struct Linear {
    pub(super) weight: Weight,
    pub(super) bias: Option<Param>,
    operand: Operand,
    /// The transposed weight, for the backward pass.
    turned: Vec<f32>,
}

impl Linear {
    /// A dense layer with the weight axes input row, input column, input channel, output.
    ///
    /// # Panics
    ///
    /// When the bias has another length than the outputs.
    pub fn new(weight: Param, bias: Option<Param>, kind: Weights, operand: Operand) -> Self {
        let fits = |bias: &Param| bias.value.len() == weight.shape[3];
        assert!(bias.as_ref().is_none_or(fits), "one bias an output");
        Self { weight: Weight::new(weight, kind), bias, operand, turned: Vec::new() }
    }

    /// What the layer reads.
    pub fn operand(&self) -> &Operand {
        &self.operand
    }

    fn outputs(&self) -> usize {
        self.weight.param.shape[3]
    }

    fn inputs(&self) -> usize {
        self.weight.param.value.len() / self.outputs()
    }
}

impl Layer for Linear {
    fn describe(&self) -> String {
        let bias = if self.bias.is_some() { ", bias" } else { "" };
        let (inputs, outputs) = (self.inputs(), self.outputs());
        format!("linear {inputs} -> {outputs}, {}{bias}", self.weight.describe(&self.operand))
    }

    fn output_shape(&self) -> Shape {
        Shape::features(self.outputs())
    }

    fn borders(&self) -> Borders {
        Borders::NONE
    }

    fn forward(&mut self, input: &Tensor, output: &mut Tensor, _mode: Mode) {
        self.weight.renew();
        let outputs = self.outputs();
        if let Some(bias) = &self.bias {
            for image in output.data_mut().chunks_exact_mut(outputs) {
                image.copy_from_slice(&bias.value);
            }
        }
        product_in_parallel(
            MatrixViewMut::rows_of(output.data_mut(), outputs),
            self.bias.is_some(),
            MatrixView::rows_of(input.data(), self.inputs()),
            MatrixView::rows_of(self.weight.seen(), outputs),
        );
    }

    fn backward(&mut self, input: &Tensor, grad_output: &Tensor, grad_input: Option<&mut Tensor>) {
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let grad = MatrixView::rows_of(grad_output.data(), outputs);
        if let Some(grad_input) = grad_input {
            self.turned.resize(inputs * outputs, 0.0);
            transpose(self.weight.seen(), outputs, &mut self.turned);
            let weight = MatrixView::rows_of(&self.turned, inputs);
            let output = MatrixViewMut::rows_of(grad_input.data_mut(), inputs);
            product_in_parallel(output, false, grad, weight);
        }
        let images = MatrixView::rows_of(input.data(), inputs).transposed();
        let total = MatrixViewMut::rows_of(&mut self.weight.param.grad, outputs);
        product_in_parallel(total, true, images, grad);
        if let Some(bias) = &mut self.bias {
            for image in grad_output.data().chunks_exact(outputs) {
                bias.grad.iter_mut().zip(image).for_each(|(total, part)| *total += part);
            }
        }
    }

    fn visit_params(&mut self, visit: &mut dyn FnMut(&'static str, &mut Param)) {
        visit("weight", &mut self.weight.param);
        if let Some(bias) = &mut self.bias {
            visit("bias", bias);
        }
    }
}
