//! Lloyd's algorithm on the half wave, step by step, and where its answer comes from.
//!
//! `cargo run --release --example lloyd_by_hand`
//!
//! The paper quantizes activations that batch normalisation has made standard normal. Its
//! quantizer sends what is not positive to 0 and every positive input to one of `m` levels. Which
//! levels? Those of least mean squared error, and Lloyd's two conditions pin them down:
//!
//! - given levels, the best threshold between two of them is their midpoint;
//! - given thresholds, the best level of a cell is the mean of what falls into it.
//!
//! Satisfying one breaks the other; doing so in turn never makes the error larger.

use hwgq::density::{Density, Gaussian};
use hwgq::design::{Design, HalfWave, Spacing, Zero};
use hwgq::math::Interval;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let input = Gaussian::STANDARD;
    let mut levels = [0.5, 1.0, 2.0];
    show("round   levels q1 q2 q3             largest move   E(Q - max(0,X))²");
    for round in 1..=60 {
        // Midpoints, between 0 and ∞: the paper's t_1 = 0 is a constraint, not a midpoint.
        let mut ends = vec![0.0];
        ends.extend(levels.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])));
        ends.push(f64::INFINITY);

        // A cell answers with three numbers: its mass ∫p, its first moment ∫xp, its second ∫x²p.
        let (mut moved, mut error) = (0.0_f64, 0.0);
        for (level, ends) in levels.iter_mut().zip(ends.windows(2)) {
            let cell = input.moments(Interval::new(ends[0], ends[1]));
            let centroid = cell.centroid().ok_or("an empty cell has no centroid")?;
            moved = moved.max((centroid - *level).abs());
            *level = centroid;
            // ∫(x - q)² p over the cell; what is not positive costs nothing, its target is 0.
            error += cell.distortion(centroid);
        }
        if round < 6 || round % 10 == 0 {
            let [one, two, three] = levels;
            show(&format!(
                "{round:5}   {one:.8} {two:.8} {three:.8}   {moved:.1e}        {error:.10}"
            ));
        }
    }

    // The library solves the same equations by Newton's method.
    let exact = HalfWave { spacing: Spacing::LloydMax, zero: Zero::NonPositive };
    let exact = exact.design(&input, 4)?;
    show(&format!("\nNewton: {:?}", exact.codebook.levels()));
    show(&format!("        error {:.15} in {} rounds", exact.distortion, exact.rounds));

    // The paper asks in addition that the levels be q_i = i·Δ, so that Δ can be factored out of
    // every dot product and integers are left.
    let uniform = HalfWave::PAPER.design(&input, 4)?;
    show(&format!(
        "Δ:      {:.15} (the released networks use 0.538)",
        uniform.codebook.levels()[1]
    ));
    let price = uniform.distortion / exact.distortion - 1.0;
    show(&format!("        the uniform grid makes the error {:.1} % larger", 100.0 * price));
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an example talks to its reader")]
fn show(line: &str) {
    println!("{line}");
}
