//! How fast Lloyd's iteration, Anderson's and Newton's come to the optimal levels.

use super::error::ExperimentError;
use super::tables::{number, text};
use crate::density::Gaussian;
use crate::design::{
    Companding, Design as _, DesignError, LloydStep, Newton, anderson_steps, lloyd_rates,
    lloyd_steps, newton_steps,
};
use crate::quantizer::Codebook;
use crate::record::Table;

/// Steps that Anderson's mixing looks back.
const DEPTH: usize = 8;

/// Modes of Lloyd's map whose rate is compared with the law.
const MODES: usize = 3;

/// Nearer than this, in standard deviations, only rounding is left.
const ARRIVED: f64 = 1e-13;

/// Table `rounds`: the distance from the optimum after each round, thinned out where there are many;
/// table `rates`: the eigenvalues of Lloyd's map against `(πk/2)²/N²`.
pub(super) fn tables(
    levels: &[u32],
    rounds_max: u32,
    rates_to: u32,
) -> Result<Vec<Table>, ExperimentError> {
    let law = &Gaussian::STANDARD;
    let mut rows: Vec<(String, &str, u32, f64, f64)> = Vec::new();
    for &size in levels {
        let best = Newton::default().design(law, size as usize)?;
        let start = Companding::PanterDite.design(law, size as usize)?.codebook;
        let start = Codebook::nearest(start.levels().to_vec()).map_err(DesignError::from)?;
        let methods: [(&str, Steps<'_>); 3] = [
            ("Lloyd", Box::new(lloyd_steps(law, start.clone()))),
            ("Anderson, depth 8", Box::new(anderson_steps(law, start.clone(), DEPTH))),
            ("Newton", Box::new(newton_steps(law, &start))),
        ];
        for (method, steps) in methods {
            let panel = format!("{size} levels");
            let mut shown = 0;
            for (round, step) in (1..=rounds_max).zip(steps) {
                let step = step?;
                let apart = distance(&step.codebook, &best.codebook);
                let has_arrived = apart < ARRIVED;
                // One in twenty of what came before is enough on a logarithmic axis.
                if apart > 0.0 && (round <= 20 || has_arrived || round >= shown + shown / 20) {
                    let excess = step.distortion / best.distortion - 1.0;
                    rows.push((panel.clone(), method, round, apart, excess));
                    shown = round;
                }
                if has_arrived {
                    break;
                }
            }
        }
    }
    let rounds = Table::new(
        "rounds",
        vec![
            text("size", rows.iter().map(|row| row.0.as_str())),
            text("method", rows.iter().map(|row| row.1)),
            number("round", "", rows.iter().map(|row| f64::from(row.2))),
            number("distance", "σ", rows.iter().map(|row| row.3)),
            number("excess_distortion", "", rows.iter().map(|row| row.4)),
        ],
    )?;
    Ok(vec![rounds, rates(rates_to)?])
}

type Steps<'a> = Box<dyn Iterator<Item = Result<LloydStep, DesignError>> + 'a>;

/// The largest distance of a level from its optimal place.
fn distance(codebook: &Codebook, best: &Codebook) -> f64 {
    let pairs = codebook.levels().iter().zip(best.levels());
    pairs.fold(0.0, |most, (level, best)| f64::max(most, (level - best).abs()))
}

fn rates(rates_to: u32) -> Result<Table, ExperimentError> {
    let law = &Gaussian::STANDARD;
    let mut rows = Vec::new();
    let sizes: Vec<u32> = (2..=rates_to.ilog2()).map(|bits| 1 << bits).collect();
    for mode in 1..=MODES {
        for &size in &sizes {
            let best = Newton::default().design(law, size as usize)?;
            let rate = lloyd_rates(law, &best.codebook)[mode - 1];
            let quarter = std::f64::consts::FRAC_PI_2 * mode as f64 / f64::from(size);
            rows.push((format!("k = {mode}"), size, 1.0 - rate, quarter * quarter));
        }
    }
    Ok(Table::new(
        "rates",
        vec![
            text("mode", rows.iter().map(|row| row.0.as_str())),
            text("size", rows.iter().map(|row| format!("{} levels", row.1))),
            number("levels", "", rows.iter().map(|row| f64::from(row.1))),
            number("gap", "", rows.iter().map(|row| row.2)),
            number("law", "", rows.iter().map(|row| row.3)),
        ],
    )?)
}
