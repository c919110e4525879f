//! The three networks of the experiments, as values from which they are built.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::batch_norm::BatchNorm;
use super::convolution::Convolution;
use super::error::NetworkError;
use super::initialiser::he_normal;
use super::layer::{Layer, Param};
use super::linear::Linear;
use super::max_pool::MaxPool;
use super::network::Network;
use super::tensor::Shape;
use super::weight::Operand;
use crate::quantizer::Codebook;
use crate::scheme::{Backward, Forward, Weights};

/// A family of networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Net {
    /// Three dense layers; the first and the last keep full weights.
    Mlp,
    /// Two 5 x 5 convolutions and two dense layers, the paper's MNIST network: binary weights
    /// everywhere or nowhere.
    Lenet,
    /// Six 3 x 3 convolutions and a dense layer, the paper's CIFAR-10 network; the first and the
    /// last layer keep full weights.
    VggSmall,
}

impl Net {
    /// Every family.
    pub const ALL: [Self; 3] = [Self::Mlp, Self::Lenet, Self::VggSmall];

    /// As on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mlp => "mlp",
            Self::Lenet => "lenet",
            Self::VggSmall => "vgg-small",
        }
    }
}

/// All that determines a network but its weights.
///
/// Every layer but the last is followed by (a pool,) a batch norm and the activation.
#[derive(Debug, Clone, PartialEq)]
pub struct Architecture {
    /// The family.
    pub net: Net,
    /// Size of an image.
    pub input: Shape,
    /// Outputs of the last layer.
    pub classes: usize,
    /// Outputs of the hidden layers of [`Net::Mlp`].
    pub hidden: usize,
    /// Channels of the first layer of [`Net::VggSmall`]; the paper has 128.
    pub width: usize,
    /// Activation of the forward pass.
    pub forward: Forward,
    /// Positive levels of the activation, where it is quantized.
    pub positive_levels: usize,
    /// Function of the backward pass, where the activation is quantized.
    pub backward: Backward,
    /// Weights of the layers that may be binary.
    pub weights: Weights,
}

impl Architecture {
    /// The network with He-normal weights drawn from `random`, biases 0, scales 1.
    ///
    /// # Errors
    ///
    /// When a size is out of range, the images are too small, or the activation has no codebook of
    /// that size.
    pub fn build(&self, random: &mut impl Rng) -> Result<Network, NetworkError> {
        self.check()?;
        let mut chain = Chain {
            architecture: self,
            codebook: self.forward.codebook(self.positive_levels)?,
            shape: self.input,
            operand: Operand::Real,
            layers: Vec::new(),
            random,
        };
        match self.net {
            Net::Mlp => chain.mlp(),
            Net::Lenet => chain.lenet(),
            Net::VggSmall => chain.vgg_small(),
        }
        Network::new(self.input, chain.layers)
    }

    fn check(&self) -> Result<(), NetworkError> {
        let sizes = [
            ("image height", self.input.height, 1, 1024),
            ("image width", self.input.width, 1, 1024),
            ("number of image channels", self.input.channels, 1, 1024),
            // Labels are bytes.
            ("number of classes", self.classes, 2, 256),
            ("hidden", self.hidden, 1, 16_384),
            ("width", self.width, 1, 512),
        ];
        for (what, given, least, most) in sizes {
            if !(least..=most).contains(&given) {
                return Err(NetworkError::Size { what, given, least, most });
            }
        }
        // LeNet: 16 - 4 = 12, pooled 6, - 4 = 2, pooled 1. VGG: three pools halve 8 to 1.
        let (net, least, instead) = match self.net {
            Net::Mlp => ("mlp", 1, "a single pixel"),
            Net::Lenet => ("lenet", 16, "mlp or vgg-small"),
            Net::VggSmall => ("vgg-small", 8, "mlp"),
        };
        let Shape { height, width, .. } = self.input;
        if height.min(width) < least {
            return Err(NetworkError::ImageTooSmall { net, height, width, least, instead });
        }
        Ok(())
    }
}

/// A network under construction.
struct Chain<'a, R> {
    architecture: &'a Architecture,
    codebook: Option<Codebook>,
    /// Of the last layer's output.
    shape: Shape,
    /// What the last layer's output consists of.
    operand: Operand,
    layers: Vec<(String, Box<dyn Layer>)>,
    random: &'a mut R,
}

impl<R: Rng> Chain<'_, R> {
    fn mlp(&mut self) {
        let Architecture { hidden, classes, weights, .. } = *self.architecture;
        self.linear("fc1", hidden, Weights::Full, false);
        self.normalise_and_activate(1);
        self.linear("fc2", hidden, weights, false);
        self.normalise_and_activate(2);
        self.linear("fc3", classes, Weights::Full, true);
    }

    fn lenet(&mut self) {
        let Architecture { classes, weights, .. } = *self.architecture;
        for (block, filters) in [(1, 20), (2, 50)] {
            self.convolution(&format!("conv{block}"), filters, 5, 0, weights);
            self.pool(block);
            self.normalise_and_activate(block);
        }
        self.linear("fc3", 500, weights, false);
        self.normalise_and_activate(3);
        self.linear("fc4", classes, weights, true);
    }

    fn vgg_small(&mut self) {
        let Architecture { width, classes, weights, .. } = *self.architecture;
        for (block, filters) in (1..).zip([1, 1, 2, 2, 4, 4].map(|times| times * width)) {
            let kind = if block == 1 { Weights::Full } else { weights };
            self.convolution(&format!("conv{block}"), filters, 3, 1, kind);
            if block == 6 {
                // What the last layer reads is not quantized: scale, shift and ReLU, then the pool.
                self.push("bn6", BatchNorm::new(self.shape).with_affine());
                let relu = Forward::Relu.full_precision();
                self.push("relu6", Activation::new(self.shape, None, relu));
                self.pool(block);
                break;
            }
            if block % 2 == 0 {
                self.pool(block);
            }
            self.normalise_and_activate(block);
        }
        self.linear("fc7", classes, Weights::Full, true);
    }

    fn convolution(
        &mut self,
        name: &str,
        filters: usize,
        kernel: usize,
        padding: usize,
        kind: Weights,
    ) {
        let weight = he_normal([kernel, kernel, self.shape.channels, filters], self.random);
        let layer = Convolution::new(self.shape, weight, padding, kind, self.operand.clone());
        self.push(name, layer);
    }

    fn linear(&mut self, name: &str, outputs: usize, kind: Weights, bias: bool) {
        let Shape { height, width, channels } = self.shape;
        let weight = he_normal([height, width, channels, outputs], self.random);
        let bias = bias.then(|| Param::constant(outputs, 0.0));
        self.push(name, Linear::new(weight, bias, kind, self.operand.clone()));
    }

    fn pool(&mut self, block: usize) {
        self.push(&format!("pool{block}"), MaxPool::new(self.shape));
    }

    fn normalise_and_activate(&mut self, block: usize) {
        self.push(&format!("bn{block}"), BatchNorm::new(self.shape));
        let Architecture { forward, backward, .. } = *self.architecture;
        let surrogate = match &self.codebook {
            Some(codebook) => backward.surrogate(codebook.levels()[codebook.len() - 1]),
            None => forward.full_precision(),
        };
        let layer = Activation::new(self.shape, self.codebook.clone(), surrogate);
        self.push(&format!("act{block}"), layer);
        self.operand = self.codebook.clone().map_or(Operand::Real, Operand::Codes);
    }

    fn push(&mut self, name: &str, layer: impl Layer + 'static) {
        self.shape = layer.output_shape();
        self.operand = Operand::Real;
        self.layers.push((name.to_owned(), Box::new(layer)));
    }
}
