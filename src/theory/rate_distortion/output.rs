//! The best output of a test channel: a convex problem, solved by an interior-point method.

use super::source::REACH;
use crate::math::Banded;

/// Points with probabilities, seen through normal kernels from possible outputs.
///
/// `G_ij = e^{-β (x_i - y_j)²}`, `Z = G q` and `c = Gᵀ (w / Z)`. The best probabilities `q` of the
/// outputs `y` minimise `-Σ w_i ln Z_i + Σ q_j`; there `c_j <= 1`, with equality where `q_j > 0`.
/// Blahut's iteration `q_j ← q_j c_j` does so too, a thousand times slower.
///
/// # References
///
/// Blahut, "Computation of channel capacity and rate-distortion functions", IEEE Trans. Inf. Theory
/// 18, 1972; Arimoto, ibid. Mehrotra, "On the implementation of a primal-dual interior point
/// method", SIAM J. Optim. 2, 1992.
#[derive(Debug)]
pub(super) struct Channel<'a> {
    points: &'a [(f64, f64)],
    outputs: &'a [f64],
    slope: f64,
    /// The kernels of each point: its first output, and where they begin.
    rows: Vec<(usize, usize)>,
    kernels: Vec<f64>,
}

/// What is left of the optimality conditions, in nats.
const GAP: f64 = 1e-9;

/// Each round takes off a digit or more; bounds are right after any number of rounds.
const ROUNDS_MAX: u32 = 60;

impl<'a> Channel<'a> {
    pub(super) fn new(points: &'a [(f64, f64)], outputs: &'a [f64], slope: f64) -> Self {
        let reach = REACH * (0.5 / slope).sqrt();
        let mut rows = Vec::with_capacity(points.len() + 1);
        let mut kernels = Vec::new();
        for &(x, _) in points {
            let first = outputs.partition_point(|&y| y < x - reach).min(outputs.len() - 1);
            rows.push((first, kernels.len()));
            let near = outputs[first..].iter().take_while(|&&y| y <= x + reach);
            kernels.extend(near.map(|y| libm::exp(-slope * (x - y) * (x - y))));
        }
        rows.push((0, kernels.len()));
        Self { points, outputs, slope, rows, kernels }
    }

    /// The first output that a point sees, and the kernels from there on.
    fn row(&self, point: usize) -> (usize, &[f64]) {
        let (first, start) = self.rows[point];
        (first, &self.kernels[start..self.rows[point + 1].1])
    }

    /// `Z`.
    pub(super) fn seen(&self, output: &[f64]) -> Vec<f64> {
        let one = |point| {
            let (first, kernels) = self.row(point);
            kernels.iter().zip(&output[first..]).map(|(kernel, q)| kernel * q).sum()
        };
        (0..self.points.len()).map(one).collect()
    }

    /// `c`.
    pub(super) fn growth(&self, seen: &[f64]) -> Vec<f64> {
        let mut growth = vec![0.0; self.outputs.len()];
        for (point, (&(_, weight), seen)) in self.points.iter().zip(seen).enumerate() {
            let (first, kernels) = self.row(point);
            let ratio = weight / seen;
            for (sum, kernel) in growth[first..].iter_mut().zip(kernels) {
                *sum += ratio * kernel;
            }
        }
        growth
    }

    /// `E (X - Y)²` of the channel with this output.
    pub(super) fn distortion(&self, output: &[f64], seen: &[f64]) -> f64 {
        let one = |(point, (&(_, weight), seen)): (usize, (&(f64, f64), &f64))| {
            let (first, kernels) = self.row(point);
            // β (x - y)² is minus the logarithm of the kernel: nothing else needs to be looked up.
            let sum: f64 = kernels
                .iter()
                .zip(&output[first..])
                .map(|(kernel, q)| q * kernel * -libm::log(*kernel))
                .sum();
            weight * sum / (seen * self.slope)
        };
        self.points.iter().zip(seen).enumerate().map(one).sum()
    }

    /// The probabilities of the outputs.
    pub(super) fn solve(&self) -> Vec<f64> {
        let count = self.outputs.len();
        let size = count as f64;
        let width =
            self.rows.windows(2).map(|pair| pair[1].1 - pair[0].1).max().unwrap_or(1).max(1);
        let mut output = self.start();
        let mut slack: Vec<f64> = output.iter().map(|q| 0.1 / (size * q)).collect();
        for _ in 0..ROUNDS_MAX {
            let seen = self.seen(&output);
            let growth = self.growth(&seen);
            let gap: f64 = output.iter().zip(&slack).map(|(q, s)| q * s).sum();
            let misfit = growth.iter().zip(&slack).map(|(c, s)| (1.0 - c - s).abs());
            if gap <= GAP && misfit.fold(0.0, f64::max) <= 1e-7 {
                break;
            }
            let mut matrix = Banded::zeros(count, width);
            for (point, (&(_, weight), seen)) in self.points.iter().zip(&seen).enumerate() {
                let (first, kernels) = self.row(point);
                matrix.add_square(first, kernels, weight / (seen * seen));
            }
            for (row, (q, s)) in output.iter().zip(&slack).enumerate() {
                matrix.add_to_diagonal(row, s / q);
            }
            let factor = matrix.factored();
            // Predictor: straight for the optimum. Corrector: towards where the products of
            // probability and slack are equal, as far as the predictor did not get.
            let step = |targets: &dyn Fn(usize) -> f64| {
                let mut by: Vec<f64> =
                    (0..count).map(|j| growth[j] - 1.0 + targets(j) / output[j]).collect();
                factor.solve(&mut by);
                let slack_by: Vec<f64> = (0..count)
                    .map(|j| (targets(j) - slack[j] * by[j]) / output[j] - slack[j])
                    .collect();
                (by, slack_by)
            };
            let (first, first_slack) = step(&|_| 0.0);
            let (far, far_slack) = (room(&output, &first), room(&slack, &first_slack));
            let left: f64 = (0..count)
                .map(|j| (output[j] + far * first[j]) * (slack[j] + far_slack * first_slack[j]))
                .sum();
            let centre = gap / size * (left / gap).powi(3);
            let (by, slack_by) = step(&|j| centre - first[j] * first_slack[j]);
            if by.iter().chain(&slack_by).any(|move_| !move_.is_finite()) {
                // Rounding has eaten the matrix: what there is is as good as it gets.
                break;
            }
            let (far, far_slack) = (room(&output, &by), room(&slack, &slack_by));
            for j in 0..count {
                output[j] += far * by[j];
                slack[j] += far_slack * slack_by[j];
            }
        }
        output
    }

    /// The probability of the points, each at the output nearest to it, and a little everywhere.
    fn start(&self) -> Vec<f64> {
        let count = self.outputs.len();
        let mut start = vec![0.01 / count as f64; count];
        for &(x, weight) in self.points {
            let above = self.outputs.partition_point(|&y| y < x).min(count - 1);
            let below = above.saturating_sub(1);
            let is_below = x - self.outputs[below] < self.outputs[above] - x;
            start[if is_below { below } else { above }] += 0.99 * weight;
        }
        start
    }
}

/// How far a step may go, at most 1, for all numbers to stay positive.
fn room(from: &[f64], by: &[f64]) -> f64 {
    let least = from.iter().zip(by).filter(|(_, by)| **by < 0.0).map(|(from, by)| -from / by);
    (0.97 * least.fold(f64::INFINITY, f64::min)).min(1.0)
}
