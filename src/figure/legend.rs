//! The legend: a strip below the panels, which hides no datum.

use super::error::FigureError;
use super::mark::Mark;
use super::sheet::{Area, Lettering, Sheet};
use super::stroke::Stroke;
use super::theme::{self, size};

const SWATCH: f64 = 168.0;
const SWATCH_GAP: f64 = 28.0;
const ENTRY_GAP: f64 = 88.0;
const LINE_HEIGHT: f64 = 84.0;

/// What one line, band or mark stands for.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The words.
    pub(super) label: String,
    /// The line, if there is one.
    pub(super) stroke: Option<Stroke>,
    /// The mark, if there is one.
    pub(super) mark: Option<Mark>,
    /// The opacity of the band in the colour of the line, if there is one.
    pub(super) band: Option<f64>,
}

impl Entry {
    /// An entry for a line.
    pub(super) fn line(label: &str, stroke: Stroke) -> Self {
        Self { label: label.to_owned(), stroke: Some(stroke), mark: None, band: None }
    }

    /// An entry for a mark.
    pub(super) fn mark(label: &str, mark: Mark) -> Self {
        Self { label: label.to_owned(), stroke: None, mark: Some(mark), band: None }
    }

    /// The same with a mark on it.
    pub(super) fn with_mark(self, mark: Mark) -> Self {
        Self { mark: Some(mark), ..self }
    }

    fn width(&self) -> Result<f64, FigureError> {
        Ok(self.swatch() + SWATCH_GAP + LETTERING.width(&self.label)?)
    }

    /// A mark alone needs less room than a line.
    fn swatch(&self) -> f64 {
        if self.stroke.is_some() || self.band.is_some() { SWATCH } else { SWATCH / 3.0 }
    }

    fn draw(&self, sheet: &Sheet<'_>, left: f64, y: f64) -> Result<(), FigureError> {
        let right = left + self.swatch();
        if let (Some(opacity), Some(stroke)) = (self.band, &self.stroke) {
            let (top, bottom) = (y - 24.0, y + 24.0);
            let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
            sheet.polygon(&corners, stroke.color, opacity)?;
        } else if let Some(stroke) = &self.stroke {
            sheet.line(&[[left, y], [right, y]], stroke)?;
        }
        if let Some(mark) = &self.mark {
            mark.draw(sheet, [f64::midpoint(left, right), y])?;
        }
        sheet.text(&self.label, [right + SWATCH_GAP, y], &LETTERING)
    }
}

const LETTERING: Lettering = Lettering::new(size::LEGEND, theme::INK);

/// Entries, broken into lines that fit the figure.
#[derive(Debug, Clone)]
pub(super) struct Legend {
    lines: Vec<Vec<Entry>>,
}

impl Legend {
    /// Breaks `entries` into lines.
    pub(super) fn new(entries: Vec<Entry>) -> Result<Self, FigureError> {
        let room = theme::WIDTH - 2.0 * theme::MARGIN;
        let mut lines: Vec<Vec<Entry>> = Vec::new();
        let mut used = f64::INFINITY;
        for mut entry in entries {
            entry.label = LETTERING.cut(&entry.label, room - entry.swatch() - SWATCH_GAP)?;
            let width = entry.width()?;
            if used + ENTRY_GAP + width <= room {
                used += ENTRY_GAP + width;
                if let Some(line) = lines.last_mut() {
                    line.push(entry);
                }
            } else {
                used = width;
                lines.push(vec![entry]);
            }
        }
        Ok(Self { lines })
    }

    /// Height in canvas units.
    pub(super) fn height(&self) -> f64 {
        LINE_HEIGHT * self.lines.len() as f64
    }

    /// Draws the lines from `top` on, starting at the left of `below`.
    pub(super) fn draw(&self, sheet: &Sheet<'_>, below: Area, top: f64) -> Result<(), FigureError> {
        let mut widest = 0.0_f64;
        for line in &self.lines {
            let widths: Result<f64, FigureError> = line.iter().map(Entry::width).sum();
            widest = widest.max(widths? + ENTRY_GAP * (line.len() - 1) as f64);
        }
        // Under the frames if all lines fit there, else as far left of it as they need.
        let start = below.left.min(theme::WIDTH - theme::MARGIN - widest).max(theme::MARGIN);
        for (number, line) in self.lines.iter().enumerate() {
            let y = top + LINE_HEIGHT * (number as f64 + 0.5);
            let mut left = start;
            for entry in line {
                entry.draw(sheet, left, y)?;
                left += entry.width()? + ENTRY_GAP;
            }
        }
        Ok(())
    }
}
