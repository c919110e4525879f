//! A fit as a record, which the figure of the same name draws.

use super::{Method, Origin, SampleFit};
use crate::density::fit::Fitted;
use crate::experiment::tables::{number, text};
use crate::record::{Record, Table, TableError};

/// Laws that are drawn: more would hide each other.
const LAWS: usize = 3;
/// Points of a drawn law.
const POINTS: usize = 241;

/// The record of kind `fit`: tables `histogram`, `laws`, `levels` and `methods`.
///
/// # Errors
///
/// Never for a [`SampleFit`].
pub fn fit_record(name: &str, fit: &SampleFit) -> Result<Record, TableError> {
    let tables = vec![histogram(fit)?, laws(fit)?, levels(fit)?, methods(fit)?];
    let levels = fit.best().codebook.len();
    Ok(Record {
        id: "fit".to_owned(),
        kind: "fit".to_owned(),
        title: format!("{name}: {} values, {levels} levels", fit.survey.count),
        why: "Which law suits the data, and what each way to quantize them costs.".to_owned(),
        tables,
    })
}

fn histogram(fit: &SampleFit) -> Result<Table, TableError> {
    Table::new(
        "histogram",
        vec![
            number("low", "", fit.bins.iter().map(|bin| bin.low)),
            number("high", "", fit.bins.iter().map(|bin| bin.high)),
            number("density", "", fit.bins.iter().map(|bin| bin.density)),
        ],
    )
}

/// The densities of the best laws over the histogram, the atom at 0 left out of both.
fn laws(fit: &SampleFit) -> Result<Table, TableError> {
    let mut rows = Vec::new();
    if let (Some(first), Some(last)) = (fit.bins.first(), fit.bins.last()) {
        let width = (last.high - first.low) / (POINTS - 1) as f64;
        let is_possible = |law: &&Fitted| law.mean_log_likelihood.is_some();
        // A density beside an atom that it has to make up for is no picture of either.
        let possible: Vec<&Fitted> = fit.laws.iter().filter(is_possible).take(LAWS).collect();
        let shown =
            if possible.is_empty() { fit.laws.iter().take(LAWS).collect() } else { possible };
        for fitted in shown {
            let points = (0..POINTS).map(|index| first.low + index as f64 * width);
            let points = points.map(|x| (fitted.family, x, fitted.law.pdf(x)));
            // A pole has no place on a figure.
            rows.extend(points.filter(|point| point.2.is_finite()));
        }
    }
    Table::new(
        "laws",
        vec![
            text("law", rows.iter().map(|row| row.0)),
            number("x", "", rows.iter().map(|row| row.1)),
            number("density", "", rows.iter().map(|row| row.2)),
        ],
    )
}

/// The levels of the optimum, of the laws, and of the best calibrator.
fn levels(fit: &SampleFit) -> Result<Table, TableError> {
    let free = fit.methods.iter().filter(|method| method.origin != Origin::Calibrator);
    let shown: Vec<&Method> = free.chain(fit.best_calibrator()).collect();
    let levels = || {
        shown
            .iter()
            .flat_map(|method| method.codebook.levels().iter().map(move |level| (*method, *level)))
    };
    Table::new(
        "levels",
        vec![
            text("method", levels().map(|(method, _)| method.name.as_str())),
            number("level", "", levels().map(|(_, level)| level)),
        ],
    )
}

fn methods(fit: &SampleFit) -> Result<Table, TableError> {
    let column = |name: &str, unit: &str, of: &dyn Fn(&Method) -> f64| {
        number(name, unit, fit.methods.iter().map(of))
    };
    // Nothing to measure in decibels where nothing is lost.
    let finite = |value: f64| if value.is_finite() { value } else { f64::NAN };
    Table::new(
        "methods",
        vec![
            text("method", fit.methods.iter().map(|method| method.name.as_str())),
            text("origin", fit.methods.iter().map(|method| method.origin.name())),
            column("clip", "", &|method| method.clip.unwrap_or(f64::NAN)),
            column("distortion", "", &|method| method.distortion),
            column("sqnr", "dB", &|method| finite(method.sqnr_db)),
            column("below_best", "dB", &|method| finite(fit.below_best_db(method))),
        ],
    )
}
