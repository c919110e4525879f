//! `hwgq levels`: an optimal codebook, with the evidence that it is one.

mod emit;
mod plan;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::law::LawArguments;
use super::output::{Format, exact, print, print_csv, print_json, print_table, say};
use super::{Ending, Usage};
use crate::data::sample;
use crate::density::{Density, Empirical};
use crate::design::{Certificate, Designed, Zero};
use crate::record::{Column, Table, Values};
use crate::theory::{Assessment, assess};

/// Design the quantizer of least mean squared error and print it with its evidence
///
/// Levels, thresholds, probabilities, distortion, signal-to-noise ratio, entropy, iterations, and
/// what is left of the optimality conditions.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    law: LawArguments,
    /// A file of numbers (text, .npy, .npz, .safetensors) to design for, in place of a law
    #[arg(long, value_name = "FILE", conflicts_with_all = ["law", "mixture", "scale", "shift"])]
    sample: Option<PathBuf>,
    /// How the levels are spaced
    #[arg(long, value_enum, default_value_t)]
    spacing: plan::SpacingName,
    /// Half-wave only: which inputs go to zero
    #[arg(long, value_enum)]
    zero: Option<ZeroName>,
    #[command(flatten)]
    size: Size,
    #[command(flatten)]
    price: plan::Price,
    /// Show Lloyd's iteration round by round instead, beside the rate that theory predicts
    #[arg(long, conflicts_with_all = ["format", "emit", "spacing", "zero", "rate", "lambda"])]
    watch: bool,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Print a table ready to paste, with its certificate in a comment, in place of the answer
    #[arg(long, value_enum, value_name = "LANGUAGE", conflicts_with = "format")]
    emit: Option<emit::Language>,
    /// The type of the numbers of --emit
    #[arg(long, value_enum, default_value_t, requires = "emit")]
    precision: emit::Precision,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
struct Size {
    /// How many levels, zero included
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    levels: Option<u32>,
    /// Bits of a code: 2^B levels; on the half-wave zero and 2^B − 1 positive ones
    #[arg(long, value_name = "B", value_parser = clap::value_parser!(u32).range(1..=20))]
    bits: Option<u32>,
}

impl Size {
    fn levels(&self) -> Option<usize> {
        let levels = self.levels.or(self.bits.map(|bits| 1 << bits));
        levels.map(|levels| levels as usize)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ZeroName {
    /// Only x ≤ 0 goes to zero (t₁ = 0): the paper and its Caffe code
    NonPositive,
    /// Rounding: zero has a cell of its own, up to half the first level
    Cell,
    /// The zero level is optimised too
    Free,
}

impl ZeroName {
    fn convention(self) -> Zero {
        match self {
            Self::NonPositive => Zero::NonPositive,
            Self::Cell => Zero::Cell,
            Self::Free => Zero::Free,
        }
    }
}

/// The contract of `--format json`.
#[derive(Debug, Serialize)]
struct Answer {
    law: String,
    spacing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    zero: Option<&'static str>,
    bits: f64,
    positive_levels: usize,
    levels: Vec<f64>,
    thresholds: Vec<f64>,
    probabilities: Vec<f64>,
    distortion: f64,
    sqnr_db: f64,
    entropy_bits: f64,
    rounds: u32,
    residual: f64,
    certificate: Certificate,
}

impl Arguments {
    fn law(&self) -> Result<Arc<dyn Density>> {
        Ok(match &self.sample {
            Some(path) => {
                let law = Empirical::new(sample(path)?);
                Arc::new(law.with_context(|| path.display().to_string())?)
            }
            None => self.law.law()?,
        })
    }

    /// The zero convention; a quantizer of anything but the half wave has none.
    fn zero(&self) -> Result<Option<ZeroName>, Usage> {
        let has_zero = self.sample.is_none() && self.law.is_half_wave();
        match (has_zero && self.spacing.keeps_zero(), self.zero) {
            (true, zero) => Ok(Some(zero.unwrap_or(ZeroName::NonPositive))),
            (false, None) => Ok(None),
            (false, Some(_)) => Err(Usage(
                "--zero says which inputs a half-wave quantizer sends to zero; it goes with --law half-wave and a spacing of lloyd-max, uniform or power-of-two"
                    .to_owned(),
            )),
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let zero = arguments.zero()?;
    let law = arguments.law()?;
    if arguments.watch {
        let levels = arguments.size.levels();
        let levels =
            levels.ok_or_else(|| Usage("--watch needs --levels N or --bits B".to_owned()))?;
        return watch::run(&*law, levels);
    }
    let (spacing, price) = (arguments.spacing, &arguments.price);
    let (designed, certificate) = plan::plan(&*law, spacing, zero, &arguments.size, price)?;
    let assessment = assess(&*law, &designed.codebook);
    let (designed, certificate) = representable(designed, certificate, assessment.sqnr_db);
    let answer = answer(arguments, &*law, zero, (&designed, certificate), assessment);
    if let Some(language) = arguments.emit {
        print(&emit::table(&answer, language, arguments.precision))?;
        return Ok(Ending::Done);
    }
    match arguments.format {
        Format::Json => print_json(&answer)?,
        Format::Csv => print_csv(&cells(&answer)?)?,
        Format::Table => {
            print(&heading(&answer))?;
            print_table(&cells(&answer)?, exact)?;
        }
    }
    Ok(Ending::Done)
}

/// Squares of a huge or tiny scale that no f64 holds are left out: 0 would be a wrong number.
fn representable(
    designed: Designed,
    certificate: Certificate,
    sqnr_db: f64,
) -> (Designed, Certificate) {
    if designed.distortion.is_normal() || sqnr_db.is_infinite() {
        return (designed, certificate);
    }
    say(
        "the levels are exact, but their distortion is beyond the range of f64 and left out; design for --scale 1, and multiply levels by the scale and distortion by its square",
    );
    let nothing = f64::NAN;
    let certificate = Certificate { lower_bound: nothing, upper_bound: nothing, ..certificate };
    (Designed { distortion: nothing, ..designed }, certificate)
}

fn answer(
    arguments: &Arguments,
    law: &dyn Density,
    zero: Option<ZeroName>,
    (designed, certificate): (&Designed, Certificate),
    assessment: Assessment,
) -> Answer {
    let levels = designed.codebook.levels().to_vec();
    Answer {
        law: law.describe(),
        spacing: arguments.spacing.name(),
        zero: zero.map(|zero| match zero {
            ZeroName::NonPositive => "non-positive",
            ZeroName::Cell => "cell",
            ZeroName::Free => "free",
        }),
        bits: (levels.len() as f64).log2(),
        positive_levels: levels.iter().filter(|&&level| level > 0.0).count(),
        thresholds: designed.codebook.thresholds().to_vec(),
        levels,
        probabilities: assessment.probabilities,
        distortion: designed.distortion,
        sqnr_db: assessment.sqnr_db,
        entropy_bits: assessment.entropy_bits,
        rounds: designed.rounds,
        residual: designed.residual,
        certificate,
    }
}

fn heading(answer: &Answer) -> String {
    let zero = answer.zero.map_or(String::new(), |zero| format!(", zero {zero}"));
    let rows = [
        ("law", answer.law.clone()),
        ("design", format!("{}{zero}", answer.spacing)),
        (
            "size",
            format!(
                "{} levels = {} bits, {} of them positive",
                answer.levels.len(),
                answer.bits,
                answer.positive_levels
            ),
        ),
        ("distortion", exact(answer.distortion)),
        ("SQNR", format!("{} dB", exact(answer.sqnr_db))),
        ("entropy", format!("{} bits", exact(answer.entropy_bits))),
        ("rounds", answer.rounds.to_string()),
        ("residual", exact(answer.residual)),
    ];
    let lines: Vec<String> =
        rows.iter().map(|(name, value)| format!(" {name:<11} {value}")).collect();
    format!("{}\n\n", lines.join("\n"))
}

/// One row a level: `Q(x) = level` for `low < x <= high`.
fn cells(answer: &Answer) -> Result<Table> {
    let number = |name: &str, values: Vec<f64>| Column {
        name: name.to_owned(),
        unit: String::new(),
        values: Values::Number(values),
    };
    let ends = |first: &[f64], last: &[f64]| [first, &answer.thresholds, last].concat();
    let count = answer.levels.len();
    Ok(Table::new(
        "levels",
        vec![
            number("index", (0..count).map(|index| index as f64).collect()),
            number("level", answer.levels.clone()),
            number("low", ends(&[f64::NEG_INFINITY], &[])),
            number("high", ends(&[], &[f64::INFINITY])),
            number("probability", answer.probabilities.clone()),
        ],
    )?)
}
