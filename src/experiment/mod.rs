//! Floor 6: an experiment is a declaration that leaves a record.

mod claim;
mod declaration;
mod distortion;
mod embedded;
mod functions;
mod histogram;
mod levels;
mod mismatch;
mod ranged;
mod recipe;
mod runner;
mod statistics;
mod tables;
mod training;

pub use claim::{ClaimDeclaration, ClaimError, Rule, Selector};
pub use declaration::{Declaration, DeclarationError, Kind, Reported};
pub use embedded::{paper, recipes};
pub use functions::{Curve, Draw, Panel};
pub use mismatch::mismatch_table;
pub use recipe::{Preset, Recipe, Recipes};
pub use runner::{Context, ExperimentError, Observer, run};
pub use training::{Run, TrainingPlan, training_records};
