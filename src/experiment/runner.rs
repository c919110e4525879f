//! Runs declarations: trains what they need, once, and turns the outcomes into records.

use std::collections::BTreeMap;

use super::claim::ClaimError;
use super::context::{Context, Observer, key};
use super::declaration::{Declaration, Kind};
use super::error::ExperimentError;
use super::job::Job;
use super::tables::{number, text};
use super::training::train;
use super::{convergence, distortion, functions, histogram, levels, limits, mismatch, training};
use crate::data::Dataset;
use crate::record::{Claim, Record, Table, TableError};
use crate::train::TrainSpec;

/// Training images that `declarations` will push through nets, repeated trainings counted once.
pub fn images_to_train<'a>(
    declarations: impl IntoIterator<Item = &'a Declaration>,
    context: &Context,
) -> u64 {
    let jobs = declarations.into_iter().flat_map(|declaration| jobs(&declaration.kind, context));
    let distinct: BTreeMap<String, u64> =
        jobs.map(|job| (key(&job), images(&job.spec, &context.data))).collect();
    distinct.values().sum()
}

/// The trainings behind an experiment.
fn jobs(kind: &Kind, context: &Context) -> Vec<Job> {
    let mut jobs = kind.plan().map_or(Vec::new(), |plan| plan.jobs(context));
    if matches!(kind, Kind::Histogram(_)) {
        // One net of each run is enough to look at.
        jobs.retain(|job| job.spec.seed == context.seed);
    }
    jobs
}

/// Training images that a run pushes through its net; what is left of an epoch is dropped.
fn images(spec: &TrainSpec, data: &Dataset) -> u64 {
    (spec.epochs * (data.train.len() / spec.batch) * spec.batch) as u64
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
    declaration.check()?;
    let jobs = jobs(&declaration.kind, context);
    if declaration.kind.plan().is_some() && jobs.is_empty() {
        return Err(ExperimentError::NoNet {
            id: declaration.id.clone(),
            data: context.data.name.clone(),
            preset: context.preset.name(),
        });
    }
    let mut tables = match &declaration.kind {
        Kind::Functions { panels } => functions::tables(panels)?,
        Kind::Histogram(_) => train(&jobs, context, observer, histogram::tables)?,
        Kind::Curves(_) => train(&jobs, context, observer, training::curves)?,
        Kind::Accuracy(_) => train(&jobs, context, observer, training::accuracy)?,
        Kind::Distortion { bits_max } => distortion::tables(*bits_max)?,
        Kind::Mismatch {} => mismatch::tables()?,
        Kind::Levels {} => levels::tables()?,
        Kind::Limits { laws, bits_max } => limits::tables(laws, *bits_max)?,
        Kind::Convergence { levels, rounds_max, rates_to } => {
            let levels: Vec<u32> = levels.iter().map(|size| size.0).collect();
            convergence::tables(&levels, *rounds_max, *rates_to)?
        }
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
                record: declaration.id.clone(),
                claim: declared.claim.clone(),
                paper: declared.paper.clone(),
                ours: verdict.ours,
                unit: verdict.unit.to_owned(),
                quantity: declared.quantity.clone().unwrap_or(verdict.quantity),
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
