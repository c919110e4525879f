//! How near kernels come to what their instructions allow, and what products cost.

use super::axis::Axis;
use super::clip::Point;
use super::columns::{distinct, label, optional, positive, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::Mark;
use super::panel::Panel;
use super::stroke::{Dash, Stroke};
use super::{Figure, theme};
use crate::record::Record;

/// Draws tables `depth` and `size`: multiply-adds a cycle against the length of the sums, below the
/// limit of each kernel, and the time of a product against its multiply-adds.
#[derive(Debug, Clone, Copy)]
pub struct Roofline;

const KERNELS_MAX: usize = 10;
const CAPTION: &str = "Left: multiply-adds that a core finishes in a cycle, against the length of the \
                       sums; each dotted line is the most that the instructions of the kernel of \
                       its colour allow. Right: the time of a product of square matrices, both axes \
                       logarithmic; lower is better.";
const TITLES: [&str; 2] = ["work a cycle, and its limits", "cost against size"];

impl Figure for Roofline {
    fn kind(&self) -> &'static str {
        "roofline"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let (depth, size) = (table(record, "depth")?, table(record, "size")?);
        let (of_depth, of_size) = (depth.words("kernel")?, size.words("kernel")?);
        let kernels = distinct(of_depth.iter().chain(of_size), "kernels", KERNELS_MAX)?;
        let (length, rate) = (positive(depth, "length")?, positive(depth, "mac_per_cycle")?);
        let limit = optional(depth, "limit")?;
        let (macs, time) = (positive(size, "macs")?, positive(size, "time")?);
        let limits = limit.iter().copied().filter(|limit| !limit.is_nan());
        let x_axes = [
            Axis::log("length of the sums K", length.iter().copied()),
            Axis::log("multiply-adds M·N·K", macs.iter().copied()),
        ];
        let y_axes = [
            Axis::linear("multiply-adds a cycle", rate.iter().copied().chain(limits).chain([0.0])),
            Axis::log(&label(size, "time", "time"), time.iter().copied()),
        ];
        let grid = Grid { shared_y: false, ..Grid::new(2, 2, 1400.0, &y_axes)? };
        grid.draw(record, CAPTION, &legend(&kernels)?, |sheet, view, frame, labelled| {
            let axes = (&x_axes[view], &y_axes[view]);
            let panel = Panel::new(sheet, frame, axes, TITLES[view], labelled)?;
            for (series, kernel) in kernels.iter().enumerate() {
                let points = if view == 0 {
                    let here = rows(depth, |row| of_depth[row] == *kernel);
                    for &row in here.iter().take(1).filter(|&&row| !limit[row].is_nan()) {
                        panel.level(limit[row], &limit_stroke(series))?;
                    }
                    along(&here, length, rate)
                } else {
                    along(&rows(size, |row| of_size[row] == *kernel), macs, time)
                };
                panel.line(&points, &stroke(series))?;
                for point in points {
                    panel.mark(point, &mark(series))?;
                }
            }
            Ok(())
        })
    }
}

/// The points of these rows by their first coordinate.
fn along(here: &[usize], x: &[f64], y: &[f64]) -> Vec<Point> {
    let mut points: Vec<Point> = here.iter().map(|&row| [x[row], y[row]]).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    points
}

/// Solid, so that dots are limits and nothing else.
fn stroke(series: usize) -> Stroke {
    Stroke::solid(theme::color(series), 8)
}

/// Open from the sixth on, where the shapes begin anew.
fn mark(series: usize) -> Mark {
    Mark { filled: series < 5, ..Mark::series(series) }
}

fn limit_stroke(series: usize) -> Stroke {
    Stroke::solid(theme::color(series), 6).dashed(Dash::Dotted)
}

fn legend(kernels: &[&str]) -> Result<Legend, FigureError> {
    let entry =
        |(series, name): (usize, &&str)| Entry::line(name, stroke(series)).with_mark(mark(series));
    let limit = Entry::line("limit of the kernel", Stroke { color: theme::INK, ..limit_stroke(0) });
    Legend::new(kernels.iter().enumerate().map(entry).chain([limit]).collect())
}
