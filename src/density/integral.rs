//! Integrals of functions of a density: entropies, and what companding costs.

use super::Density;
use crate::math::{CompensatedSum, Interval, SIXTEEN};

/// `∫ function(ln p(x), x) dx` over the part of `cell` where there is a density, atoms left out.
///
/// The logarithm is given so that roots of a density live on where it underflows. Pieces are halved until sixteen Gauss-Legendre nodes agree with twice
/// as many, and see the probability that the law says is there, so that a narrow peak is not
/// missed; poles of integrable functions are approached until nothing is left. Tails are followed
/// in doubling pieces to the end of f64. About thirteen digits; eight at a pole that a shift has
/// moved away from 0.
pub fn integrate_density(
    law: &dyn Density,
    cell: Interval,
    function: impl Fn(f64, f64) -> f64,
) -> f64 {
    integrate_part(law, cell, 0.0, function)
}

/// The same for a small part of an integral of a known magnitude: digits that would be lost in that
/// are not sought.
pub fn integrate_part(
    law: &dyn Density,
    cell: Interval,
    magnitude: f64,
    function: impl Fn(f64, f64) -> f64,
) -> f64 {
    let part = cell.intersection(law.support());
    if part.is_empty() {
        return 0.0;
    }
    let mut integral =
        Integral { law, function: &function, sum: CompensatedSum::default(), pieces: 0, magnitude };
    // Where the law lies need only be known to find the way into a tail.
    let (middle, width) = if part.width().is_finite() {
        (part.low.midpoint(part.high), 0.5 * part.width())
    } else {
        let mean = law.moments(Interval::LINE).centroid().unwrap_or(0.0);
        let width = law.moments_about(Interval::LINE, mean).second.sqrt();
        (law.centre().unwrap_or(mean), width)
    };
    // From the middle outwards, so that the first pieces know the magnitude of the whole.
    let mut cuts = vec![part.low, part.high];
    let inner = law.kinks().into_iter().chain([middle, middle - width, middle + width]);
    cuts.extend(inner.filter(|&cut| part.low < cut && cut < part.high));
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let mut pieces: Vec<Interval> =
        cuts.windows(2).map(|ends| Interval::new(ends[0], ends[1])).collect();
    let distance = |piece: &Interval| {
        if piece.width().is_finite() {
            (piece.low.midpoint(piece.high) - middle).abs()
        } else {
            f64::INFINITY
        }
    };
    pieces.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    for piece in pieces {
        if piece.width().is_finite() {
            integral.add(piece, 0);
        } else {
            integral.add_tail(piece, width);
        }
    }
    integral.sum.value()
}

struct Integral<'a, F> {
    law: &'a dyn Density,
    function: &'a F,
    sum: CompensatedSum,
    /// How many pieces have been looked at.
    pieces: u32,
    /// The sum of the magnitudes of the pieces.
    magnitude: f64,
}

/// Halvings of a piece; at a pole each leaves half the width.
const DEPTH_MAX: u32 = 256;

/// Pieces that are more than any law has needed; a function that is no number ends here too.
const PIECES_MAX: u32 = 100_000;

/// Squares of distances up to here are finite.
const FAR_MAX: f64 = 1e150;

impl<F: Fn(f64, f64) -> f64> Integral<'_, F> {
    /// Integral and mass of a piece, by sixteen nodes.
    fn look(&self, piece: Interval) -> (f64, f64) {
        let (mut value, mut mass) = (0.0, 0.0);
        for (x, weight) in SIXTEEN.nodes(piece, piece.width()) {
            let ln_density = self.law.ln_pdf(x);
            if ln_density > f64::NEG_INFINITY {
                value += weight * (self.function)(ln_density, x);
                mass += weight * libm::exp(ln_density);
            }
        }
        (value, mass)
    }

    fn add(&mut self, piece: Interval, depth: u32) {
        self.pieces += 1;
        let middle = piece.low.midpoint(piece.high);
        let (low, high) = (Interval::new(piece.low, middle), Interval::new(middle, piece.high));
        let whole = self.look(piece);
        let halves = [self.look(low), self.look(high)];
        let (value, mass) = (halves[0].0 + halves[1].0, halves[0].1 + halves[1].1);
        let is_negligible = |error: f64| error.abs() <= 1e-17 * self.magnitude;
        let error = value - whole.0;
        let is_seen = || {
            let missed = self.law.moments(piece).mass - mass;
            let atoms: f64 = self
                .law
                .atoms()
                .iter()
                .filter(|atom| piece.contains(atom.0))
                .map(|atom| atom.1)
                .sum();
            (missed - atoms).abs() <= 1e-12 + 1e-9 * mass
        };
        // Of smooth pieces the halves err 2^-32 times less than the whole: this leaves rounding alone.
        let is_settled = error.abs() <= 1e-12 * value.abs() || is_negligible(error);
        if depth >= DEPTH_MAX
            || !(piece.low < middle && middle < piece.high)
            || error.is_nan()
            || self.pieces >= PIECES_MAX
            || (is_settled && is_seen())
        {
            self.sum.add(value);
            self.magnitude += value.abs();
        } else {
            self.add(low, depth + 1);
            self.add(high, depth + 1);
        }
    }

    fn add_tail(&mut self, tail: Interval, width: f64) {
        let (end, direction) =
            if tail.high.is_infinite() { (tail.low, 1.0) } else { (tail.high, -1.0) };
        let (mut near, mut far) = (0.0, width);
        let (mut reached, mut term, mut before) = (self.sum.value(), 0.0, 0.0);
        while far < FAR_MAX {
            let (a, b) = (end + direction * near, end + direction * far);
            self.add(Interval::new(a.min(b), a.max(b)), 0);
            (before, term) = (term, self.sum.value() - reached);
            reached = self.sum.value();
            // Nothing more, and no component of a mixture further out.
            let is_last = term.abs() <= 1e-18 * self.magnitude;
            let beyond = if direction > 0.0 {
                Interval::new(b, f64::INFINITY)
            } else {
                Interval::new(f64::NEG_INFINITY, b)
            };
            if is_last && self.law.moments(beyond).mass <= 1e-18 {
                return;
            }
            (near, far) = (far, 2.0 * far);
        }
        // A power law that has not ended where f64 does: the rest is a geometric series.
        let ratio = term / before;
        if (0.0..1.0).contains(&ratio) {
            self.sum.add(term * ratio / (1.0 - ratio));
        }
    }
}
