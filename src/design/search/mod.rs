//! A search over all codebooks, for laws that may have several stationary ones.

mod line;
mod minima;

use line::Line;
use minima::row_minima;

use super::newton::{Foot, Stationary, refine};
use super::start::spread;
use super::{DesignError, Designed};
use crate::density::Density;
use crate::math::Interval;
use crate::quantizer::Codebook;

/// The best codebook of all, with a bound below which none can be.
#[derive(Debug, Clone)]
pub(super) struct Searched {
    pub(super) designed: Designed,
    /// No codebook of that size has less distortion.
    pub(super) lower_bound: f64,
}

/// Codebooks up to this size are searched: the cost grows with the cube of it.
pub(super) const LEVELS_MAX: usize = 64;

/// A bound that comes within this share of the distortion ends the search.
const GAP: f64 = 1e-4;

/// Cuts of the pieces that are left.
const CUTS_MAX: u32 = 12;

/// Pieces that boundaries may lie in, over all of them; beyond, what is known must do.
const CANDIDATES_MAX: usize = 200_000;

/// What the moments of pieces are trusted to, as a share of the distortion.
const ROUNDING: f64 = 1e-11;

/// Searches all codebooks of a size.
///
/// The line is cut into pieces. For each boundary between two cells a list is kept of the pieces
/// that it may lie in. Whatever lies in the piece of a boundary is left out, which never raises the
/// distortion, so that a dynamic programme over the lists bounds all codebooks from below; Newton's
/// method from the best of its paths bounds the optimum from above. Pieces that no codebook better
/// than that goes through are struck off, the others are cut, and so on.
pub(super) fn search(law: &dyn Density, levels: usize) -> Result<Searched, DesignError> {
    let mut grid = spread(law, PIECES_PER_LEVEL * levels.max(8))?;
    // An atom is not divided: it is a piece of its own, and no boundary lies inside.
    let atoms: Vec<f64> = law.atoms().into_iter().map(|(point, _)| point).collect();
    grid.extend(atoms.iter().flat_map(|&point| [point.next_down(), point]));
    grid.extend(law.kinks());
    let origin = law.centre().unwrap_or_else(|| grid[grid.len() / 2]);
    let mut line = Line::new(law, grid, origin);
    let all = (0..line.len()).filter(|&piece| !is_atom(&line, piece, &atoms)).collect();
    let mut candidates: Vec<Vec<usize>> = vec![all; levels - 1];
    let mut best: Option<Stationary> = None;
    let mut lower_bound = 0.0;
    for cut in 0.. {
        let programme = Programme::new(&line, &candidates);
        if let Some(found) = programme.polished(law, levels) {
            let is_better = best.as_ref().is_none_or(|best| found.distortion < best.distortion);
            best = if is_better { Some(found) } else { best };
        }
        let upper = best.as_ref().map_or(f64::INFINITY, |best| best.distortion);
        lower_bound = f64::max(lower_bound, programme.least());
        if upper - lower_bound <= GAP * upper || cut == CUTS_MAX {
            break;
        }
        let kept = programme.kept(upper * (1.0 + ROUNDING));
        if 4 * kept.iter().map(Vec::len).sum::<usize>() > CANDIDATES_MAX {
            break;
        }
        (line, candidates) = divided(law, &line, &kept);
    }
    let best = best.ok_or(DesignError::NotConverged { rounds: CUTS_MAX, moved: f64::INFINITY })?;
    let lower_bound = (lower_bound * (1.0 - ROUNDING)).min(best.distortion);
    let codebook = Codebook::nearest(best.levels)?;
    let designed = Designed {
        codebook,
        distortion: best.distortion,
        rounds: best.rounds,
        residual: best.residual,
    };
    Ok(Searched { designed, lower_bound })
}

/// Pieces of the first grid for each level.
const PIECES_PER_LEVEL: usize = 8;

fn is_atom(line: &Line, piece: usize, atoms: &[f64]) -> bool {
    let piece = line.piece(piece);
    atoms.iter().any(|&point| piece.high <= point && piece.low >= point.next_down())
}

/// The line with the kept pieces cut in four, and what each boundary may lie in now.
fn divided(law: &dyn Density, line: &Line, kept: &[Vec<usize>]) -> (Line, Vec<Vec<usize>>) {
    let mut is_cut = vec![false; line.len()];
    kept.iter().flatten().for_each(|&piece| is_cut[piece] = true);
    let inner = &line.edges()[1..line.len()];
    let span = inner[inner.len() - 1] - inner[0];
    let of = |piece: usize| if is_cut[piece] { cuts(line.piece(piece), span) } else { Vec::new() };
    let (line, starts) = line.cut(law, of);
    let parts = |&piece: &usize| starts[piece]..starts[piece + 1];
    let candidates = kept.iter().map(|kept| kept.iter().flat_map(parts).collect()).collect();
    (line, candidates)
}

/// Three points inside a piece, fewer when it is too narrow for them.
fn cuts(piece: Interval, span: f64) -> Vec<f64> {
    let (low, high) = (piece.low.max(piece.high - span), piece.high.min(piece.low + span));
    let mut cuts: Vec<f64> =
        [0.25, 0.5, 0.75].iter().map(|share| low + share * (high - low)).collect();
    cuts.retain(|&cut| piece.low < cut && cut < piece.high);
    cuts.dedup();
    cuts
}

/// The dynamic programme over the pieces that boundaries may lie in.
struct Programme<'a> {
    line: &'a Line,
    candidates: &'a [Vec<usize>],
    /// Entry (b, c): the least cost of what lies below the piece `candidates[b][c]` when boundary b
    /// lies in it, and the place of boundary b - 1 among its own candidates.
    below: Vec<Vec<(f64, usize)>>,
    /// The same for what lies above.
    above: Vec<Vec<f64>>,
}

impl<'a> Programme<'a> {
    fn new(line: &'a Line, candidates: &'a [Vec<usize>]) -> Self {
        // Costs of runs satisfy the quadrangle inequality (Wu 1991), whatever pieces are allowed:
        // the best place of one boundary moves right with that of the next.
        let mut below: Vec<Vec<(f64, usize)>> = Vec::with_capacity(candidates.len());
        for (boundary, pieces) in candidates.iter().enumerate() {
            let costs = match boundary.checked_sub(1) {
                None => pieces.iter().map(|&piece| (line.cost(0, piece), 0)).collect(),
                Some(before) => {
                    let (others, costs) = (&candidates[before], &below[before]);
                    row_minima(
                        pieces.len(),
                        |row| 0..others.partition_point(|&other| other <= pieces[row]),
                        |row, place| costs[place].0 + line.cost(others[place] + 1, pieces[row]),
                    )
                }
            };
            below.push(costs);
        }
        let mut above: Vec<Vec<f64>> = vec![Vec::new(); candidates.len()];
        for (boundary, pieces) in candidates.iter().enumerate().rev() {
            above[boundary] = match candidates.get(boundary + 1) {
                None => pieces.iter().map(|&piece| line.cost(piece + 1, line.len())).collect(),
                Some(others) => {
                    let costs = &above[boundary + 1];
                    let minima = row_minima(
                        pieces.len(),
                        |row| others.partition_point(|&other| other < pieces[row])..others.len(),
                        |row, place| costs[place] + line.cost(pieces[row] + 1, others[place]),
                    );
                    minima.into_iter().map(|(cost, _)| cost).collect()
                }
            };
        }
        Self { line, candidates, below, above }
    }

    /// No codebook of that size has less distortion than this.
    fn least(&self) -> f64 {
        match (self.below.last(), self.above.last()) {
            (Some(below), Some(above)) => {
                least(below.iter().zip(above).map(|((below, _), above)| below + above)).0
            }
            _ => self.line.cost(0, self.line.len()),
        }
    }

    /// The pieces of each boundary that a codebook of at most that distortion may go through.
    fn kept(&self, upper: f64) -> Vec<Vec<usize>> {
        let boundaries = self.candidates.iter().zip(self.below.iter().zip(&self.above));
        boundaries
            .map(|(pieces, (below, above))| {
                let costs = below.iter().zip(above).map(|((below, _), above)| below + above);
                pieces
                    .iter()
                    .zip(costs)
                    .filter(|&(_, cost)| cost <= upper)
                    .map(|(&p, _)| p)
                    .collect()
            })
            .collect()
    }

    /// The codebook that the best path leads to, driven to its centroids.
    fn polished(&self, law: &dyn Density, levels: usize) -> Option<Stationary> {
        let mut ends = vec![self.line.len()];
        if let (Some(below), Some(above)) = (self.below.last(), self.above.last()) {
            let mut place = least(below.iter().zip(above).map(|((b, _), a)| b + a)).1;
            for boundary in (0..self.candidates.len()).rev() {
                ends.push(self.candidates[boundary][place]);
                place = self.below[boundary][place].1;
            }
        }
        ends.push(0);
        ends.reverse();
        let start: Option<Vec<f64>> =
            ends.windows(2).map(|cell| self.line.centroid(cell[0], cell[1])).collect();
        let start = start.filter(|start| start.windows(2).all(|pair| pair[0] < pair[1]))?;
        refine(law, Foot::of(law, levels), &start, ROUNDS_MAX).ok()
    }
}

/// Rounds of Newton's method that are more than any law has needed.
const ROUNDS_MAX: u32 = 200;

/// The least of some costs and where it stands; infinite without any.
fn least(costs: impl Iterator<Item = f64>) -> (f64, usize) {
    costs.enumerate().fold(
        (f64::INFINITY, 0),
        |best, (place, cost)| {
            if cost < best.0 { (cost, place) } else { best }
        },
    )
}
