//! Error over the epochs of training: Figures 4 and 5 of the paper.

use super::axis::Axis;
use super::clip::Point;
use super::columns::{distinct, finite, label, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::Mark;
use super::panel::Panel;
use super::stroke::Stroke;
use super::{Figure, theme};
use crate::record::Record;

/// Draws table `epochs`: the mean over the seeds, in a band from the best to the worst seed.
#[derive(Debug, Clone, Copy)]
pub struct Curves;

const PANELS_MAX: usize = 12;
const RUNS_MAX: usize = 12;
const CAPTION: &str = "Thick, with marks: validation error. Thin: training error. Lines are means \
                       over the seeds, bands reach from the best to the worst seed.";
const BAND: f64 = 0.16;
const VALIDATION_WIDTH: u32 = 11;
const TRAINING_WIDTH: u32 = 5;
/// About how many marks a curve gets: enough to follow it in grey, few enough to see it.
const MARKS: usize = 8;

/// The seeds of one run at one epoch.
#[derive(Debug, Clone, Copy)]
struct Spread {
    epoch: f64,
    mean: f64,
    low: f64,
    high: f64,
}

impl Figure for Curves {
    fn kind(&self) -> &'static str {
        "curves"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let table = table(record, "epochs")?;
        let (panels, runs) = (table.words("panel")?, table.words("run")?);
        let epoch = finite(table, "epoch")?;
        let errors = [finite(table, "train_error")?, finite(table, "validation_error")?];
        let panel_names = distinct(panels, "panels", PANELS_MAX)?;
        let run_names = distinct(runs, "runs", RUNS_MAX)?;

        let x_axis = Axis::counts(&label(table, "epoch", "epoch"), epoch.iter().copied());
        let legend = legend(&run_names)?;
        let y_label = label(table, "validation_error", "error");
        let all = errors.into_iter().flatten().copied();
        // An error has a natural zero: showing it keeps the eye from overrating differences.
        let y_axes = [Axis::linear(&y_label, all.chain([0.0]))];
        let grid = Grid::new(panel_names.len(), 3, 1100.0, &y_axes)?;
        grid.draw(record, CAPTION, &legend, |sheet, number, frame, labelled| {
            let axes = (&x_axis, &y_axes[0]);
            let panel = Panel::new(sheet, frame, axes, panel_names[number], labelled)?;
            let of = |run: &str| {
                rows(table, |row| panels[row] == panel_names[number] && runs[row] == run)
            };
            let spreads: Vec<[Vec<Spread>; 2]> = run_names
                .iter()
                .map(|run| errors.map(|error| spreads(&of(run), epoch, error)))
                .collect();
            // All bands lie below all lines.
            for (run, [training, validation]) in spreads.iter().enumerate() {
                draw_band(&panel, run, validation, BAND)?;
                draw_band(&panel, run, training, BAND / 2.0)?;
            }
            for (run, [training, validation]) in spreads.iter().enumerate() {
                panel.line(&means(training), &Stroke::series(run, TRAINING_WIDTH))?;
                panel.line(&means(validation), &Stroke::series(run, VALIDATION_WIDTH))?;
                draw_marks(&panel, run, validation)?;
            }
            Ok(())
        })
    }
}

fn legend(run_names: &[&str]) -> Result<Legend, FigureError> {
    let mut entries = Vec::new();
    for (run, name) in run_names.iter().enumerate() {
        let stroke = Stroke::series(run, VALIDATION_WIDTH);
        entries.push(Entry::line(name, stroke).with_mark(Mark::series(run)));
    }
    entries.push(Entry::line("validation", Stroke::solid(theme::MUTED, VALIDATION_WIDTH)));
    entries.push(Entry::line("training", Stroke::solid(theme::MUTED, TRAINING_WIDTH)));
    let band = Entry::line("range over seeds", Stroke::solid(theme::MUTED, 1));
    entries.push(Entry { band: Some(2.0 * BAND), ..band });
    Legend::new(entries)
}

/// Mean and range over the seeds at every epoch, in ascending order of epochs.
fn spreads(rows: &[usize], epoch: &[f64], error: &[f64]) -> Vec<Spread> {
    let mut data: Vec<(f64, f64)> = rows.iter().map(|&row| (epoch[row], error[row])).collect();
    data.sort_by(|one, other| one.0.total_cmp(&other.0));
    let same_epoch = |one: &(f64, f64), other: &(f64, f64)| one.0.total_cmp(&other.0).is_eq();
    data.chunk_by(same_epoch)
        .map(|seeds| {
            let errors = || seeds.iter().map(|&(_, error)| error);
            let (low, high) = (
                errors().fold(f64::INFINITY, f64::min),
                errors().fold(f64::NEG_INFINITY, f64::max),
            );
            // A mean of equal numbers may round to just outside their range.
            let mean = (errors().sum::<f64>() / seeds.len() as f64).clamp(low, high);
            Spread { epoch: seeds[0].0, mean, low, high }
        })
        .collect()
}

fn means(spreads: &[Spread]) -> Vec<Point> {
    spreads.iter().map(|spread| [spread.epoch, spread.mean]).collect()
}

fn draw_band(
    panel: &Panel<'_, '_>,
    run: usize,
    spreads: &[Spread],
    opacity: f64,
) -> Result<(), FigureError> {
    let there = spreads.iter().map(|spread| [spread.epoch, spread.high]);
    let back = spreads.iter().rev().map(|spread| [spread.epoch, spread.low]);
    let corners: Vec<Point> = there.chain(back).collect();
    if corners.is_empty() { Ok(()) } else { panel.area(&corners, theme::color(run), opacity) }
}

/// Marks on the validation curve, each run at epochs of its own so that they do not pile up.
fn draw_marks(panel: &Panel<'_, '_>, run: usize, spreads: &[Spread]) -> Result<(), FigureError> {
    let stride = spreads.len().div_ceil(MARKS).max(1);
    let last = spreads.len().saturating_sub(1);
    for (number, spread) in spreads.iter().enumerate() {
        if number % stride == run % stride || number == last {
            panel.mark([spread.epoch, spread.mean], &Mark::series(run))?;
        }
    }
    Ok(())
}
