//! A finished picture: one SVG with outlined text, and the PNG made of that very SVG.

use std::fmt::Display;
use std::sync::Arc;

use plotters::prelude::{IntoDrawingArea, SVGBackend};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, Indent, WriteOptions};

use super::error::FigureError;
use super::sheet::Sheet;
use super::theme;

/// A figure, ready to be written or embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    svg: String,
    caption: String,
}

impl Drawing {
    /// The SVG document: self-contained, its text turned into outlines of the embedded font, so it
    /// looks the same on every machine, and the same bytes for the same record.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// How to read the figure, in a sentence or two: what its marks, lines and bands stand for.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The picture as PNG, 1350 pixels wide, rendered from [`Drawing::svg`].
    ///
    /// # Errors
    ///
    /// When the image does not fit into memory.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        let tree = usvg::Tree::from_str(&self.svg, &usvg::Options::default()).map_err(canvas)?;
        let scale = theme::PNG_SCALE * theme::UNITS_PER_PIXEL as f32;
        let size = tree.size().to_int_size().scale_by(scale);
        let pixmap = size.and_then(|size| Pixmap::new(size.width(), size.height()));
        let mut pixmap = pixmap.ok_or_else(|| canvas("the image has no size"))?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
        pixmap.encode_png().map_err(canvas)
    }

    /// A picture `height` canvas units high, drawn by `draw` on white paper.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "sizes of a sheet are positive and far below 2³²"
    )]
    pub(super) fn compose(
        title: &str,
        caption: &str,
        height: f64,
        draw: impl FnOnce(&Sheet<'_>) -> Result<(), FigureError>,
    ) -> Result<Self, FigureError> {
        // Eight units are three pixels of the PNG: no row of pixels is covered in part.
        let size = (theme::WIDTH as u32, (height.ceil() as u32).next_multiple_of(8));
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
            area.fill(&theme::WHITE).map_err(canvas)?;
            let sheet = Sheet::new(area);
            draw(&sheet)?;
            sheet.finish()?;
        }
        let svg = with_header(&outlined(&text)?, title, size)?;
        Ok(Self { svg, caption: caption.to_owned() })
    }
}

/// The document with every text replaced by the outlines of its glyphs.
fn outlined(text: &str) -> Result<String, FigureError> {
    // Joins are round, so that the corners of steep curves do not overshoot as spikes.
    let text = text.replacen("<svg ", "<svg stroke-linejoin=\"round\" ", 1);
    let tree = usvg::Tree::from_str(&text, &font_options()).map_err(canvas)?;
    Ok(tree.to_string(&WriteOptions {
        // A tenth of a canvas unit is 1/40 of a pixel.
        coordinates_precision: 1,
        transforms_precision: 6,
        indent: Indent::None,
        attributes_indent: Indent::None,
        ..WriteOptions::default()
    }))
}

/// Replaces the opening tag: the canvas is shown at a quarter of its size, with a title for those
/// who listen rather than look.
fn with_header(document: &str, title: &str, size: (u32, u32)) -> Result<String, FigureError> {
    let body = document.split_once("<svg").and_then(|(_, rest)| rest.split_once('>'));
    let (_, body) = body.ok_or_else(|| canvas("the document has no <svg> tag"))?;
    let (width, height) = size;
    let shown = |units: u32| f64::from(units) / f64::from(theme::UNITS_PER_PIXEL);
    let (shown_width, shown_height) = (shown(width), shown(height));
    let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{shown_width}\" \
         height=\"{shown_height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\
         <title>{title}</title>{body}\n"
    ))
}

/// Options that know the embedded font and no other.
fn font_options() -> usvg::Options<'static> {
    let mut options =
        usvg::Options { font_family: theme::FONT_FAMILY.to_owned(), ..usvg::Options::default() };
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    options
}

fn canvas(reason: impl Display) -> FigureError {
    FigureError::Canvas(reason.to_string())
}
