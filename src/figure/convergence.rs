//! How fast iterations come to the optimal levels, and the law of Lloyd's rate.

use super::axis::Axis;
use super::clip::Point;
use super::columns::{distinct, label, positive, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::Mark;
use super::panel::Panel;
use super::stroke::{Dash, Stroke};
use super::{Figure, theme};
use crate::record::{Record, Table};

/// Draws tables `rounds` and `rates`: the distance from the optimum round by round, and what a round
/// of Lloyd's takes off it against the number of levels.
#[derive(Debug, Clone, Copy)]
pub struct Convergence;

const SIZES_MAX: usize = 5;
const METHODS_MAX: usize = 5;
const MODES_MAX: usize = 5;
const CAPTION: &str = "The distance of the worst level from its optimal place after each round, both \
                       axes logarithmic. Last panel: the share 1 − ρ that a round of Lloyd's takes \
                       off the slowest errors, and the law (πk/2)²/N² in black.";
const LAW: Stroke = Stroke::solid(theme::INK, 5).dashed(Dash::Dashed);
/// About how many marks a line gets: enough to follow it in grey.
const MARKS: usize = 9;

impl Figure for Convergence {
    fn kind(&self) -> &'static str {
        "convergence"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let (rounds, rates) = (table(record, "rounds")?, table(record, "rates")?);
        let sizes = distinct(rounds.words("size")?, "sizes", SIZES_MAX)?;
        let methods = distinct(rounds.words("method")?, "methods", METHODS_MAX)?;
        let modes = distinct(rates.words("mode")?, "modes", MODES_MAX)?;
        let (round, distance) = (positive(rounds, "round")?, positive(rounds, "distance")?);
        let (levels, gap) = (positive(rates, "levels")?, positive(rates, "gap")?);
        let law = positive(rates, "law")?;
        let x_axes = [
            Axis::log("round", round.iter().copied()),
            Axis::log("levels N", levels.iter().copied()),
        ];
        let y_axes = [
            Axis::log(&label(rounds, "distance", "from the optimum"), distance.iter().copied()),
            Axis::log("1 − ρ", gap.iter().chain(law).copied()),
        ];
        let panels = sizes.len() + 1;
        let grid = Grid { shared_y: false, ..Grid::new(panels, 3, 1150.0, &y_axes)? };
        grid.draw(record, CAPTION, &legend(&methods, &modes)?, |sheet, number, frame, labelled| {
            let view = usize::from(number == sizes.len());
            let title = if view == 0 { sizes[number] } else { "rate of Lloyd's iteration" };
            let axes = (&x_axes[view], &y_axes[view]);
            let panel = Panel::new(sheet, frame, axes, title, labelled)?;
            if view == 1 {
                for (series, mode) in modes.iter().enumerate() {
                    panel.line(&points(rates, "mode", mode, None, (levels, law))?, &LAW)?;
                    for point in points(rates, "mode", mode, None, (levels, gap))? {
                        panel.mark(point, &Mark::series(methods.len() + series))?;
                    }
                }
                return Ok(());
            }
            for (series, method) in methods.iter().enumerate() {
                let size = Some(sizes[number]);
                let points = points(rounds, "method", method, size, (round, distance))?;
                panel.line(&points, &Stroke::series(series, 8))?;
                for point in points.iter().step_by(points.len().div_ceil(MARKS).max(1)) {
                    panel.mark(*point, &Mark::series(series))?;
                }
            }
            Ok(())
        })
    }
}

/// The points of one name, of one size where there are several, by their first coordinate.
fn points(
    table: &Table,
    of: &str,
    name: &str,
    size: Option<&str>,
    (x, y): (&[f64], &[f64]),
) -> Result<Vec<Point>, FigureError> {
    let names = table.words(of)?;
    let sizes = if size.is_some() { table.words("size")? } else { names };
    let here = rows(table, |row| names[row] == name && size.is_none_or(|size| sizes[row] == size));
    let mut points: Vec<Point> = here.into_iter().map(|row| [x[row], y[row]]).collect();
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    Ok(points)
}

fn legend(methods: &[&str], modes: &[&str]) -> Result<Legend, FigureError> {
    let method = |(series, name): (usize, &&str)| {
        Entry::line(name, Stroke::series(series, 8)).with_mark(Mark::series(series))
    };
    let mode = |(series, name): (usize, &&str)| {
        Entry::mark(&format!("1 − ρ, {name}"), Mark::series(methods.len() + series))
    };
    let lines = methods.iter().enumerate().map(method);
    let marks = modes.iter().enumerate().map(mode);
    Legend::new(lines.chain(marks).chain([Entry::line("(πk/2)²/N²", LAW)]).collect())
}
