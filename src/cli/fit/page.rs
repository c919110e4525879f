//! `hwgq fit` for people: a headline, the moments, the laws and the methods of every tensor.

use std::fmt::Write as _;

use anyhow::Result;

use super::answer::{Answer, TensorAnswer};
use crate::cli::output::{rendered, significant, six_digits};
use crate::experiment::{Bin, KOLMOGOROV_MAX, SampleFit};
use crate::record::{Column, Table, Values};

pub(super) fn page(answer: &Answer) -> Result<String> {
    let mut text = String::new();
    for tensor in &answer.tensors {
        section(&mut text, tensor)?;
    }
    for skipped in &answer.skipped {
        writeln!(text, "skipped {}: {}", skipped.name, skipped.why)?;
    }
    Ok(text)
}

fn section(text: &mut String, tensor: &TensorAnswer) -> Result<()> {
    let fit = &tensor.fit;
    let shape: Vec<String> = tensor.shape.iter().map(u64::to_string).collect();
    writeln!(text, "{}  [{}] {}", tensor.name, shape.join(" × "), tensor.dtype)?;
    if let (Some(cost), Some(gaussian)) = (tensor.gaussian_costs_db(), fit.gaussian()) {
        writeln!(text, " assuming a {} costs {cost:.2} dB here", gaussian.name)?;
    }
    match &fit.half_gaussian {
        None => writeln!(text, " half-Gaussian after batch norm: no (no value above 0)")?,
        Some(half) => writeln!(
            text,
            " half-Gaussian after batch norm: {} (KS {:.4} from max(0, N(0, {}²)); up to {KOLMOGOROV_MAX} passes)",
            if half.passes() { "yes" } else { "no" },
            half.kolmogorov,
            six_digits(half.sigma),
        )?,
    }
    writeln!(text)?;
    moments(text, fit)?;
    writeln!(text, "\n{}\n", rendered(&laws(fit)?, six_digits))?;
    for (family, misfit) in &fit.unfit {
        writeln!(text, " {family} is not fitted: {}", misfit.why)?;
    }
    if fit.laws.iter().any(|law| law.mean_log_likelihood.is_none()) {
        let share = 100.0 * fit.atom_at_zero;
        let why = if share > 0.0 {
            format!("{share:.2} % of the values are 0, to which a density gives no probability")
        } else {
            "values lie outside of what the law can give".to_owned()
        };
        writeln!(text, " laws without a likelihood: {why}")?;
    }
    writeln!(text, " p-values are optimistic: the laws were fitted to the same data\n")?;
    writeln!(text, "{}\n", rendered(&methods(fit)?, six_digits))?;
    for why in &fit.left_out {
        writeln!(text, " left out: {why}")?;
    }
    let levels = fit.best().codebook.levels();
    if levels.len() <= LEVELS_SHOWN {
        let levels: Vec<String> =
            (0..levels.len()).map(|index| told_apart(levels, index)).collect();
        writeln!(text, " optimal levels  {}\n", levels.join("  "))?;
    } else {
        writeln!(text, " optimal levels  {} of them: see --format json\n", levels.len())?;
    }
    Ok(())
}

/// Levels that still read as a line.
const LEVELS_SHOWN: usize = 16;

/// A level with digits enough to tell it from its neighbours, and four more.
fn told_apart(levels: &[f64], index: usize) -> String {
    let level = levels[index];
    let gap = |other: Option<&f64>| other.map_or(f64::INFINITY, |other| (level - other).abs());
    let nearest = gap(levels[..index].last()).min(gap(levels.get(index + 1)));
    let ratio = (level.abs() / nearest).log10().ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 6 to 17")]
    let digits = (ratio + 4.0).clamp(6.0, 17.0) as u8;
    significant(level, digits)
}

fn moments(text: &mut String, fit: &SampleFit) -> Result<()> {
    let survey = &fit.survey;
    let share =
        |count: u64| format!("{count} ({:.2} %)", 100.0 * count as f64 / survey.count as f64);
    let left_out = survey.nan + survey.infinite;
    let rows = [
        ("values", survey.count.to_string()),
        ("left out", format!("{left_out} ({} NaN, {} infinite)", survey.nan, survey.infinite)),
        ("zeros", share(survey.zeros)),
        ("below 0", share(survey.negatives)),
        ("range", format!("{} to {}", six_digits(survey.low), six_digits(survey.high))),
        ("mean", six_digits(survey.mean)),
        ("deviation", six_digits(survey.deviation())),
        ("skewness", six_digits(survey.skewness)),
        ("kurtosis", format!("{} (3 for a normal law)", six_digits(survey.kurtosis))),
        ("path", path(fit)),
        ("histogram", sparks(&fit.bins)),
    ];
    for (name, value) in rows.iter().filter(|row| row.0 != "left out" || left_out > 0) {
        writeln!(text, " {name:<10} {value}")?;
    }
    Ok(())
}

fn path(fit: &SampleFit) -> String {
    let Some(width) = fit.bin_width else { return "exact: every value".to_owned() };
    let share = |method: &crate::experiment::Method| method.uncertainty / method.distortion;
    let worst = fit.methods.iter().map(share).fold(0.0, f64::max);
    format!("binned: bins of {width:e}; a distortion below is off by at most {worst:.1e} of it")
}

/// The histogram in one line.
fn sparks(bins: &[Bin]) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = bins.iter().map(|bin| bin.density).fold(0.0, f64::max);
    let spark = |bin: &Bin| {
        if bin.density <= 0.0 {
            return ' ';
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of eight heights"
        )]
        let height = (bin.density / highest * 8.0) as usize;
        HEIGHTS[height.min(7)]
    };
    let ends = bins.first().zip(bins.last());
    let (low, high) = ends.map_or((0.0, 0.0), |(first, last)| (first.low, last.high));
    let line: String = bins.iter().map(spark).collect();
    format!("{} {line} {}", six_digits(low), six_digits(high))
}

fn text_column(name: &str, values: impl Iterator<Item = String>) -> Column {
    Column { name: name.to_owned(), unit: String::new(), values: Values::Text(values.collect()) }
}

fn number_column(name: &str, unit: &str, values: impl Iterator<Item = f64>) -> Column {
    let (name, unit) = (name.to_owned(), unit.to_owned());
    Column { name, unit, values: Values::Number(values.collect()) }
}

fn laws(fit: &SampleFit) -> Result<Table> {
    let parameters = |law: &crate::density::fit::Fitted| {
        let words =
            law.parameters.iter().map(|(name, value)| format!("{name} {}", six_digits(*value)));
        words.collect::<Vec<_>>().join(", ")
    };
    let laws = &fit.laws;
    let optional = |value: Option<f64>| value.unwrap_or(f64::NAN);
    Ok(Table::new(
        "laws",
        vec![
            text_column("law", laws.iter().map(|law| law.family.to_owned())),
            text_column("parameters", laws.iter().map(parameters)),
            number_column(
                "mean_ln_p",
                "nat",
                laws.iter().map(|law| optional(law.mean_log_likelihood)),
            ),
            number_column("AIC", "", laws.iter().map(|law| optional(law.aic))),
            number_column("KS", "", laws.iter().map(|law| law.kolmogorov)),
            number_column("p_value", "", laws.iter().map(|law| law.p_value)),
        ],
    )?)
}

fn methods(fit: &SampleFit) -> Result<Table> {
    let methods = &fit.methods;
    Ok(Table::new(
        "methods",
        vec![
            text_column("codebook", methods.iter().map(|method| method.name.clone())),
            number_column("clip", "", methods.iter().map(|method| method.clip.unwrap_or(f64::NAN))),
            number_column("distortion", "", methods.iter().map(|method| method.distortion)),
            number_column("SQNR", "dB", methods.iter().map(|method| method.sqnr_db)),
            number_column(
                "below_best",
                "dB",
                methods.iter().map(|method| fit.below_best_db(method)),
            ),
        ],
    )?)
}
