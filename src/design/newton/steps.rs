//! Newton's method, one visible step at a time.

use super::Foot;
use super::round::{Round, pulls};
use super::spacings::Spacings;
use crate::density::Density;
use crate::design::{DesignError, LloydStep, distortion};
use crate::quantizer::Codebook;

/// Steps of Newton's method from a start of your own, without an end, for laws with a density.
///
/// All levels are free, so that the steps compare with those of [`crate::design::lloyd_steps`];
/// [`super::Newton`] takes fewer of them on one side of a symmetric law. A step that would leave the
/// support or put levels out of order is one of Lloyd's. It ends after an error.
pub fn newton_steps<'a>(
    law: &'a dyn Density,
    start: &Codebook,
) -> impl Iterator<Item = Result<LloydStep, DesignError>> + use<'a> {
    let mut current = Some(Spacings::new(Foot::Open, start.levels()));
    std::iter::from_fn(move || {
        let now = current.take()?;
        let step = stepped(law, &now);
        Some(step.map(|(next, step)| {
            current = Some(next);
            step
        }))
    })
}

fn stepped(law: &dyn Density, now: &Spacings) -> Result<(Spacings, LloydStep), DesignError> {
    let mut round = Round::default();
    round.look(law, now)?;
    let mut next = now.clone();
    if round.step(now, &mut next, law.support()).is_none() {
        next = now.moved(&pulls(law, now)?);
    }
    let levels = next.levels();
    let before = now.levels();
    let moved = before.iter().zip(&levels).fold(0.0, |most, (a, b)| f64::max(most, (a - b).abs()));
    let codebook = Codebook::nearest(levels)?;
    Ok((next, LloydStep { distortion: distortion(law, &codebook), codebook, moved }))
}
