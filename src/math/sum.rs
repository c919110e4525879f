//! Sums that keep what rounding drops.

/// A running sum with the error of every addition carried beside it.
///
/// The result is as good as if it had been summed in twice the precision and rounded once.
///
/// # Examples
///
/// ```
/// use hwgq::math::CompensatedSum;
/// let terms = [1.0, 1e100, 1.0, -1e100];
/// assert_eq!(terms.into_iter().collect::<CompensatedSum>().value(), 2.0);
/// ```
///
/// # References
///
/// Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54,
/// 1974; the terms above are the example of the paper. The error of an addition after Knuth, The
/// Art of Computer Programming 2, section 4.2.2.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CompensatedSum {
    sum: f64,
    dropped: f64,
}

impl CompensatedSum {
    /// Adds one term.
    pub fn add(&mut self, term: f64) {
        // Each addend less the part of it that reached the sum: exact, whichever is larger, and
        // without a branch.
        let sum = self.sum + term;
        let reached = sum - self.sum;
        self.dropped += (self.sum - (sum - reached)) + (term - reached);
        self.sum = sum;
    }

    /// The sum so far.
    pub fn value(self) -> f64 {
        self.sum + self.dropped
    }

    /// `target` less the sum, rounded after what was dropped has been counted.
    pub fn distance_to(self, target: f64) -> f64 {
        (target - self.sum) - self.dropped
    }
}

impl FromIterator<f64> for CompensatedSum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Self {
        let mut total = Self::default();
        terms.into_iter().for_each(|term| total.add(term));
        total
    }
}
