//! Training runs side by side: same recipe, same seeds, one thing varied.

use serde::Deserialize;

use super::histogram;
use super::ranged::count;
use super::recipe::Recipe;
use super::runner::{Context, ExperimentError, Observer};
use super::statistics::Interval95;
use super::tables::{number, text};
use crate::nn::Net;
use crate::record::{Record, Table, TableError};
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

/// One training to be done, with its place in the tables.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) net: Net,
    pub(super) run: String,
    pub(super) spec: TrainSpec,
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

/// Trains the plan and tells what every run reached.
pub(super) fn accuracy(
    plan: &TrainingPlan,
    context: &Context,
    observer: &dyn Observer,
) -> Result<Vec<Table>, ExperimentError> {
    let jobs = plan.jobs(context);
    let outcomes = context.train(&jobs, observer)?;
    let trained: Vec<Trained> = jobs.iter().zip(outcomes.iter().map(AsRef::as_ref)).collect();
    Ok(vec![summary(&trained)?, runs(&trained)?])
}

/// Trains the plan and tells how every run got there.
pub(super) fn curves(
    plan: &TrainingPlan,
    context: &Context,
    observer: &dyn Observer,
) -> Result<Vec<Table>, ExperimentError> {
    let jobs = plan.jobs(context);
    let outcomes = context.train(&jobs, observer)?;
    let trained: Vec<Trained> = jobs.iter().zip(outcomes.iter().map(AsRef::as_ref)).collect();
    Ok(vec![epochs(&trained)?, summary(&trained)?, runs(&trained)?])
}

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
    let mut records =
        vec![record("history", "curves", "Training", vec![epochs(&trained)?, runs(&trained)?])];
    if !outcome.activations.is_empty() {
        let tables = histogram::of(&trained)?;
        records.push(record("activations", "histogram", "Activations", tables));
    }
    Ok(records)
}
