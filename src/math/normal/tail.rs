//! Moments of the upper tail of the normal law.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::{moments_about, pdf, survival};
use crate::math::special::mills_ratio;
use crate::math::{CompensatedSum, Interval, Moments};

/// `∫ (x - origin)ᵏ φ(x) dx` over `(start, ∞]`, `start >= 0`.
pub(super) fn tail(start: f64, origin: f64) -> Moments {
    if start < LOWEST {
        // Near the centre the fraction below is slow; one narrow cell leads out of there.
        let near = Interval::new(start, start + 2.0);
        let both = moments_about(near, origin) + tail(near.high, origin);
        // The sum is off by an ulp or two; half the probability should be just that.
        return Moments { mass: survival(start), ..both };
    }
    let density = pdf(start);
    if density == 0.0 {
        return Moments::ZERO;
    }
    // T_k = ∫ (x - start)ᵏ φ obeys T_k = (k - 1)·T_{k-2} - start·T_{k-1}. Upwards that cancels; the
    // ratios are smooth and have all their digits.
    let mass = density * mills_ratio(start);
    let (ratio_1, ratio_2) = ratios(start);
    let first = ratio_1 * mass;
    Moments { mass, first, second: ratio_2 * first }.affine(1.0, start - origin)
}

/// `T_1/T_0` and `T_2/T_1` of the tail from `start >= LOWEST`.
fn ratios(start: f64) -> (f64, f64) {
    let place = (start - LOWEST) * PIECES_PER_UNIT;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
    let piece = place as usize;
    match PIECES.get(piece) {
        Some(polynomials) => polynomials.at(2.0 * (place - piece as f64) - 1.0),
        None => fraction(start),
    }
}

/// The same by continued fraction.
fn fraction(start: f64) -> (f64, f64) {
    // With r_k = T_k/T_{k-1} the recurrence reads r_k = k/(start + r_{k+1}): run downwards it has
    // only positive terms. Measured against 30 digits, this depth leaves 1e-17 when the fraction is
    // closed with the fixed point of its last step, r = k/(start + r).
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "13 to 1693")]
    let depth = (420.0 / (start * start)) as u32 + 13;
    let closing = 0.5 * ((start * start + 4.0 * f64::from(depth + 1)).sqrt() - start);
    let ratio_2 = (2..=depth).rev().fold(closing, |ratio, k| f64::from(k) / (start + ratio));
    (1.0 / (start + ratio_2), ratio_2)
}

/// Where the pieces begin.
const LOWEST: f64 = 0.5;
const PIECES_PER_UNIT: f64 = 4.0;
const PIECES_COUNT: usize = 30;

/// On a quarter of a unit the ratios are polynomials of this many terms to 1e-17: their poles, the
/// complex zeros of the tail, are two units away and more.
const TERMS: usize = 12;

/// The ratios up to 8, worked out once: the fraction takes up to 1693 divisions, these none.
static PIECES: LazyLock<Vec<Piece>> = LazyLock::new(|| {
    let low = |piece: usize| LOWEST + piece as f64 / PIECES_PER_UNIT;
    (0..PIECES_COUNT).map(|piece| Piece::of(low(piece), 1.0 / PIECES_PER_UNIT)).collect()
});

/// Coefficients of Chebyshev polynomials, those of both ratios side by side.
#[derive(Debug)]
struct Piece([(f64, f64); TERMS]);

impl Piece {
    fn of(low: f64, width: f64) -> Self {
        let angle = |node: usize| PI * (node as f64 + 0.5) / TERMS as f64;
        let values: [(f64, f64); TERMS] = std::array::from_fn(|node| {
            fraction(low + 0.5 * width * (1.0 + libm::cos(angle(node))))
        });
        let sum = |degree: usize, part: fn(&(f64, f64)) -> f64| {
            let weight = if degree == 0 { 1.0 } else { 2.0 } / TERMS as f64;
            let terms = values
                .iter()
                .enumerate()
                .map(|(node, value)| weight * libm::cos(degree as f64 * angle(node)) * part(value));
            terms.collect::<CompensatedSum>().value()
        };
        Self(std::array::from_fn(|degree| {
            (sum(degree, |value| value.0), sum(degree, |value| value.1))
        }))
    }

    /// Both sums at `x` in -1..1, by Clenshaw's recurrence.
    fn at(&self, x: f64) -> (f64, f64) {
        let (mut one, mut two) = ((0.0, 0.0), (0.0, 0.0));
        for &(first, second) in self.0[1..].iter().rev() {
            one = (first + 2.0 * x * one.0 - one.1, one.0);
            two = (second + 2.0 * x * two.0 - two.1, two.0);
        }
        (self.0[0].0 + x * one.0 - one.1, self.0[0].1 + x * two.0 - two.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_agree_with_the_fraction() {
        for step in 0..760 {
            let start = LOWEST + 0.01 * f64::from(step) + 0.003;
            let (ours, other) = (ratios(start), fraction(start));
            // Two sums of a dozen terms each, one of them over the nodes.
            let close = |a: f64, b: f64| (a / b - 1.0).abs() <= 8.0 * f64::EPSILON;
            assert!(close(ours.0, other.0), "{start}: {ours:?} {other:?}");
            assert!(close(ours.1, other.1), "{start}: {ours:?} {other:?}");
        }
    }
}
