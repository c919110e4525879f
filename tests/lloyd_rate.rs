//! Lloyd's rate of convergence against closed forms and against the iteration itself.

#![expect(clippy::unwrap_used, reason = "a test without its design must fail")]

use std::f64::consts::PI;

use hwgq::density::{Density, Gaussian, Laplace, Uniform};
use hwgq::design::{Design, Newton, lloyd_rates, lloyd_steps};
use hwgq::quantizer::Codebook;

fn rates(law: &dyn Density, levels: usize) -> Vec<f64> {
    lloyd_rates(law, &Newton::default().design(law, levels).unwrap().codebook)
}

#[test]
fn the_uniform_law_has_squared_cosines() {
    for levels in [1, 2, 3, 7, 16, 65] {
        for (index, rate) in rates(&Uniform::STANDARD, levels).iter().enumerate() {
            let expected = (PI * (index + 1) as f64 / (2.0 * levels as f64)).cos().powi(2);
            // A symmetric eigenvalue is good to the norm of the matrix, 1, times N roundings.
            let tolerance = 8.0 * levels as f64 * f64::EPSILON;
            assert!((rate - expected).abs() <= tolerance, "{index} of {levels}: {rate}");
        }
    }
}

#[test]
fn the_gaussian_follows_the_universal_law() {
    // (1 - ρ_k) N² / (π/2)² measured in 30 digits at N = 256: 0.9923, 3.969, 8.930, limits 1, 4, 9.
    let rates = rates(&Gaussian::STANDARD, 256);
    for (rate, expected) in rates.iter().zip([0.9923, 3.969, 8.930]) {
        let scaled = (1.0 - rate) * 256.0_f64.powi(2) / (PI / 2.0).powi(2);
        assert!((scaled / expected - 1.0).abs() < 2e-4, "{scaled} for {expected}");
    }
}

#[test]
fn the_laplace_law_has_a_neutral_direction_at_even_sizes_only() {
    for levels in [2, 4, 16] {
        assert!((rates(&Laplace::STANDARD, levels)[0] - 1.0).abs() < 1e-12, "even {levels}");
        assert!(rates(&Laplace::STANDARD, levels + 1)[0] < 1.0 - 1e-4, "odd {}", levels + 1);
    }
}

#[test]
fn lloyds_iteration_converges_at_the_rate_of_its_map() {
    let law = Gaussian::STANDARD;
    let optimum = Newton::default().design(&law, 8).unwrap().codebook;
    // A start that is not symmetric has a component along every eigenvector.
    let start = Codebook::nearest(optimum.levels().iter().map(|level| level + 0.1).collect());
    let gaps: Vec<f64> = lloyd_steps(&law, start.unwrap())
        .take(120)
        .map(|step| (step.unwrap().codebook.levels()[3] - optimum.levels()[3]).abs())
        .collect();
    let measured = (gaps[110] / gaps[90]).powf(1.0 / 20.0);
    // The other components have died out to (ρ₂/ρ₁)^90 < 1e-4.
    assert!((measured - rates(&law, 8)[0]).abs() < 1e-5, "{measured}");
}
