//! Forward staircases and the functions that stand in for their slope, sampled for drawing.

use serde::Deserialize;

use super::error::ExperimentError;
use super::ranged::finite;
use super::tables::{number, text};
use crate::quantizer::Codebook;
use crate::record::Table;
use crate::scheme::{Backward, Forward};
use crate::surrogate::Surrogate;
use crate::theory::mismatch;

/// One coordinate system.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Panel {
    /// Shown above it.
    pub title: String,
    /// Left end of the drawn interval.
    #[serde(deserialize_with = "finite")]
    pub low: f64,
    /// Right end of the drawn interval.
    #[serde(deserialize_with = "finite")]
    pub high: f64,
    /// What is drawn.
    pub curves: Vec<Curve>,
}

/// One curve with its label in the legend.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Curve {
    /// As in the legend.
    pub label: String,
    /// What the curve is.
    pub draw: Draw,
}

/// A function of the pre-activation; half-wave quantizers have the paper's 2 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Draw {
    /// The forward function itself.
    Forward(Forward),
    /// The value of a backward function.
    Backward(Backward),
    /// The slope of a backward function.
    Slope(Backward),
}

/// Positive levels of the drawn quantizer: 2 bits.
const POSITIVE_LEVELS: usize = 3;

/// Samples of a smooth stretch between two kinks.
const SAMPLES: usize = 64;

type Points = Vec<(f64, f64)>;

/// Tables `curves` and `gaps`.
pub(super) fn tables(panels: &[Panel]) -> Result<Vec<Table>, ExperimentError> {
    Ok(vec![curves(panels)?, gaps(panels)?])
}

/// Table `gaps`: E(Q − B)² under N(0,1) of each quantizer and each backward function that share a
/// panel, and the part of it from beyond the top level.
fn gaps(panels: &[Panel]) -> Result<Table, ExperimentError> {
    let mut rows = Vec::new();
    for panel in panels {
        for (forward, codebook) in panel.quantizers()? {
            for curve in &panel.curves {
                if let Draw::Backward(backward) = curve.draw {
                    let gap = mismatch(&codebook, &*backward.surrogate(codebook.top()));
                    rows.push((forward, curve.label.as_str(), gap));
                }
            }
        }
    }
    Ok(Table::new(
        "gaps",
        vec![
            text("forward", rows.iter().map(|row| row.0)),
            text("backward", rows.iter().map(|row| row.1)),
            number("value_gap", "", rows.iter().map(|row| row.2.value_gap)),
            number("tail_share", "", rows.iter().map(|row| row.2.tail_share)),
        ],
    )?)
}

impl Panel {
    /// The quantizers drawn, with their labels.
    fn quantizers(&self) -> Result<Vec<(&str, Codebook)>, ExperimentError> {
        let mut found = Vec::new();
        for curve in &self.curves {
            if let Draw::Forward(forward) = curve.draw
                && let Some(codebook) = forward.codebook(POSITIVE_LEVELS)?
            {
                found.push((curve.label.as_str(), codebook));
            }
        }
        Ok(found)
    }
}

/// Table `curves`: every curve as a polyline; a jump is two points of equal x.
fn curves(panels: &[Panel]) -> Result<Table, ExperimentError> {
    let mut rows = Vec::new();
    for panel in panels {
        for curve in &panel.curves {
            for point in curve.draw.points(panel.low, panel.high)? {
                rows.push((panel.title.as_str(), curve, point));
            }
        }
    }
    Ok(Table::new(
        "curves",
        vec![
            text("panel", rows.iter().map(|row| row.0)),
            text("curve", rows.iter().map(|row| row.1.label.as_str())),
            text("role", rows.iter().map(|row| row.1.draw.role())),
            number("x", "", rows.iter().map(|row| row.2.0)),
            number("y", "", rows.iter().map(|row| row.2.1)),
        ],
    )?)
}

impl Draw {
    fn role(self) -> &'static str {
        match self {
            Self::Forward(_) => "forward",
            Self::Backward(_) => "backward",
            Self::Slope(_) => "derivative",
        }
    }

    fn points(self, low: f64, high: f64) -> Result<Points, ExperimentError> {
        Ok(match self {
            Self::Forward(forward) => {
                if let Some(codebook) = forward.codebook(POSITIVE_LEVELS)? {
                    staircase(&codebook, low, high)
                } else {
                    let function = forward.full_precision();
                    pieces(&*function, low, high, |x| function.value(x))
                }
            }
            Self::Backward(backward) => {
                let function = backward.surrogate(clip()?);
                pieces(&*function, low, high, |x| function.value(x))
            }
            Self::Slope(backward) => {
                let function = backward.surrogate(clip()?);
                pieces(&*function, low, high, |x| function.slope(x))
            }
        })
    }
}

/// The top level of the drawn half-wave quantizer, where clipping starts.
fn clip() -> Result<f64, ExperimentError> {
    let codebook = Forward::Hwgq.codebook(POSITIVE_LEVELS)?;
    Ok(codebook.map_or(1.0, |codebook| codebook.top()))
}

fn staircase(codebook: &Codebook, low: f64, high: f64) -> Points {
    codebook
        .cells()
        .map(|(cell, level)| (cell.low.max(low), cell.high.min(high), level))
        .filter(|&(from, to, _)| from < to)
        .flat_map(|(from, to, level)| [(from, level), (to, level)])
        .collect()
}

/// Samples between neighbouring kinks; each stretch keeps its own side of the kink.
fn pieces(function: &dyn Surrogate, low: f64, high: f64, of: impl Fn(f64) -> f64) -> Points {
    let inside = function.kinks().into_iter().filter(|&kink| low < kink && kink < high);
    let mut ends: Vec<f64> = std::iter::once(low).chain(inside).collect();
    ends.push(high);
    let mut points = Vec::new();
    for stretch in ends.windows(2) {
        let width = stretch[1] - stretch[0];
        for sample in 0..=SAMPLES {
            let x = stretch[0] + width * sample as f64 / SAMPLES as f64;
            // Just inside the stretch, so that a jump shows the value of this side.
            let inside = x.clamp(stretch[0].next_up(), stretch[1].next_down());
            points.push((x, of(inside)));
        }
    }
    points
}
