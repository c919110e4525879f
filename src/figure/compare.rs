//! The ranking of quantizers at equal bits: one dot a quantizer, named at its row.

use super::Figure;
use super::axis::Axis;
use super::columns::{distinct, finite, label, optional, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::Mark;
use super::panel::Panel;
use super::sheet::Lettering;
use super::stroke::Stroke;
use super::theme::{self, size};
use crate::record::{Record, Table};

/// Draws table `compare`: a panel for each number of bits, the best quantizer on top.
#[derive(Debug, Clone, Copy)]
pub struct Compare;

const PANELS_MAX: usize = 16;
const ROWS_MAX: usize = 40;
const SORTS_MAX: usize = 8;
/// Room for the number at the right of each row.
const VALUE_ROOM: f64 = 150.0;
const ROW_HEIGHT: f64 = 66.0;
const HEIGHT_MIN: f64 = 660.0;
const CAPTION: &str = "Signal-to-noise ratio below that of the best levels for as many bits; 0 is the \
                       best that a code of fixed length can do; the numbers at the right are the \
                       same in dB. Number formats stand at the scale of least mean squared error.";

impl Figure for Compare {
    fn kind(&self) -> &'static str {
        "compare"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let table = table(record, "compare")?;
        let sorts = table.words("sort")?;
        let sort_names = distinct(sorts, "sorts", SORTS_MAX)?;
        let below = optional(table, "below_lloyd_max")?;
        let panels = panels(table, below)?;
        let names = table.words("quantizer")?;
        let y_axes: Vec<Axis> = panels
            .iter()
            .map(|panel| Axis::rows(&panel.iter().map(|&row| &names[row]).collect::<Vec<_>>()))
            .collect();
        let axis_label = label(table, "below_lloyd_max", "below the best levels");
        // An axis each: at eight bits the worst is ten times as far away as at two.
        let x_axis = |panel: &Vec<usize>| {
            Axis::linear(&axis_label, panel.iter().map(|&row| below[row]).chain([0.0]))
        };
        let x_axes: Vec<Axis> = panels.iter().map(x_axis).collect();
        let entry = |(number, name): (usize, &&str)| Entry::mark(name, Mark::series(number));
        let legend = Legend::new(sort_names.iter().enumerate().map(entry).collect())?;
        let most = panels.iter().map(Vec::len).max().unwrap_or(1);
        let height = (ROW_HEIGHT * most as f64).max(HEIGHT_MIN);
        let columns = if panels.len() == 1 { 1 } else { 2 };
        let grid = Grid::new(panels.len(), columns, height, &y_axes)?;
        let grid = Grid { shared_y: false, right: VALUE_ROOM, ..grid };
        let bits = finite(table, "bits")?;
        grid.draw(record, CAPTION, &legend, |sheet, number, frame, labelled| {
            let here = &panels[number];
            let count = bits[here[0]];
            let title = format!("{count} bit{}", if count > 1.0 { "s" } else { "" });
            let axes = (&x_axes[number], &y_axes[number]);
            let panel = Panel::new(sheet, frame, axes, &title, labelled)?;
            panel.upright(0.0, &Stroke::solid(theme::MUTED, 4))?;
            for (place, &row) in here.iter().enumerate() {
                let y = place as f64;
                let sort = sort_names.iter().position(|name| *name == sorts[row]).unwrap_or(0);
                let mark = Mark::series(sort);
                panel.line(&[[0.0, y], [below[row], y]], &Stroke::solid(mark.color, 5))?;
                panel.mark([below[row], y], &mark)?;
                let lettering = Lettering::new(size::NOTE, theme::INK).ending();
                let value = format!("{:.2}", below[row]).replace('-', "−");
                let (lettering, value) = lettering.fitted(&value, VALUE_ROOM)?;
                sheet.text(&value, [frame.right + VALUE_ROOM, panel.height_of(y)], &lettering)?;
            }
            Ok(())
        })
    }
}

/// The rows of each number of bits in order of rank; those without a best to compare with are not
/// drawn.
fn panels(table: &Table, below: &[f64]) -> Result<Vec<Vec<usize>>, FigureError> {
    let (bits, rank) = (finite(table, "bits")?, finite(table, "rank")?);
    let mut sizes = bits.to_vec();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    let of_size = |size: &f64| {
        let mut here = rows(table, |row| bits[row].total_cmp(size).is_eq() && !below[row].is_nan());
        here.sort_by(|&a, &b| rank[a].total_cmp(&rank[b]));
        here
    };
    let panels: Vec<Vec<usize>> =
        sizes.iter().map(of_size).filter(|rows| !rows.is_empty()).collect();
    let most = panels.iter().map(Vec::len).max().unwrap_or(0);
    let limits = [("sizes", panels.len(), PANELS_MAX), ("quantizers of a size", most, ROWS_MAX)];
    for (what, count, max) in limits {
        if count > max {
            return Err(FigureError::TooMany { what, count, max });
        }
    }
    if panels.is_empty() {
        return Err(FigureError::Empty { table: table.name().to_owned() });
    }
    Ok(panels)
}
