//! `hwgq bench design`: the time of a Lloyd-Max design against the number of levels.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::law::LawArguments;
use super::output::{Format, eight_digits, print_csv, print_json, print_table};
use super::{Ending, Usage};
use crate::density::Density;
use crate::design::proof::prove;
use crate::design::{Design, Designed, HalfWave, LEVELS_MAX, Newton, Spacing, Zero};
use crate::record::{Clock, Column, Table, Values};

/// Time Lloyd-Max designs by Newton's method, one thread
///
/// The median of repeated designs of each size, after one that warms up. Beside it the worst
/// relative error of a level or the distortion, by a check in numbers of thirty digits.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    law: LawArguments,
    /// The sizes, separated by commas
    #[arg(long, value_name = "N,N…", value_delimiter = ',', default_values_t = SIZES)]
    levels: Vec<usize>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const SIZES: [usize; 9] = [4, 16, 64, 256, 1024, 4096, 16384, 65536, LEVELS_MAX];

/// The contract of `--format json`.
#[derive(Debug, Serialize)]
struct Answer {
    law: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    levels: usize,
    milliseconds: f64,
    nanoseconds_per_level: f64,
    rounds: u32,
    /// What is left of the optimality conditions, in the unit of the input.
    residual: f64,
    /// Of a level or the distortion, against thirty digits; null for a law that has none.
    worst_relative_error: Option<f64>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let law = arguments.law.law()?;
    for &levels in &arguments.levels {
        if !(1..=LEVELS_MAX).contains(&levels) {
            return Err(Usage(format!("--levels {levels}: sizes are 1 to {LEVELS_MAX}")).into());
        }
    }
    // Of the half wave the quantizer of the paper, with free levels.
    let zero = arguments.law.is_half_wave().then_some(Zero::NonPositive);
    let rows = arguments.levels.iter().map(|&levels| row(&*law, zero, levels));
    let answer = Answer { law: law.describe(), rows: rows.collect::<Result<_>>()? };
    match arguments.format {
        Format::Json => print_json(&answer)?,
        Format::Csv => print_csv(&table(&answer)?)?,
        Format::Table => print_table(&table(&answer)?, eight_digits)?,
    }
    Ok(Ending::Done)
}

/// Seconds that the repetitions of one size take together, and how many there are at most.
const BUDGET_S: f64 = 0.5;
const REPETITIONS_MAX: usize = 1001;
const REPETITIONS_MIN: usize = 5;

fn row(law: &dyn Density, zero: Option<Zero>, levels: usize) -> Result<Row> {
    let newton = Newton::default();
    let half_wave = zero.map(|zero| HalfWave { spacing: Spacing::LloydMax, zero });
    let method: &dyn Design = half_wave.as_ref().map_or(&newton, |half_wave| half_wave);
    let designed = method.design(law, levels)?;
    let mut seconds = Vec::new();
    let whole = Clock::System.start();
    while seconds.len() < REPETITIONS_MIN
        || (seconds.len() < REPETITIONS_MAX && whole.seconds() < BUDGET_S)
    {
        let watch = Clock::System.start();
        std::hint::black_box(method.design(std::hint::black_box(law), levels)?);
        seconds.push(watch.seconds());
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds[seconds.len() / 2];
    Ok(Row {
        levels,
        milliseconds: 1e3 * median,
        nanoseconds_per_level: 1e9 * median / levels as f64,
        rounds: designed.rounds,
        residual: designed.residual,
        worst_relative_error: worst_relative_error(law, zero, &designed),
    })
}

fn worst_relative_error(law: &dyn Density, zero: Option<Zero>, designed: &Designed) -> Option<f64> {
    let proof = prove(law, zero, &designed.codebook)?;
    let distortion_error = (designed.distortion / proof.distortion - 1.0).abs();
    Some(proof.level_error.max(distortion_error))
}

fn table(answer: &Answer) -> Result<Table> {
    let column = |name: &str, unit: &str, value: fn(&Row) -> f64| Column {
        name: name.to_owned(),
        unit: unit.to_owned(),
        values: Values::Number(answer.rows.iter().map(value).collect()),
    };
    Ok(Table::new(
        "design",
        vec![
            column("levels", "", |row| row.levels as f64),
            column("milliseconds", "ms", |row| row.milliseconds),
            column("nanoseconds_per_level", "ns", |row| row.nanoseconds_per_level),
            column("rounds", "", |row| f64::from(row.rounds)),
            column("residual", "", |row| row.residual),
            column("worst_relative_error", "", |row| row.worst_relative_error.unwrap_or(f64::NAN)),
        ],
    )?)
}
