//! What to train: every choice that determines a run, as a value.

use serde::{Deserialize, Serialize};

use super::error::SpecError;
use super::schedule::Schedule;
use crate::nn::{Architecture, Net, Shape};
use crate::scheme::{Backward, Forward, Weights};

/// A training run but for its data. Together they determine every bit of the result, whatever the
/// number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainSpec {
    /// The family of the network.
    pub net: Net,
    /// The activation of the forward pass.
    #[serde(default = "default_activation")]
    pub activation: Forward,
    /// Positive levels of a half-wave quantizer: 3 for two bits.
    #[serde(default = "default_positive_levels")]
    pub positive_levels: usize,
    /// The function of the backward pass; left out, the one that usually goes with the activation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backward: Option<Backward>,
    /// Weights of the layers that may be binary.
    #[serde(default = "default_weights")]
    pub weights: Weights,
    /// Passes over the training images.
    #[serde(default = "default_epochs")]
    pub epochs: usize,
    /// Images a step; what is left of an epoch is dropped.
    #[serde(default = "default_batch")]
    pub batch: usize,
    /// Learning rate of the first step.
    #[serde(default = "default_learning_rate")]
    pub learning_rate: f64,
    /// Part of the velocity that stays.
    #[serde(default = "default_momentum")]
    pub momentum: f64,
    /// Weight decay, on every parameter.
    #[serde(default = "default_weight_decay")]
    pub weight_decay: f64,
    /// How the learning rate falls.
    #[serde(default = "default_schedule")]
    pub schedule: Schedule,
    /// Chooses the first weights and the order of the images.
    #[serde(default)]
    pub seed: u64,
    /// Outputs of the hidden layers of the mlp.
    #[serde(default = "default_hidden")]
    pub hidden: usize,
    /// Channels of the first layer of vgg-small.
    #[serde(default = "default_width")]
    pub width: usize,
}

const fn default_activation() -> Forward {
    Forward::Hwgq
}
const fn default_positive_levels() -> usize {
    3
}
const fn default_weights() -> Weights {
    Weights::Binary
}
const fn default_epochs() -> usize {
    10
}
const fn default_batch() -> usize {
    100
}
const fn default_learning_rate() -> f64 {
    0.02
}
const fn default_momentum() -> f64 {
    0.9
}
const fn default_weight_decay() -> f64 {
    5e-4
}
const fn default_schedule() -> Schedule {
    Schedule::Poly
}
const fn default_hidden() -> usize {
    512
}
const fn default_width() -> usize {
    32
}

impl TrainSpec {
    /// The run with all that may be left out left out: two-bit HWGQ on binary weights.
    pub const fn new(net: Net) -> Self {
        Self {
            net,
            activation: default_activation(),
            positive_levels: default_positive_levels(),
            backward: None,
            weights: default_weights(),
            epochs: default_epochs(),
            batch: default_batch(),
            learning_rate: default_learning_rate(),
            momentum: default_momentum(),
            weight_decay: default_weight_decay(),
            schedule: default_schedule(),
            seed: 0,
            hidden: default_hidden(),
            width: default_width(),
        }
    }

    /// The function of the backward pass: the one given, or the one that goes with the activation.
    pub fn backward(&self) -> Backward {
        self.backward.unwrap_or_else(|| self.activation.default_backward())
    }

    /// The network for images of size `input` and `classes` labels.
    pub fn architecture(&self, input: Shape, classes: usize) -> Architecture {
        Architecture {
            net: self.net,
            input,
            classes,
            hidden: self.hidden,
            width: self.width,
            forward: self.activation,
            positive_levels: self.positive_levels,
            backward: self.backward(),
            weights: self.weights,
        }
    }

    /// Checks what the network does not check itself.
    ///
    /// # Errors
    ///
    /// When a number is out of its range, or a backward function is asked for where nothing is
    /// quantized.
    pub fn check(&self) -> Result<(), SpecError> {
        let counts = [
            ("positive_levels", self.positive_levels, 1, 255),
            ("epochs", self.epochs, 1, 100_000),
            // The variance of a batch norm needs two images.
            ("batch", self.batch, 2, 65_536),
        ];
        for (what, given, least, most) in counts {
            if !(least..=most).contains(&given) {
                return Err(SpecError::Count { what, given, least, most });
            }
        }
        let numbers = [
            ("learning_rate", self.learning_rate, 0.0, 10.0, "0.02"),
            ("momentum", self.momentum, 0.0, 0.9999, "0.9"),
            ("weight_decay", self.weight_decay, 0.0, 1.0, "5e-4"),
        ];
        for (what, given, least, most, usual) in numbers {
            // Never true of NaN.
            if !(least..=most).contains(&given) {
                return Err(SpecError::Number { what, given, least, most, usual });
            }
        }
        let quantized = !matches!(self.activation, Forward::Relu | Forward::HardTanh);
        match self.backward {
            Some(backward) if !quantized && backward != self.activation.default_backward() => {
                let (activation, backward) = (self.activation.name(), backward.name());
                Err(SpecError::NothingToReplace { activation, backward })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_needs_only_its_net() {
        let spec: TrainSpec = toml::from_str("net = \"vgg-small\"").unwrap();
        assert_eq!(spec, TrainSpec::new(Net::VggSmall));
        assert_eq!(spec.backward(), Backward::Clipped, "the paper's choice");
        spec.check().unwrap();
    }

    #[test]
    fn a_misspelt_key_is_refused_with_those_that_exist() {
        let error = toml::from_str::<TrainSpec>("net = \"mlp\"\nlearning_rat = 0.1").unwrap_err();
        assert!(error.to_string().contains("learning_rate"), "{error}");
    }

    #[test]
    fn a_number_out_of_range_is_refused() {
        let mut spec = TrainSpec::new(Net::Mlp);
        for rate in [-0.1, f64::NAN, f64::INFINITY] {
            spec.learning_rate = rate;
            let message = spec.check().unwrap_err().to_string();
            assert!(message.starts_with("learning_rate is "), "{message}");
        }
        let relu = TrainSpec {
            activation: Forward::Relu,
            backward: Some(Backward::Clipped),
            ..TrainSpec::new(Net::Mlp)
        };
        assert!(relu.check().unwrap_err().to_string().contains("leave `backward` out"));
    }
}
