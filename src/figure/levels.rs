//! Quantization levels on number lines, ours beside the published ones.

use super::axis::Axis;
use super::columns::{distinct, finite, label, optional, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::{Mark, Shape};
use super::panel::Panel;
use super::stroke::Stroke;
use super::{Figure, theme};
use crate::record::Record;

/// Draws table `levels`: a panel for each design, a number line for each count of levels.
#[derive(Debug, Clone, Copy)]
pub struct Levels;

const DESIGNS_MAX: usize = 12;
const ROWS_MAX: usize = 40;
const ROW_HEIGHT: f64 = 128.0;
const CAPTION: &str = "Filled: the positive levels we compute. Open: levels printed by others, \
                       where there are any. m counts the positive levels.";
const OURS: Mark = Mark {
    shape: Shape::Circle,
    color: theme::PALETTE[0],
    radius: 13.0,
    filled: true,
    opacity: 1.0,
};
const PUBLISHED: Mark = Mark {
    shape: Shape::Diamond,
    color: theme::PALETTE[1],
    radius: 25.0,
    filled: false,
    opacity: 1.0,
};
const NUMBER_LINE: Stroke = Stroke::solid(theme::MUTED, 3);

impl Figure for Levels {
    fn kind(&self) -> &'static str {
        "levels"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let table = table(record, "levels")?;
        let designs = table.words("design")?;
        let count = finite(table, "positive_levels")?;
        let (ours, published) = (finite(table, "ours")?, optional(table, "published")?);
        let design_names = distinct(designs, "designs", DESIGNS_MAX)?;
        let mut counts = count.to_vec();
        counts.sort_by(f64::total_cmp);
        counts.dedup();
        if counts.len() > ROWS_MAX {
            let what = "numbers of levels";
            return Err(FigureError::TooMany { what, count: counts.len(), max: ROWS_MAX });
        }
        let row_names: Vec<String> = counts.iter().map(|count| format!("m = {count}")).collect();

        let y_axes = [Axis::rows(&row_names)];
        let shown = published.iter().copied().filter(|level| !level.is_nan()).chain([0.0]);
        let shown = ours.iter().copied().chain(shown);
        let x_axis = Axis::linear(&label(table, "ours", "level"), shown);
        let mut entries = vec![Entry::mark("computed here", OURS)];
        if published.iter().any(|level| !level.is_nan()) {
            entries.push(Entry::mark("published", PUBLISHED));
        }
        let height = ROW_HEIGHT * row_names.len() as f64;
        let grid = Grid::new(design_names.len(), 3, height, &y_axes)?;
        grid.draw(record, CAPTION, &Legend::new(entries)?, |sheet, number, frame, labelled| {
            let axes = (&x_axis, &y_axes[0]);
            let panel = Panel::new(sheet, frame, axes, design_names[number], labelled)?;
            for (line, known) in counts.iter().enumerate() {
                let y = line as f64;
                let here = rows(table, |row| {
                    designs[row] == design_names[number] && count[row].total_cmp(known).is_eq()
                });
                if here.is_empty() {
                    continue;
                }
                panel.level(y, &NUMBER_LINE)?;
                for &row in here.iter().filter(|&&row| !published[row].is_nan()) {
                    panel.mark([published[row], y], &PUBLISHED)?;
                }
                for &row in &here {
                    panel.mark([ours[row], y], &OURS)?;
                }
            }
            Ok(())
        })
    }
}
