//! Distortion against rate, law by law, between the bounds of theory.

use super::axis::Axis;
use super::clip::Point;
use super::columns::{distinct, finite, label, positive, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::mark::Mark;
use super::panel::Panel;
use super::stroke::{Dash, Stroke};
use super::{Figure, theme};
use crate::record::{Record, Table};

/// Draws tables `designs` and `bounds`: two panels a law, the distortion, and how many decibel it
/// lies above what is possible.
#[derive(Debug, Clone, Copy)]
pub struct Limits;

const LAWS_MAX: usize = 4;
const DESIGNS_MAX: usize = 8;
const CAPTION: &str = "Left: mean squared error on a logarithmic scale. Right: the same in decibel \
                       above the upper bound of Shannon's D(R); lower is better. Between the two \
                       bounds of D(R) the area is grey.";
const BOUND: Stroke = Stroke::solid(theme::INK, 7);
const DASHES: [Dash; 4] = [Dash::Solid, Dash::Dotted, Dash::Dashed, Dash::Mixed];
const BAND: f64 = 0.35;

/// A bound or a design of one law, by rate.
struct Line {
    law: String,
    name: String,
    /// Rate, low end and high end of the distortion; the same in decibel.
    points: Vec<[(f64, f64, f64); 2]>,
}

impl Line {
    fn low(&self, view: usize) -> Vec<Point> {
        self.points.iter().map(|point| [point[view].0, point[view].1]).collect()
    }

    fn high(&self, view: usize) -> Vec<Point> {
        self.points.iter().map(|point| [point[view].0, point[view].2]).collect()
    }
}

impl Figure for Limits {
    fn kind(&self) -> &'static str {
        "limits"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let (designs, bounds) = (table(record, "designs")?, table(record, "bounds")?);
        let laws = distinct(bounds.words("law")?, "laws", LAWS_MAX)?;
        let names = distinct(designs.words("design")?, "designs", DESIGNS_MAX)?;
        let bound_names = distinct(bounds.words("bound")?, "bounds", DASHES.len())?;
        let ends = ["distortion", "distortion", "excess", "excess"];
        let designed = lines(designs, "design", &names, &laws, ends)?;
        let ends = ["low", "high", "excess_low", "excess_high"];
        let bounded = lines(bounds, "bound", &bound_names, &laws, ends)?;
        let all = || designed.iter().chain(&bounded).flat_map(|line| &line.points);
        let x_axis = Axis::counts(
            &label(bounds, "rate", "rate"),
            all().map(|point| point[0].0).chain([0.0]),
        );
        let both = |view: usize| all().flat_map(move |point| [point[view].1, point[view].2]);
        let y_axes = [
            Axis::log(&label(designs, "distortion", "distortion E (Q(X) − X)²"), both(0)),
            Axis::linear(&label(designs, "excess", "above D(R)"), both(1)),
        ];
        let grid = Grid { shared_y: false, ..Grid::new(2 * laws.len(), 2, 1150.0, &y_axes)? };
        let legend = legend(&names, &bound_names)?;
        grid.draw(record, CAPTION, &legend, |sheet, number, frame, labelled| {
            let (law, view) = (laws[number / 2], number % 2);
            let title =
                if view == 0 { law.to_owned() } else { format!("{law}: decibel above D(R)") };
            let panel = Panel::new(sheet, frame, (&x_axis, &y_axes[view]), &title, labelled)?;
            for line in bounded.iter().filter(|line| line.law == law) {
                let mut corners = line.low(view);
                corners.extend(line.high(view).into_iter().rev());
                panel.area(&corners, theme::INK, BAND)?;
                let dash = DASHES[place(&bound_names, &line.name)];
                panel.line(&line.high(view), &BOUND.dashed(dash))?;
            }
            for line in designed.iter().filter(|line| line.law == law) {
                let series = place(&names, &line.name);
                panel.line(&line.high(view), &Stroke::series(series, 8))?;
                for point in line.high(view) {
                    panel.mark(point, &Mark::series(series))?;
                }
            }
            Ok(())
        })
    }
}

fn place(names: &[&str], name: &str) -> usize {
    names.iter().position(|known| *known == name).unwrap_or(0)
}

fn lines(
    table: &Table,
    of: &str,
    names: &[&str],
    laws: &[&str],
    [low, high, excess_low, excess_high]: [&str; 4],
) -> Result<Vec<Line>, FigureError> {
    let (law, name, rate) = (table.words("law")?, table.words(of)?, finite(table, "rate")?);
    let (low, high) = (positive(table, low)?, positive(table, high)?);
    let (excess_low, excess_high) = (finite(table, excess_low)?, finite(table, excess_high)?);
    let mut lines = Vec::new();
    for here in laws {
        for known in names {
            let mut points: Vec<_> = rows(table, |row| law[row] == *here && name[row] == *known)
                .into_iter()
                .map(|row| {
                    [
                        (rate[row], low[row], high[row]),
                        (rate[row], excess_low[row], excess_high[row]),
                    ]
                })
                .collect();
            points.sort_by(|a, b| a[0].0.total_cmp(&b[0].0));
            if !points.is_empty() {
                lines.push(Line { law: (*here).to_owned(), name: (*known).to_owned(), points });
            }
        }
    }
    Ok(lines)
}

fn legend(designs: &[&str], bounds: &[&str]) -> Result<Legend, FigureError> {
    let design = |(series, name): (usize, &&str)| {
        Entry::line(name, Stroke::series(series, 8)).with_mark(Mark::series(series))
    };
    let bound = |(name, dash): (&&str, Dash)| Entry::line(name, BOUND.dashed(dash));
    let designs = designs.iter().enumerate().map(design);
    Legend::new(designs.chain(bounds.iter().zip(DASHES).map(bound)).collect())
}
