//! Accuracies with their confidence intervals: Tables 1 to 7 of the paper.

use super::Figure;
use super::axis::Axis;
use super::columns::{distinct, finite, label, optional, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::{Mark, Shape};
use super::panel::Panel;
use super::sheet::Lettering;
use super::stroke::Stroke;
use super::theme::{self, size};
use crate::record::Record;

/// Draws table `summary` as dots with intervals over the seeds of table `runs`, if there are any.
#[derive(Debug, Clone, Copy)]
pub struct Accuracy;

const GROUPS_MAX: usize = 12;
const RUNS_MAX: usize = 40;
const ROW_HEIGHT: f64 = 104.0;
const CAPTION: &str = "Dots: mean test accuracy, printed at the right. Bars: 95 % confidence \
                       interval of the mean over seeds. Rings below: single seeds. Every panel has its \
                       own range.";
const MEAN: Mark = Mark {
    shape: Shape::Circle,
    color: theme::PALETTE[0],
    radius: 20.0,
    filled: true,
    opacity: 1.0,
};
const SEED: Mark = Mark { color: theme::MUTED, radius: 11.0, filled: false, opacity: 0.7, ..MEAN };
const INTERVAL: Stroke = Stroke::solid(theme::PALETTE[0], 10);
/// Half the height of the bars that end an interval, in rows.
const CAP: f64 = 0.14;
/// How far the mean stands above the middle of its row, and the seeds below it, in rows.
const MEAN_LIFT: f64 = 0.12;
const SEED_DROP: f64 = 0.25;

impl Figure for Accuracy {
    fn kind(&self) -> &'static str {
        "accuracy"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let summary = table(record, "summary")?;
        let (groups, runs) = (summary.words("group")?, summary.words("run")?);
        let (mean, low, high) =
            (finite(summary, "mean")?, optional(summary, "low")?, optional(summary, "high")?);
        let seeds = Seeds::of(record)?;
        let group_names = distinct(groups, "groups", GROUPS_MAX)?;
        let run_names = distinct(runs, "runs", RUNS_MAX)?;
        let y_axes = [Axis::rows(&run_names)];
        let row_of = |run: &str| run_names.iter().position(|name| *name == run);

        let mut entries = vec![Entry::mark("mean over seeds", MEAN)];
        entries.push(Entry::line("95 % interval of the mean", INTERVAL));
        if !seeds.points.is_empty() {
            entries.push(Entry::mark("one seed", SEED));
        }
        let grid = Grid {
            right: 176.0,
            ..Grid::new(group_names.len(), 3, ROW_HEIGHT * run_names.len() as f64, &y_axes)?
        };
        grid.draw(record, CAPTION, &Legend::new(entries)?, |sheet, number, frame, labelled| {
            let group = group_names[number];
            let here = rows(summary, |row| groups[row] == group);
            let single: Vec<(usize, f64)> = seeds.of_group(group, row_of);
            let shown = here.iter().flat_map(|&row| [mean[row], low[row], high[row]]);
            let shown =
                shown.filter(|value| !value.is_nan()).chain(single.iter().map(|seed| seed.1));
            let x_axis = Axis::narrow(&label(summary, "mean", "test accuracy"), shown);
            let panel = Panel::new(sheet, frame, (&x_axis, &y_axes[0]), group, labelled)?;
            for (row, accuracy) in single {
                panel.mark([accuracy, row as f64 + SEED_DROP], &SEED)?;
            }
            for row in here {
                let Some(middle) = row_of(&runs[row]).map(|y| y as f64) else { continue };
                let y = middle - MEAN_LIFT;
                if low[row] < high[row] {
                    panel.line(&[[low[row], y], [high[row], y]], &INTERVAL)?;
                    for end in [low[row], high[row]] {
                        panel.line(&[[end, y - CAP], [end, y + CAP]], &INTERVAL)?;
                    }
                }
                panel.mark([mean[row], y], &MEAN)?;
                let note = Lettering::new(size::TICK, theme::INK).ending();
                let (note, value) = note.fitted(&format!("{:.2}", mean[row]), grid.right)?;
                sheet.text(&value, [frame.right + grid.right, panel.height_of(middle)], &note)?;
            }
            Ok(())
        })
    }
}

/// Group, run and accuracy of every seed.
struct Seeds<'a> {
    points: Vec<(&'a str, &'a str, f64)>,
}

impl<'a> Seeds<'a> {
    fn of(record: &'a Record) -> Result<Self, FigureError> {
        let Some(table) = record.table("runs") else { return Ok(Self { points: Vec::new() }) };
        let (groups, runs) = (table.words("group")?, table.words("run")?);
        let accuracy = finite(table, "accuracy_test")?;
        let point = |row: usize| (groups[row].as_str(), runs[row].as_str(), accuracy[row]);
        Ok(Self { points: (0..table.rows()).map(point).collect() })
    }

    fn of_group(&self, group: &str, row_of: impl Fn(&str) -> Option<usize>) -> Vec<(usize, f64)> {
        let here = self.points.iter().filter(|point| point.0 == group);
        here.filter_map(|&(_, run, accuracy)| row_of(run).map(|row| (row, accuracy))).collect()
    }
}
