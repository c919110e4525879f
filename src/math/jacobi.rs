//! Quadrature for what begins at an algebraic pole or zero.

use nalgebra::{DMatrix, SymmetricEigen};

/// Nodes of a rule.
const NODES: usize = 16;

/// Nodes and weights for `∫₀¹ u^{k-1} f(u) du`, exact for polynomials `f` up to degree 31.
///
/// # References
///
/// Golub and Welsch, "Calculation of Gauss quadrature rules", Mathematics of Computation 23, 1969.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JacobiRule {
    pairs: [(f64, f64); NODES],
}

impl JacobiRule {
    /// The rule for the exponent `k > 0`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::math::JacobiRule;
    /// let rule = JacobiRule::new(0.5);
    /// let third: f64 = rule.pairs().iter().map(|(u, weight)| weight * u * u).sum();
    /// assert!((third - 1.0 / 2.5).abs() < 1e-15); // ∫ u^{-1/2} u² du
    /// ```
    pub fn new(k: f64) -> Self {
        let recurrence = Recurrence::new(k);
        let matrix = DMatrix::from_fn(NODES, NODES, |row, column| match row.abs_diff(column) {
            0 => recurrence.diagonal[row],
            1 => recurrence.beside[row.max(column)],
            _ => 0.0,
        });
        let mut nodes = SymmetricEigen::new(matrix).eigenvalues.data.as_vec().clone();
        nodes.sort_by(f64::total_cmp);
        let mut pairs = [(0.0, 0.0); NODES];
        for (pair, rough) in pairs.iter_mut().zip(nodes) {
            // The eigenvalues lack their last digits; two steps of Newton's method have them.
            let mut node = rough;
            for _ in 0..2 {
                let (value, slope, _) = recurrence.at(node);
                node -= value / slope;
            }
            *pair = (node, recurrence.at(node).2.recip() / k);
        }
        Self { pairs }
    }

    /// Nodes in `(0, 1)`, increasing, with their weights.
    pub fn pairs(&self) -> &[(f64, f64)] {
        &self.pairs
    }
}

/// `b_{n+1} p_{n+1} = (u - a_n) p_n - b_n p_{n-1}` of the orthonormal polynomials of a weight, in
/// units of its integral.
#[derive(Debug)]
struct Recurrence {
    diagonal: [f64; NODES],
    /// `b_n`; the first is not used.
    beside: [f64; NODES + 1],
}

impl Recurrence {
    /// For the weight `u^{k-1}` on `[0, 1]`: shifted Jacobi polynomials.
    fn new(k: f64) -> Self {
        let beta = k - 1.0;
        let twice = |n: usize| 2.0 * n as f64 + beta;
        let diagonal = |n: usize| match n {
            // The general formula is 0/0 where the weight is 1.
            0 => beta / (beta + 2.0),
            _ => beta * beta / (twice(n) * (twice(n) + 2.0)),
        };
        let beside = |n: usize| match n {
            0 => 0.0,
            1 => (4.0 * k / (k + 2.0)).sqrt() / twice(1),
            _ => {
                let product = 2.0 * n as f64 * (n as f64 + beta);
                product / (((twice(n) + 1.0) * (twice(n) - 1.0)).sqrt() * twice(n))
            }
        };
        Self {
            diagonal: std::array::from_fn(|n| 0.5 * (1.0 + diagonal(n))),
            beside: std::array::from_fn(|n| 0.5 * beside(n)),
        }
    }

    /// `p_16` and its slope, up to a factor, and the sum of the squares of the ones before.
    fn at(&self, u: f64) -> (f64, f64, f64) {
        let (mut before, mut value) = (0.0, 1.0);
        let (mut slope_before, mut slope) = (0.0, 0.0);
        let mut squares = 0.0;
        for n in 0..NODES {
            squares += value * value;
            let (scale, from) = (self.beside[n + 1].recip(), u - self.diagonal[n]);
            let next = scale * (from * value - self.beside[n] * before);
            let next_slope = scale * (value + from * slope - self.beside[n] * slope_before);
            (before, value) = (value, next);
            (slope_before, slope) = (slope, next_slope);
        }
        (value, slope, squares)
    }
}
