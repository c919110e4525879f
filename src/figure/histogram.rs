//! Pre-activations of every layer against the unit normal: Figure 2 of the paper.

use plotters::style::RGBColor;

use super::Figure;
use super::axis::Axis;
use super::clip::Point;
use super::columns::{distinct, finite, label, optional, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::{Mark, Shape};
use super::panel::Panel;
use super::sheet::{Area, Lettering, Sheet};
use super::stroke::{Dash, Stroke};
use super::theme::{self, size};
use crate::math::normal;
use crate::record::{Record, Table};

/// Draws tables `histogram` and `fit`: one panel a layer.
#[derive(Debug, Clone, Copy)]
pub struct Histogram;

const LAYERS_MAX: usize = 32;
const CAPTION: &str = "Shaded: density of a layer's input before quantization. Dashed: the unit \
                       normal. Pins: the probability of every level after quantization, on the \
                       same scale. KS is the Kolmogorov–Smirnov distance to the unit normal.";
const BEFORE: RGBColor = theme::PALETTE[0];
const SHADE: f64 = 0.22;
const OUTLINE: Stroke = Stroke::solid(BEFORE, 6);
const PIN: Stroke = Stroke::solid(theme::PALETTE[1], 6);
const PIN_HEAD: Mark = Mark {
    shape: Shape::Circle,
    color: theme::PALETTE[1],
    radius: 13.0,
    filled: true,
    opacity: 1.0,
};
const NORMAL: Stroke = Stroke::solid(theme::INK, 6).dashed(Dash::Dashed);

/// One bin of the table.
#[derive(Debug, Clone, Copy)]
struct Bin {
    low: f64,
    high: f64,
    density: f64,
}

impl Bin {
    fn probability(&self) -> f64 {
        self.density * (self.high - self.low)
    }
}

impl Figure for Histogram {
    fn kind(&self) -> &'static str {
        "histogram"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let (bins, fit) = (table(record, "histogram")?, table(record, "fit")?);
        let layers = distinct(bins.words("layer")?, "layers", LAYERS_MAX)?;
        let mut panels = Vec::with_capacity(layers.len());
        for layer in &layers {
            panels.push((stage(bins, layer, "before")?, stage(bins, layer, "after")?));
        }
        let all = || panels.iter().flat_map(|(before, after)| before.iter().chain(after));
        let ends = all().flat_map(|bin| [bin.low, bin.high]).chain([-3.0, 3.0]);
        let x_axis = Axis::linear(&label(bins, "low", "input of the quantizer"), ends);
        let before = panels.iter().flat_map(|(before, _)| before).map(|bin| bin.density);
        let after = panels.iter().flat_map(|(_, after)| after).map(Bin::probability);
        // The notes stand above the histogram: a quarter of the height is theirs.
        let top = before.chain(after).fold(normal::pdf(0.0), f64::max) * 1.25;
        let y_axis = Axis::of_range("density, probability", 0.0, top);

        let legend = Legend::new(vec![
            Entry { band: Some(SHADE), ..Entry::line("before quantization: density", OUTLINE) },
            Entry::line("after: probability of each level", PIN).with_mark(PIN_HEAD),
            Entry::line("unit normal N(0, 1)", NORMAL),
        ])?;
        let y_axes = [y_axis];
        let grid = Grid { shared_x: true, ..Grid::new(layers.len(), 4, 640.0, &y_axes)? };
        grid.draw(record, CAPTION, &legend, |sheet, number, frame, labelled| {
            let axes = (&x_axis, &y_axes[0]);
            let panel = Panel::new(sheet, frame, axes, layers[number], labelled)?;
            let (before, after) = &panels[number];
            draw_before(&panel, before)?;
            draw_normal(&panel, &x_axis)?;
            for bin in after {
                let centre = f64::midpoint(bin.low, bin.high);
                panel.line(&[[centre, 0.0], [centre, bin.probability()]], &PIN)?;
                panel.mark([centre, bin.probability()], &PIN_HEAD)?;
            }
            draw_notes(sheet, frame, fit, layers[number])
        })
    }
}

/// The bins of a layer that hold anything, in ascending order.
fn stage(table: &Table, layer: &str, stage: &str) -> Result<Vec<Bin>, FigureError> {
    let (layers, stages) = (table.words("layer")?, table.words("stage")?);
    let (low, high) = (finite(table, "low")?, finite(table, "high")?);
    let density = finite(table, "density")?;
    let unordered = |row: usize| FigureError::Unplaceable {
        table: table.name().to_owned(),
        column: "density".to_owned(),
        row: row + 1,
        found: density[row],
        allowed: "densities that are not negative, over bins with low < high",
    };
    let mut bins = Vec::new();
    for row in rows(table, |row| layers[row] == layer && stages[row] == stage) {
        if density[row] < 0.0 || low[row] >= high[row] {
            return Err(unordered(row));
        }
        if density[row] > 0.0 {
            bins.push(Bin { low: low[row], high: high[row], density: density[row] });
        }
    }
    bins.sort_by(|one, other| one.low.total_cmp(&other.low));
    Ok(bins)
}

/// One shaded area for each run of touching bins: single bars would show seams.
fn draw_before(panel: &Panel<'_, '_>, bins: &[Bin]) -> Result<(), FigureError> {
    // Neighbouring edges computed as low + k·width differ by roundings, not by part of a bin.
    let touching = |one: &Bin, next: &Bin| next.low - one.high < 1e-6 * (next.high - next.low);
    for run in bins.chunk_by(touching) {
        let steps = run.iter().flat_map(|bin| [[bin.low, bin.density], [bin.high, bin.density]]);
        let mut outline: Vec<Point> = vec![[run[0].low, 0.0]];
        outline.extend(steps);
        outline.push([run[run.len() - 1].high, 0.0]);
        panel.area(&outline, BEFORE, SHADE)?;
        panel.line(&outline, &OUTLINE)?;
    }
    Ok(())
}

fn draw_normal(panel: &Panel<'_, '_>, x_axis: &Axis) -> Result<(), FigureError> {
    const SAMPLES: u32 = 120;
    let (low, high) = (x_axis.ends().0.max(-5.0), x_axis.ends().1.min(5.0));
    let at = |k: u32| low + (high - low) * f64::from(k) / f64::from(SAMPLES);
    let points: Vec<Point> = (0..=SAMPLES).map(|k| [at(k), normal::pdf(at(k))]).collect();
    panel.reference(&points, &NORMAL)
}

fn draw_notes(sheet: &Sheet<'_>, frame: Area, fit: &Table, layer: &str) -> Result<(), FigureError> {
    let columns = [("KS", "ks", 3), ("mean", "mean", 2), ("sd", "deviation", 2)];
    let Some(row) = fit.words("layer")?.iter().position(|known| known == layer) else {
        return Ok(());
    };
    let left = Lettering::new(size::NOTE, theme::INK);
    for (line, (name, column, decimals)) in columns.into_iter().enumerate() {
        let value = optional(fit, column)?[row];
        let value = if value.is_nan() { "–".to_owned() } else { format!("{value:.decimals$}") };
        let y = frame.top + size::NOTE * (0.9 + 1.3 * line as f64);
        let note = format!("{name} {}", value.replace('-', "−"));
        let (lettering, note) = left.fitted(&note, 0.4 * frame.width())?;
        sheet.text(&note, [frame.left + 24.0, y], &lettering)?;
    }
    Ok(())
}
