//! Runs declarations: trains what they need, once, and turns the outcomes into records.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use thiserror::Error;

use super::claim::ClaimError;
use super::declaration::{Declaration, Kind};
use super::recipe::{Preset, Recipes};
use super::tables::{number, text};
use super::training::Job;
use super::{distortion, functions, histogram, levels, mismatch, training};
use crate::data::Dataset;
use crate::design::DesignError;
use crate::record::{Claim, Record, Table, TableError};
use crate::train::{self, Outcome, Progress, TrainError, TrainSpec};

/// Who is told of progress, and may stop it.
pub trait Observer: Sync {
    /// `images` more training images have gone through a net; `false` asks to stop.
    fn advance(&self, images: u64) -> bool;
}

/// What every experiment of one reproduction shares.
#[derive(Debug)]
pub struct Context {
    /// How much time may be taken.
    pub preset: Preset,
    /// The images.
    pub data: Dataset,
    /// How long and wide to train.
    pub recipes: Recipes,
    /// The first seed.
    pub seed: u64,
    // Trainings already done, by their specification: tables share runs, and a run is a function
    // of its specification alone.
    trained: Mutex<BTreeMap<String, Arc<Outcome>>>,
}

/// Why an experiment left no record.
#[derive(Debug, Error)]
pub enum ExperimentError {
    /// A net could not be trained.
    #[error("training {net} as {run}, seed {seed}: {source}")]
    Train {
        /// The net.
        net: &'static str,
        /// The run.
        run: String,
        /// The seed.
        seed: u64,
        /// Why.
        source: TrainError,
    },
    /// The observer asked to stop.
    #[error("stopped before the experiment was complete; its earlier record is untouched")]
    Stopped,
    /// A codebook could not be designed.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// A table of the experiment is malformed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A claim speaks of something that the record lacks.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// No net of the declaration has a recipe for the data set.
    #[error(
        "none of the nets of {id} has a recipe for {data} in preset {preset}; try another data set"
    )]
    NoNet {
        /// The declaration.
        id: String,
        /// The data set.
        data: String,
        /// The preset.
        preset: &'static str,
    },
}

impl Context {
    /// A context in which nothing has been trained yet.
    pub fn new(preset: Preset, data: Dataset, recipes: Recipes, seed: u64) -> Self {
        Self { preset, data, recipes, seed, trained: Mutex::new(BTreeMap::new()) }
    }

    /// Training images that `declarations` will push through nets, repeated runs counted once.
    pub fn images_to_train<'a>(&self, declarations: impl Iterator<Item = &'a Declaration>) -> u64 {
        let plans = declarations.filter_map(|declaration| declaration.kind.plan());
        let jobs = plans.flat_map(|plan| plan.jobs(self));
        let distinct: BTreeMap<String, u64> =
            jobs.map(|job| (key(&job), images(&job.spec, &self.data))).collect();
        distinct.values().sum()
    }

    /// The outcome of every job, in order; those trained before are not trained again.
    pub(super) fn train(
        &self,
        jobs: &[Job],
        observer: &dyn Observer,
    ) -> Result<Vec<Arc<Outcome>>, ExperimentError> {
        jobs.par_iter().map(|job| self.train_one(job, observer)).collect()
    }

    fn train_one(
        &self,
        job: &Job,
        observer: &dyn Observer,
    ) -> Result<Arc<Outcome>, ExperimentError> {
        let key = key(job);
        let known = |trained: &BTreeMap<String, Arc<Outcome>>| trained.get(&key).cloned();
        if let Some(outcome) = known(&self.trained.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(outcome);
        }
        let mut tell = |progress| match progress {
            Progress::Step { images, .. } if !observer.advance(images as u64) => {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        };
        let outcome =
            train::run(job.spec.clone(), &self.data, &mut tell).map_err(|source| match source {
                TrainError::Interrupted { .. } => ExperimentError::Stopped,
                source => ExperimentError::Train {
                    net: job.net.name(),
                    run: job.run.clone(),
                    seed: job.spec.seed,
                    source,
                },
            })?;
        let outcome = Arc::new(outcome);
        let mut trained = self.trained.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(trained.entry(key).or_insert(outcome)))
    }
}

/// Training images that a run pushes through its net; what is left of an epoch is dropped.
fn images(spec: &TrainSpec, data: &Dataset) -> u64 {
    (spec.epochs * (data.train.len() / spec.batch) * spec.batch) as u64
}

fn key(job: &Job) -> String {
    format!("{:?}", job.spec)
}

/// Runs one declaration and judges its claims.
///
/// # Errors
///
/// When a net cannot be trained, a codebook cannot be designed, the observer asks to stop, or a
/// claim speaks of something that the record lacks.
pub fn run(
    declaration: &Declaration,
    context: &Context,
    observer: &dyn Observer,
) -> Result<(Record, Vec<Claim>), ExperimentError> {
    if declaration.kind.plan().is_some_and(|plan| plan.jobs(context).is_empty()) {
        return Err(ExperimentError::NoNet {
            id: declaration.id.clone(),
            data: context.data.name.clone(),
            preset: context.preset.name(),
        });
    }
    let mut tables = match &declaration.kind {
        Kind::Functions { panels } => functions::tables(panels)?,
        Kind::Histogram(plan) => histogram::tables(plan, context, observer)?,
        Kind::Curves(plan) => training::curves(plan, context, observer)?,
        Kind::Accuracy(plan) => training::accuracy(plan, context, observer)?,
        Kind::Distortion { bits_max } => distortion::tables(*bits_max)?,
        Kind::Mismatch {} => mismatch::tables()?,
        Kind::Levels {} => levels::tables()?,
    };
    if !declaration.reported.is_empty() {
        tables.push(reported(declaration)?);
    }
    let record = Record {
        id: declaration.id.clone(),
        kind: declaration.kind.name().to_owned(),
        title: format!("{}: {}", declaration.paper, declaration.title),
        why: declaration.why.trim().to_owned(),
        tables,
    };
    let claims = claims(declaration, &record)?;
    Ok((record, claims))
}

/// Every claim of the declaration, judged; `seconds` is left at 0 for whoever holds the clock.
fn claims(declaration: &Declaration, record: &Record) -> Result<Vec<Claim>, ClaimError> {
    let mut judged = Vec::new();
    for declared in &declaration.claims {
        for verdict in declared.rule.judge(record)? {
            judged.push(Claim {
                id: declaration.paper.clone(),
                claim: declared.claim.clone(),
                paper: declared.paper.clone(),
                ours: verdict.ours,
                unit: verdict.unit.to_owned(),
                quantity: verdict.quantity,
                spread: verdict.spread,
                held: verdict.held,
                decided: verdict.decided,
                seconds: 0.0,
            });
        }
    }
    Ok(judged)
}

/// Table `reported`: numbers from the literature, each with how sure we are of it.
fn reported(declaration: &Declaration) -> Result<Table, TableError> {
    let rows = &declaration.reported;
    Table::new(
        "reported",
        vec![
            text("what", rows.iter().map(|row| row.what.as_str())),
            number("value", "", rows.iter().map(|row| row.value)),
            text("unit", rows.iter().map(|row| row.unit.as_str())),
            text("evidence", rows.iter().map(|row| row.evidence.as_str())),
        ],
    )
}
