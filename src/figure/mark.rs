//! Marks for single data: a shape for each series, filled or open.

use plotters::style::RGBColor;

use super::clip::Point;
use super::error::FigureError;
use super::sheet::Sheet;
use super::stroke::Stroke;
use super::theme;

/// The outline of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A circle.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle on its base.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle on its tip.
    Wedge,
}

/// A shape with its size and colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    /// The shape.
    pub(super) shape: Shape,
    /// The colour.
    pub(super) color: RGBColor,
    /// Distance from the centre in canvas units.
    pub(super) radius: f64,
    /// Filled, or an outline filled with paper.
    pub(super) filled: bool,
    /// 1 hides what is below.
    pub(super) opacity: f64,
}

impl Mark {
    /// The filled mark of series number `series`.
    pub(super) fn series(series: usize) -> Self {
        // Five shapes and six colours: thirty series before a pair repeats.
        const SHAPES: [Shape; 5] =
            [Shape::Circle, Shape::Square, Shape::Triangle, Shape::Diamond, Shape::Wedge];
        let (shape, color) = (SHAPES[series % SHAPES.len()], theme::color(series));
        Self { shape, color, radius: 17.0, filled: true, opacity: 1.0 }
    }

    /// Draws the mark at `centre`, in canvas units.
    pub(super) fn draw(&self, sheet: &Sheet<'_>, centre: Point) -> Result<(), FigureError> {
        let mut outline = self.outline(centre);
        if self.filled {
            return sheet.polygon(&outline, self.color, self.opacity);
        }
        sheet.polygon(&outline, theme::WHITE, self.opacity)?;
        outline.push(outline[0]);
        sheet.line(&outline, &Stroke { opacity: self.opacity, ..Stroke::solid(self.color, 7) })
    }

    /// The corners, scaled so that all shapes look equally large.
    fn outline(&self, centre: Point) -> Vec<Point> {
        use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, TAU};
        // The y axis of the canvas points down: a first corner at −π/2 is on top.
        let (corners, first, stretch) = match self.shape {
            Shape::Circle => (24, 0.0, 1.0),
            Shape::Square => (4, FRAC_PI_4, 1.25),
            Shape::Triangle => (3, -FRAC_PI_2, 1.4),
            Shape::Diamond => (4, 0.0, 1.35),
            Shape::Wedge => (3, FRAC_PI_2, 1.4),
        };
        let corner = |k: u32| {
            let angle = first + TAU * f64::from(k) / f64::from(corners);
            let radius = self.radius * stretch;
            [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()]
        };
        (0..corners).map(corner).collect()
    }
}
