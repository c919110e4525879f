//! `hwgq compare`: number formats, rules and designs at equal bits.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, Result};
use clap::Args;

use super::law::LawArguments;
use super::output::{Format, print, print_csv, print_json, print_table, say};
use super::{Ending, Usage};
use crate::experiment::{Compared, compare, compare_record, compare_table};
use crate::figure;
use crate::record::{Table, replace_file};

/// Rank quantizers at equal bits under a law
///
/// Number formats at the scale of least mean squared error of all (integers, fixed point, powers of
/// two, small floats, NF4, SF4, AF4), rules of the literature, and the best levels there are. For
/// each: signal-to-noise ratio, how far below the best levels and from Shannon's bound for the law,
/// entropy, and the gaps to the rate that a normal law of that variance needs for the distortion.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    law: LawArguments,
    /// Bits of the codes: a number, or a range such as 1..8, both ends included
    #[arg(long, value_name = "BITS", default_value = "1..8")]
    bits: Bits,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Draw the ranking to this file
    #[arg(long, value_name = "FILE.svg")]
    figure: Option<PathBuf>,
}

/// Numbers of bits, increasing.
#[derive(Debug, Clone)]
struct Bits(Vec<u32>);

/// The largest codes that formats are defined for here.
const BITS_MAX: u32 = 8;

impl FromStr for Bits {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("{text:?} is not 1 to {BITS_MAX}, or a range of those such as 1..{BITS_MAX}")
        };
        let end = |word: &str| {
            let bits: Option<u32> = word.trim().parse().ok();
            bits.filter(|bits| (1..=BITS_MAX).contains(bits)).ok_or_else(wrong)
        };
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (end(first)?, end(last.strip_prefix('=').unwrap_or(last))?);
        if first > last {
            return Err(format!("{text:?} runs backwards; write {last}..{first}"));
        }
        Ok(Self((first..=last).collect()))
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    if let Some(figure) = &arguments.figure
        && figure.extension().is_none_or(|ending| ending != "svg")
    {
        let name = figure.display();
        return Err(Usage(format!("--figure {name}: figures are SVG; end the name in .svg")).into());
    }
    let compared = compare(&arguments.law.law()?, &arguments.bits.0)?;
    if let Some(figure) = &arguments.figure {
        let drawing = figure::draw(&compare_record(&compared)?)?;
        replace_file(figure, drawing.svg().as_bytes())
            .with_context(|| figure.display().to_string())?;
        say(&format!("figure written to {}", figure.display()));
    }
    match arguments.format {
        Format::Json => print_json(&compared)?,
        Format::Csv => print_csv(&compare_table(&compared)?)?,
        Format::Table => {
            print(&format!(" law       {}\n variance  {}\n\n", compared.law, compared.variance))?;
            print_table(&for_people(&compared)?, five_digits)?;
        }
    }
    for left_out in &compared.left_out {
        say(&format!("left out: {left_out}"));
    }
    Ok(Ending::Done)
}

/// The table without what is said by its order.
fn for_people(compared: &Compared) -> Result<Table> {
    let table = compare_table(compared)?;
    let columns = table.columns().iter();
    let shown = columns.filter(|column| !["size", "rank", "sort"].contains(&column.name.as_str()));
    Ok(Table::new("compare", shown.cloned().collect())?)
}

/// Five significant digits; whole numbers as such.
fn five_digits(value: f64) -> String {
    if value.is_nan() {
        return String::new();
    }
    if value.fract() == 0.0 && value.abs() < 1e6 {
        return format!("{value}");
    }
    if !(1e-3..1e6).contains(&value.abs()) {
        return format!("{value:.4e}");
    }
    #[expect(clippy::cast_possible_truncation, reason = "-3 to 5")]
    let exponent = value.abs().log10().floor() as i32;
    let decimals = usize::try_from(4 - exponent).unwrap_or(0);
    format!("{value:.decimals$}")
}
