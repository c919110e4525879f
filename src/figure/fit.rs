//! Data, the laws that were fitted to them, and what every codebook makes of them.

use plotters::style::RGBColor;

use super::Figure;
use super::axis::Axis;
use super::clip::Point;
use super::columns::{distinct, finite, label, optional, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::panel::Panel;
use super::sheet::{Lettering, Sheet};
use super::stroke::Stroke;
use super::theme::{self, size};
use crate::record::{Record, Table};

/// Draws tables `histogram`, `laws`, `levels` and `methods`: the histogram with the laws, below it
/// the levels on the same axis, and a bar of signal-to-noise ratio for each codebook.
#[derive(Debug, Clone, Copy)]
pub struct Fit;

const LAWS_MAX: usize = 5;
const METHODS_MAX: usize = 24;
const TITLES: [&str; 3] =
    ["density of the data and of fitted laws", "levels", "signal-to-noise ratio"];
const CAPTION: &str = "Shaded: histogram of the data within six deviations of the mean, an atom at \
                       0 left out. Lines: laws of greatest likelihood. Below: every level of the \
                       codebooks. Bars: signal-to-noise ratio of each codebook on the data; blue \
                       is the optimum, orange the codebooks of laws, grey the calibrators.";
const SHADE: RGBColor = theme::MUTED;
const OPACITY: f64 = 0.28;
const OUTLINE: Stroke = Stroke::solid(theme::MUTED, 4);
const NUMBER_LINE: Stroke = Stroke::solid(theme::RULE, 3);
/// Room for the number beside a bar.
const RATIO_ROOM: f64 = 300.0;
/// Height of a level's stroke, and of a bar, as a part of its row.
const HALF: f64 = 0.32;

impl Figure for Fit {
    fn kind(&self) -> &'static str {
        "fit"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let (histogram, laws) = (table(record, "histogram")?, table(record, "laws")?);
        let (levels, methods) = (table(record, "levels")?, table(record, "methods")?);
        let outline = outline(histogram)?;
        let curves = curves(laws)?;
        let codebooks = codebooks(levels)?;
        let bars = bars(methods)?;

        let reach = outline.iter().map(|point| point[0]);
        let reach = reach.chain(codebooks.iter().flat_map(|(_, levels)| levels.iter().copied()));
        let value = Axis::linear(&label(levels, "level", "value"), reach);
        let highest = outline.iter().map(|point| point[1]).fold(0.0, f64::max);
        let highest = if highest > 0.0 { highest } else { 1.0 };
        let ratios = bars.iter().filter_map(|bar| bar.ratio).chain([0.0]);
        let x_axes = [value.clone(), value, Axis::linear(&label(methods, "sqnr", "SQNR"), ratios)];
        let names: Vec<&str> = codebooks.iter().map(|(name, _)| *name).collect();
        let rules: Vec<&str> = bars.iter().map(|bar| bar.name).collect();
        let y_axes = [
            Axis::of_range("density", 0.0, 1.08 * highest),
            Axis::rows(&names),
            Axis::rows(&rules),
        ];

        let grid = Grid {
            shared_y: false,
            right: RATIO_ROOM,
            ..Grid::new(TITLES.len(), 1, 1040.0, &y_axes)?
        };
        grid.draw(record, CAPTION, &legend(&curves)?, |sheet, number, frame, labelled| {
            let axes = (&x_axes[number], &y_axes[number]);
            let panel = Panel::new(sheet, frame, axes, TITLES[number], labelled)?;
            match number {
                0 => {
                    panel.area(&outline, SHADE, OPACITY)?;
                    panel.line(&outline, &OUTLINE)?;
                    for (series, (_, curve)) in curves.iter().enumerate() {
                        panel.reference(curve, &Stroke::series(series, 8))?;
                    }
                    Ok(())
                }
                1 => draw_levels(&panel, &codebooks),
                _ => {
                    draw_bars(&panel, &bars)?;
                    draw_ratios(sheet, &panel, &bars)
                }
            }
        })
    }
}

fn legend(curves: &[(&str, Vec<Point>)]) -> Result<Legend, FigureError> {
    let laws = curves.iter().enumerate();
    let mut entries = vec![Entry { band: Some(OPACITY), ..Entry::line("data", OUTLINE) }];
    entries.extend(laws.map(|(series, (name, _))| Entry::line(name, Stroke::series(series, 8))));
    Legend::new(entries)
}

/// The steps of the histogram from the axis and back to it.
fn outline(table: &Table) -> Result<Vec<Point>, FigureError> {
    let (low, high) = (finite(table, "low")?, finite(table, "high")?);
    let density = finite(table, "density")?;
    let mut outline = vec![[low[0], 0.0]];
    for row in 0..table.rows() {
        if density[row] < 0.0 || low[row] >= high[row] {
            return Err(FigureError::Unplaceable {
                table: table.name().to_owned(),
                column: "density".to_owned(),
                row: row + 1,
                found: density[row],
                allowed: "densities that are not negative, over bins with low < high",
            });
        }
        outline.extend([[low[row], density[row]], [high[row], density[row]]]);
    }
    outline.push([high[table.rows() - 1], 0.0]);
    Ok(outline)
}

fn curves(table: &Table) -> Result<Vec<(&str, Vec<Point>)>, FigureError> {
    let names = table.words("law")?;
    let (x, density) = (finite(table, "x")?, finite(table, "density")?);
    let curve = |name| {
        let here = rows(table, |row| names[row] == name);
        (name, here.into_iter().map(|row| [x[row], density[row]]).collect())
    };
    Ok(distinct(names, "laws", LAWS_MAX)?.into_iter().map(curve).collect())
}

fn codebooks(table: &Table) -> Result<Vec<(&str, Vec<f64>)>, FigureError> {
    let (names, level) = (table.words("method")?, finite(table, "level")?);
    let codebook = |name| {
        let here = rows(table, |row| names[row] == name);
        (name, here.into_iter().map(|row| level[row]).collect())
    };
    Ok(distinct(names, "codebooks", METHODS_MAX)?.into_iter().map(codebook).collect())
}

/// A codebook with its ratio, if noise is left to measure it.
struct Bar<'a> {
    name: &'a str,
    color: RGBColor,
    ratio: Option<f64>,
}

fn bars(table: &Table) -> Result<Vec<Bar<'_>>, FigureError> {
    let (names, origins) = (table.words("method")?, table.words("origin")?);
    let ratio = optional(table, "sqnr")?;
    if names.len() > METHODS_MAX {
        let what = "codebooks";
        return Err(FigureError::TooMany { what, count: names.len(), max: METHODS_MAX });
    }
    let bar = |row: usize| {
        Ok(Bar {
            name: &names[row],
            color: match origins[row].as_str() {
                "optimum" => theme::PALETTE[0],
                "law" => theme::PALETTE[4],
                "calibrator" => theme::MUTED,
                other => {
                    return Err(FigureError::UnknownWord {
                        table: table.name().to_owned(),
                        column: "origin",
                        row: row + 1,
                        found: other.to_owned(),
                        allowed: "optimum, law, calibrator".to_owned(),
                    });
                }
            },
            ratio: (!ratio[row].is_nan()).then_some(ratio[row]),
        })
    };
    (0..table.rows()).map(bar).collect()
}

fn draw_levels(panel: &Panel<'_, '_>, codebooks: &[(&str, Vec<f64>)]) -> Result<(), FigureError> {
    for (row, (_, levels)) in codebooks.iter().enumerate() {
        let y = row as f64;
        // Many levels are drawn finer, so that neighbours stay apart.
        let width = if levels.len() > 32 { 3 } else { 8 };
        let stroke = Stroke::solid(theme::color(row), width);
        panel.level(y, &NUMBER_LINE)?;
        for &level in levels {
            panel.line(&[[level, y - HALF], [level, y + HALF]], &stroke)?;
        }
    }
    Ok(())
}

fn draw_bars(panel: &Panel<'_, '_>, bars: &[Bar<'_>]) -> Result<(), FigureError> {
    for (row, bar) in bars.iter().enumerate() {
        let y = row as f64;
        if let Some(ratio) = bar.ratio {
            let corners = [[0.0, y - HALF], [ratio, y - HALF], [ratio, y + HALF], [0.0, y + HALF]];
            panel.area(&corners, bar.color, 0.85)?;
        }
    }
    panel.upright(0.0, &Stroke::solid(theme::INK, 4))
}

/// The number of each bar, beside the frame.
fn draw_ratios(
    sheet: &Sheet<'_>,
    panel: &Panel<'_, '_>,
    bars: &[Bar<'_>],
) -> Result<(), FigureError> {
    let lettering = Lettering::new(size::NOTE, theme::INK);
    for (row, bar) in bars.iter().enumerate() {
        let number = bar.ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.2} dB"));
        let (lettering, number) = lettering.fitted(&number.replace('-', "−"), RATIO_ROOM - 24.0)?;
        sheet.text(&number, [panel.frame.right + 24.0, panel.height_of(row as f64)], &lettering)?;
    }
    Ok(())
}
