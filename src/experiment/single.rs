//! A training that stands for itself, as `hwgq train` leaves it.

use super::job::Job;
use super::{histogram, training};
use crate::record::{Record, TableError};
use crate::train::{Outcome, TrainSpec};

/// The records of a single training: `history` and `activations`.
///
/// A net without quantizers has no activations to show.
///
/// # Errors
///
/// Never for the outcome of a training.
pub fn training_records(spec: &TrainSpec, outcome: &Outcome) -> Result<Vec<Record>, TableError> {
    let weights = spec.weights.name();
    let run =
        format!("{weights} weights, {} (m = {})", spec.activation.name(), spec.positive_levels);
    let job = Job { net: spec.net, run, spec: spec.clone() };
    let record = |id: &str, kind: &str, title: &str, tables| Record {
        id: id.to_owned(),
        kind: kind.to_owned(),
        title: format!("{title}: {}, {}", spec.net.name(), job.run),
        why: String::new(),
        tables,
    };
    let trained = [(&job, outcome)];
    let mut records = vec![record("history", "curves", "Training", training::history(&trained)?)];
    if !outcome.activations.is_empty() {
        let tables = histogram::tables(&trained)?;
        records.push(record("activations", "histogram", "Activations", tables));
    }
    Ok(records)
}
