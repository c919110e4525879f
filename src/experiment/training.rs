//! Training runs side by side: same recipe, same seeds, one thing varied.

use serde::Deserialize;

use super::context::{Context, Observer};
use super::error::ExperimentError;
use super::job::Job;
use super::ranged::count;
use super::recipe::Recipe;
use super::statistics::Interval95;
use super::tables::{number, text};
use crate::nn::Net;
use crate::record::{Table, TableError};
use crate::scheme::{Backward, Forward, Weights};
use crate::train::{EpochReport, Outcome, TrainSpec};

/// Nets and runs; every run is trained on every net with every seed of the recipe.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrainingPlan {
    /// The nets, those without a recipe for the data set left out.
    pub nets: Vec<Net>,
    /// What is varied.
    #[serde(rename = "run")]
    pub runs: Vec<Run>,
}

/// One way of quantizing a net.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Run {
    /// As in the legend: `BW + HWGQ`.
    pub name: String,
    /// Precision of the weights.
    pub weights: Weights,
    /// The forward function.
    pub activation: Forward,
    /// Positive levels of a half-wave quantizer.
    #[serde(default = "three", deserialize_with = "count::<1, 255, _, _>")]
    pub positive_levels: usize,
    /// The backward function; by default the one that the paper pairs with the forward.
    #[serde(default)]
    pub backward: Option<Backward>,
}

/// The paper's 2 bits: zero and three positive levels.
fn three() -> usize {
    3
}

impl TrainingPlan {
    /// Every training of the plan, by net, run and seed.
    pub(super) fn jobs(&self, context: &Context) -> Vec<Job> {
        let recipe =
            |net: Net| context.recipes.find(context.preset, &context.data.name, net.name());
        self.nets
            .iter()
            .filter_map(|&net| Some((net, recipe(net)?)))
            .flat_map(|(net, recipe)| {
                self.runs.iter().flat_map(move |run| {
                    (0..recipe.seeds).map(move |repetition| Job {
                        net,
                        run: run.name.clone(),
                        spec: run.spec(net, recipe, context.seed + repetition),
                    })
                })
            })
            .collect()
    }
}

impl Run {
    fn spec(&self, net: Net, recipe: &Recipe, seed: u64) -> TrainSpec {
        let standard = TrainSpec::new(net);
        TrainSpec {
            activation: self.activation,
            positive_levels: self.positive_levels,
            backward: self.backward,
            weights: self.weights,
            epochs: recipe.epochs,
            batch: recipe.batch,
            learning_rate: recipe.learning_rate,
            hidden: recipe.hidden.unwrap_or(standard.hidden),
            width: recipe.width.unwrap_or(standard.width),
            seed,
            ..standard
        }
    }
}

/// A finished job.
pub(super) type Trained<'a> = (&'a Job, &'a Outcome);

/// Table `runs`: what each training reached.
fn runs(trained: &[Trained]) -> Result<Table, TableError> {
    let percent = |of: fn(&Outcome) -> f64| {
        trained.iter().map(|(_, outcome)| 100.0 * of(outcome)).collect::<Vec<_>>()
    };
    Table::new(
        "runs",
        vec![
            text("group", trained.iter().map(|(job, _)| job.net.name())),
            text("run", trained.iter().map(|(job, _)| job.run.as_str())),
            number("seed", "", trained.iter().map(|(job, _)| job.spec.seed as f64)),
            number("accuracy_last", "%", percent(|outcome| outcome.accuracy_last)),
            number("accuracy_best_validation", "%", percent(|o| o.accuracy_best_validation)),
            number("accuracy_test", "%", percent(|outcome| outcome.accuracy_test)),
            number("loss", "nat", trained.iter().map(|(_, outcome)| final_loss(outcome))),
        ],
    )
}

/// Mean loss of the last epoch's steps.
fn final_loss(outcome: &Outcome) -> f64 {
    outcome.history.last().map_or(f64::NAN, |epoch| epoch.train_loss)
}

/// Table `summary`: mean test accuracy of each run over its seeds, with its 95 % interval.
fn summary(trained: &[Trained]) -> Result<Table, TableError> {
    let mut groups: Vec<(&Job, Vec<f64>)> = Vec::new();
    for (job, outcome) in trained {
        let accuracy = 100.0 * outcome.accuracy_test;
        match groups.last_mut() {
            Some((first, values)) if first.net == job.net && first.run == job.run => {
                values.push(accuracy);
            }
            _ => groups.push((job, vec![accuracy])),
        }
    }
    let intervals: Vec<_> = groups.iter().map(|(_, values)| Interval95::of(values)).collect();
    Table::new(
        "summary",
        vec![
            text("group", groups.iter().map(|(job, _)| job.net.name())),
            text("run", groups.iter().map(|(job, _)| job.run.as_str())),
            number("mean", "%", intervals.iter().map(|interval| interval.mean)),
            number("low", "%", intervals.iter().map(Interval95::low)),
            number("high", "%", intervals.iter().map(Interval95::high)),
            number("seeds", "", groups.iter().map(|(_, values)| values.len() as f64)),
        ],
    )
}

/// Table `epochs`: the course of each training.
fn epochs(trained: &[Trained]) -> Result<Table, TableError> {
    let rows: Vec<(&Job, usize, &EpochReport)> = trained
        .iter()
        .flat_map(|(job, outcome)| {
            outcome.history.iter().enumerate().map(move |(index, epoch)| (*job, index + 1, epoch))
        })
        .collect();
    let error = |of: fn(&EpochReport) -> f64| {
        rows.iter().map(|(_, _, epoch)| 100.0 * (1.0 - of(epoch))).collect::<Vec<_>>()
    };
    Table::new(
        "epochs",
        vec![
            text("panel", rows.iter().map(|(job, _, _)| job.net.name())),
            text("run", rows.iter().map(|(job, _, _)| job.run.as_str())),
            number("seed", "", rows.iter().map(|(job, _, _)| job.spec.seed as f64)),
            number("epoch", "", rows.iter().map(|&(_, epoch, _)| epoch as f64)),
            number("loss", "nat", rows.iter().map(|(_, _, epoch)| epoch.train_loss)),
            number("train_error", "%", error(|epoch| epoch.train_accuracy)),
            number("validation_error", "%", error(|epoch| epoch.validation_accuracy)),
        ],
    )
}

/// Trains `jobs` and makes tables of what came out.
pub(super) fn train(
    jobs: &[Job],
    context: &Context,
    observer: &dyn Observer,
    tables: fn(&[Trained]) -> Result<Vec<Table>, TableError>,
) -> Result<Vec<Table>, ExperimentError> {
    let outcomes = context.train(jobs, observer)?;
    let trained: Vec<Trained> = jobs.iter().zip(outcomes.iter().map(AsRef::as_ref)).collect();
    Ok(tables(&trained)?)
}

/// What every run reached.
pub(super) fn accuracy(trained: &[Trained]) -> Result<Vec<Table>, TableError> {
    Ok(vec![summary(trained)?, runs(trained)?])
}

/// What every run reached, and how it got there.
pub(super) fn curves(trained: &[Trained]) -> Result<Vec<Table>, TableError> {
    Ok(vec![epochs(trained)?, summary(trained)?, runs(trained)?])
}

/// What a single training reached, and how it got there.
pub(super) fn history(trained: &[Trained]) -> Result<Vec<Table>, TableError> {
    Ok(vec![epochs(trained)?, runs(trained)?])
}
