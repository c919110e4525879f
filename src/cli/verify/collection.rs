//! The whole published collection, judged.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::super::Ending;
use super::super::output::{Format, print_csv, print_json, print_prose};
use crate::density::{Affine, Density, LawSpec};
use crate::design::{Design as _, Holds, Published, UniformStep, collection, distortion, optimal};
use crate::math::Interval;
use crate::quantizer::Codebook;
use crate::record::{Column, Table, Values};
use crate::theory::ProofSheet;

/// The contract of `hwgq verify --format json`.
#[derive(Debug, Serialize)]
struct Answer {
    tables: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    reference: &'static str,
    law: String,
    levels: usize,
    /// Significant digits that were published.
    digits_published: u32,
    distortion: f64,
    optimum: f64,
    distortion_ratio: f64,
    gap_db: f64,
    /// The distortion that is left at the best scale, over the optimum.
    ratio_at_best_scale: f64,
    /// Significant digits of the levels, the step or the clip that agree with the optimum.
    digits_right: u32,
    unique_global: bool,
    verdict: &'static str,
}

/// The law that a table is meant for.
pub(super) fn law_of(entry: &Published) -> Result<Arc<dyn Density>> {
    let law = entry.law.parse::<LawSpec>()?.law()?;
    Ok(if (entry.law_scale - 1.0).abs() > 0.0 {
        Arc::new(Affine::new(law, entry.law_scale, 0.0)?)
    } else {
        law
    })
}

/// The excess of distortion, as a share of the optimum, that rounding the levels explains.
///
/// Half a unit in the last of `digits` digits moves a level q by at most `½·10^{1-digits}·|q|`; the
/// squares of that, averaged, are twice allowed for.
pub(super) fn tolerance_of(digits: u32, law: &dyn Density, optimum: f64) -> f64 {
    let unit = 10.0_f64.powi(1 - i32::try_from(digits).unwrap_or(16));
    let power = law.moments(Interval::LINE).second;
    (0.5 * unit * unit * power / optimum).max(1e-12)
}

pub(super) fn run(format: Format) -> Result<Ending> {
    let tables = collection().map(|entry| row(entry).with_context(|| entry.name.to_owned()));
    let answer = Answer { tables: tables.collect::<Result<_>>()? };
    match format {
        Format::Json => print_json(&answer)?,
        Format::Csv => print_csv(&csv(&answer)?)?,
        Format::Table => {
            print_prose(&HEADER, &answer.tables.iter().map(cells).collect::<Vec<_>>())?;
        }
    }
    Ok(Ending::Done)
}

fn row(entry: &'static Published) -> Result<Row> {
    let law = law_of(entry)?;
    let blank = Row {
        name: entry.name,
        reference: entry.reference,
        law: law.describe(),
        levels: entry.len(),
        digits_published: entry.digits,
        distortion: 0.0,
        optimum: 0.0,
        distortion_ratio: 1.0,
        gap_db: 0.0,
        ratio_at_best_scale: 1.0,
        digits_right: 0,
        unique_global: false,
        verdict: "",
    };
    match entry.holds {
        Holds::Distortion { levels, distortion } => {
            let optimum = optimal(&*law, entry.spacing, entry.zero, levels)?.distortion;
            let ratio = distortion / optimum;
            let digits_right = digits_right((ratio - 1.0).abs());
            let row = Row { distortion, optimum, digits_right, ..blank };
            Ok(row.judged(&*law, ratio, ratio))
        }
        Holds::Clip { clip, bits } => {
            // A signed code of that half range: 2^bits cells of one step, levels in their middles.
            let count = 1_usize << bits;
            let step = 2.0 * clip / count as f64;
            let level = |index: usize| (index as f64 + 0.5) * step - clip;
            let codebook = Codebook::nearest((0..count).map(level).collect())?;
            let best = UniformStep.design(&*law, count)?;
            let best_clip = best.codebook.top() * count as f64 / (count as f64 - 1.0);
            let distortion = distortion(&*law, &codebook);
            let digits_right = digits_right((clip / best_clip - 1.0).abs());
            let row = Row { distortion, optimum: best.distortion, digits_right, ..blank };
            let ratio = distortion / best.distortion;
            Ok(row.judged(&*law, ratio, 1.0))
        }
        _ => {
            let Some(codebook) = entry.codebook()? else { return Ok(blank) };
            let mut sheet = ProofSheet::of(&*law, &codebook, entry.spacing, entry.zero)?;
            if entry.is_scale_free {
                // A code whose scale its user chooses is judged at its best one.
                let levels = codebook.levels().iter().map(|level| sheet.best_scale * level);
                let codebook = Codebook::nearest(levels.collect())?;
                sheet = ProofSheet::of(&*law, &codebook, entry.spacing, entry.zero)?;
            }
            let at_best_scale =
                sheet.distortion_ratio * 10.0_f64.powf(-0.1 * sheet.best_scale_gain_db);
            let row = Row {
                distortion: sheet.distortion,
                optimum: sheet.optimum,
                digits_right: digits_right(sheet.level_error),
                unique_global: sheet.unique_global,
                ..blank
            };
            Ok(row.judged(&*law, sheet.distortion_ratio, at_best_scale))
        }
    }
}

impl Row {
    /// The row with its verdict: the distortion as published and at the best scale, both over the
    /// optimum.
    fn judged(self, law: &dyn Density, ratio: f64, at_best_scale: f64) -> Self {
        let verdict = if self.digits_right >= self.digits_published {
            "right to the last digit"
        } else if ratio <= 1.0 + tolerance_of(self.digits_published, law, self.optimum) {
            "optimal within its digits"
        } else if ratio <= 1.01 {
            "within 1 %"
        } else if at_best_scale <= 1.01 {
            "wrong scale"
        } else {
            "not the optimum"
        };
        let (distortion_ratio, ratio_at_best_scale) = (ratio, at_best_scale);
        Self { distortion_ratio, ratio_at_best_scale, gap_db: decibel(ratio), verdict, ..self }
    }
}

fn decibel(ratio: f64) -> f64 {
    10.0 * libm::log10(ratio)
}

/// How many significant digits a relative error leaves.
fn digits_right(error: f64) -> u32 {
    // Half a unit of the last of k digits is between 0.5·10^{1-k} and 0.5·10^{-k} of the number.
    (1..16_u8).take_while(|&k| error <= 5.0 * 10.0_f64.powi(-i32::from(k))).fold(0, |_, k| k.into())
}

const HEADER: [&str; 8] =
    ["table", "law", "levels", "printed", "right", "D/optimum", "at best scale", "verdict"];

fn cells(row: &Row) -> Vec<String> {
    vec![
        row.name.to_owned(),
        row.law.clone(),
        row.levels.to_string(),
        row.digits_published.to_string(),
        row.digits_right.to_string(),
        format!("{:.7}", row.distortion_ratio),
        format!("{:.7}", row.ratio_at_best_scale),
        row.verdict.to_owned(),
    ]
}

fn csv(answer: &Answer) -> Result<Table> {
    let text = |name: &str, value: fn(&Row) -> String| Column {
        name: name.to_owned(),
        unit: String::new(),
        values: Values::Text(answer.tables.iter().map(value).collect()),
    };
    let number = |name: &str, value: fn(&Row) -> f64| Column {
        name: name.to_owned(),
        unit: String::new(),
        values: Values::Number(answer.tables.iter().map(value).collect()),
    };
    Ok(Table::new(
        "verify",
        vec![
            text("name", |row| row.name.to_owned()),
            text("law", |row| row.law.clone()),
            number("levels", |row| row.levels as f64),
            number("digits_published", |row| f64::from(row.digits_published)),
            number("digits_right", |row| f64::from(row.digits_right)),
            number("distortion", |row| row.distortion),
            number("optimum", |row| row.optimum),
            number("distortion_ratio", |row| row.distortion_ratio),
            number("ratio_at_best_scale", |row| row.ratio_at_best_scale),
            text("verdict", |row| row.verdict.to_owned()),
        ],
    )?)
}
