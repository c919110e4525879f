//! A chain of named layers with every tensor that a training step needs.

use super::error::NetworkError;
use super::layer::{Border, Borders, Layer, Mode, Param};
use super::loss::{Loss, cross_entropy};
use super::tensor::{Shape, Tensor};

/// Layers in a row, with the activations between them and their gradients.
///
/// The memory is allocated at the first batch and kept. Each tensor gets the border that its
/// writer and its reader agree on.
#[derive(Debug)]
pub struct Network {
    layers: Vec<(String, Box<dyn Layer>)>,
    // Invariant: one more than the layers; `values[i]` is what layer `i` reads.
    values: Vec<Tensor>,
    // Invariant: `grads[i]` is the gradient of `values[i + 1]`.
    grads: Vec<Tensor>,
}

impl Network {
    /// A network that reads images of size `input`.
    ///
    /// # Errors
    ///
    /// When there is no layer, or one leaves junk where the next one needs zeros.
    ///
    /// # Panics
    ///
    /// When a layer was built for another input than its predecessor's output: see
    /// [`super::Architecture`].
    pub fn new(input: Shape, layers: Vec<(String, Box<dyn Layer>)>) -> Result<Self, NetworkError> {
        if layers.is_empty() {
            return Err(NetworkError::NoLayer);
        }
        // The caller fills the input row by row, and the loss reads the output in one run.
        let caller =
            Borders { output: Border::Untouched, grad_output: Border::Untouched, ..Borders::NONE };
        let after =
            |index: usize| layers.get(index).map_or(Borders::NONE, |(_, layer)| layer.borders());
        let clash = |index: usize| NetworkError::Border {
            writer: index.checked_sub(1).map_or("input", |before| &layers[before].0).to_owned(),
            reader: layers.get(index).map_or("loss", |(name, _)| name).to_owned(),
        };
        let (mut values, mut grads) = (Vec::new(), Vec::new());
        let mut shape = input;
        for index in 0..=layers.len() {
            let before = if index == 0 { caller } else { after(index - 1) };
            if index > 0 {
                shape = layers[index - 1].1.output_shape();
            }
            let value = Border::between(before.output, after(index).input);
            let grad = Border::between(after(index).grad_input, before.grad_output);
            let (value, grad) = value.zip(grad).ok_or_else(|| clash(index))?;
            values.push(Tensor::zeros(0, shape, value));
            grads.push(Tensor::zeros(0, shape, grad));
        }
        // Nobody asks for the gradient of the images.
        grads.remove(0);
        Ok(Self { layers, values, grads })
    }

    /// The batch to be read, with room for `images` images, to be filled pixel by pixel: what the
    /// border holds must stay zero.
    pub fn input_mut(&mut self, images: usize) -> &mut Tensor {
        self.values[0].set_images(images);
        &mut self.values[0]
    }

    /// Runs the batch in the input through all layers.
    pub fn forward(&mut self, mode: Mode) -> &Tensor {
        let images = self.values[0].images();
        for (index, (_, layer)) in self.layers.iter_mut().enumerate() {
            let (read, written) = self.values.split_at_mut(index + 1);
            written[0].set_images(images);
            layer.forward(&read[index], &mut written[0], mode);
        }
        self.output()
    }

    /// The loss of the last forward pass, in [`Mode::Train`], and its gradient: adds into every
    /// [`Param::grad`].
    pub fn backward(&mut self, labels: &[u8]) -> Loss {
        let images = self.values[0].images();
        for grad in &mut self.grads {
            grad.set_images(images);
        }
        let loss = cross_entropy(&self.values[self.layers.len()], labels, self.grads.last_mut());
        for (index, (_, layer)) in self.layers.iter_mut().enumerate().rev() {
            let (written, read) = self.grads.split_at_mut(index);
            layer.backward(&self.values[index], &read[0], written.last_mut());
        }
        loss
    }

    /// The loss of the last forward pass.
    pub fn loss(&self, labels: &[u8]) -> Loss {
        cross_entropy(self.output(), labels, None)
    }

    /// The output of the last layer.
    pub fn output(&self) -> &Tensor {
        &self.values[self.layers.len()]
    }

    /// The batch that was read last.
    pub fn input(&self) -> &Tensor {
        &self.values[0]
    }

    /// Each layer with its name, what it read and what it wrote in the last forward pass.
    pub fn trace(&self) -> impl Iterator<Item = (&str, &dyn Layer, &Tensor, &Tensor)> {
        let tensors = self.values.windows(2);
        self.layers
            .iter()
            .zip(tensors)
            .map(|((name, layer), pair)| (name.as_str(), layer.as_ref(), &pair[0], &pair[1]))
    }

    /// The gradients of the layers' outputs in the last backward pass, in the order of the layers.
    pub fn grads(&self) -> &[Tensor] {
        &self.grads
    }

    /// The first layer whose last output holds NaN or an infinity.
    pub fn first_not_finite(&self) -> Option<&str> {
        let broken = |tensor: &Tensor| tensor.rows().flatten().any(|x| !x.is_finite());
        self.trace().find(|(_, _, _, output)| broken(output)).map(|(name, ..)| name)
    }

    /// Calls `visit` with each parameter under its name, `conv1.weight`, always in the same order.
    pub fn visit_params(&mut self, visit: &mut dyn FnMut(&str, &mut Param)) {
        for (layer, content) in &mut self.layers {
            content.visit_params(&mut |name, param| visit(&format!("{layer}.{name}"), param));
        }
    }

    /// Calls `visit` with all that is remembered but not trained, `bn1.mean_sum`.
    pub fn visit_memory(&mut self, visit: &mut dyn FnMut(&str, &mut [f64])) {
        for (layer, content) in &mut self.layers {
            content.visit_memory(&mut |name, memory| visit(&format!("{layer}.{name}"), memory));
        }
    }

    /// The layers with their names, to be run one by one.
    pub fn into_layers(self) -> Vec<(String, Box<dyn Layer>)> {
        self.layers
    }

    /// A line a layer: name, kind, size of its output.
    pub fn describe(&self) -> String {
        let line = |(name, layer): &(String, Box<dyn Layer>)| {
            let Shape { height, width, channels } = layer.output_shape();
            format!("{name:6} {:60} {height} x {width} x {channels}\n", layer.describe())
        };
        self.layers.iter().map(line).collect()
    }
}
