//! The centroid of a cell of the normal law, fast enough for a million cells.

#![expect(
    clippy::inline_always,
    reason = "what is not inlined into a vectorised loop is compiled for the oldest processor"
)]

use pulp::{Arch, NullaryFnOnce};

use super::{FRAC_1_SQRT_2PI, mills_ratio, moments_around, pdf};
use crate::math::Moments;

/// What [`balances`] finds for a list of cells `(middle - half, middle + half]`.
///
/// All are ratios to the probability of the cell, so that none of them underflows in a far tail.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Balances {
    /// The centroid less the middle; NaN where there is no probability.
    pub offsets: Vec<f64>,
    /// The density at the low end over the probability.
    pub rates_low: Vec<f64>,
    /// The density at the high end over the probability.
    pub rates_high: Vec<f64>,
}

impl Balances {
    /// Room for `cells` cells, whatever was there before.
    pub fn resize(&mut self, cells: usize) {
        for values in [&mut self.offsets, &mut self.rates_low, &mut self.rates_high] {
            values.resize(cells, f64::NAN);
        }
    }
}

/// The balance of every cell.
///
/// The same bits on every instruction set: lanes do what one cell alone would do.
///
/// # Panics
///
/// When there are not as many middles as halves.
pub fn balances(middles: &[f64], halves: &[f64], found: &mut Balances) {
    assert_eq!(middles.len(), halves.len(), "a cell has a middle and a half width");
    found.resize(middles.len());
    Arch::new().dispatch(Sweep { middles, halves, found });
}

/// The loop of [`balances`], compiled once for each instruction set.
struct Sweep<'a> {
    middles: &'a [f64],
    halves: &'a [f64],
    found: &'a mut Balances,
}

/// Cells that are looked at together: all of them narrow, or one by one.
const BLOCK: usize = 32;

impl NullaryFnOnce for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Balances { offsets, rates_low, rates_high } = self.found;
        let inputs = self.middles.chunks(BLOCK).zip(self.halves.chunks(BLOCK));
        let lows = rates_low.chunks_mut(BLOCK).zip(rates_high.chunks_mut(BLOCK));
        let outputs = offsets.chunks_mut(BLOCK).zip(lows);
        for ((middles, halves), (offsets, (lows, highs))) in inputs.zip(outputs) {
            let reach = largest_reach(middles, halves);
            let cells = middles.len();
            let (lows, highs) = (&mut lows[..cells], &mut highs[..cells]);
            let (halves, offsets) = (&halves[..cells], &mut offsets[..cells]);
            if reach <= TINY_REACH {
                for cell in 0..cells {
                    (offsets[cell], lows[cell], highs[cell]) =
                        series::<TINY>(middles[cell], halves[cell]);
                }
            } else if reach <= SHORT_REACH {
                for cell in 0..cells {
                    (offsets[cell], lows[cell], highs[cell]) =
                        series::<SHORT>(middles[cell], halves[cell]);
                }
            } else {
                for cell in 0..cells {
                    (offsets[cell], lows[cell], highs[cell]) =
                        balance(middles[cell], halves[cell]).unwrap_or((f64::NAN, 0.0, 0.0));
                }
            }
        }
    }
}

/// The centroid less the middle of `(middle - half, middle + half]`, and the densities at the low
/// and the high end, each over the probability of the cell; `None` when it has none.
pub fn balance(middle: f64, half: f64) -> Option<(f64, f64, f64)> {
    let reach = half * (1.0 + middle.abs());
    if half > 0.0 && reach <= SHORT_REACH {
        return Some(series::<SHORT>(middle, half));
    }
    if half > 0.0 && reach <= SERIES_REACH {
        return Some(series::<LONG>(middle, half));
    }
    let moments = moments_around(middle, half);
    let offset = moments.centroid()?;
    Some((offset, pdf(middle - half) / moments.mass, pdf(middle + half) / moments.mass))
}

/// `E[X - start | X > start]` and `φ(start)/P(X > start)`, for `start >= 0`.
pub fn tail_balance(start: f64) -> (f64, f64) {
    let hazard = 1.0 / mills_ratio(start);
    (hazard - start, hazard)
}

/// [`moments_around`] of every cell.
///
/// # Panics
///
/// When there are not as many middles as halves, or less room than cells.
pub fn moments_around_each(middles: &[f64], halves: &[f64], found: &mut [Moments]) {
    assert_eq!(middles.len(), halves.len(), "a cell has a middle and a half width");
    let found = &mut found[..middles.len()];
    Arch::new().dispatch(Masses { middles, halves, found });
}

/// The loop of [`moments_around_each`], compiled once for each instruction set.
struct Masses<'a> {
    middles: &'a [f64],
    halves: &'a [f64],
    found: &'a mut [Moments],
}

impl NullaryFnOnce for Masses<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let inputs = self.middles.chunks(BLOCK).zip(self.halves.chunks(BLOCK));
        for ((middles, halves), found) in inputs.zip(self.found.chunks_mut(BLOCK)) {
            let reach = largest_reach(middles, halves);
            let cells = middles.len();
            let (halves, found) = (&halves[..cells], &mut found[..cells]);
            let is_far = middles.iter().any(|middle| middle.abs() > BELL_REACH);
            if is_far || reach > SHORT_REACH {
                for cell in 0..cells {
                    found[cell] = moments_around(middles[cell], halves[cell]);
                }
            } else if reach <= TINY_REACH {
                for cell in 0..cells {
                    let scale = 2.0 * FRAC_1_SQRT_2PI * halves[cell] * bell(middles[cell]);
                    found[cell] = relative::<TINY>(middles[cell], halves[cell]).weighted(scale);
                }
            } else {
                for cell in 0..cells {
                    let scale = 2.0 * FRAC_1_SQRT_2PI * halves[cell] * bell(middles[cell]);
                    found[cell] = relative::<SHORT>(middles[cell], halves[cell]).weighted(scale);
                }
            }
        }
    }
}

/// The largest `half·(1 + |middle|)`, which says how fast the series converge.
#[inline(always)]
fn largest_reach(middles: &[f64], halves: &[f64]) -> f64 {
    let reaches = middles.iter().zip(halves).map(|(c, h)| h * (1.0 + c.abs()));
    reaches.fold(0.0, |largest, reach| if reach > largest { reach } else { largest })
}

/// Up to there [`bell`] is a normal number.
const BELL_REACH: f64 = 30.0;

/// `e^{-x²/2}` for `|x|` up to [`BELL_REACH`], without a branch or a table.
#[inline(always)]
fn bell(x: f64) -> f64 {
    // The upper 26 bits of x have an exact square; x² = head² + (x - head)(x + head).
    let head = f64::from_bits(x.to_bits() & !((1 << 27) - 1));
    let square = -0.5 * head * head;
    // Adding 1.5·2⁵² leaves the rounded number of octaves in the low bits.
    let shifted = square * std::f64::consts::LOG2_E + OCTAVES;
    let octaves = shifted - OCTAVES;
    let rest = (square - octaves * LN_2_HIGH) - octaves * LN_2_LOW - 0.5 * (x - head) * (x + head);
    let mut sum = 1.0;
    for n in (1..14).rev() {
        sum = 1.0 + rest * RECIPROCALS[n] * sum;
    }
    // The exponent of 1.0 plus that many octaves.
    sum * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52))
}

const OCTAVES: f64 = 6_755_399_441_055_744.0;
/// `ln 2` in two parts, the first of 32 bits, so that its products with octaves are exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Terms of the series, and where they reach. With `r = half·(1 + |middle|)` the term `k` of the
/// probability is at most `r^{2k}/(2k + 1)!!·2^{-k}/k!`; the first one left out is below 10⁻¹⁷.
const TINY: usize = 2;
const TINY_REACH: f64 = 2e-3;
const SHORT: usize = 5;
const SHORT_REACH: f64 = 0.11;
const LONG: usize = 9;
const SERIES_REACH: f64 = 0.4;

/// Sums of the Taylor series of `φ` about the middle of a cell.
///
/// `φ(c + u) = φ(c) Σ_n (-u)ⁿ He_n(c)/n!`; the even terms make the probability and the second moment
/// about the middle, the odd ones the first.
///
/// ```text
/// P/(2hφ(c))           = Σ_k h^{2k} He_{2k}(c)/(2k + 1)!
/// ∫u p/(-2h³φ(c))      = Σ_k h^{2k} He_{2k+1}(c)/((2k + 1)! (2k + 3))
/// ∫u² p/(2h³φ(c))      = Σ_k h^{2k} He_{2k}(c) (2k + 1)/((2k + 1)! (2k + 3))
/// ```
#[inline(always)]
fn sums<const TERMS: usize>(c: f64, h: f64) -> (f64, f64, f64) {
    let h2 = h * h;
    let (mut even, mut odd) = (1.0, c);
    let (mut mass, mut pull, mut spread) = (1.0, c / 3.0, 1.0 / 3.0);
    let mut power = 1.0;
    for k in 1..=TERMS {
        // He_{n+1} = c He_n - n He_{n-1}
        let n = (2 * k - 1) as f64;
        even = c * odd - n * even;
        odd = c * even - (n + 1.0) * odd;
        // h^{2k}/(2k + 1)!
        power *= h2 * RECIPROCALS[2 * k] * RECIPROCALS[2 * k + 1];
        let scaled = power * RECIPROCALS[2 * k + 3];
        mass += power * even;
        pull += scaled * odd;
        spread += scaled * even * (n + 2.0);
    }
    (mass, pull, spread)
}

/// The balance of a narrow cell.
#[inline(always)]
fn series<const TERMS: usize>(c: f64, h: f64) -> (f64, f64, f64) {
    let (mass, pull, _) = sums::<TERMS>(c, h);
    // p(c ± h)/P = e^{∓ch - h²/2}/(2h·mass)
    let inverse = 1.0 / (h * mass);
    let (low, high) = small_exps::<TERMS>(c * h);
    let scale = 0.5 * inverse * small_exp::<TERMS>(-0.5 * h * h);
    (-h * h * h * pull * inverse, scale * low, scale * high)
}

/// The moments of a narrow cell about its middle; `None` when it is wide.
pub(super) fn narrow_moments(c: f64, h: f64) -> Option<Moments> {
    let reach = h * (1.0 + c.abs());
    let relative = if reach <= SHORT_REACH {
        relative::<SHORT>(c, h)
    } else if reach <= SERIES_REACH {
        relative::<LONG>(c, h)
    } else {
        return None;
    };
    Some(relative.weighted(2.0 * h * pdf(c)))
}

/// The moments of a narrow cell about its middle, over `2hφ(c)`.
#[inline(always)]
fn relative<const TERMS: usize>(c: f64, h: f64) -> Moments {
    let (mass, pull, spread) = sums::<TERMS>(c, h);
    Moments { mass, first: -h * h * pull, second: h * h * spread }
}

/// `1/n`, so that the series divides only once.
const RECIPROCALS: [f64; 2 * LONG + 4] = {
    let mut reciprocals = [0.0; 2 * LONG + 4];
    let mut n = 1;
    while n < reciprocals.len() {
        reciprocals[n] = 1.0 / n as f64;
        n += 1;
    }
    reciprocals
};

/// `e^{±x}` for the `x` of a cell that so many terms describe, to an ulp or two.
#[inline(always)]
fn small_exps<const TERMS: usize>(x: f64) -> (f64, f64) {
    // 0.11^11/11! and 0.41^17/17! are below 10⁻¹⁷.
    let square = x * x;
    let (mut even, mut odd) = (1.0, 1.0);
    for n in (1..=TERMS.div_ceil(2) + 2 + TERMS / 9).rev() {
        even = 1.0 + square * (RECIPROCALS[2 * n] * RECIPROCALS[2 * n - 1]) * even;
        odd = 1.0 + square * (RECIPROCALS[2 * n] * RECIPROCALS[2 * n + 1]) * odd;
    }
    odd *= x;
    (even + odd, even - odd)
}

/// `e^x` for `x = -h²/2` of such a cell.
#[inline(always)]
fn small_exp<const TERMS: usize>(x: f64) -> f64 {
    // 0.006^6/6! and 0.08^10/10! are below 10⁻¹⁷.
    let mut sum = 1.0;
    for n in (1..TERMS.div_ceil(2) + 3 + 2 * (TERMS / 9)).rev() {
        sum = 1.0 + x * RECIPROCALS[n] * sum;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::by_nodes;
    use super::*;

    #[test]
    fn the_series_agrees_with_the_integral() {
        for reach in [1e-9, 1e-4, 0.02, SHORT_REACH, 0.111, 0.25, SERIES_REACH] {
            for middle in [-7.0, -3.2, -0.4, 0.0, 0.1, 1.0, 2.5, 5.0, 8.0_f64] {
                let half = 0.999 * reach / (1.0 + middle.abs());
                let (offset, low, high) = balance(middle, half).unwrap();
                let moments = by_nodes(middle, half);
                let centroid = moments.first / moments.mass;
                let narrow = narrow_moments(middle, half).unwrap();
                assert!((narrow.mass / moments.mass - 1.0).abs() <= 32.0 * f64::EPSILON);
                assert!((narrow.second / moments.second - 1.0).abs() <= 32.0 * f64::EPSILON);
                // two dozen roundings on either side
                let close = |ours: f64, other: f64| {
                    (ours - other).abs() <= 48.0 * f64::EPSILON * other.abs()
                };
                assert!(
                    close(offset, centroid) || middle == 0.0,
                    "{middle} ± {half}: {offset:e} {centroid:e}"
                );
                // The ends are rounded, and their squares with them.
                let slack = 1e-14 * (1.0 + middle * middle);
                assert!((low * moments.mass / pdf(middle - half) - 1.0).abs() <= slack);
                assert!((high * moments.mass / pdf(middle + half) - 1.0).abs() <= slack);
            }
        }
        assert!((tail_balance(0.0).0 - 2.0 * FRAC_1_SQRT_2PI).abs() <= 4.0 * f64::EPSILON);
    }
}
