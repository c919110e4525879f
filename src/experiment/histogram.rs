//! What trained quantizers read and write, against the unit normal.

use super::tables::{number, text};
use super::training::Trained;
use crate::record::{Table, TableError};
use crate::train::{Histogram, LayerActivations};

/// One quantizer of one net.
type Layer<'a> = (String, &'a LayerActivations);

/// Tables `fit` and `histogram` of every quantizer of every net.
pub(super) fn tables(trained: &[Trained]) -> Result<Vec<Table>, TableError> {
    let several = trained.windows(2).any(|pair| pair[0].0.run != pair[1].0.run);
    let layers: Vec<Layer> = trained
        .iter()
        .flat_map(|(job, outcome)| {
            let run = if several { format!(", {}", job.run) } else { String::new() };
            let name =
                move |layer: &LayerActivations| format!("{} {}{run}", job.net.name(), layer.layer);
            outcome.activations.iter().map(move |layer| (name(layer), layer))
        })
        .collect();
    Ok(vec![fit(&layers)?, histogram(&layers)?])
}

/// Table `fit`: moments of what each quantizer reads, and its distance from the unit normal.
fn fit(layers: &[Layer]) -> Result<Table, TableError> {
    let column = |name: &str, of: fn(&LayerActivations) -> f64| {
        number(name, "", layers.iter().map(|(_, layer)| of(layer)))
    };
    Table::new(
        "fit",
        vec![
            text("layer", layers.iter().map(|(name, _)| name.as_str())),
            column("mean", |layer| layer.moments.mean),
            column("deviation", |layer| layer.moments.deviation),
            column("skewness", |layer| layer.moments.skewness),
            column("kurtosis", |layer| layer.moments.kurtosis),
            column("ks", |layer| layer.kolmogorov_smirnov),
            column("count", |layer| layer.moments.count as f64),
        ],
    )
}

/// Table `histogram`: densities on a fixed grid, before and after quantization.
fn histogram(layers: &[Layer]) -> Result<Table, TableError> {
    let edges = Histogram::edges();
    let mut rows = Vec::new();
    for (name, layer) in layers {
        for (stage, histogram) in [("before", &layer.before), ("after", &layer.after)] {
            for (cell, &count) in edges.windows(2).zip(&histogram.counts) {
                let density = count as f64 / layer.moments.count as f64 / (cell[1] - cell[0]);
                rows.push((name.as_str(), stage, cell[0], cell[1], density));
            }
        }
    }
    Table::new(
        "histogram",
        vec![
            text("layer", rows.iter().map(|row| row.0)),
            text("stage", rows.iter().map(|row| row.1)),
            number("low", "", rows.iter().map(|row| row.2)),
            number("high", "", rows.iter().map(|row| row.3)),
            number("density", "", rows.iter().map(|row| row.4)),
        ],
    )
}
