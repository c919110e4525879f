//! Lloyd's iteration as a story: what every round does, and what theory says of the next.

use std::fmt;

use super::{Companding, Design as _, DesignError, Newton, lloyd_steps};
use crate::density::Density;
use crate::quantizer::Codebook;

/// One round, printed as a line under [`Watched::HEADER`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watched {
    /// Its number, from 1.
    pub round: u32,
    /// `E (Q(X) - X)²` after it.
    pub distortion: f64,
    /// How far that is above the least, as a share of it.
    pub excess: f64,
    /// The largest distance that a level moved.
    pub moved: f64,
    /// That as a share of the move of the round before; NaN in the first.
    pub rate: f64,
    /// What the share tends to: `1 - (πk/2)²/N²`, k = 2 for a symmetric law and start, else 1.
    pub predicted_rate: f64,
}

impl Watched {
    /// What the columns are.
    pub const HEADER: &str =
        "round          distortion      excess       moved        rate   predicted";
}

impl fmt::Display for Watched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { round, distortion, excess, moved, rate, predicted_rate } = self;
        let rate = if rate.is_nan() { String::new() } else { format!("{rate:.8}") };
        write!(
            formatter,
            "{round:5}  {distortion:18.12}  {excess:10.3e}  {moved:10.3e}  {rate:>10}  {predicted_rate:.8}"
        )
    }
}

/// The rounds of Lloyd's iteration for `levels` levels from the Panter-Dite compressor on, without
/// an end.
///
/// # Errors
///
/// When the law has no density, or no optimum is found to compare with.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::watch;
/// let tenth = watch(&Gaussian::STANDARD, 4)?.nth(9).unwrap()?;
/// assert!(tenth.excess < 1e-3 && tenth.rate < 0.7);
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
pub fn watch(
    law: &dyn Density,
    levels: usize,
) -> Result<impl Iterator<Item = Result<Watched, DesignError>> + '_, DesignError> {
    let best = Newton::default().design(law, levels)?.distortion;
    let start = Companding::PanterDite.design(law, levels)?.codebook;
    let start = Codebook::nearest(start.levels().to_vec())?;
    let mode = if law.centre().is_some() { 2.0 } else { 1.0 };
    let quarter = std::f64::consts::FRAC_PI_2 * mode / levels as f64;
    let predicted_rate = 1.0 - quarter * quarter;
    let mut before = f64::NAN;
    Ok((1..).zip(lloyd_steps(law, start)).map(move |(round, step)| {
        let step = step?;
        let rate = step.moved / before;
        before = step.moved;
        let (distortion, moved) = (step.distortion, step.moved);
        let excess = distortion / best - 1.0;
        Ok(Watched { round, distortion, excess, moved, rate, predicted_rate })
    }))
}
