//! Floor 5: specification, optimiser, epochs, checkpoints, and what a run shows of itself.

mod checkpoint;
mod dump;
mod error;
mod evaluation;
mod npz;
mod optimiser;
mod schedule;
mod spec;
mod state;
mod telemetry;
mod trainer;

pub use dump::{DumpError, dump, dump_activations};
pub use error::{CheckpointError, SpecError, TrainError};
pub use evaluation::{accuracy, fill};
pub use optimiser::Sgd;
pub use schedule::Schedule;
pub use spec::TrainSpec;
pub use state::{EpochReport, State};
pub use telemetry::{Histogram, LayerActivations, SampleMoments, activations};
pub use trainer::{Outcome, Progress, Trainer, run};
