//! Four central moments of a stream, a block at a time.

/// Count, mean and sums of powers about it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct CentralMoments {
    pub(super) count: f64,
    pub(super) mean: f64,
    /// `Σ (x - mean)ᵏ`, k = 2, 3, 4.
    sums: [f64; 3],
}

/// Sums that are carried side by side: the additions of one would wait for each other.
const LANES: usize = 8;

/// Values that are centred on their own mean before they join the others.
pub(super) const BLOCK: usize = 1024;

impl CentralMoments {
    /// Those of at most [`BLOCK`] values.
    pub(super) fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        // About the first value: a mean that dwarfs the spread costs no digits.
        let Some(&first) = values.first() else { return Self::default() };
        let mean = first + summed(values, |x| [x - first, 0.0, 0.0])[0] / count;
        let powers = |x: f64| {
            let d = x - mean;
            [d * d, d * d * d, d * d * d * d]
        };
        Self { count, mean, sums: summed(values, powers) }
    }

    /// Both parts together.
    ///
    /// # References
    ///
    /// Pébay, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order
    /// statistical moments", SAND2008-6212, eqs. (1.5), (2.1)-(2.3).
    pub(super) fn joined(self, other: Self) -> Self {
        if self.count <= 0.0 {
            return other;
        }
        let (a, b) = (self.count, other.count);
        let n = a + b;
        let d = other.mean - self.mean;
        let [a2, a3, a4] = self.sums;
        let [b2, b3, b4] = other.sums;
        let second = a2 + b2 + d * d * (a * b / n);
        let third =
            a3 + b3 + d.powi(3) * (a * b / n) * ((a - b) / n) + 3.0 * d * (a * b2 - b * a2) / n;
        let fourth = a4
            + b4
            + d.powi(4) * (a * b / n) * ((a * a - a * b + b * b) / (n * n))
            + 6.0 * d * d * (a * a * b2 + b * b * a2) / (n * n)
            + 4.0 * d * (a * b3 - b * a3) / n;
        Self { count: n, mean: self.mean + d * (b / n), sums: [second, third, fourth] }
    }

    /// `E (X - E X)²`.
    pub(super) fn variance(self) -> f64 {
        self.sums[0] / self.count
    }

    /// `E (X - E X)³ / σ³`; NaN where all values are equal.
    pub(super) fn skewness(self) -> f64 {
        self.sums[1] / self.count / self.variance().powf(1.5)
    }

    /// `E (X - E X)⁴ / σ⁴`, 3 for a normal law; NaN where all values are equal.
    pub(super) fn kurtosis(self) -> f64 {
        self.sums[2] / self.count / self.variance().powi(2)
    }
}

/// Three sums over the values.
fn summed(values: &[f64], terms: impl Fn(f64) -> [f64; 3]) -> [f64; 3] {
    let mut lanes = [[0.0; LANES]; 3];
    let blocks = values.chunks_exact(LANES);
    let rest = blocks.remainder();
    for block in blocks {
        for (lane, &x) in block.iter().enumerate() {
            let terms = terms(x);
            for (lanes, term) in lanes.iter_mut().zip(terms) {
                lanes[lane] += term;
            }
        }
    }
    let mut sums = lanes.map(|lanes| lanes.iter().sum::<f64>());
    for &x in rest {
        for (sum, term) in sums.iter_mut().zip(terms(x)) {
            *sum += term;
        }
    }
    sums
}
