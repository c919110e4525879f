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
/// 1974; the terms above are the example of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CompensatedSum {
    sum: f64,
    dropped: f64,
}

impl CompensatedSum {
    /// Adds one term.
    pub fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        // Of the two addends only the smaller one loses digits.
        self.dropped += if self.sum.abs() >= term.abs() {
            (self.sum - sum) + term
        } else {
            (term - sum) + self.sum
        };
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
