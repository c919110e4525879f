//! What the experiments of one reproduction share, and the trainings that they have in common.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::error::ExperimentError;
use super::job::Job;
use super::recipe::{Preset, Recipes};
use crate::data::Dataset;
use crate::train::{self, Outcome, Progress, TrainError};

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

impl Context {
    /// A context in which nothing has been trained yet.
    pub fn new(preset: Preset, data: Dataset, recipes: Recipes, seed: u64) -> Self {
        Self { preset, data, recipes, seed, trained: Mutex::new(BTreeMap::new()) }
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

/// The name of a training: all that it follows from.
pub(super) fn key(job: &Job) -> String {
    format!("{:?}", job.spec)
}
