//! One training to be done.

use crate::nn::Net;
use crate::train::TrainSpec;

/// One training to be done, with its place in the tables.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) net: Net,
    pub(super) run: String,
    pub(super) spec: TrainSpec,
}
