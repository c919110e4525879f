//! Small multiples: how panels, title and legend share the sheet.

use super::axis::Axis;
use super::drawing::Drawing;
use super::error::FigureError;
use super::legend::Legend;
use super::panel::{Labelled, room_for_labels};
use super::sheet::{Area, Lettering, Sheet};
use super::theme::{self, size};
use crate::record::Record;

/// Title of the figure with the air below it.
const TITLE_HEIGHT: f64 = 116.0;
/// Title of a panel.
const HEADING_HEIGHT: f64 = 88.0;
/// Ticks, tick labels and axis title below a panel.
const X_LABELS_HEIGHT: f64 = 190.0;
/// Air between panels that share their labels.
const GAP: f64 = 112.0;

/// Panels in rows and columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// How many panels.
    pub(super) panels: usize,
    /// How many beside each other.
    pub(super) columns: usize,
    /// Height of each frame.
    pub(super) panel_height: f64,
    /// Room for the labels of the y axis.
    pub(super) left: f64,
    /// Room for notes at the right of each panel.
    pub(super) right: f64,
    /// Whether all panels share the x axis, so that only the lowest ones label it.
    pub(super) shared_x: bool,
    /// Whether all panels share the y axis, so that only the leftmost ones label it.
    pub(super) shared_y: bool,
}

impl Grid {
    /// `panels` panels, at most `columns_max` beside each other, in rows as even as possible, with
    /// room for the labels of each of `y_axes`.
    pub(super) fn new(
        panels: usize,
        columns_max: usize,
        panel_height: f64,
        y_axes: &[Axis],
    ) -> Result<Self, FigureError> {
        let mut left = 0.0_f64;
        for axis in y_axes {
            left = left.max(room_for_labels(axis)?);
        }
        let rows = panels.div_ceil(columns_max).max(1);
        let columns = panels.div_ceil(rows).max(1);
        let (shared_x, shared_y) = (false, true);
        Ok(Self { panels, columns, panel_height, left, right: 0.0, shared_x, shared_y })
    }

    fn row_pitch(&self) -> f64 {
        let below = if self.shared_x { 0.5 * GAP } else { X_LABELS_HEIGHT };
        HEADING_HEIGHT + self.panel_height + below
    }

    /// Height of all panels with their labels.
    fn height(&self) -> f64 {
        let rows = self.panels.div_ceil(self.columns) as f64;
        (rows - 1.0) * self.row_pitch() + HEADING_HEIGHT + self.panel_height + X_LABELS_HEIGHT
    }

    /// The frame of panel number `panel`, below `top`.
    fn frame(&self, panel: usize, top: f64) -> Area {
        let (row, column) = ((panel / self.columns) as f64, (panel % self.columns) as f64);
        let columns = self.columns as f64;
        // Shared labels stand once, at the left; others before every panel.
        let (once, each) = if self.shared_y { (self.left, 0.0) } else { (0.0, self.left) };
        let room = theme::WIDTH - 2.0 * theme::MARGIN - once - GAP * (columns - 1.0);
        let pitch = room / columns + GAP;
        let left = theme::MARGIN + once + column * pitch + each;
        let width = pitch - GAP - each - self.right;
        let top = top + HEADING_HEIGHT + row * self.row_pitch();
        Area { left, top, right: left + width, bottom: top + self.panel_height }
    }

    /// Which axes of panel number `panel` are labelled.
    fn labelled(&self, panel: usize) -> Labelled {
        let lowest = panel + self.columns >= self.panels;
        let leftmost = panel.is_multiple_of(self.columns);
        let y = (leftmost || !self.shared_y).then_some(self.left);
        Labelled { x: lowest || !self.shared_x, y }
    }

    /// Lays out title, panels and legend and has `draw` fill every panel.
    pub(super) fn draw(
        &self,
        record: &Record,
        caption: &str,
        legend: &Legend,
        draw: impl Fn(&Sheet<'_>, usize, Area, Labelled) -> Result<(), FigureError>,
    ) -> Result<Drawing, FigureError> {
        let panels_top = theme::MARGIN + TITLE_HEIGHT;
        let legend_top = panels_top + self.height();
        let height = legend_top + legend.height() + 0.5 * theme::MARGIN;
        Drawing::compose(&record.title, caption, height, |sheet| {
            let room = theme::WIDTH - 2.0 * theme::MARGIN;
            let lettering = Lettering::new(size::TITLE, theme::INK).bold();
            let (lettering, title) = lettering.fitted(&record.title, room)?;
            let at = [theme::MARGIN, theme::MARGIN + 0.5 * size::TITLE];
            sheet.text(&title, at, &lettering)?;
            for panel in 0..self.panels {
                let frame = self.frame(panel, panels_top);
                draw(sheet, panel, frame, self.labelled(panel))?;
            }
            legend.draw(sheet, self.frame(0, panels_top), legend_top)
        })
    }
}
