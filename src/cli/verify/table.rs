//! One table: a file, or a published one.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use super::super::Usage;
use super::Arguments;
use super::collection::{law_of, tolerance_of};
use crate::data::sample;
use crate::design::{Holds, Zero, published};
use crate::quantizer::Codebook;
use crate::theory::ProofSheet;

/// The sheet of a table, and the excess of distortion that it is allowed.
pub(super) fn inspect(arguments: &Arguments, table: &str) -> Result<(ProofSheet, f64)> {
    if let Some(tolerance) = arguments.tolerance
        && !(tolerance >= 0.0 && tolerance.is_finite())
    {
        return Err(Usage(format!("--tolerance {tolerance}: a share of 0 or more is meant")).into());
    }
    let path = Path::new(table);
    if !path.exists() {
        let Some(entry) = published(table) else {
            return Err(Usage(format!(
                "{table:?} is neither a file nor a published table; `hwgq verify` lists those"
            ))
            .into());
        };
        let Some(codebook) = entry.codebook()? else {
            let what = match entry.holds {
                Holds::Clip { .. } => "a clipping point",
                _ => "a distortion",
            };
            return Err(Usage(format!(
                "{table:?} publishes {what} and no levels; `hwgq verify` judges it with the others"
            ))
            .into());
        };
        let law = law_of(entry)?;
        let sheet = ProofSheet::of(&*law, &codebook, entry.spacing, entry.zero)?;
        let by_digits = tolerance_of(entry.digits, &*law, sheet.optimum);
        return Ok((sheet, arguments.tolerance.unwrap_or(by_digits)));
    }
    let codebook = read(path)?;
    let law = arguments.law.law()?;
    let zero = match arguments.zero() {
        Some(_) if !arguments.law.is_half_wave() => {
            return Err(Usage(
                "--zero says which inputs a half-wave quantizer sends to zero; it goes with --law half-wave".to_owned(),
            )
            .into());
        }
        Some(zero) => Some(zero),
        None => arguments.law.is_half_wave().then(|| convention(&codebook)),
    };
    let codebook = match zero {
        Some(Zero::NonPositive) if codebook.thresholds().first().is_some_and(|&t| t != 0.0) => {
            // A list of levels alone does not say that no positive input goes to zero.
            Codebook::half_wave(codebook.levels()[1..].to_vec(), 0.0)?
        }
        _ => codebook,
    };
    let sheet = ProofSheet::of(&*law, &codebook, arguments.spacing(), zero)?;
    Ok((sheet, arguments.tolerance.unwrap_or(1e-9)))
}

/// What the first threshold says about zero.
fn convention(codebook: &Codebook) -> Zero {
    match (codebook.levels()[0] == 0.0, codebook.thresholds().first()) {
        (true, Some(&0.0)) => Zero::NonPositive,
        (true, _) => Zero::Cell,
        (false, _) => Zero::Free,
    }
}

/// The answer of `hwgq levels`, or a bare list.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Json {
    List(Vec<f64>),
    Answer { levels: Vec<f64>, thresholds: Option<Vec<f64>> },
}

/// A table of levels is at most this long; more is another kind of file.
const BYTES_MAX: u64 = 128 << 20;

fn read(path: &Path) -> Result<Codebook> {
    let name = || path.display().to_string();
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    // Only of a file by name: what comes through a pipe can be read once.
    let is_csv = path.extension().is_some_and(|extension| extension == "csv");
    if is_csv && let Some(codebook) = rows(path)? {
        return Ok(codebook);
    }
    if !is_json {
        let mut levels = sample(path)?;
        levels.sort_by(f64::total_cmp);
        return Codebook::nearest(levels).with_context(name);
    }
    let metadata = std::fs::metadata(path).with_context(name)?;
    if !metadata.is_file() || metadata.len() > BYTES_MAX {
        bail!("{}: a file of at most {BYTES_MAX} bytes is read as a table of levels", name());
    }
    let text = std::fs::read_to_string(path).with_context(name)?;
    let found: Json = serde_json::from_str(&text).map_err(|_| {
        anyhow::anyhow!(
            "{}: a JSON list of levels is meant, or an object with `levels` and, if they are not midpoints, `thresholds`",
            name()
        )
    })?;
    match found {
        Json::List(levels) | Json::Answer { levels, thresholds: None } => {
            Codebook::nearest(levels).with_context(name)
        }
        Json::Answer { levels, thresholds: Some(thresholds) } => {
            Codebook::new(levels, thresholds).with_context(name)
        }
    }
}

/// A row of what `hwgq levels` prints as CSV; the others of its columns are not needed.
#[derive(Debug, Deserialize)]
struct Row {
    level: f64,
    high: Option<f64>,
}

/// The codebook of a CSV file with a column `level`, and perhaps the upper ends `high` of the cells;
/// `None` when it has no such column and may be a bare list.
fn rows(path: &Path) -> Result<Option<Codebook>> {
    let name = || path.display().to_string();
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(BufReader::new(File::open(path).with_context(name)?.take(BYTES_MAX)));
    let header = match reader.headers() {
        Ok(header) if header.iter().any(|column| column == "level") => header.clone(),
        _ => return Ok(None),
    };
    let rows: Vec<Row> = reader
        .into_records()
        .map(|record| record?.deserialize(Some(&header)))
        .collect::<Result<_, _>>()
        .with_context(name)?;
    let levels: Vec<f64> = rows.iter().map(|row| row.level).collect();
    let ends: Option<Vec<f64>> = rows.iter().map(|row| row.high).rev().skip(1).rev().collect();
    let codebook = match ends {
        Some(thresholds) => Codebook::new(levels, thresholds),
        None => Codebook::nearest(levels),
    };
    Ok(Some(codebook.with_context(name)?))
}
