//! Iterations made visible: Lloyd's, Anderson's and Newton's go to one place, at their known rates.

#![expect(clippy::unwrap_used, reason = "an iteration that fails must fail its test")]

use hwgq::density::{Density, Gaussian, Logistic, Rayleigh, Uniform};
use hwgq::design::{
    Companding, Design, Newton, anderson_steps, lloyd_rates, lloyd_steps, newton_steps,
};
use hwgq::quantizer::Codebook;

fn start(law: &dyn Density, levels: usize) -> Codebook {
    let compressed = Companding::PanterDite.design(law, levels).unwrap().codebook;
    Codebook::nearest(compressed.levels().to_vec()).unwrap()
}

/// Rounds until every level is within `1e-10` of the optimum.
fn rounds(
    best: &Codebook,
    steps: impl Iterator<Item = Result<hwgq::design::LloydStep, hwgq::design::DesignError>>,
) -> usize {
    let apart = |codebook: &Codebook| {
        let pairs = codebook.levels().iter().zip(best.levels());
        pairs.fold(0.0, |most, (a, b)| f64::max(most, (a - b).abs()))
    };
    1 + steps.take(200_000).position(|step| apart(&step.unwrap().codebook) < 1e-10).unwrap()
}

#[test]
fn anderson_takes_many_times_fewer_rounds_and_newton_a_handful() {
    for law in [&Gaussian::STANDARD as &dyn Density, &Logistic, &Rayleigh] {
        let best = Newton::default().design(law, 32).unwrap().codebook;
        let start = start(law, 32);
        let lloyd = rounds(&best, lloyd_steps(law, start.clone()));
        let anderson = rounds(&best, anderson_steps(law, start.clone(), 8));
        let newton = rounds(&best, newton_steps(law, &start));
        let name = law.describe();
        assert!(newton <= 8, "{name}: {newton} rounds of Newton's method");
        assert!(10 * anderson < lloyd, "{name}: {anderson} rounds against {lloyd}");
    }
}

#[test]
fn without_memory_anderson_is_lloyd() {
    let start = start(&Gaussian::STANDARD, 8);
    let ours = anderson_steps(&Gaussian::STANDARD, start.clone(), 0).take(20);
    for (ours, lloyd) in ours.zip(lloyd_steps(&Gaussian::STANDARD, start)) {
        assert_eq!(ours.unwrap().codebook, lloyd.unwrap().codebook);
    }
}

#[test]
fn a_round_of_lloyd_takes_off_a_quarter_of_pi_squared_over_n_squared() {
    for law in [&Gaussian::STANDARD as &dyn Density, &Rayleigh, &Uniform::STANDARD] {
        let mut before = f64::INFINITY;
        for levels in [16, 64, 256] {
            let best = Newton::default().design(law, levels).unwrap().codebook;
            let quarter = std::f64::consts::FRAC_PI_2 / levels as f64;
            let off = ((1.0 - lloyd_rates(law, &best)[0]) / (quarter * quarter) - 1.0).abs();
            assert!(off < before, "{}: {off} at {levels} levels", law.describe());
            before = off;
        }
        assert!(before < 0.01, "{}: {before}", law.describe());
    }
}
