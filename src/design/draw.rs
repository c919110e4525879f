//! Values drawn from a law by its cells, for designs that work on a sample.

use rand::{RngExt as _, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::DesignError;
use super::start::spread;
use crate::density::Density;
use crate::math::Interval;

/// Cells that the law is cut into; within one the density is taken as constant.
const CELLS: usize = 4096;

/// `count` values of the law, independent, for a seed.
///
/// Points with probability of their own are drawn as such. Between the edges of 4096 cells, dense
/// where the law is, the density is constant; beyond the outermost edges, where less than 1e-10 of
/// the probability lies, the edge is drawn.
pub(super) fn draw(law: &dyn Density, count: usize, seed: u64) -> Result<Vec<f64>, DesignError> {
    let edges = spread(law, CELLS)?;
    let atoms = law.atoms();
    // Each piece with the probability up to its end.
    let mut pieces: Vec<(f64, Interval)> = Vec::with_capacity(CELLS + atoms.len());
    let mut reached = 0.0;
    for ends in edges.windows(2) {
        let cell = Interval::new(ends[0], ends[1]);
        let inside = atoms.iter().filter(|(at, _)| cell.contains(*at));
        let own: f64 = inside.map(|(_, mass)| mass).sum();
        reached += (law.moments(cell).mass - own).max(0.0);
        pieces.push((reached, cell));
    }
    for &(at, mass) in &atoms {
        reached += mass;
        pieces.push((reached, Interval::new(at, at)));
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let one = |random: &mut ChaCha8Rng| {
        let target = reached * random.random::<f64>();
        let place = pieces.partition_point(|piece| piece.0 <= target).min(pieces.len() - 1);
        let cell = pieces[place].1;
        cell.low + cell.width() * random.random::<f64>()
    };
    Ok((0..count).map(|_| one(&mut random)).collect())
}
