//! Distortion against bits, between the limits of theory.

use super::error::ExperimentError;
use super::tables::{number, text};
use crate::density::{Density, Gaussian, Rectified};
use crate::design::{Spacing, Zero, optimal};
use crate::record::Table;
use crate::theory::{assess, gaussian_distortion, panter_dite_distortion};

/// What is compared: its label, how levels are spaced, and the zero convention of the half wave.
const DESIGNS: [(&str, Spacing, Option<Zero>); 6] = [
    ("Gaussian, Lloyd-Max", Spacing::LloydMax, None),
    ("Gaussian, uniform", Spacing::Uniform, None),
    ("half-wave, Lloyd-Max, t₁ = 0", Spacing::LloydMax, Some(Zero::NonPositive)),
    ("half-wave, uniform, t₁ = 0", Spacing::Uniform, Some(Zero::NonPositive)),
    ("half-wave, uniform, zero cell", Spacing::Uniform, Some(Zero::Cell)),
    ("half-wave, Lloyd-Max, free zero", Spacing::LloydMax, Some(Zero::Free)),
];

/// Tables `distortion` and `bounds`, both per unit of signal power `E X²`.
pub(super) fn tables(bits_max: u32) -> Result<Vec<Table>, ExperimentError> {
    let mut rows = Vec::new();
    for (label, spacing, zero) in DESIGNS {
        let law: &dyn Density =
            if zero.is_some() { &Rectified::STANDARD } else { &Gaussian::STANDARD };
        for bits in 1..=bits_max {
            let designed = optimal(law, spacing, zero, 1 << bits)?;
            rows.push((label, bits, assess(law, &designed.codebook).sqnr_db));
        }
    }
    let designs = Table::new(
        "distortion",
        vec![
            text("design", rows.iter().map(|row| row.0)),
            text("size", rows.iter().map(|row| format!("{} bits", row.1))),
            number("levels", "", rows.iter().map(|row| f64::from(1_u32 << row.1))),
            number("bits", "bit", rows.iter().map(|row| f64::from(row.1))),
            number("distortion", "", rows.iter().map(|row| libm::exp10(-row.2 / 10.0))),
            number("sqnr", "dB", rows.iter().map(|row| row.2)),
        ],
    )?;
    Ok(vec![designs, bounds(bits_max)?])
}

/// The limits of a Gaussian of unit power.
fn bounds(bits_max: u32) -> Result<Table, ExperimentError> {
    let mut rows = Vec::new();
    for bits in 1..=bits_max {
        rows.push(("Shannon, Gaussian", bits, gaussian_distortion(f64::from(bits), 1.0)));
    }
    for bits in 1..=bits_max {
        if let Some(distortion) = panter_dite_distortion(&Gaussian::STANDARD, 1 << bits) {
            rows.push(("Panter-Dite, Gaussian", bits, distortion));
        }
    }
    Ok(Table::new(
        "bounds",
        vec![
            text("bound", rows.iter().map(|row| row.0)),
            number("bits", "bit", rows.iter().map(|row| f64::from(row.1))),
            number("distortion", "", rows.iter().map(|row| row.2)),
        ],
    )?)
}
