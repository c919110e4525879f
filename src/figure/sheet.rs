//! The paper a figure is drawn on: lines, areas, marks and text in canvas units.

use plotters::coord::Shift;
use plotters::element::{PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{DrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle,
};

use super::clip::Point;
use super::error::FigureError;
use super::stroke::Stroke;
use super::theme;

/// plotters calls 1.24 em the size of a font.
const PLOTTERS_SIZE_PER_EM: f64 = 1.24;
/// The rasteriser that measures for plotters calls ascent plus descent the size of a font, which
/// for the embedded font is (1901 + 483) / 2048 em.
const MEASURED_SIZE_PER_EM: f64 = 2384.0 / 2048.0;

/// An upright rectangle in canvas units, y pointing down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    /// Left edge.
    pub(super) left: f64,
    /// Upper edge.
    pub(super) top: f64,
    /// Right edge.
    pub(super) right: f64,
    /// Lower edge.
    pub(super) bottom: f64,
}

impl Area {
    /// Horizontal extent.
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }
}

/// Size, colour and alignment of a text.
#[derive(Clone, Copy)]
pub(super) struct Lettering {
    /// The em in canvas units.
    pub(super) size: f64,
    /// The colour.
    pub(super) color: RGBColor,
    /// Which part of the text sits at the given point.
    pub(super) horizontal: HPos,
    /// Which part of the text sits at the given point.
    pub(super) vertical: VPos,
    /// Whether the letters are heavy.
    pub(super) bold: bool,
    /// Whether the text is read from below.
    pub(super) turned: bool,
}

impl Lettering {
    /// Text that starts at its point, centred on its height.
    pub(super) const fn new(size: f64, color: RGBColor) -> Self {
        let (horizontal, vertical) = (HPos::Left, VPos::Center);
        Self { size, color, horizontal, vertical, bold: false, turned: false }
    }

    /// The same, centred on its point.
    pub(super) const fn centred(self) -> Self {
        Self { horizontal: HPos::Center, ..self }
    }

    /// The same, ending at its point.
    pub(super) const fn ending(self) -> Self {
        Self { horizontal: HPos::Right, ..self }
    }

    /// The same in heavy letters.
    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same, read from below.
    pub(super) const fn turned(self) -> Self {
        Self { turned: true, ..self }
    }

    fn font(&self) -> Result<FontDesc<'static>, FigureError> {
        theme::register_fonts()?;
        let style = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        let size = self.size * PLOTTERS_SIZE_PER_EM;
        let font = FontDesc::new(FontFamily::Name(theme::FONT_FAMILY), size, style);
        Ok(if self.turned { font.transform(FontTransform::Rotate270) } else { font })
    }

    /// Width of `text` in canvas units.
    pub(super) fn width(&self, text: &str) -> Result<f64, FigureError> {
        let unmeasured = |error| FigureError::Canvas(format!("cannot measure text: {error}"));
        // Measured unturned and large: the measure is a whole number of units.
        let font = Self { turned: false, ..*self }.font()?.resize(1000.0);
        let (width, _) = font.box_size(text).map_err(unmeasured)?;
        Ok(f64::from(width) / 1000.0 * MEASURED_SIZE_PER_EM * self.size)
    }

    /// The same text made to fit into `room`: a little smaller first, then cut.
    pub(super) fn fitted(self, text: &str, room: f64) -> Result<(Self, String), FigureError> {
        const SMALLEST: f64 = 0.7;
        let shrink = (room / self.width(text)?).clamp(SMALLEST, 1.0);
        let smaller = Self { size: self.size * shrink, ..self };
        let text = smaller.cut(text, room)?;
        Ok((smaller, text))
    }

    /// The text, or as much of it as fits into `room` with an ellipsis.
    pub(super) fn cut(&self, text: &str, room: f64) -> Result<String, FigureError> {
        /// No line of the sheet holds more letters, so the rest need not be measured.
        const LETTERS_MAX: usize = 200;
        let mut kept: String = text.chars().take(LETTERS_MAX).collect();
        let mut shown = if kept.len() == text.len() { kept.clone() } else { format!("{kept}…") };
        // A text shrunk to the room may miss it by the rounding of that.
        while self.width(&shown)? > room * (1.0 + 1e-9) && kept.pop().is_some() {
            shown = format!("{}…", kept.trim_end());
        }
        Ok(shown)
    }
}

/// The drawing surface.
pub(super) struct Sheet<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(area: DrawingArea<SVGBackend<'a>, Shift>) -> Self {
        Self { area }
    }

    /// Writes out what was drawn.
    pub(super) fn finish(&self) -> Result<(), FigureError> {
        self.area.present().map_err(|error| FigureError::Canvas(error.to_string()))
    }

    /// A line through `points`, in the dashes of its stroke.
    pub(super) fn line(&self, points: &[Point], stroke: &Stroke) -> Result<(), FigureError> {
        let style = ShapeStyle {
            color: stroke.color.mix(stroke.opacity),
            filled: false,
            stroke_width: stroke.width,
        };
        for piece in stroke.dash.cut(points) {
            let path: Vec<(i32, i32)> = piece.iter().map(|&point| unit(point)).collect();
            self.draw(&PathElement::new(path, style))?;
        }
        Ok(())
    }

    /// A filled polygon.
    pub(super) fn polygon(
        &self,
        corners: &[Point],
        color: RGBColor,
        opacity: f64,
    ) -> Result<(), FigureError> {
        let corners: Vec<(i32, i32)> = corners.iter().map(|&point| unit(point)).collect();
        self.draw(&Polygon::new(corners, color.mix(opacity)))
    }

    /// A filled upright rectangle.
    pub(super) fn rectangle(&self, area: Area, color: RGBColor) -> Result<(), FigureError> {
        let corners = [unit([area.left, area.top]), unit([area.right, area.bottom])];
        self.draw(&Rectangle::new(corners, color.filled()))
    }

    /// A text at a point.
    pub(super) fn text(
        &self,
        text: &str,
        at: Point,
        lettering: &Lettering,
    ) -> Result<(), FigureError> {
        let style = TextStyle {
            font: lettering.font()?,
            color: lettering.color.to_backend_color(),
            pos: Pos::new(lettering.horizontal, lettering.vertical),
        };
        self.draw(&Text::new(text.to_owned(), unit(at), style))
    }

    fn draw<E>(&self, element: &E) -> Result<(), FigureError>
    where
        for<'b> &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
        E: plotters::element::Drawable<SVGBackend<'a>>,
    {
        self.area.draw(element).map_err(|error| FigureError::Canvas(error.to_string()))
    }
}

/// The nearest whole canvas unit: a quarter of a pixel.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the sheet is a few thousand units wide, and casts of floats saturate"
)]
fn unit(point: Point) -> (i32, i32) {
    (point[0].round() as i32, point[1].round() as i32)
}
