//! Optimal half-wave levels beside the ones that were published.

use super::error::ExperimentError;
use super::tables::{number, text};
use crate::density::Gaussian;
use crate::design::{Published, Spacing, Zero, optimal, published};
use crate::record::Table;

/// Label, spacing and zero convention.
const DESIGNS: [(&str, Spacing, Zero); 4] = [
    (PAPER_UNIFORM, Spacing::Uniform, Zero::NonPositive),
    (PAPER_FREE, Spacing::LloydMax, Zero::NonPositive),
    ("uniform, zero cell", Spacing::Uniform, Zero::Cell),
    ("Lloyd-Max, zero cell", Spacing::LloydMax, Zero::Cell),
];

const PAPER_UNIFORM: &str = "uniform, t₁ = 0";
const PAPER_FREE: &str = "Lloyd-Max, t₁ = 0";

/// Published tables by the design and the number of positive levels that they mean.
const COMPARED: [(&str, usize, &str); 5] = [
    (PAPER_UNIFORM, 1, "edmips-1"),
    (PAPER_UNIFORM, 3, "caffe-3ne"),
    (PAPER_UNIFORM, 7, "edmips-3"),
    (PAPER_UNIFORM, 15, "edmips-4"),
    (PAPER_FREE, 2, "caffe-2n"),
];

/// Positive levels of the designs: 1 to 4 bits, and the paper's two-level quantizer.
const SIZES: [usize; 5] = [1, 2, 3, 7, 15];

/// Table `levels`: every positive level of every design.
pub(super) fn tables() -> Result<Vec<Table>, ExperimentError> {
    let mut rows = Vec::new();
    for (label, spacing, zero) in DESIGNS {
        for size in SIZES {
            let designed = optimal(&Gaussian::STANDARD, spacing, Some(zero), size + 1)?;
            let theirs = COMPARED
                .iter()
                .find(|(design, of, _)| *design == label && *of == size)
                .and_then(|(_, _, name)| published(name))
                .map(Published::positive_levels);
            for (index, &level) in designed.codebook.levels()[1..].iter().enumerate() {
                let given = theirs.as_ref().map_or(f64::NAN, |levels| levels[index]);
                rows.push((label, size, index + 1, level, given));
            }
        }
    }
    Ok(vec![Table::new(
        "levels",
        vec![
            text("design", rows.iter().map(|row| row.0)),
            text("size", rows.iter().map(|row| format!("m = {}", row.1))),
            text("position", rows.iter().map(|row| row.2.to_string())),
            number("positive_levels", "", rows.iter().map(|row| row.1 as f64)),
            number("level", "", rows.iter().map(|row| row.2 as f64)),
            number("ours", "", rows.iter().map(|row| row.3)),
            number("published", "", rows.iter().map(|row| row.4)),
        ],
    )?])
}
