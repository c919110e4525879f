//! The straight-through estimator by hand: how a staircase is trained, and what goes wrong.
//!
//! `cargo run --release --example ste_by_hand`
//!
//! A quantizer is flat almost everywhere, so its derivative is 0 and gradient descent stands
//! still. The way out is to run the quantizer `Q` forwards and the derivative of another function
//! `B` backwards. Here one number is trained: the shift `μ` of a normal input, so that the mean
//! output of the two-bit half-wave quantizer reaches a target,
//!
//! ```text
//! loss(μ) = ½ (E Q(μ + X) - target)²,   d loss/dμ = (E Q - target) · d/dμ E Q(μ + X)
//! ```
//!
//! The true derivative of the mean is known (a staircase smoothed by the normal law has the slope
//! `Σ (q_i - q_{i-1}) φ(t_i - μ)`), so each surrogate's `E B'(μ + X)` can be held against it.

use hwgq::density::Gaussian;
use hwgq::design::{Design, HalfWave};
use hwgq::math::{Interval, SIXTEEN, normal};
use hwgq::quantizer::Codebook;
use hwgq::scheme::Backward;
use hwgq::theory::mismatch;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quantizer = HalfWave::PAPER.design(&Gaussian::STANDARD, 4)?.codebook;
    let top = quantizer.top();
    let backwards = [Backward::Identity, Backward::Relu, Backward::LogTailed, Backward::Clipped];

    show("slope of the mean output at shift μ: the truth, and what each surrogate reports\n");
    show("    μ    truth   identity    relu   log-tailed  clipped");
    for shift in [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
        let reported = backwards.map(|backward| mean_slope(backward, top, shift));
        let [identity, relu, log, clipped] = reported;
        let truth = true_slope(&quantizer, shift);
        show(&format!(
            "{shift:5.1}   {truth:.4}    {identity:.4}    {relu:.4}    {log:.4}     {clipped:.4}"
        ));
    }
    show(
        "\nabove the top level the staircase is flat: relu still reports 1 there, clipped follows.",
    );

    show("\nsteps of gradient descent from μ = 3 until the mean output is 0.5 ± 0.001:\n");
    for backward in backwards {
        let mut shift = 3.0;
        let mut steps = 0;
        while (mean_output(&quantizer, shift) - 0.5).abs() > 1e-3 && steps < 1000 {
            let above = mean_output(&quantizer, shift) - 0.5; // the gradient that arrives
            shift -= 0.5 * above * mean_slope(backward, top, shift); // the surrogate hands it on
            steps += 1;
        }
        show(&format!("{:>12} {steps:4} steps, μ = {shift:.4}", backward.name()));
    }
    show(
        "\nall arrive: a positive factor is enough for one number. In a network the factors differ",
    );
    show(
        "from unit to unit, so the direction is wrong too. How wrong, for a standard normal input:\n",
    );
    show("             E(Q - B)²   cos(Q, B)   bias of the slope");
    for backward in backwards {
        let pair = mismatch(&quantizer, &*backward.surrogate(top));
        show(&format!(
            "{:>12}   {:.5}    {:.5}    {:+.2} %",
            backward.name(),
            pair.value_gap,
            pair.cosine,
            100.0 * pair.relative_bias,
        ));
    }
    Ok(())
}

/// `E Q(μ + X) = Σ (q_i - q_{i-1}) P(μ + X > t_i)`, as the lowest level is 0.
fn mean_output(quantizer: &Codebook, shift: f64) -> f64 {
    jumps(quantizer).map(|(jump, threshold)| jump * normal::survival(threshold - shift)).sum()
}

/// `d/dμ E Q(μ + X)`.
fn true_slope(quantizer: &Codebook, shift: f64) -> f64 {
    jumps(quantizer).map(|(jump, threshold)| jump * normal::pdf(threshold - shift)).sum()
}

fn jumps(quantizer: &Codebook) -> impl Iterator<Item = (f64, f64)> {
    let heights = quantizer.levels().windows(2).map(|pair| pair[1] - pair[0]);
    heights.zip(quantizer.thresholds().iter().copied())
}

/// `E B'(μ + X)`, by quadrature between the kinks.
fn mean_slope(backward: Backward, top: f64, shift: f64) -> f64 {
    let surrogate = backward.surrogate(top);
    let ends = [-9.0, -shift, top - shift, 9.0];
    ends.windows(2)
        .flat_map(|ends| SIXTEEN.nodes(Interval::new(ends[0], ends[1]), 0.5))
        .map(|(x, weight)| weight * normal::pdf(x) * surrogate.slope(shift + x))
        .sum()
}

#[expect(clippy::print_stdout, reason = "an example talks to its reader")]
fn show(line: &str) {
    println!("{line}");
}
