//! The zoo of quantizers at equal bits: optima, number formats at their best scale, rules.

use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use super::error::ExperimentError;
use super::tables::{number, text};
use crate::density::Density;
use crate::design::{
    DesignError, EntropyCoded, RULES, Rule, Scaled, Spacing, Zero, best_power_of_two, best_scale,
    best_scale_and_offset, optimal,
};
use crate::math::Interval;
use crate::quantizer::Codebook;
use crate::quantizer::format::{self, Format, Placement, Side};
use crate::record::{Record, Table, TableError};
use crate::theory::{RateDistortion, assess, gaussian_rate_bits};

/// What a row is an instance of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// The best of a family of codebooks for the law.
    Optimum,
    /// A number format at the scale of least distortion.
    Format,
    /// A rule of the literature.
    Rule,
}

impl Sort {
    fn name(self) -> &'static str {
        match self {
            Self::Optimum => "optimum",
            Self::Format => "format",
            Self::Rule => "rule",
        }
    }
}

/// One quantizer under the law.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranked {
    /// Bits of its code; for the entropy-coded quantizer of its output on average.
    pub bits: u32,
    /// Its place among those of as many bits, from 1.
    pub rank: usize,
    /// `nf`, `lloyd-max`.
    pub name: String,
    /// What it is an instance of.
    pub sort: Sort,
    /// How many levels it uses; those of the entropy-coded quantizer have codes of many lengths.
    pub levels: usize,
    /// The factor of the format, in the unit of `x`; `None` for other sorts.
    pub scale: Option<f64>,
    /// The largest magnitude of a level, in the unit of `x`.
    pub largest_level: f64,
    /// `E (Q(X) - X)²`.
    pub distortion: f64,
    /// `10 log₁₀(E X² / D)`.
    pub sqnr_db: f64,
    /// How much worse than the best levels of that many bits; `None` without those.
    pub below_lloyd_max_db: Option<f64>,
    /// Entropy of the output.
    pub entropy_bits: f64,
    /// How much worse than the least distortion of any code, however long its blocks, at as many
    /// bits: Shannon's `D(R)` of the law itself, from below. `None` for a sample.
    pub above_shannon_db: Option<f64>,
    /// Bits of the code less `½ log₂(σ²/D)`, the rate that a normal law of that variance needs for
    /// the distortion and no law exceeds: negative for laws that are easier.
    pub gap_bits: f64,
    /// The same for the entropy of the output: the gap when an entropy coder follows.
    pub entropy_gap_bits: f64,
    /// Local minima of the distortion over the scale.
    pub local_minima: Option<usize>,
    /// No scale of the format has less distortion; `None` where nothing is proved.
    pub lower_bound: Option<f64>,
}

/// The least distortion of any code at a rate, between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShannonBound {
    /// The rate, in bits a sample.
    pub bits: u32,
    /// No code has less distortion.
    pub lower: f64,
    /// There are codes that come as near to this as one likes.
    pub upper: f64,
}

/// The zoo under a law.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The law.
    pub law: String,
    /// Its variance.
    pub variance: f64,
    /// Shannon's least distortion at each number of bits, between two bounds; empty for a sample.
    pub shannon: Vec<ShannonBound>,
    /// By bits, the best first.
    pub rows: Vec<Ranked>,
    /// What could not be made, with the reason.
    pub left_out: Vec<String>,
}

/// A quantizer to be made.
struct Entry {
    bits: u32,
    name: &'static str,
    sort: Sort,
    make: Make,
}

enum Make {
    LloydMax,
    Uniform,
    EntropyCoded,
    HalfWave(Spacing),
    Format(&'static Format),
    Rule(&'static Rule),
}

/// What came out, before it is ranked.
struct Made {
    codebook: Codebook,
    scaled: Option<Scaled>,
}

/// Everything that has a code of one of these numbers of bits, under `law`.
///
/// # Errors
///
/// When the law has no spread to be quantized.
pub fn compare(law: &Arc<dyn Density>, bits: &[u32]) -> Result<Compared, DesignError> {
    let mean = law.moments(Interval::LINE).centroid().unwrap_or(f64::NAN);
    let variance = law.moments_about(Interval::LINE, mean).second;
    if variance.is_nan() || variance <= 0.0 || variance.is_infinite() {
        return Err(DesignError::Unsuited {
            design: "the zoo of quantizers",
            law: law.describe(),
            why: "its variance is not a positive number; stretch it with --scale",
        });
    }
    let law: &dyn Density = &**law;
    let entries: Vec<Entry> = bits.iter().flat_map(|&bits| entries(law, bits)).collect();
    // Each is made on its own, so that the answer does not depend on the number of threads.
    let zoo = || entries.into_par_iter().map(|entry| (make(law, &entry), entry)).collect();
    let (made, shannon): (Vec<_>, _) = rayon::join(zoo, || shannon(law, bits));
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for (made, entry) in made {
        match made {
            Ok(Some(made)) => rows.push(row(law, variance, &entry, made)),
            Ok(None) => {}
            Err(error) => left_out.push(format!("{}, {} bits: {error}", entry.name, entry.bits)),
        }
    }
    rank(&mut rows);
    for row in &mut rows {
        let least = shannon.iter().find(|point| point.bits == row.bits);
        row.above_shannon_db = least.map(|least| 10.0 * libm::log10(row.distortion / least.lower));
    }
    Ok(Compared { law: law.describe(), variance, shannon, rows, left_out })
}

/// Shannon's least distortion at these numbers of bits, as far as it can be computed.
fn shannon(law: &dyn Density, bits: &[u32]) -> Vec<ShannonBound> {
    let Ok(mut function) = RateDistortion::new(law) else { return Vec::new() };
    let bound = |bits: u32| {
        let point = function.at_rate(f64::from(bits)).ok()?;
        Some(ShannonBound { bits, lower: point.lower, upper: point.upper })
    };
    bits.iter().copied().filter_map(bound).collect()
}

fn entries(law: &dyn Density, bits: u32) -> Vec<Entry> {
    let optimum = |name, make| Entry { bits, name, sort: Sort::Optimum, make };
    let mut entries = vec![optimum(LLOYD_MAX, Make::LloydMax)];
    if law.centre().is_some() {
        entries.push(optimum("uniform", Make::Uniform));
    }
    if law.as_empirical().is_none() {
        entries.push(optimum("ecsq", Make::EntropyCoded));
    }
    let has_none_below = law.support().low >= -f64::MIN_POSITIVE;
    if has_none_below
        && law.atoms().iter().any(|(at, _)| *at == 0.0)
        && law.as_empirical().is_none()
    {
        entries.push(optimum("hwgq", Make::HalfWave(Spacing::Uniform)));
        entries.push(optimum("hwgq, free levels", Make::HalfWave(Spacing::LloydMax)));
    }
    for format in format::all().filter(|format| format.bits.contains(&bits)) {
        let suits = format.side != Side::Above
            || format.placement == Placement::ScaleAndOffset
            || has_none_below;
        if suits {
            let (name, make) = (format.name, Make::Format(format));
            entries.push(Entry { bits, name, sort: Sort::Format, make });
        }
    }
    for rule in RULES.iter().filter(|rule| rule.bits.contains(&bits)) {
        entries.push(Entry { bits, name: rule.name, sort: Sort::Rule, make: Make::Rule(rule) });
    }
    entries
}

const LLOYD_MAX: &str = "lloyd-max";

/// The quantizer; `None` where a rule is not meant for such a law.
fn make(law: &dyn Density, entry: &Entry) -> Result<Option<Made>, ExperimentError> {
    let levels = 1 << entry.bits;
    let best = |spacing, zero| optimal(law, spacing, zero, levels).map(|made| made.codebook);
    let unscaled = |codebook| Ok(Some(Made { codebook, scaled: None }));
    let scaled = match &entry.make {
        Make::LloydMax => return unscaled(best(Spacing::LloydMax, None)?),
        Make::Uniform => return unscaled(best(Spacing::Uniform, None)?),
        Make::EntropyCoded => {
            let rate = EntropyCoded::Rate(f64::from(entry.bits));
            return unscaled(rate.design(law)?.designed.codebook);
        }
        Make::HalfWave(spacing) => return unscaled(best(*spacing, Some(Zero::NonPositive))?),
        Make::Rule(rule) => {
            let codebook = rule.codebook(law, entry.bits);
            return Ok(codebook.map(|codebook| Made { codebook, scaled: None }));
        }
        Make::Format(format) => {
            let template = format.codebook(entry.bits)?;
            match format.placement {
                Placement::Scale => best_scale(law, &template)?,
                Placement::PowerOfTwoScale => best_power_of_two(law, &template)?,
                Placement::ScaleAndOffset => best_scale_and_offset(law, levels)?,
            }
        }
    };
    Ok(Some(Made { codebook: scaled.designed.codebook.clone(), scaled: Some(scaled) }))
}

fn row(law: &dyn Density, variance: f64, entry: &Entry, made: Made) -> Ranked {
    let assessment = assess(law, &made.codebook);
    let rate = gaussian_rate_bits(assessment.distortion, variance);
    let is_scan =
        !matches!(entry.make, Make::Format(Format { placement: Placement::ScaleAndOffset, .. }));
    let magnitudes = made.codebook.levels().iter().map(|level| level.abs());
    Ranked {
        bits: entry.bits,
        rank: 0,
        name: entry.name.to_owned(),
        sort: entry.sort,
        levels: made.codebook.len(),
        scale: made.scaled.as_ref().map(|scaled| scaled.scale),
        largest_level: magnitudes.fold(0.0, f64::max),
        distortion: assessment.distortion,
        sqnr_db: assessment.sqnr_db,
        below_lloyd_max_db: None,
        above_shannon_db: None,
        entropy_bits: assessment.entropy_bits,
        gap_bits: f64::from(entry.bits) - rate,
        entropy_gap_bits: assessment.entropy_bits - rate,
        local_minima: made.scaled.as_ref().map(|scaled| scaled.minima.len()).filter(|_| is_scan),
        lower_bound: made.scaled.map(|scaled| scaled.lower_bound).filter(|bound| *bound > 0.0),
    }
}

/// Sorts rows by bits and distortion, and tells each how far it is from the best levels.
fn rank(rows: &mut [Ranked]) {
    // Equal to the last digits, such as two names of one format, they keep the order of the lists.
    rows.sort_by(|a, b| {
        let (of_a, of_b) = (rounded(a.distortion), rounded(b.distortion));
        a.bits.cmp(&b.bits).then(of_a.total_cmp(&of_b))
    });
    for group in rows.chunk_by_mut(|a, b| a.bits == b.bits) {
        let best = group.iter().find(|row| row.name == LLOYD_MAX).map(|row| row.distortion);
        for (index, row) in group.iter_mut().enumerate() {
            row.rank = index + 1;
            let below = best.map(|best| 10.0 * libm::log10(row.distortion / best));
            row.below_lloyd_max_db =
                below.map(|below| if below.abs() < 1e-9 { 0.0 } else { below });
        }
    }
}

/// To some ten digits.
fn rounded(distortion: f64) -> f64 {
    libm::round(1e10 * libm::log(distortion))
}

/// Table `compare`, a row for each quantizer.
///
/// # Errors
///
/// Never: all columns are of one length.
pub fn compare_table(compared: &Compared) -> Result<Table, TableError> {
    let rows = &compared.rows;
    let numbers = |name: &str, unit: &str, value: fn(&Ranked) -> f64| {
        number(name, unit, rows.iter().map(value))
    };
    Table::new(
        "compare",
        vec![
            numbers("bits", "bit", |row| f64::from(row.bits)),
            numbers("rank", "", |row| row.rank as f64),
            text("size", rows.iter().map(|row| format!("{} bits", row.bits))),
            text("quantizer", rows.iter().map(|row| row.name.as_str())),
            text("sort", rows.iter().map(|row| row.sort.name())),
            numbers("levels", "", |row| row.levels as f64),
            numbers("scale", "", |row| row.scale.unwrap_or(f64::NAN)),
            numbers("largest_level", "", |row| row.largest_level),
            numbers("distortion", "", |row| row.distortion),
            numbers("sqnr", "dB", |row| row.sqnr_db),
            numbers("below_lloyd_max", "dB", |row| row.below_lloyd_max_db.unwrap_or(f64::NAN)),
            numbers("above_shannon", "dB", |row| row.above_shannon_db.unwrap_or(f64::NAN)),
            numbers("entropy", "bit", |row| row.entropy_bits),
            numbers("gap", "bit", |row| row.gap_bits),
            numbers("entropy_gap", "bit", |row| row.entropy_gap_bits),
            numbers("local_minima", "", |row| row.local_minima.map_or(f64::NAN, |n| n as f64)),
        ],
    )
}

/// The record that figure `compare` draws.
///
/// # Errors
///
/// Never: all columns are of one length.
pub fn compare_record(compared: &Compared) -> Result<Record, TableError> {
    Ok(Record {
        id: "compare".to_owned(),
        kind: "compare".to_owned(),
        title: format!("{}: quantizers at equal bits", compared.law),
        why: "Which number format, rule or design has the least error for a law at equal bits."
            .to_owned(),
        tables: vec![compare_table(compared)?],
    })
}

/// The tables of a declared experiment.
pub(super) fn tables(
    law: &Arc<dyn Density>,
    bits: std::ops::RangeInclusive<u32>,
) -> Result<Vec<Table>, ExperimentError> {
    let bits: Vec<u32> = bits.collect();
    Ok(vec![compare_table(&compare(law, &bits)?)?])
}
