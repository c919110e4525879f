//! How fast Lloyd's iteration converges near an optimum: the eigenvalues of its map.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::density::Density;
use crate::quantizer::Codebook;

/// Eigenvalues of Lloyd's map at an optimal nearest-level codebook, largest first.
///
/// Near the optimum a round of Lloyd's iteration multiplies the component of the error along the
/// k-th eigenvector by the k-th eigenvalue, so the largest one is the rate of convergence. With
/// `d_i = q_i - q_{i-1}` and `p_i` the probability of cell i, the derivative of the centroids by the
/// levels is similar to the symmetric tridiagonal matrix
///
/// ```text
/// S_{i,i-1} = f(t_i) d_i / (4 √(p_{i-1} p_i)),   S_{i,i} = (f(t_i) d_i + f(t_{i+1}) d_{i+1}) / (4 p_i)
/// ```
///
/// All eigenvalues below 1 mean a strict local minimum of the distortion. The work grows with the
/// cube of the number of levels.
///
/// # Examples
///
/// The uniform law has `cos²(πk / 2N)`:
///
/// ```
/// use hwgq::density::Uniform;
/// use hwgq::design::{Design, Newton, lloyd_rates};
/// let designed = Newton::default().design(&Uniform::STANDARD, 2)?;
/// let rates = lloyd_rates(&Uniform::STANDARD, &designed.codebook);
/// assert!((rates[0] - 0.5).abs() < 1e-14); // cos²(π/4)
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
///
/// # References
///
/// Kieffer, "Exponential rate of convergence for Lloyd's method I", IEEE Trans. Inf. Theory 28, 1982.
pub fn lloyd_rates(law: &dyn Density, codebook: &Codebook) -> Vec<f64> {
    let count = codebook.len();
    let masses: Vec<f64> = codebook.cells().map(|(cell, _)| law.moments(cell).mass).collect();
    let mut map = DMatrix::<f64>::zeros(count, count);
    for (lower, (&threshold, pair)) in
        codebook.thresholds().iter().zip(codebook.levels().windows(2)).enumerate()
    {
        let flow = law.pdf(threshold) * (pair[1] - pair[0]) / 4.0;
        let upper = lower + 1;
        map[(lower, lower)] += flow / masses[lower];
        map[(upper, upper)] += flow / masses[upper];
        let across = flow / (masses[lower] * masses[upper]).sqrt();
        map[(lower, upper)] = across;
        map[(upper, lower)] = across;
    }
    let mut rates: Vec<f64> = SymmetricEigen::new(map).eigenvalues.iter().copied().collect();
    rates.sort_by(|a, b| b.total_cmp(a));
    rates
}
