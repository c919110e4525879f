//! What a bit buys: distortion of designs between the bounds of theory.

use super::axis::Axis;
use super::clip::Point;
use super::columns::{distinct, finite, label, positive, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::Mark;
use super::panel::Panel;
use super::stroke::{Dash, Stroke};
use super::{Figure, theme};
use crate::record::{Record, Table};

/// Draws tables `distortion` and `bounds`: distortion against bits, and what is left of it when
/// the 6.02 dB that every bit buys are taken off, where designs can be told apart.
#[derive(Debug, Clone, Copy)]
pub struct Distortion;

const DESIGNS_MAX: usize = 12;
const CAPTION: &str = "Left: mean squared error on a logarithmic scale; bounds of theory in black. \
                       Right: the same data as signal-to-noise ratio less 6.02 dB a bit; higher \
                       is better.";
/// `20 log₁₀ 2`: the decibels that halving the error amplitude is worth.
const DECIBELS_PER_BIT: f64 = 6.020_599_913_279_624;
const TITLES: [&str; 2] = ["distortion", "signal-to-noise ratio less 6.02 dB a bit"];
const BOUND: Stroke = Stroke::solid(theme::INK, 7);
const DASHES: [Dash; 4] = [Dash::Solid, Dash::Dashed, Dash::Mixed, Dash::Dotted];

impl Figure for Distortion {
    fn kind(&self) -> &'static str {
        "distortion"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let designs = designs(table(record, "distortion")?)?;
        let power = signal_power(table(record, "distortion")?)?;
        let bounds = bounds(table(record, "bounds")?, power)?;
        let bits = column_label(record, "bits", "rate");
        let x_axis = {
            let points = designs.iter().chain(&bounds).flat_map(|series| &series.distortion);
            Axis::counts(&bits, points.map(|point| point[0]))
        };
        let y_axes = y_axes(record, &designs, &bounds);
        let grid = Grid { shared_y: false, ..Grid::new(2, 2, 1280.0, &y_axes)? };
        grid.draw(record, CAPTION, &legend(&designs, &bounds)?, |sheet, number, frame, labelled| {
            let points = |series: &Series| {
                if number == 0 { series.distortion.clone() } else { series.excess.clone() }
            };
            let axes = (&x_axis, &y_axes[number]);
            let panel = Panel::new(sheet, frame, axes, TITLES[number], labelled)?;
            for (bound, dash) in bounds.iter().zip(DASHES) {
                panel.reference(&points(bound), &BOUND.dashed(dash))?;
            }
            for (number, design) in designs.iter().enumerate() {
                panel.line(&points(design), &Stroke::series(number, 8))?;
                for point in points(design) {
                    panel.mark(point, &Mark::series(number))?;
                }
            }
            Ok(())
        })
    }
}

/// A design or a bound in ascending order of bits.
struct Series {
    name: String,
    /// Bits and distortion.
    distortion: Vec<Point>,
    /// Bits and signal-to-noise ratio less 6.02 dB a bit.
    excess: Vec<Point>,
}

impl Series {
    /// The rows of one name: bits, distortion and, where it is known, the ratio in decibels.
    fn new(name: &str, mut rows: Vec<(f64, f64, Option<f64>)>) -> Self {
        rows.sort_by(|one, other| one.0.total_cmp(&other.0));
        let excess = |&(bits, _, ratio): &(f64, f64, Option<f64>)| {
            ratio.map(|ratio| [bits, ratio - DECIBELS_PER_BIT * bits])
        };
        Self {
            name: name.to_owned(),
            distortion: rows.iter().map(|row| [row.0, row.1]).collect(),
            excess: rows.iter().filter_map(excess).collect(),
        }
    }
}

fn designs(table: &Table) -> Result<Vec<Series>, FigureError> {
    let names = table.words("design")?;
    let (bits, distortion) = (finite(table, "bits")?, positive(table, "distortion")?);
    let sqnr = finite(table, "sqnr")?;
    let series = |name: &str| {
        let here = rows(table, |row| names[row] == name);
        let row = |&row: &usize| (bits[row], distortion[row], Some(sqnr[row]));
        Series::new(name, here.iter().map(row).collect())
    };
    Ok(distinct(names, "designs", DESIGNS_MAX)?.into_iter().map(series).collect())
}

fn bounds(table: &Table, power: Option<f64>) -> Result<Vec<Series>, FigureError> {
    let names = table.words("bound")?;
    let (bits, distortion) = (finite(table, "bits")?, positive(table, "distortion")?);
    let ratio = |row: usize| power.map(|power| 10.0 * (power / distortion[row]).log10());
    let series = |name: &str| {
        let here = rows(table, |row| names[row] == name);
        let row = |&row: &usize| (bits[row], distortion[row], ratio(row));
        Series::new(name, here.iter().map(row).collect())
    };
    Ok(distinct(names, "bounds", DASHES.len())?.into_iter().map(series).collect())
}

/// The power that turns distortions into the ratios of the table, `D · 10^(SQNR / 10)`; `None`
/// when the designs do not share it, so that no bound can be given in decibels.
fn signal_power(table: &Table) -> Result<Option<f64>, FigureError> {
    let (distortion, sqnr) = (finite(table, "distortion")?, finite(table, "sqnr")?);
    let power = |row: usize| distortion[row] * 10_f64.powf(sqnr[row] / 10.0);
    let first = power(0);
    let shared = (0..table.rows()).all(|row| (power(row) / first - 1.0).abs() < 1e-6);
    Ok(shared.then_some(first))
}

fn y_axes(record: &Record, designs: &[Series], bounds: &[Series]) -> [Axis; 2] {
    let both = designs.iter().chain(bounds).flat_map(|series| &series.distortion);
    let distortion = column_label(record, "distortion", "distortion E (Q(X) − X)² / E X²");
    let excess = designs.iter().flat_map(|series| &series.excess).map(|point| point[1]);
    let label = column_label(record, "sqnr", "SQNR − 6.02 dB × bits");
    // Shannon's bound for a normal law is at 0 dB, the place everything is measured from.
    [Axis::log(&distortion, both.map(|point| point[1])), Axis::linear(&label, excess.chain([0.0]))]
}

fn column_label(record: &Record, column: &str, name: &str) -> String {
    record.table("distortion").map_or_else(String::new, |table| label(table, column, name))
}

fn legend(designs: &[Series], bounds: &[Series]) -> Result<Legend, FigureError> {
    let design = |(number, design): (usize, &Series)| {
        Entry::line(&design.name, Stroke::series(number, 8)).with_mark(Mark::series(number))
    };
    let bound = |(bound, dash): (&Series, Dash)| Entry::line(&bound.name, BOUND.dashed(dash));
    let designs = designs.iter().enumerate().map(design);
    Legend::new(designs.chain(bounds.iter().zip(DASHES).map(bound)).collect())
}
