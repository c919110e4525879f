//! `hwgq verify`: a table of levels held against the certified optimum.

mod collection;
mod table;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::Ending;
use super::law::LawArguments;
use super::output::{Format, exact, print, print_csv, print_json};
use crate::design::{Spacing, Zero};
use crate::record::{Column, Table, Values};
use crate::theory::ProofSheet;

/// Hold a table of levels against the certified optimum of its law
///
/// A table is a file (the JSON of `hwgq levels`, a JSON list, or a CSV of numbers) or a name of the
/// published collection, such as max-4, nf4 or caffe-3ne. Exit code 0 when its distortion is the
/// least to within the tolerance, 1 when it is not. Without a table the whole collection is judged:
/// who is right, and to how many digits.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A file of levels, or the name of a published table
    #[arg(value_name = "TABLE")]
    table: Option<String>,
    #[command(flatten)]
    law: LawArguments,
    /// Among which codebooks it should be the best
    #[arg(long, value_enum, default_value_t)]
    spacing: SpacingName,
    /// Half-wave only: which inputs go to zero [default: as the thresholds say]
    #[arg(long, value_enum)]
    zero: Option<ZeroName>,
    /// The largest excess of distortion that counts as optimal, as a share of the optimum
    /// [default: what the printed digits allow, 1e-9 for a file]
    #[arg(long, value_name = "SHARE")]
    tolerance: Option<f64>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum SpacingName {
    /// Free levels
    #[default]
    LloydMax,
    /// Levels one step apart
    Uniform,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ZeroName {
    /// Only x ≤ 0 goes to zero (t₁ = 0)
    NonPositive,
    /// Rounding: zero has a cell of its own
    Cell,
    /// The zero level is free
    Free,
}

impl Arguments {
    fn spacing(&self) -> Spacing {
        match self.spacing {
            SpacingName::LloydMax => Spacing::LloydMax,
            SpacingName::Uniform => Spacing::Uniform,
        }
    }

    fn zero(&self) -> Option<Zero> {
        self.zero.map(|zero| match zero {
            ZeroName::NonPositive => Zero::NonPositive,
            ZeroName::Cell => Zero::Cell,
            ZeroName::Free => Zero::Free,
        })
    }
}

/// The contract of `--format json` for one table.
#[derive(Debug, Serialize)]
struct Answer {
    table: String,
    #[serde(flatten)]
    sheet: ProofSheet,
    tolerance: f64,
    verdict: &'static str,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let Some(table) = &arguments.table else {
        return collection::run(arguments.format);
    };
    let (sheet, tolerance) = table::inspect(arguments, table)?;
    let is_optimal = sheet.distortion_ratio <= 1.0 + tolerance;
    let verdict = if is_optimal { "optimal" } else { "not optimal" };
    let answer = Answer { table: table.clone(), sheet, tolerance, verdict };
    match arguments.format {
        Format::Json => print_json(&answer)?,
        Format::Csv => print_csv(&csv(&answer)?)?,
        Format::Table => print(&page(&answer))?,
    }
    Ok(if is_optimal { Ending::Done } else { Ending::Refuted })
}

fn page(answer: &Answer) -> String {
    let sheet = &answer.sheet;
    let proof = serde_json::to_value(sheet.proof).ok();
    let proof = proof.as_ref().and_then(|proof| proof.as_str()).unwrap_or_default().to_owned();
    let unique = if sheet.unique_global { "the only one" } else { "not proved to be the only one" };
    let rows = [
        ("table", answer.table.clone()),
        ("law", sheet.law.clone()),
        ("levels", sheet.levels.to_string()),
        ("distortion", exact(sheet.distortion)),
        ("optimum", format!("{}, proved by {proof}, {unique}", exact(sheet.optimum))),
        (
            "excess",
            format!("{:.3e} of the optimum, {:.6} dB", sheet.distortion_ratio - 1.0, sheet.gap_db),
        ),
        ("level error", format!("{:.3e}, relative", sheet.level_error)),
        ("thresholds", format!("at most {:.3e} from the midpoints", sheet.residual_nearest)),
        ("centroids", format!("at most {:.3e} from the levels", sheet.residual_centroid)),
        ("dead cells", sheet.dead_cells.to_string()),
        ("symmetric", if sheet.is_symmetric { "yes" } else { "no" }.to_owned()),
        (
            "best scale",
            format!("{:.9}, which would gain {:.6} dB", sheet.best_scale, sheet.best_scale_gain_db),
        ),
        ("verdict", format!("{} within {:.1e}", answer.verdict, answer.tolerance)),
    ];
    let lines = rows.iter().map(|(name, value)| format!(" {name:<11} {value}"));
    lines.chain([String::new()]).collect::<Vec<_>>().join("\n")
}

fn csv(answer: &Answer) -> Result<Table> {
    let sheet = &answer.sheet;
    let number = |name: &str, value: f64| Column {
        name: name.to_owned(),
        unit: String::new(),
        values: Values::Number(vec![value]),
    };
    Ok(Table::new(
        "verify",
        vec![
            number("levels", sheet.levels as f64),
            number("distortion", sheet.distortion),
            number("optimum", sheet.optimum),
            number("distortion_ratio", sheet.distortion_ratio),
            number("gap_db", sheet.gap_db),
            number("residual_nearest", sheet.residual_nearest),
            number("residual_centroid", sheet.residual_centroid),
            number("dead_cells", sheet.dead_cells as f64),
            number("best_scale", sheet.best_scale),
            number("best_scale_gain_db", sheet.best_scale_gain_db),
        ],
    )?)
}
