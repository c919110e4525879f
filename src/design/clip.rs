//! The best step of an integer code for a sample, with certainty.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::DesignError;
use crate::density::{Density as _, Empirical};
use crate::math::Double;

/// The integers of a code: `-below ..= above`, all of them times one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipCode {
    // Invariant: not both zero, at most CODES_MAX together.
    below: u32,
    above: u32,
}

/// Sixteen bits.
const CODES_MAX: u64 = 1 << 16;

impl ClipCode {
    /// `-2^(bits-1) ..= 2^(bits-1) - 1`, two's complement; 2 to 16 bits.
    ///
    /// # Errors
    ///
    /// For other numbers of bits.
    pub fn signed(bits: u32) -> Result<Self, DesignError> {
        let half = codes(bits, 2)? / 2;
        Ok(Self { below: half, above: half - 1 })
    }

    /// `-(2^(bits-1) - 1) ..= 2^(bits-1) - 1`, symmetric; 2 to 16 bits.
    ///
    /// # Errors
    ///
    /// For other numbers of bits.
    pub fn signed_narrow(bits: u32) -> Result<Self, DesignError> {
        let half = codes(bits, 2)? / 2;
        Ok(Self { below: half - 1, above: half - 1 })
    }

    /// `0 ..= 2^bits - 1`; 1 to 16 bits.
    ///
    /// # Errors
    ///
    /// For other numbers of bits.
    pub fn unsigned(bits: u32) -> Result<Self, DesignError> {
        Ok(Self { below: 0, above: codes(bits, 1)? - 1 })
    }

    /// The integers at the two ends.
    pub fn ends(self) -> (i64, i64) {
        (-i64::from(self.below), i64::from(self.above))
    }
}

/// How many codes there are with that many bits, of which there must be `least`.
fn codes(bits: u32, least: u32) -> Result<u32, DesignError> {
    let given = 1_u64.checked_shl(bits).unwrap_or(u64::MAX);
    let count = |codes: u64| usize::try_from(codes).unwrap_or(usize::MAX);
    if bits < least {
        return Err(DesignError::TooFewLevels { given: count(given), least: 1 << least });
    }
    u32::try_from(given)
        .ok()
        .filter(|_| given <= CODES_MAX)
        .ok_or(DesignError::TooManyLevels { given: count(given), most: count(CODES_MAX) })
}

/// The best step of a code for a sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clip {
    /// The step between neighbouring levels, in the unit of `x`.
    pub step: f64,
    /// The largest magnitude that is not clipped: the step times the code farthest from zero.
    pub clip: f64,
    /// `E (Q(X) - X)²`, in the unit of `x` squared.
    pub distortion: f64,
    /// No step has a smaller distortion.
    pub lower_bound: f64,
    /// Steps that were tried.
    pub rounds: u32,
}

/// The step of least mean squared error for a sample rounded to an integer code and clipped.
///
/// With `H₊(t) = Σ (x - t)` over the values above `t`, and `H₋(t)` the same for `-x`,
///
/// ```text
/// Σ (Q(x) - x)² = Σ x² - 2·step·G(step),   G(step) = Σᵢ H₊((i - ½)·step) + Σᵢ H₋((i - ½)·step)
/// ```
///
/// over the positive and the negative codes. `G` is convex, being a sum of convex functions of the
/// step, so between two steps it lies below its chord, and the distortion above a parabola. The
/// interval with the least bound is split until no bound is below the best step found, which a few
/// closed-form steps (the best one for the codes that the values have) bring to the last digits.
/// There are no bins: the error has many local minima, and each is excluded or visited.
///
/// # Errors
///
/// When no value lies on a side of zero that the code has levels on.
///
/// # Examples
///
/// ```
/// use hwgq::density::Empirical;
/// use hwgq::design::{ClipCode, exact_clip};
/// let sample = Empirical::new(vec![-0.9, -0.31, 0.0, 0.3, 0.62, 100.0])?;
/// let best = exact_clip(&sample, ClipCode::signed_narrow(8)?)?;
/// assert!(best.clip > 99.0); // one value of a hundred is worth more than the others together
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Sakr et al., "Optimal clipping and magnitude-aware differentiation for improved
/// quantization-aware training" (OCTAV), ICML 2022, minimise a smooth model of the same error.
pub fn exact_clip(sample: &Empirical, code: ClipCode) -> Result<Clip, DesignError> {
    let error = Error::new(sample, code);
    let widest = 2.0 * error.reach;
    let (start, end) = (error.at(0.0), error.at(widest));
    if start.gain.to_f64() <= 0.0 {
        return Err(DesignError::Unsuited {
            design: "a clip",
            law: sample.describe(),
            why: "no value lies on a side of zero that has levels; shift the sample or take a signed code",
        });
    }
    let mut search = Search { error: &error, best: end, rounds: 2 };
    let mut open = BinaryHeap::from([Piece::new(start, end)]);
    let bound = loop {
        let Some(piece) = open.pop() else { break search.best.explained() };
        let missing = (piece.bound - search.best.explained()).to_f64();
        if missing <= search.tolerance() {
            break piece.bound;
        }
        let Some(step) = piece.inner() else { continue };
        let at = search.visit(step);
        open.push(Piece::new(piece.start, at));
        open.push(Piece::new(at, piece.end));
    };
    let best = search.best;
    let total = sample.total();
    let distortion = (error.second - best.explained()).to_f64().max(0.0);
    let bound = if bound < best.explained() { best.explained() } else { bound };
    let below = (error.second - bound).to_f64() - error.slack - f64::EPSILON * distortion;
    Ok(Clip {
        step: best.step,
        clip: best.step * f64::from(code.below.max(code.above)),
        distortion: distortion / total,
        lower_bound: (below / total).max(0.0),
        rounds: search.rounds,
    })
}

/// The squared error of a sample as a function of the step.
struct Error<'a> {
    sample: &'a Empirical,
    code: ClipCode,
    /// `Σ x²`.
    second: Double,
    /// The largest magnitude on a side that has levels.
    reach: f64,
    /// What rounding may have done to a sum of squares.
    slack: f64,
}

/// A step with what is known of the error there.
#[derive(Clone, Copy)]
struct At {
    step: f64,
    /// `G`: convex and falling in the step.
    gain: Double,
    /// `Σ code²`: minus twice the slope of `G`.
    codes: f64,
}

impl At {
    /// `Σ x²` less the squared error.
    fn explained(self) -> Double {
        self.gain * (2.0 * self.step)
    }
}

impl<'a> Error<'a> {
    fn new(sample: &'a Empirical, code: ClipCode) -> Self {
        let all = sample.sums_below(sample.len());
        let second = all.shifted(Double::from(sample.origin())).second;
        let sorted = sample.sorted();
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let of_side = |codes, end: f64| if codes > 0 { end.max(0.0) } else { 0.0 };
        let reach = of_side(code.below, -low).max(of_side(code.above, high));
        // A running sum is off by that share of the sum of magnitudes, itself at most mass times
        // twice the reach of both sides; each code reads two, times two steps.
        let span = 2.0 * (high.abs().max(low.abs()) + reach);
        let codes = f64::from(code.below) + f64::from(code.above);
        let slack = 8.0 * codes * reach * sample.rounding() * span * all.mass.to_f64();
        Self { sample, code, second, reach, slack }
    }

    fn at(&self, step: f64) -> At {
        let count = self.sample.len();
        let all = self.sample.sums_below(count);
        let origin = Double::from(self.sample.origin());
        // Exact: a threshold rounded to f64 would cost sixteen digits of what the step explains.
        let threshold = |index: u32| Double::from(step) * (f64::from(index) - 0.5);
        let (mut gain, mut codes) = (Double::ZERO, 0.0);
        for index in 1..=self.code.above {
            let rank = self.rank(threshold(index));
            if rank == count {
                break;
            }
            let above = all - self.sample.sums_below(rank);
            gain = gain + above.first + (origin - threshold(index)) * above.mass;
            codes += (2.0 * f64::from(index) - 1.0) * above.mass.to_f64();
        }
        for index in 1..=self.code.below {
            let rank = self.rank(-threshold(index));
            if rank == 0 {
                break;
            }
            let below = self.sample.sums_below(rank);
            gain = gain - (threshold(index) + origin) * below.mass - below.first;
            codes += (2.0 * f64::from(index) - 1.0) * below.mass.to_f64();
        }
        At { step, gain, codes }
    }

    /// The number of values not above `threshold`.
    fn rank(&self, threshold: Double) -> usize {
        let nearest = threshold.to_f64();
        // Of all f64 only the nearest one can be on the other side of what is behind it.
        if threshold.parts().1 < 0.0 {
            self.sample.sorted().partition_point(|&x| x < nearest)
        } else {
            self.sample.rank(nearest)
        }
    }
}

/// The best step so far.
struct Search<'a> {
    error: &'a Error<'a>,
    best: At,
    rounds: u32,
}

impl Search<'_> {
    /// What may stay unexplained: four roundings of the error.
    fn tolerance(&self) -> f64 {
        let left = (self.error.second - self.best.explained()).to_f64().max(0.0);
        4.0 * f64::EPSILON * left + self.error.slack
    }

    /// Looks at a step, and from there at the best ones for the codes that the values have.
    fn visit(&mut self, step: f64) -> At {
        /// Each is better than the one before; what they leave, the next piece will find.
        const IMPROVEMENTS_MAX: u32 = 8;
        let visited = self.error.at(step);
        self.rounds += 1;
        let mut at = visited;
        for _ in 0..IMPROVEMENTS_MAX {
            if at.explained() <= self.best.explained() {
                break;
            }
            self.best = at;
            at = self.error.at(0.5 * at.step + at.gain.to_f64() / at.codes);
            self.rounds += 1;
        }
        visited
    }
}

/// An interval of steps with a bound on what a step in it explains.
struct Piece {
    start: At,
    end: At,
    bound: Double,
    /// Where the bound is attained.
    peak: f64,
}

impl Piece {
    /// Under the chord of `G` from `start` to `end`, `2·step·G` is at most a parabola.
    fn new(start: At, end: At) -> Self {
        let width = Double::difference(end.step, start.step);
        let fall = (start.gain - end.gain) / width;
        let foot = start.gain + fall * start.step;
        let peak = 0.5 * (foot / fall).to_f64();
        // Not a number where nothing falls: then the far end explains most.
        let peak = if peak < end.step { peak.max(start.step) } else { end.step };
        let bound = (foot - fall * peak) * (2.0 * peak);
        Self { start, end, bound, peak }
    }

    /// Where to split: at the peak, unless that is so near an end that the other part stays as it
    /// is. `None` when there is no number between the ends.
    fn inner(&self) -> Option<f64> {
        let (start, end) = (self.start.step, self.end.step);
        let margin = (end - start) / 8.0;
        let step = self.peak.clamp(start + margin, end - margin);
        (start < step && step < end).then_some(step)
    }
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Piece {}

impl PartialOrd for Piece {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Piece {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound
            .partial_cmp(&other.bound)
            .unwrap_or(Ordering::Equal)
            .then(other.start.step.total_cmp(&self.start.step))
    }
}
