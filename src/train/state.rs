//! All that a run consists of between two steps.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::TrainError;
use super::spec::TrainSpec;
use crate::nn::{Network, Shape};

/// What one epoch came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochReport {
    /// Mean of the losses of its steps, in nats.
    pub train_loss: f64,
    /// Part of its images that were told right, each at its own step.
    pub train_accuracy: f64,
    /// Accuracy on the validation part after it.
    pub validation_accuracy: f64,
}

/// A run between two steps: what a checkpoint keeps.
#[derive(Debug)]
pub struct State {
    /// What is trained.
    pub spec: TrainSpec,
    /// Name of the data set.
    pub dataset: String,
    /// Size of its images.
    pub input: Shape,
    /// Number of its labels.
    pub classes: usize,
    /// Images of its training part.
    pub train_images: usize,
    /// Mean and deviation of its training bytes.
    pub normalisation: (f32, f32),
    /// Steps done.
    pub step: u64,
    /// Losses of the steps done in this epoch.
    pub(super) loss_sum: f64,
    /// Images told right in the steps done in this epoch.
    pub(super) correct: u64,
    /// The epochs done.
    pub history: Vec<EpochReport>,
    /// Weights, velocities and running sums.
    pub network: Network,
}

/// What random numbers are drawn for; each purpose has streams of its own.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Weights,
    Order,
}

/// Stream `index` of the random numbers of `seed` for `purpose`.
fn random(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // 2³² streams a purpose are more than there can be epochs.
    random.set_stream(((purpose as u64) << 32) | index);
    random
}

impl State {
    /// The network of `spec` with its first weights.
    pub(super) fn network(
        spec: &TrainSpec,
        input: Shape,
        classes: usize,
    ) -> Result<Network, TrainError> {
        spec.check()?;
        let mut random = random(spec.seed, Purpose::Weights, 0);
        Ok(spec.architecture(input, classes).build(&mut random)?)
    }

    /// Steps in an epoch.
    pub fn steps_an_epoch(&self) -> u64 {
        (self.train_images / self.spec.batch) as u64
    }

    /// Steps in the run.
    pub fn steps(&self) -> u64 {
        self.steps_an_epoch() * self.spec.epochs as u64
    }

    /// The order in which epoch `epoch` sees the training images.
    pub(super) fn order(&self, epoch: u64) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.train_images).collect();
        order.shuffle(&mut random(self.spec.seed, Purpose::Order, epoch));
        order
    }
}
