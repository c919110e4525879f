//! The line cut into narrow pieces, with the moments of any run of them at hand.

use crate::density::Density;
use crate::math::{Double, Interval, Moments};

/// Edges from `-∞` to `∞`, and running sums of the moments of the pieces between them.
///
/// The sums are kept in [`Double`], so that differences of them lose no more than the moments of
/// one piece carry.
#[derive(Debug)]
pub(super) struct Line {
    // Invariant: increasing, from -∞ to ∞.
    edges: Vec<f64>,
    /// Where moments are taken about.
    origin: f64,
    /// The moments of each piece.
    pieces: Vec<Moments>,
    /// Entry i sums the pieces below edge i.
    sums: Vec<[Double; 3]>,
}

impl Line {
    pub(super) fn new(law: &dyn Density, mut edges: Vec<f64>, origin: f64) -> Self {
        edges.retain(|edge| edge.is_finite());
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        let ends = std::iter::once(f64::NEG_INFINITY);
        let edges: Vec<f64> = ends.chain(edges).chain(std::iter::once(f64::INFINITY)).collect();
        let of = |ends: &[f64]| law.moments_about(Interval::new(ends[0], ends[1]), origin);
        let pieces = edges.windows(2).map(of).collect();
        Self::of_pieces(edges, pieces, origin)
    }

    fn of_pieces(edges: Vec<f64>, pieces: Vec<Moments>, origin: f64) -> Self {
        let mut sum = [Double::ZERO; 3];
        let mut sums = vec![sum];
        for part in &pieces {
            for (sum, part) in sum.iter_mut().zip([part.mass, part.first, part.second]) {
                *sum = *sum + Double::from(part);
            }
            sums.push(sum);
        }
        Self { edges, origin, pieces, sums }
    }

    /// The line with some pieces cut, and where each old piece begins among the new ones.
    pub(super) fn cut(
        &self,
        law: &dyn Density,
        cuts: impl Fn(usize) -> Vec<f64>,
    ) -> (Self, Vec<usize>) {
        let mut edges = vec![f64::NEG_INFINITY];
        let mut pieces = Vec::with_capacity(self.len());
        let mut starts = Vec::with_capacity(self.len() + 1);
        for (index, moments) in self.pieces.iter().enumerate() {
            starts.push(pieces.len());
            let cuts = cuts(index);
            if cuts.is_empty() {
                pieces.push(*moments);
                edges.push(self.edges[index + 1]);
                continue;
            }
            let mut low = self.edges[index];
            for high in cuts.into_iter().chain([self.edges[index + 1]]) {
                pieces.push(law.moments_about(Interval::new(low, high), self.origin));
                edges.push(high);
                low = high;
            }
        }
        starts.push(pieces.len());
        (Self::of_pieces(edges, pieces, self.origin), starts)
    }

    /// The number of pieces.
    pub(super) fn len(&self) -> usize {
        self.edges.len() - 1
    }

    pub(super) fn piece(&self, index: usize) -> Interval {
        Interval::new(self.edges[index], self.edges[index + 1])
    }

    pub(super) fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The moments of pieces `from..to` about the origin.
    pub(super) fn moments(&self, from: usize, to: usize) -> Moments {
        let [mass, first, second] =
            std::array::from_fn(|k| (self.sums[to][k] - self.sums[from][k]).to_f64());
        Moments { mass, first, second }
    }

    /// The least `∫ (x - q)² dP` over pieces `from..to` with one level `q`.
    pub(super) fn cost(&self, from: usize, to: usize) -> f64 {
        if from >= to {
            return 0.0;
        }
        let [mass, first, second]: [Double; 3] =
            std::array::from_fn(|k| self.sums[to][k] - self.sums[from][k]);
        if mass.to_f64() <= 0.0 {
            return 0.0;
        }
        (second - first * first / mass).to_f64().max(0.0)
    }

    /// The centroid of pieces `from..to`.
    pub(super) fn centroid(&self, from: usize, to: usize) -> Option<f64> {
        self.moments(from, to).centroid().map(|pull| self.origin + pull)
    }
}
