//! Where a design begins: levels near enough to the optimum, and in order.

use super::DesignError;
use crate::density::{Density, Empirical};
use crate::math::Interval;

/// Levels that cover the law: the companding quantizer where it has a density, quantiles of the
/// distinct values of a sample; where a few levels are to serve atoms and a density, equal spacing.
pub(super) fn spread(law: &dyn Density, levels: usize) -> Result<Vec<f64>, DesignError> {
    if let Some(sample) = law.as_empirical() {
        return distinct_quantiles(sample, levels);
    }
    let atoms: Vec<f64> = law.atoms().into_iter().map(|(point, _)| point).collect();
    let even = |count: usize| (0..count).map(move |index| (index as f64 + 0.5) / count as f64);
    // A level for each atom, and the others where the density is.
    let dense = levels.saturating_sub(atoms.len());
    if dense > 0 {
        let mut start = compander(law, law.support(), dense, even(dense))?;
        start.extend(atoms);
        start.sort_by(f64::total_cmp);
        if start.windows(2).all(|pair| pair[0] < pair[1]) {
            return Ok(start);
        }
    }
    let range = effective(law, law.support(), levels)?;
    Ok(even(levels).map(|position| range.low + position * range.width()).collect())
}

/// Levels at given positions (in 0..1, increasing) of the part of the law in `range`, measured by
/// the cube root of its density: the spacing that is optimal for many levels.
///
/// # References
///
/// Panter and Dite, "Quantization distortion in pulse-count modulation with nonuniform spacing of
/// levels", Proc. IRE 39, 1951.
pub(super) fn compander(
    law: &dyn Density,
    range: Interval,
    levels: usize,
    positions: impl Iterator<Item = f64> + Clone,
) -> Result<Vec<f64>, DesignError> {
    // In closed form, where the law has one for this part of it.
    let support = law.support();
    let is_half = law.centre().is_some_and(|centre| (centre - range.low).abs() <= 0.0);
    let share = |position| if is_half { 0.5 + 0.5 * position } else { position };
    if (is_half || range.low <= support.low.next_up()) && range.high >= support.high {
        let closed: Option<Vec<f64>> =
            positions.clone().map(|position| law.compand(share(position))).collect();
        if let Some(levels) = closed {
            return Ok(levels);
        }
    }
    let range = effective(law, range, levels)?;
    // A few points a level: Newton's method needs the right neighbourhood, not digits.
    let pieces = 64 + 8 * levels.min(PIECES_PER_LEVEL_UNTIL);
    let at = |index: usize| range.low + range.width() * (index as f64 / pieces as f64);
    let root = |x: f64| libm::cbrt(law.pdf(x));
    let mut sums = Vec::with_capacity(pieces + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for piece in 0..pieces {
        // The middle of the piece: an end may lie on the edge of the support, or on a pole.
        sum += root(at(piece).midpoint(at(piece + 1)));
        sums.push(sum);
    }
    Ok(positions
        .map(|position| {
            let target = position * sum;
            let piece = sums.partition_point(|&reached| reached < target).clamp(1, pieces) - 1;
            let share = (target - sums[piece]) / (sums[piece + 1] - sums[piece]);
            at(piece) + share * (at(piece + 1) - at(piece))
        })
        .collect())
}

/// More pieces than that follow any density closely enough for any number of levels.
const PIECES_PER_LEVEL_UNTIL: usize = 1024;

/// The part of `range` outside which so little probability lies that no level belongs there.
fn effective(law: &dyn Density, range: Interval, levels: usize) -> Result<Interval, DesignError> {
    let part = range.intersection(law.support());
    let mass = law.moments(part).mass;
    if part.is_empty() || mass <= 0.0 {
        return Err(DesignError::EmptyCell { cell: 0, cells: levels });
    }
    // The outer cells of a good quantizer hold of the order of N⁻³ of the probability.
    let negligible = 1e-3 * mass / (levels as f64).powi(3);
    // Where to look outwards from: the end that there is, or the middle.
    let inner = [part.low, part.high]
        .into_iter()
        .find(|end| end.is_finite())
        .or_else(|| law.centre())
        .unwrap_or(0.0);
    let above = |x: f64| law.moments(Interval::new(x, part.high)).mass;
    let below = |x: f64| law.moments(Interval::new(part.low, x)).mass;
    let high = if part.high.is_finite() {
        part.high
    } else {
        inner + distance(|reach| above(inner + reach) <= negligible)
    };
    let low = if part.low.is_finite() {
        part.low
    } else {
        inner - distance(|reach| below(inner - reach) <= negligible)
    };
    Ok(Interval::new(low, high))
}

/// The least distance that satisfies `far`, to a hundredth; `far` stays true once it is.
fn distance(far: impl Fn(f64) -> bool) -> f64 {
    let (mut near, mut reach) = (1.0, 1.0);
    while !far(reach) && reach < DISTANCE_MAX {
        (near, reach) = (reach, 4.0 * reach);
    }
    while far(near) && near > DISTANCE_MAX.recip() {
        (near, reach) = (0.25 * near, near);
    }
    while reach - near > 1e-2 * reach {
        let middle = near.midpoint(reach);
        if far(middle) {
            reach = middle;
        } else {
            near = middle;
        }
    }
    reach
}

/// Squares of distances up to here are finite.
const DISTANCE_MAX: f64 = 1e150;

fn distinct_quantiles(sample: &Empirical, levels: usize) -> Result<Vec<f64>, DesignError> {
    let distinct: Vec<f64> = sample.distinct().map(|(value, _)| value).collect();
    if distinct.len() < levels {
        return Err(DesignError::TooFewValues { distinct: distinct.len(), levels });
    }
    Ok((0..levels).map(|index| distinct[(2 * index + 1) * distinct.len() / (2 * levels)]).collect())
}
