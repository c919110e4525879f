//! Distortion against rate for several laws, between Shannon's bounds and those of fine quantizers.

use super::error::ExperimentError;
use super::tables::{number, text};
use crate::density::{Density, LawSpec};
use crate::design::Spacing;
use crate::design::{Design as _, EntropyCoded, UniformStep, optimal};
use crate::record::Table;
use crate::theory::{
    RateDistortion, RatePoint, assess, panter_dite_distortion, shannon_lower_bound_distortion,
};

/// Tables `designs` and `bounds`: distortions, and how far each is from the upper bound of `D(R)` at
/// its rate.
pub(super) fn tables(laws: &[String], bits_max: u32) -> Result<Vec<Table>, ExperimentError> {
    let (mut designs, mut bounds) = (Vec::new(), Vec::new());
    for name in laws {
        let law = name.parse::<LawSpec>()?.law()?;
        let mut curve = RateDistortion::new(&*law)?;
        let mut points = Vec::new();
        for half in 1..=2 * bits_max {
            points.push(curve.at_rate(0.5 * f64::from(half))?);
        }
        add_designs(name, &*law, &points, &mut curve, &mut designs)?;
        add_bounds(name, &*law, &points, &mut bounds);
    }
    let designs = Table::new(
        "designs",
        vec![
            text("law", designs.iter().map(|row| row.law.as_str())),
            text("design", designs.iter().map(|row| row.name)),
            text("size", designs.iter().map(|row| format!("{:.4} bits", row.rate))),
            number("rate", "bit", designs.iter().map(|row| row.rate)),
            number("distortion", "", designs.iter().map(|row| row.high)),
            number("excess", "dB", designs.iter().map(Row::excess_high)),
        ],
    )?;
    let bounds = Table::new(
        "bounds",
        vec![
            text("law", bounds.iter().map(|row| row.law.as_str())),
            text("bound", bounds.iter().map(|row| row.name)),
            number("rate", "bit", bounds.iter().map(|row| row.rate)),
            number("low", "", bounds.iter().map(|row| row.low)),
            number("high", "", bounds.iter().map(|row| row.high)),
            number("excess_low", "dB", bounds.iter().map(|row| decibel(row.low / row.shannon))),
            number("excess_high", "dB", bounds.iter().map(Row::excess_high)),
        ],
    )?;
    Ok(vec![designs, bounds])
}

struct Row {
    law: String,
    name: &'static str,
    rate: f64,
    low: f64,
    high: f64,
    shannon: f64,
}

impl Row {
    fn excess_high(&self) -> f64 {
        decibel(self.high / self.shannon)
    }
}

fn decibel(ratio: f64) -> f64 {
    10.0 * libm::log10(ratio)
}

fn add_designs(
    name: &str,
    law: &dyn Density,
    points: &[RatePoint],
    curve: &mut RateDistortion<'_>,
    rows: &mut Vec<Row>,
) -> Result<(), ExperimentError> {
    let mut add = |design, rate, distortion, shannon| {
        let law = name.to_owned();
        rows.push(Row { law, name: design, rate, low: distortion, high: distortion, shannon });
    };
    let whole = || points.iter().filter(|point| point.rate_bits.fract() == 0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few bits")]
    let levels = |point: &RatePoint| 1_usize << (point.rate_bits as u32);
    for point in whole().filter(|_| law.centre().is_some()) {
        let designed = UniformStep.design(law, levels(point))?;
        add("uniform", point.rate_bits, designed.distortion, point.upper);
    }
    let mut coded = Vec::new();
    for point in whole() {
        let designed = optimal(law, Spacing::LloydMax, None, levels(point))?;
        add("Lloyd-Max", point.rate_bits, designed.distortion, point.upper);
        let entropy = assess(law, &designed.codebook).entropy_bits;
        coded.push((entropy, designed.distortion, curve.at_rate(entropy)?.upper));
    }
    for (entropy, distortion, shannon) in coded {
        add("Lloyd-Max, entropy-coded", entropy, distortion, shannon);
    }
    for point in points {
        // Some laws have no entropy-coded quantizer of some rates, the uniform law below 1 bit.
        if let Ok(found) = EntropyCoded::Rate(point.rate_bits).design(law) {
            add("ECSQ", point.rate_bits, found.designed.distortion, point.upper);
        }
    }
    Ok(())
}

fn add_bounds(name: &str, law: &dyn Density, points: &[RatePoint], rows: &mut Vec<Row>) {
    let mut add = |bound, point: &RatePoint, low, high| {
        let (law, rate, shannon) = (name.to_owned(), point.rate_bits, point.upper);
        rows.push(Row { law, name: bound, rate, low, high, shannon });
    };
    for point in points {
        add("Shannon D(R)", point, point.lower, point.upper);
    }
    for point in points {
        if let Some(bound) = shannon_lower_bound_distortion(law, point.rate_bits) {
            add("Shannon lower bound", point, bound, bound);
        }
    }
    for point in points.iter().filter(|point| point.rate_bits.fract() == 0.0) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few bits")]
        let levels = 1_usize << (point.rate_bits as u32);
        if let Some(limit) = panter_dite_distortion(law, levels) {
            add("Panter-Dite", point, limit, limit);
        }
    }
}
