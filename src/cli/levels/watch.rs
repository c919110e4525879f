//! `hwgq levels --watch`: Lloyd's iteration round by round.

use anyhow::Result;

use super::super::Ending;
use super::super::output::print;
use crate::density::Density;
use crate::design::{Watched, watch};

/// Where watching ends: the share by which the distortion is above the least.
const EXCESS_MIN: f64 = 1e-12;

/// Rounds that nobody wants to wait for.
const ROUNDS_MAX: u32 = 1_000_000;

/// Prints the first rounds, then ever fewer of them, until nothing is left to gain.
pub(super) fn run(law: &dyn Density, levels: usize) -> Result<Ending> {
    print(&format!(
        "Lloyd's iteration for {levels} levels of {}, from the Panter-Dite compressor on;\n\
         rate: this round's move over the last one's; predicted: 1 - (πk/2)²/N²\n\n{}\n",
        law.describe(),
        Watched::HEADER
    ))?;
    for step in watch(law, levels)? {
        let step = step?;
        let is_last = step.excess <= EXCESS_MIN || step.moved <= 0.0 || step.round >= ROUNDS_MAX;
        if is_last || is_shown(step.round) {
            print(&format!("{step}\n"))?;
        }
        if is_last {
            break;
        }
    }
    Ok(Ending::Done)
}

/// Ten rounds of each power of ten.
fn is_shown(round: u32) -> bool {
    round.is_multiple_of(10_u32.pow(round.ilog10()))
}
