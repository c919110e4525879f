//! Equally spaced levels with a free offset: integers with a zero point.

use super::Scaled;
use crate::density::Density;
use crate::design::offset_grid::{OffsetGrid, descend};
use crate::design::{DesignError, Designed, check_size, distortion};
use crate::math::{CompensatedSum, Interval};
use crate::quantizer::Codebook;

/// Steps and offsets that are looked at before the best are refined.
const STEPS: u32 = 24;
const OFFSETS: u32 = 25;
/// How many local minima of that map are refined.
const REFINED_MAX: usize = 4;

/// The levels `a + kΔ`, k = 0 … N - 1, of least distortion over real `a` and `Δ > 0`.
///
/// A map of 24 steps by 25 offsets is looked at, and grids with an end level on 0 or on an end of
/// the support, where half waves want one. The lowest local minima are refined by Newton's method
/// with two unknowns. Nothing is proved: a valley narrower than the mesh (a factor of 1.26 in the
/// step, a 24th of the range in the offset) would be missed, `lower_bound` is
/// 0, and of the minima only the best is listed.
///
/// # Errors
///
/// When there are fewer than two levels or the law sits on one point.
pub fn best_scale_and_offset(law: &dyn Density, levels: usize) -> Result<Scaled, DesignError> {
    check_size(levels, 2)?;
    if let Some(affine) = law.as_affine() {
        let found = best_scale_and_offset(affine.law(), levels)?;
        let designed = crate::design::newton::stretched(&found.designed, affine)?;
        let size = affine.scale().abs();
        let bottom = designed.codebook.levels()[0];
        let minima = found.minima.iter().map(|&(at, least)| (size * at, size * (size * least)));
        return Ok(Scaled {
            scale: size * found.scale,
            offset: bottom,
            minima: minima.collect(),
            lower_bound: 0.0,
            designed,
        });
    }
    let mean = law.moments(Interval::LINE).centroid().unwrap_or(0.0);
    let spread = law.moments_about(Interval::LINE, mean).second.sqrt();
    if spread.is_nan() || spread <= 0.0 || !spread.is_finite() {
        return Err(DesignError::EmptyCell { cell: 1, cells: levels });
    }
    let mut found: Vec<(f64, Designed, f64, f64)> = Vec::new();
    for (offset, step) in starts(law, levels, mean, spread) {
        let grid = descend(law, levels, (offset, step));
        let OffsetGrid { offset, step, rounds, residual } = grid;
        let codebook = grid_of(levels, offset, step)?;
        let distortion = distortion(law, &codebook);
        found.push((step, Designed { codebook, distortion, rounds, residual }, offset, distortion));
    }
    found.sort_by(|a, b| a.3.total_cmp(&b.3));
    let best = found.into_iter().next().ok_or(DesignError::EmptyCell { cell: 0, cells: levels })?;
    let (scale, designed, offset, _) = best;
    let minima = vec![(scale, designed.distortion)];
    Ok(Scaled { designed, scale, offset, minima, lower_bound: 0.0 })
}

fn grid_of(levels: usize, offset: f64, step: f64) -> Result<Codebook, DesignError> {
    Ok(Codebook::nearest((0..levels).map(|k| offset + k as f64 * step).collect())?)
}

/// The lowest local minima of the map, as offset and step.
fn starts(law: &dyn Density, levels: usize, mean: f64, spread: f64) -> Vec<(f64, f64)> {
    let gaps = (levels - 1) as f64;
    // Whole ranges from ½ to 100 standard deviations, middles within half a range of the mean.
    let step = |row: u32| 0.5 * spread * libm::exp2(f64::from(row) / 3.0) / gaps;
    let offset = |row: u32, column: u32| {
        let middle = f64::from(column) / f64::from(OFFSETS - 1) - 0.5;
        mean + (middle - 0.5) * gaps * step(row)
    };
    let line = |row| (0..OFFSETS).map(move |column| (offset(row, column), step(row)));
    let errors = |row| line(row).map(|(offset, step)| error(law, levels, offset, step)).collect();
    let map: Vec<Vec<f64>> = (0..STEPS).map(errors).collect();
    let mut lows: Vec<(f64, u32, u32)> = Vec::new();
    for row in 0..STEPS {
        for column in 0..OFFSETS {
            let here = map[row as usize][column as usize];
            let rows = row.saturating_sub(1)..=(row + 1).min(STEPS - 1);
            let is_low = rows.into_iter().all(|r| {
                let columns = column.saturating_sub(1)..=(column + 1).min(OFFSETS - 1);
                columns.into_iter().all(|c| here <= map[r as usize][c as usize])
            });
            if is_low {
                lows.push((here, row, column));
            }
        }
    }
    lows.sort_by(|a, b| a.0.total_cmp(&b.0));
    lows.truncate(REFINED_MAX);
    let lows = lows.into_iter().map(|(_, row, column)| (offset(row, column), step(row)));
    lows.chain(anchored(law, levels, &step)).collect()
}

/// The best step of the mesh for grids that begin or end on 0 or on an end of the support.
fn anchored(law: &dyn Density, levels: usize, step: &dyn Fn(u32) -> f64) -> Vec<(f64, f64)> {
    let gaps = (levels - 1) as f64;
    let support = law.support();
    let ends = [(0.0, 0.0), (0.0, gaps), (support.low, 0.0), (support.high, gaps)];
    let best = |(end, index): (f64, f64)| {
        let grids = (0..STEPS).map(|row| (end - index * step(row), step(row)));
        let errors = grids.map(|(offset, step)| (error(law, levels, offset, step), offset, step));
        errors.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, offset, step)| (offset, step))
    };
    ends.into_iter().filter(|(end, _)| end.is_finite()).filter_map(best).collect()
}

/// The distortion of a grid.
fn error(law: &dyn Density, levels: usize, offset: f64, step: f64) -> f64 {
    let mut low = f64::NEG_INFINITY;
    let mut sum = CompensatedSum::default();
    for index in 0..levels {
        let level = offset + index as f64 * step;
        let high = if index + 1 == levels { f64::INFINITY } else { level + 0.5 * step };
        sum.add(law.moments_about(Interval::new(low, high), level).second.max(0.0));
        low = high;
    }
    sum.value()
}
