//! How far backward functions are from the quantizers they stand in for.

use super::axis::Axis;
use super::columns::{distinct, finite, label, positive, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::Mark;
use super::panel::Panel;
use super::stroke::Stroke;
use super::{Figure, theme};
use crate::record::Record;

/// Draws table `mismatch`: value gap and slope bias, a row for each forward function.
#[derive(Debug, Clone, Copy)]
pub struct Mismatch;

const FORWARDS_MAX: usize = 40;
const BACKWARDS_MAX: usize = 12;
const CAPTION: &str = "Left: mean squared gap between forward and backward function under N(0, 1), \
                       on a logarithmic scale. Right: mean slope of the backward function less \
                       the slope of the quantizer smoothed by the normal law; 0 is unbiased.";

impl Figure for Mismatch {
    fn kind(&self) -> &'static str {
        "mismatch"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let table = table(record, "mismatch")?;
        let (forwards, backwards) = (table.words("forward")?, table.words("backward")?);
        let (gap, bias) = (positive(table, "value_gap")?, finite(table, "smoothed_bias")?);
        let forward_names = distinct(forwards, "forward functions", FORWARDS_MAX)?;
        let backward_names = distinct(backwards, "backward functions", BACKWARDS_MAX)?;

        let y_axes = [Axis::rows(&forward_names)];
        let gap_label = label(table, "value_gap", "mean squared gap E (Q − B)²");
        let bias_label = label(table, "smoothed_bias", "bias of the smoothed slope");
        let x_axes = [
            Axis::log(&gap_label, gap.iter().copied()),
            Axis::linear(&bias_label, bias.iter().copied().chain([0.0])),
        ];
        let entry = |(number, name): (usize, &&str)| Entry::mark(name, Mark::series(number));
        let legend = Legend::new(backward_names.iter().enumerate().map(entry).collect())?;
        let row_height = 60.0 + 28.0 * backward_names.len().min(6) as f64;
        let grid = Grid::new(2, 2, row_height * forward_names.len() as f64, &y_axes)?;
        grid.draw(record, CAPTION, &legend, |sheet, number, frame, labelled| {
            let title = ["value gap", "slope bias"][number];
            let axes = (&x_axes[number], &y_axes[0]);
            let panel = Panel::new(sheet, frame, axes, title, labelled)?;
            if number == 1 {
                panel.upright(0.0, &Stroke::solid(theme::MUTED, 4))?;
            }
            for (row, forward) in forward_names.iter().enumerate() {
                let here = rows(table, |at| forwards[at] == *forward);
                for (place, &at) in here.iter().enumerate() {
                    let Some(series) =
                        backward_names.iter().position(|name| *name == backwards[at])
                    else {
                        continue;
                    };
                    // The marks of one row stand below each other, so that none hides another.
                    let offset = 0.7 * ((place as f64 + 0.5) / here.len() as f64 - 0.5);
                    let x = if number == 0 { gap[at] } else { bias[at] };
                    panel.mark([x, row as f64 + offset], &Mark::series(series))?;
                }
            }
            Ok(())
        })
    }
}
