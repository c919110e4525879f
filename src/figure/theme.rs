//! Sizes, colours and the font that every figure shares.

use std::sync::OnceLock;

use plotters::style::{FontStyle, RGBColor, register_font};

use super::error::FigureError;

/// Canvas units a CSS pixel: plotters rounds to whole units, so a fine canvas keeps curves smooth.
pub(super) const UNITS_PER_PIXEL: u32 = 4;

/// Width of every figure in canvas units: 900 pixels in a browser, 1350 as PNG.
pub(super) const WIDTH: f64 = 3600.0;

/// PNG pixels a canvas unit.
pub(super) const PNG_SCALE: f32 = 0.375;

/// The family every text names; it is registered below and never looked up on the machine.
pub(super) const FONT_FAMILY: &str = "DejaVu Sans";

/// Blank border around the figure.
pub(super) const MARGIN: f64 = 56.0;

/// Text sizes: the em in canvas units.
pub(super) mod size {
    /// Title of the figure.
    pub(in crate::figure) const TITLE: f64 = 68.0;
    /// Title of a panel.
    pub(in crate::figure) const PANEL: f64 = 56.0;
    /// Titles of axes.
    pub(in crate::figure) const AXIS: f64 = 54.0;
    /// Tick labels.
    pub(in crate::figure) const TICK: f64 = 48.0;
    /// Legend entries.
    pub(in crate::figure) const LEGEND: f64 = 52.0;
    /// Notes inside a panel.
    pub(in crate::figure) const NOTE: f64 = 44.0;
}

/// Paper.
pub(super) const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Text, axes and reference curves.
pub(super) const INK: RGBColor = RGBColor(32, 32, 32);
/// Notes and everything that should step back.
pub(super) const MUTED: RGBColor = RGBColor(96, 96, 96);
/// Grid lines.
pub(super) const RULE: RGBColor = RGBColor(222, 222, 222);
/// Every other row of a table-like plot.
pub(super) const STRIPE: RGBColor = RGBColor(246, 246, 246);

/// The palette of Okabe and Ito without its yellow, which no line on white paper survives.
///
/// # References
///
/// Okabe, Ito: "Color Universal Design" (2008). The eighth colour, black, is kept for references.
pub(super) const PALETTE: [RGBColor; 6] = [
    RGBColor(0, 114, 178),   // blue
    RGBColor(213, 94, 0),    // vermilion
    RGBColor(0, 158, 115),   // bluish green
    RGBColor(204, 121, 167), // reddish purple
    RGBColor(230, 159, 0),   // orange
    RGBColor(86, 180, 233),  // sky blue
];

/// The colour of series number `series`.
pub(super) fn color(series: usize) -> RGBColor {
    PALETTE[series % PALETTE.len()]
}

/// Makes the embedded font known to plotters, which measures text with it.
pub(super) fn register_fonts() -> Result<(), FigureError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = REGISTERED.get_or_init(|| {
        let regular = register_font(FONT_FAMILY, FontStyle::Normal, dejavu::sans::regular());
        let bold = register_font(FONT_FAMILY, FontStyle::Bold, dejavu::sans::bold());
        regular.is_ok() && bold.is_ok()
    });
    let unreadable = || FigureError::Canvas("the embedded font is not readable".to_owned());
    registered.then_some(()).ok_or_else(unreadable)
}
