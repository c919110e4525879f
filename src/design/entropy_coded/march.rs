//! Where an entropy-constrained quantizer begins: cells as wide as the limit of many asks for.

use std::f64::consts::LN_2;

use super::super::DesignError;
use super::cells::Stand;
use crate::density::Density;

/// Most thresholds on a side.
const CELLS_MAX: usize = 16_384;

/// A level may cost as much as makes cells grow where the density is this, in units of 1/σ.
const THIN_MAX: f64 = 1e-7;

/// Thresholds, increasing; for a symmetric quantizer those above the centre.
///
/// Fine cells of width `w` cost `p w²/12 - λ p log₂ w` a unit of length and a levels `1/w` of them,
/// so that with a price `μ` of a level `w³/6 - λ w/ln 2 = μ/p(x)`. Without the price all widths are
/// `√(6λ/ln 2)`; with a tiny one cells grow where next to nothing falls into them, and heavy tails
/// end.
///
/// # Errors
///
/// When there would be too many.
pub(super) fn march(
    law: &dyn Density,
    stand: Stand,
    lambda: f64,
    variance: f64,
) -> Result<Vec<f64>, DesignError> {
    // Where the density, in units of 1/σ, has fallen to this, levels begin to be worth their price.
    let mut thin = 1e-11;
    loop {
        let found = Marcher { law, lambda, variance, thin }.thresholds(stand);
        if found.len() < CELLS_MAX {
            return Ok(found);
        }
        if thin > THIN_MAX {
            return Err(DesignError::TooManyLevels { given: CELLS_MAX + 1, most: CELLS_MAX });
        }
        thin *= 10.0;
    }
}

struct Marcher<'a> {
    law: &'a dyn Density,
    lambda: f64,
    variance: f64,
    thin: f64,
}

impl Marcher<'_> {
    fn thresholds(&self, stand: Stand) -> Vec<f64> {
        let support = self.law.support();
        match stand {
            Stand::Level(centre) => self.outwards(centre, 0.5, 1.0),
            Stand::Threshold(centre) => self.outwards(centre, 1.0, 1.0),
            // An edge is where cells are whole: from elsewhere on all of them would have to shift.
            Stand::Free(_) if support.low.is_finite() => self.outwards(support.low, 1.0, 1.0),
            Stand::Free(_) if support.high.is_finite() => {
                let mut below = self.outwards(support.high, 1.0, -1.0);
                below.reverse();
                below
            }
            Stand::Free(mean) => {
                let mut below = self.outwards(mean, 0.5, -1.0);
                below.reverse();
                below.extend(self.outwards(mean, 0.5, 1.0));
                below
            }
        }
    }

    /// Thresholds from `from` on, the first one after a share of a cell.
    fn outwards(&self, from: f64, first: f64, direction: f64) -> Vec<f64> {
        let support = self.law.support();
        let end = if direction > 0.0 { support.high } else { support.low };
        let mut found = Vec::new();
        let inside = from + direction * 0.5 * first * self.floor();
        let mut at = from + direction * first * self.width(inside);
        while (end - at) * direction > 0.0 && found.len() < CELLS_MAX {
            found.push(at);
            let guess = at + direction * 0.5 * self.width(at);
            let step = self.width(guess);
            // At an edge of the support no cell may be cut to a sliver, and a tail ends in a cell as
            // wide as it is far away.
            let is_last = step > 4.0 * self.floor() && step > 0.5 * (at - from).abs();
            if is_last || (end - at) * direction < 0.5 * step {
                break;
            }
            at += direction * step;
        }
        found
    }

    fn width(&self, x: f64) -> f64 {
        let scale = self.variance.sqrt();
        let ratio = self.thin / (scale * self.law.pdf(x));
        // In units of the floor: w³ - w = ratio, from above, where Newton's method descends.
        let mut width = 1.0 + libm::cbrt(ratio.clamp(0.0, 1e30));
        for _ in 0..80 {
            let next = width
                - (width * width * width - width - ratio.min(1e30)) / (3.0 * width * width - 1.0);
            if width - next <= 1e-9 * width {
                break;
            }
            width = next;
        }
        self.floor() * width
    }

    /// The width of a cell that costs nothing.
    fn floor(&self) -> f64 {
        (6.0 * self.lambda / LN_2).sqrt()
    }
}
