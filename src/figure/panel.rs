//! One coordinate system: frame, grid, ticks, and the only door through which data get drawn.

use plotters::style::RGBColor;
use plotters::style::text_anchor::VPos;

use super::axis::Axis;
use super::clip::{Point, Window, clip_polyline};
use super::error::FigureError;
use super::mark::Mark;
use super::sheet::{Area, Lettering, Sheet};
use super::stroke::Stroke;
use super::theme::{self, size};

/// Distance of a tick label from the frame.
const TICK_GAP: f64 = 22.0;
/// Room for the title of a y axis, from its outer edge to the tick labels.
const AXIS_TITLE_WIDTH: f64 = 1.6 * size::AXIS;

/// Axes on a piece of the sheet.
pub(super) struct Panel<'a, 'b> {
    sheet: &'a Sheet<'b>,
    /// Where the frame is.
    pub(super) frame: Area,
    x: &'a Axis,
    y: &'a Axis,
}

/// Which of the axes are labelled; inner panels share the labels of the outer ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labelled {
    /// Below the panel.
    pub(super) x: bool,
    /// At its left, and the room that there is for it.
    pub(super) y: Option<f64>,
}

/// The room that the labels of a y axis take, at most 40 % of the figure.
pub(super) fn room_for_labels(axis: &Axis) -> Result<f64, FigureError> {
    let lettering = Lettering::new(size::TICK, theme::INK);
    let mut widest = 0.0_f64;
    for tick in axis.ticks() {
        widest = widest.max(lettering.width(&tick.label)?);
    }
    let title = if axis.label.is_empty() { 0.0 } else { AXIS_TITLE_WIDTH };
    Ok((TICK_GAP + widest + title).min(0.4 * theme::WIDTH))
}

impl<'a, 'b> Panel<'a, 'b> {
    /// Draws grid, frame, ticks and title of a panel.
    pub(super) fn new(
        sheet: &'a Sheet<'b>,
        frame: Area,
        (x, y): (&'a Axis, &'a Axis),
        title: &str,
        labelled: Labelled,
    ) -> Result<Self, FigureError> {
        let panel = Self { sheet, frame, x, y };
        panel.draw_grid()?;
        panel.draw_x_axis(labelled.x)?;
        panel.draw_y_axis(labelled.y)?;
        let heading = Lettering::new(size::PANEL, theme::INK).bold();
        let (heading, title) = heading.fitted(title, frame.width())?;
        let heading = Lettering { vertical: VPos::Bottom, ..heading };
        sheet.text(&title, [frame.left, frame.top - 12.0], &heading)?;
        Ok(panel)
    }

    fn draw_grid(&self) -> Result<(), FigureError> {
        let Area { left, top, right, bottom } = self.frame;
        let rule = |major: bool| Stroke::solid(theme::RULE, if major { 3 } else { 1 });
        if self.y.is_rows() {
            let rows = self.y.ticks();
            let half = 0.5 / rows.len() as f64;
            for tick in rows.iter().step_by(2) {
                let (low, high) =
                    (self.down(tick.fraction - half), self.down(tick.fraction + half));
                self.sheet
                    .rectangle(Area { left, top: high, right, bottom: low }, theme::STRIPE)?;
            }
        } else {
            for tick in self.y.ticks() {
                let y = self.down(tick.fraction);
                self.sheet.line(&[[left, y], [right, y]], &rule(!tick.label.is_empty()))?;
            }
        }
        for tick in self.x.ticks() {
            let x = self.across(tick.fraction);
            self.sheet.line(&[[x, top], [x, bottom]], &rule(!tick.label.is_empty()))?;
        }
        Ok(())
    }

    fn draw_x_axis(&self, labelled: bool) -> Result<(), FigureError> {
        let Area { left, right, bottom, .. } = self.frame;
        let axis = Stroke::solid(theme::INK, 4);
        self.sheet.line(&[[left, bottom], [right, bottom]], &axis)?;
        let tick_top = bottom + TICK_GAP;
        let lettering =
            Lettering { vertical: VPos::Top, ..Lettering::new(size::TICK, theme::INK).centred() };
        let mut free_from = f64::NEG_INFINITY;
        for tick in self.x.ticks() {
            let x = self.across(tick.fraction);
            let length = if tick.label.is_empty() { 8.0 } else { 14.0 };
            self.sheet.line(&[[x, bottom], [x, bottom + length]], &axis)?;
            let half = lettering.width(&tick.label)? / 2.0;
            // A label that would run into its neighbour is left out; its tick stays.
            // Wide labels near the edge of the sheet move inwards a little.
            let x = x.min(theme::WIDTH - half - 8.0);
            if labelled && !tick.label.is_empty() && x - half >= free_from {
                self.sheet.text(&tick.label, [x, tick_top], &lettering)?;
                free_from = x + half + size::TICK / 2.0;
            }
        }
        if labelled {
            let lettering = Lettering { size: size::AXIS, ..lettering };
            let (lettering, label) = lettering.fitted(&self.x.label, self.frame.width())?;
            let at = [f64::midpoint(left, right), tick_top + 1.45 * size::TICK];
            self.sheet.text(&label, at, &lettering)?;
        }
        Ok(())
    }

    fn draw_y_axis(&self, room: Option<f64>) -> Result<(), FigureError> {
        let Area { left, top, bottom, .. } = self.frame;
        let axis = Stroke::solid(theme::INK, 4);
        self.sheet.line(&[[left, top], [left, bottom]], &axis)?;
        let lettering = Lettering::new(size::TICK, theme::INK).ending();
        for tick in self.y.ticks() {
            let y = self.down(tick.fraction);
            if !self.y.is_rows() {
                let length = if tick.label.is_empty() { 8.0 } else { 14.0 };
                self.sheet.line(&[[left - length, y], [left, y]], &axis)?;
            }
            if let Some(room) = room {
                let (lettering, label) = lettering.fitted(&tick.label, room - TICK_GAP)?;
                self.sheet.text(&label, [left - TICK_GAP, y], &lettering)?;
            }
        }
        if let Some(room) = room.filter(|_| !self.y.label.is_empty()) {
            let lettering = Lettering::new(size::AXIS, theme::INK).centred();
            let (lettering, label) = lettering.fitted(&self.y.label, bottom - top)?;
            let at = [left - room + 0.5 * size::AXIS, f64::midpoint(top, bottom)];
            self.sheet.text(&label, at, &lettering.turned())?;
        }
        Ok(())
    }

    fn across(&self, fraction: f64) -> f64 {
        self.frame.left + fraction * self.frame.width()
    }

    fn down(&self, fraction: f64) -> f64 {
        self.frame.bottom - fraction * (self.frame.bottom - self.frame.top)
    }

    fn fractions(&self, [x, y]: Point) -> Point {
        [self.x.fraction(x), self.y.fraction(y)]
    }

    fn canvas(&self, fractions: Point) -> Point {
        [self.across(fractions[0]), self.down(fractions[1])]
    }

    /// Where a datum belongs on the sheet; every mark, line and band of data passes through here.
    ///
    /// A datum outside the axes is an error: a figure that drops or moves data lies.
    fn place(&self, datum: Point) -> Result<Point, FigureError> {
        let fractions = self.fractions(datum);
        if Window::UNIT.contains(fractions) {
            Ok(self.canvas(fractions))
        } else {
            Err(FigureError::OutsideAxes { x: datum[0], y: datum[1] })
        }
    }

    fn place_all(&self, data: &[Point]) -> Result<Vec<Point>, FigureError> {
        data.iter().map(|&datum| self.place(datum)).collect()
    }

    /// A line through data.
    pub(super) fn line(&self, data: &[Point], stroke: &Stroke) -> Result<(), FigureError> {
        self.sheet.line(&self.place_all(data)?, stroke)
    }

    /// A line that may leave the axes, such as a law or a bound: cut where it leaves.
    pub(super) fn reference(&self, points: &[Point], stroke: &Stroke) -> Result<(), FigureError> {
        let fractions: Vec<Point> = points.iter().map(|&point| self.fractions(point)).collect();
        for piece in clip_polyline(&fractions, &Window::UNIT) {
            let piece: Vec<Point> = piece.into_iter().map(|point| self.canvas(point)).collect();
            self.sheet.line(&piece, stroke)?;
        }
        Ok(())
    }

    /// An area bounded by data.
    pub(super) fn area(
        &self,
        corners: &[Point],
        color: RGBColor,
        opacity: f64,
    ) -> Result<(), FigureError> {
        self.sheet.polygon(&self.place_all(corners)?, color, opacity)
    }

    /// A mark at a datum.
    pub(super) fn mark(&self, datum: Point, mark: &Mark) -> Result<(), FigureError> {
        mark.draw(self.sheet, self.place(datum)?)
    }

    /// The line `x = at` across the panel, if it lies on the axis.
    pub(super) fn upright(&self, at: f64, stroke: &Stroke) -> Result<(), FigureError> {
        let (low, high) = self.y.ends();
        self.reference(&[[at, low], [at, high]], stroke)
    }

    /// The line `y = at` across the panel, if it lies on the axis.
    pub(super) fn level(&self, at: f64, stroke: &Stroke) -> Result<(), FigureError> {
        let (low, high) = self.x.ends();
        self.reference(&[[low, at], [high, at]], stroke)
    }

    /// The height of row `y` on the sheet, for what stands beside the frame.
    pub(super) fn height_of(&self, y: f64) -> f64 {
        self.down(self.y.fraction(y))
    }
}
