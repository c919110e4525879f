//! Why a run cannot start, go on, or be kept.

use std::path::PathBuf;

use thiserror::Error;

use crate::nn::NetworkError;

/// Why a specification makes no sense.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SpecError {
    /// A count out of range.
    #[error("{what} is {given}; it must lie in {least}..={most}")]
    Count {
        /// The key.
        what: &'static str,
        /// What was given.
        given: usize,
        /// The least.
        least: usize,
        /// The most.
        most: usize,
    },
    /// A number out of range.
    #[error("{what} is {given}; it must lie in {least}..={most}, {usual} is usual")]
    Number {
        /// The key.
        what: &'static str,
        /// What was given.
        given: f64,
        /// The least.
        least: f64,
        /// The most.
        most: f64,
        /// What others use.
        usual: &'static str,
    },
    /// A backward function for an activation that has a slope of its own.
    #[error(
        "the activation `{activation}` is not quantized and has a slope of its own, so `{backward}` would not be used; leave `backward` out, or choose a quantized activation"
    )]
    NothingToReplace {
        /// The activation.
        activation: &'static str,
        /// The backward function.
        backward: &'static str,
    },
}

/// Why a run stopped or could not start.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The specification makes no sense.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The network cannot be built for these images.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Too few images to train, choose or report with.
    #[error(
        "the {part} part of `{dataset}` has {images} images; at least {least} are needed{advice}"
    )]
    TooFewImages {
        /// The data set.
        dataset: String,
        /// `training`, `validation` or `test`.
        part: &'static str,
        /// How many there are.
        images: usize,
        /// How many there must be.
        least: usize,
        /// What to do, with its comma.
        advice: &'static str,
    },
    /// Parts of one data set that do not fit together.
    #[error("the {part} part of `{dataset}` does not fit: {why}")]
    Misfit {
        /// The data set.
        dataset: String,
        /// `training`, `validation` or `test`.
        part: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The loss is NaN or infinite.
    #[error(
        "the loss is {loss} at step {step} of {steps}; the first layer whose output is not finite is {}: lower the learning rate (it is {rate})", layer.as_deref().map_or("none, so the loss itself overflowed".to_owned(), |layer| format!("`{layer}`"))
    )]
    NotFinite {
        /// The loss.
        loss: f64,
        /// Step, from 0.
        step: u64,
        /// Steps of the run.
        steps: u64,
        /// The first layer whose output is not finite.
        layer: Option<String>,
        /// Learning rate of that step.
        rate: f64,
    },
    /// The observer asked to stop.
    #[error("interrupted after step {step} of {steps}; a checkpoint of it can be resumed")]
    Interrupted {
        /// Steps done.
        step: u64,
        /// Steps of the run.
        steps: u64,
    },
    /// The checkpoint belongs to other data.
    #[error(
        "the checkpoint was trained on {given}, this data set has {expected}; resume with the data it began with"
    )]
    OtherData {
        /// What the checkpoint says.
        given: String,
        /// What the data set says.
        expected: String,
    },
}

/// Why a checkpoint cannot be written or read.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes are not a checkpoint.
    #[error("{} is not a checkpoint of this program: {why}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}
