//! Forward and backward functions side by side: Figures 1 and 3 of the paper.

use super::axis::Axis;
use super::clip::Point;
use super::columns::{distinct, finite, label, rows, table};
use super::drawing::Drawing;
use super::error::FigureError;
use super::grid::Grid;
use super::legend::{Entry, Legend};
use super::panel::Panel;
use super::stroke::{Dash, Stroke};
use super::{Figure, theme};
use crate::record::{Record, Table};

/// Draws table `curves`: one polyline a curve, forward solid, backward and its slope dashed.
///
/// Panels of functions share one y axis and panels of slopes another.
#[derive(Debug, Clone, Copy)]
pub struct Functions;

const PANELS_MAX: usize = 12;
const CURVES_MAX: usize = 12;
const CAPTION: &str = "Solid: what the forward pass computes. Dashed: what the backward pass \
                       differentiates, or its slope.";
const ROLES: [&str; 3] = ["forward", "backward", "derivative"];
const FORWARD_WIDTH: u32 = 13;
const BACKWARD_WIDTH: u32 = 10;

impl Figure for Functions {
    fn kind(&self) -> &'static str {
        "functions"
    }

    fn draw(&self, record: &Record) -> Result<Drawing, FigureError> {
        let table = table(record, "curves")?;
        let (panels, curves) = (table.words("panel")?, table.words("curve")?);
        let roles = roles(table)?;
        let (x, y) = (finite(table, "x")?, finite(table, "y")?);
        let panel_names = distinct(panels, "panels", PANELS_MAX)?;
        let curve_names = distinct(curves, "curves", CURVES_MAX)?;
        let strokes: Vec<Stroke> = (0..curve_names.len())
            .map(|number| stroke(number, curve_names[number], (panels, curves, roles)))
            .collect();

        let of_panel = |number: usize| rows(table, |row| panels[row] == panel_names[number]);
        let is_slope: Vec<bool> = (0..panel_names.len())
            .map(|number| of_panel(number).iter().all(|&row| roles[row] == "derivative"))
            .collect();
        let y_axis = |slope: bool, name: &str| {
            let like = (0..panel_names.len()).filter(|&number| is_slope[number] == slope);
            let values = like.flat_map(of_panel).map(|row| y[row]);
            Axis::linear(&label(table, "y", name), values)
        };
        let y_axes = [y_axis(false, "value"), y_axis(true, "slope")];

        let entries = curve_names.iter().zip(&strokes);
        let legend =
            Legend::new(entries.map(|(name, &stroke)| Entry::line(name, stroke)).collect())?;
        let shared_y = is_slope.iter().all(|&slope| slope == is_slope[0]);
        let grid = Grid { shared_y, ..Grid::new(panel_names.len(), 3, 1180.0, &y_axes)? };
        grid.draw(record, CAPTION, &legend, |sheet, number, frame, labelled| {
            let here = of_panel(number);
            let x_axis = Axis::tight(&label(table, "x", "input x"), here.iter().map(|&row| x[row]));
            let axes = (&x_axis, &y_axes[usize::from(is_slope[number])]);
            let panel = Panel::new(sheet, frame, axes, panel_names[number], labelled)?;
            let origin = Stroke::solid(theme::MUTED, 3);
            panel.level(0.0, &origin)?;
            panel.upright(0.0, &origin)?;
            for (name, stroke) in curve_names.iter().zip(&strokes) {
                let of_curve = here.iter().filter(|&&row| curves[row] == *name);
                let points: Vec<Point> = of_curve.map(|&row| [x[row], y[row]]).collect();
                panel.line(&points, stroke)?;
            }
            Ok(())
        })
    }
}

fn roles(table: &Table) -> Result<&[String], FigureError> {
    let roles = table.words("role")?;
    match roles.iter().position(|role| !ROLES.contains(&role.as_str())) {
        None => Ok(roles),
        Some(row) => Err(FigureError::UnknownWord {
            table: table.name().to_owned(),
            column: "role",
            row: row + 1,
            found: roles[row].clone(),
            allowed: ROLES.join(", "),
        }),
    }
}

/// The line of curve `name`: solid if it is a forward function, else in the first pattern that no
/// earlier backward function of its panel has.
fn stroke(
    number: usize,
    name: &str,
    (panels, curves, roles): (&[String], &[String], &[String]),
) -> Stroke {
    const BACKWARD: [Dash; 4] = [Dash::Dashed, Dash::Mixed, Dash::Long, Dash::Dotted];
    let color = theme::color(number);
    let Some(first) = curves.iter().position(|curve| curve == name) else {
        return Stroke::solid(color, FORWARD_WIDTH);
    };
    if roles[first] == "forward" {
        return Stroke::solid(color, FORWARD_WIDTH);
    }
    let mut before: Vec<&str> = (0..first)
        .filter(|&row| panels[row] == panels[first] && roles[row] != "forward")
        .map(|row| curves[row].as_str())
        .collect();
    before.dedup();
    Stroke::solid(color, BACKWARD_WIDTH).dashed(BACKWARD[before.len() % BACKWARD.len()])
}
