//! Floor 6: an experiment is a declaration that leaves a record.

mod claim;
mod compare;
mod context;
mod convergence;
mod declaration;
mod distortion;
mod embedded;
mod error;
mod fit;
mod functions;
mod histogram;
mod job;
mod levels;
mod limits;
mod mismatch;
mod ranged;
mod recipe;
mod runner;
mod single;
mod statistics;
mod tables;
mod training;

pub use claim::{ClaimDeclaration, ClaimError, Rule, Selector};
pub use compare::{Compared, Ranked, ShannonBound, Sort, compare, compare_record, compare_table};
pub use context::{Context, Observer};
pub use declaration::{Declaration, Kind, Reported, Size};
pub use embedded::{paper, recipes};
pub use error::{DeclarationError, ExperimentError};
pub use fit::{Bin, HalfGaussian, KOLMOGOROV_MAX, Method, Origin, SampleFit, fit_record};
pub use functions::{Curve, Draw, Panel};
pub use mismatch::mismatch_table;
pub use recipe::{Preset, Recipe, Recipes};
pub use runner::{images_to_train, run};
pub use single::training_records;
pub use training::{Run, TrainingPlan};
