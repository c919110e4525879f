//! A cell of the real line, the domain over which every moment is taken.

/// The half-open interval `(low, high]`; either end may be infinite.
///
/// Which end is closed is stated here and nowhere else: the right one, as in the paper's
/// `x ∈ (t_i, t_{i+1}]` (eq. 7). It matters only to laws that put mass on single points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The end that is left out.
    pub low: f64,
    /// The end that belongs to the interval.
    pub high: f64,
}

impl Interval {
    /// The whole real line.
    pub const LINE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// `(low, high]`; empty when `high <= low`.
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// Whether `x` lies in the interval; never true of NaN.
    pub fn contains(self, x: f64) -> bool {
        self.low < x && x <= self.high
    }

    /// `high - low`, infinite for a tail, negative for nothing.
    pub fn width(self) -> f64 {
        self.high - self.low
    }

    /// The part that both intervals share; empty (`high <= low`) when they do not meet.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    /// Whether no number lies in the interval.
    pub fn is_empty(self) -> bool {
        // Not `high <= low`: an interval with a NaN end is empty too.
        self.low.partial_cmp(&self.high) != Some(std::cmp::Ordering::Less)
    }
}
