//! `hwgq bench kmeans`: the time of the best codebook of a sample, against its size and the levels.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use rand::SeedableRng as _;
use rand::distr::Distribution as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::Serialize;

use super::output::{Format, eight_digits, print_csv, print_json, print_table};
use super::{Ending, Usage};
use crate::data::sample;
use crate::density::Empirical;
use crate::design::{Exact, LEVELS_MAX};
use crate::record::{Clock, Column, Table, Values};

/// Time exact one-dimensional k-means, sorting included, one thread
///
/// Values in any order in, the best codebook and the proof out. Each row is the median of up to
/// five runs. Without --input the values are normal ones.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How many normal values to draw; several numbers separated by commas
    #[arg(long, value_name = "N,N…", value_delimiter = ',', default_values_t = [1_000_000])]
    values: Vec<usize>,
    /// How many levels; several numbers separated by commas
    #[arg(long, value_name = "K,K…", value_delimiter = ',', default_values_t = [16])]
    clusters: Vec<usize>,
    /// Take the values from this file instead: text, .npy, .npz or .safetensors
    #[arg(long, value_name = "FILE", conflicts_with_all = ["values", "seed"])]
    input: Option<PathBuf>,
    /// Where the draws begin
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// 800 MB of values.
const VALUES_MAX: usize = 100_000_000;

/// The contract of `--format json`.
#[derive(Debug, Serialize)]
struct Answer {
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    values: usize,
    clusters: usize,
    /// From values in any order to the certificate.
    seconds: f64,
    /// The part of it until values are sorted and running sums stand.
    sort_seconds: f64,
    distortion: f64,
    lower_bound: f64,
    upper_bound: f64,
    unique_global: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let refuse = |what, given, most| {
        Err(Usage(format!("--{what} {given}: give numbers from 1 to {most}")).into())
    };
    if let Some(&given) = arguments.values.iter().find(|&n| !(1..=VALUES_MAX).contains(n)) {
        return refuse("values", given, VALUES_MAX);
    }
    if let Some(&given) = arguments.clusters.iter().find(|&k| !(1..=LEVELS_MAX).contains(k)) {
        return refuse("clusters", given, LEVELS_MAX);
    }
    let mut rows = Vec::new();
    let mut measure = |values: &[f64]| -> Result<()> {
        for &clusters in &arguments.clusters {
            rows.push(row(values, clusters)?);
        }
        Ok(())
    };
    if let Some(path) = &arguments.input {
        measure(&sample(path)?).with_context(|| path.display().to_string())?;
    } else {
        for &count in &arguments.values {
            let random = ChaCha8Rng::seed_from_u64(arguments.seed);
            measure(&StandardNormal.sample_iter(random).take(count).collect::<Vec<f64>>())?;
        }
    }
    let answer = Answer { rows };
    match arguments.format {
        Format::Json => print_json(&answer)?,
        Format::Csv => print_csv(&table(&answer)?)?,
        Format::Table => print_table(&table(&answer)?, eight_digits)?,
    }
    Ok(Ending::Done)
}

/// Seconds after which no run is repeated, and how many there are at most.
const BUDGET_S: f64 = 2.0;
const REPETITIONS_MAX: usize = 5;

fn row(values: &[f64], clusters: usize) -> Result<Row> {
    let mut times = Vec::new();
    let whole = Clock::System.start();
    loop {
        let given = values.to_vec();
        let watch = Clock::System.start();
        let law = Empirical::new(given)?;
        let sort_seconds = watch.seconds();
        let (designed, certificate) = Exact.certified(&law, clusters)?;
        times.push((watch.seconds(), sort_seconds));
        if times.len() == REPETITIONS_MAX || whole.seconds() > BUDGET_S {
            times.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (seconds, sort_seconds) = times[times.len() / 2];
            return Ok(Row {
                values: values.len(),
                clusters,
                seconds,
                sort_seconds,
                distortion: designed.distortion,
                lower_bound: certificate.lower_bound,
                upper_bound: certificate.upper_bound,
                unique_global: certificate.unique_global,
            });
        }
    }
}

fn table(answer: &Answer) -> Result<Table> {
    let column = |name: &str, unit: &str, value: fn(&Row) -> f64| Column {
        name: name.to_owned(),
        unit: unit.to_owned(),
        values: Values::Number(answer.rows.iter().map(value).collect()),
    };
    Ok(Table::new(
        "kmeans",
        vec![
            column("values", "", |row| row.values as f64),
            column("clusters", "", |row| row.clusters as f64),
            column("seconds", "s", |row| row.seconds),
            column("sort_seconds", "s", |row| row.sort_seconds),
            column("distortion", "", |row| row.distortion),
            column("lower_bound", "", |row| row.lower_bound),
            column("upper_bound", "", |row| row.upper_bound),
            column("unique_global", "", |row| f64::from(u8::from(row.unique_global))),
        ],
    )?)
}
