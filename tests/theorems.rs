//! What is proved, or conjectured, about optimal quantizers.

#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

use hwgq::density::{Density, Gaussian, Laplace, Rectified, Uniform};
use hwgq::design::{
    Design, Designed, HalfWave, Newton, Spacing, UniformStep, Zero, distortion, optimal,
};
use hwgq::math::{Interval, normal};
use hwgq::quantizer::Codebook;
use hwgq::theory::{
    ENTROPY_CODED_GAP_BITS, assess, differential_entropy_bits, gaussian_distortion,
    gaussian_rate_bits, panter_dite_constant, panter_dite_distortion, shannon_lower_bound_bits,
};
use proptest::prelude::*;

/// `(E Q, E Q², E XQ)` under a law.
fn output_moments(law: &dyn Density, codebook: &Codebook) -> (f64, f64, f64) {
    codebook.cells().fold((0.0, 0.0, 0.0), |(mean, energy, cross), (cell, level)| {
        let moments = law.moments(cell);
        (
            mean + level * moments.mass,
            energy + level * level * moments.mass,
            cross + level * moments.first,
        )
    })
}

fn laws() -> [Box<dyn Density>; 4] {
    [
        Box::new(Gaussian::new(0.7, 1.3).unwrap()),
        Box::new(Laplace::STANDARD),
        Box::new(Uniform::new(-1.0, 4.0).unwrap()),
        Box::new(Rectified::STANDARD),
    ]
}

/// Sums of some twenty terms of the size of `E X² < 10`.
const ROUNDING: f64 = 20.0 * 10.0 * f64::EPSILON;

#[test]
fn centroid_levels_keep_the_mean_and_split_the_energy() {
    for law in laws() {
        for levels in [1, 2, 3, 4, 9, 16] {
            let designed = Newton::default().design(&*law, levels).unwrap();
            let (mean, energy, cross) = output_moments(&*law, &designed.codebook);
            let input = law.moments(Interval::LINE);
            let name = law.describe();
            assert!((mean - input.first).abs() <= ROUNDING, "{name}: E Q = E X");
            assert!((cross - energy).abs() <= ROUNDING, "{name}: E XQ = E Q²");
            let fallen = input.second - energy;
            assert!((designed.distortion - fallen).abs() <= ROUNDING, "{name}: D = E X² - E Q²");
        }
    }
}

#[test]
fn optimal_steps_split_the_energy_too_but_the_half_wave_shifts_the_mean() {
    let law = Rectified::STANDARD;
    for zero in [Zero::NonPositive, Zero::Cell] {
        for levels in [2, 3, 4, 8, 16] {
            let designed = optimal(&law, Spacing::Uniform, Some(zero), levels).unwrap();
            let (_, energy, cross) = output_moments(&law, &designed.codebook);
            assert!((cross - energy).abs() <= ROUNDING, "E XQ = E Q²");
            assert!((designed.distortion - (0.5 - energy)).abs() <= ROUNDING, "D = ½ - E Q²");
        }
    }
    let paper = HalfWave::PAPER.design(&law, 4).unwrap();
    let (mean, ..) = output_moments(&law, &paper.codebook);
    assert!((mean - 0.430_224).abs() < 1e-6, "E Q is not E max(0, X) = 0.398942");
}

#[test]
fn the_half_wave_without_a_zero_cell_is_half_of_a_symmetric_quantizer() {
    for positive in [1, 2, 3, 4, 7, 15] {
        let half = HalfWave { spacing: Spacing::LloydMax, zero: Zero::NonPositive };
        let half = half.design(&Gaussian::STANDARD, positive + 1).unwrap();
        let whole = Newton::default().design(&Gaussian::STANDARD, 2 * positive).unwrap();
        assert_eq!(half.codebook.levels()[1..], whole.codebook.levels()[positive..]);
        assert!((2.0 * half.distortion / whole.distortion - 1.0).abs() <= 1e-14, "D is half");
        let half = HalfWave::PAPER.design(&Gaussian::STANDARD, positive + 1).unwrap();
        assert!(half.distortion >= 0.5 * whole.distortion, "and the uniform one is not better");
        let cell = HalfWave { spacing: Spacing::LloydMax, zero: Zero::Cell };
        let cell = cell.design(&Gaussian::STANDARD, positive + 1).unwrap();
        let odd = Newton::default().design(&Gaussian::STANDARD, 2 * positive + 1).unwrap();
        assert_eq!(cell.codebook.levels(), &odd.codebook.levels()[positive..], "with one, too");
    }
}

#[test]
fn freedom_never_costs() {
    let law = Gaussian::STANDARD;
    for levels in [2, 3, 4, 8, 16] {
        let of = |spacing, zero| optimal(&law, spacing, Some(zero), levels).unwrap().distortion;
        for spacing in [Spacing::LloydMax, Spacing::Uniform] {
            let (free, cell, none) =
                (of(spacing, Zero::Free), of(spacing, Zero::Cell), of(spacing, Zero::NonPositive));
            assert!(free <= cell && cell <= none, "{levels} levels, {spacing:?}");
        }
        for zero in [Zero::Free, Zero::Cell, Zero::NonPositive] {
            // Two levels are always uniform: equal but for rounding.
            let slack = 1.0 + 1e-14;
            assert!(of(Spacing::LloydMax, zero) <= of(Spacing::Uniform, zero) * slack, "{zero:?}");
        }
    }
}

#[test]
fn the_missing_zero_cell_costs_the_paper_nearly_half() {
    let law = Gaussian::STANDARD;
    let of = |zero| optimal(&law, Spacing::Uniform, Some(zero), 4).unwrap().distortion;
    let saved = 1.0 - of(Zero::Cell) / of(Zero::NonPositive);
    assert!((saved - 0.458).abs() < 1e-3, "a zero cell saves 45.8 % of the distortion: {saved}");
}

#[test]
fn the_exponential_law_has_the_square_of_its_lowest_offset() {
    // D_N = a_N² for rate 1, a_N the height of the lowest level; the upper half of Laplace(0, 1).
    let law = Laplace::new(0.0, 1.0).unwrap();
    for half in 1..12 {
        let designed = Newton::default().design(&law, 2 * half).unwrap();
        let offset = designed.codebook.levels()[half];
        assert!((designed.distortion / (offset * offset) - 1.0).abs() <= 1e-12, "{half} cells");
    }
}

#[test]
fn steins_identity_gives_the_slope_of_the_smoothed_quantizer() {
    for levels in [2, 3, 4, 8] {
        let designed = Newton::default().design(&Gaussian::STANDARD, levels).unwrap();
        let (.., cross) = output_moments(&Gaussian::STANDARD, &designed.codebook);
        let jumps = designed.codebook.levels().windows(2).zip(designed.codebook.thresholds());
        let slope: f64 = jumps.map(|(pair, &at)| (pair[1] - pair[0]) * normal::pdf(at)).sum();
        assert!((slope - cross).abs() <= ROUNDING, "E XQ = Σ (q_i - q_{{i-1}}) φ(t_i)");
    }
}

fn lloyd_max(law: &dyn Density, levels: usize) -> Designed {
    Newton::default().design(law, levels).unwrap()
}

#[test]
fn levels_of_neighbouring_sizes_interlace() {
    // Proved for log-concave laws by monotone comparison, as far as we know; tested here.
    let laws: [&dyn Density; 3] = [&Gaussian::STANDARD, &Laplace::STANDARD, &Uniform::STANDARD];
    for law in laws {
        for levels in 1..36 {
            let (fewer, more) =
                (lloyd_max(law, levels).codebook, lloyd_max(law, levels + 1).codebook);
            for (index, level) in fewer.levels().iter().enumerate() {
                let (below, above) = (more.levels()[index], more.levels()[index + 1]);
                assert!(below < *level && *level < above, "{}: {levels}", law.describe());
            }
        }
    }
}

#[test]
fn more_levels_help_less_and_less() {
    let laws: [&dyn Density; 2] = [&Gaussian::STANDARD, &Laplace::STANDARD];
    for law in laws {
        let all: Vec<Designed> = (1..37).map(|levels| lloyd_max(law, levels)).collect();
        for three in all.windows(3) {
            let [one, two, three] = [&three[0], &three[1], &three[2]].map(|d| d.distortion);
            assert!(one > two && two > three, "distortion falls");
            assert!(one - two > two - three, "and is convex in the number of levels");
        }
        let limit = panter_dite_constant(law).unwrap();
        let shares: Vec<f64> =
            all.iter().map(|d| d.distortion * (d.codebook.len() as f64).powi(2) / limit).collect();
        assert!(
            shares.windows(2).all(|pair| pair[0] < pair[1] && pair[1] < 1.0),
            "N²D rises to PD"
        );
        let entropies = all.iter().map(|d| assess(law, &d.codebook).entropy_bits);
        let entropies: Vec<f64> = entropies.collect();
        assert!(entropies.windows(2).all(|pair| pair[0] < pair[1]), "entropy rises");
    }
}

#[test]
fn panter_and_dite_predict_many_levels() {
    let gaussian = panter_dite_constant(&Gaussian::STANDARD).unwrap();
    assert!((gaussian - 2.720_699_046_351_327).abs() < 1e-13, "√3·π/2");
    let laplace = panter_dite_constant(&Laplace::STANDARD).unwrap();
    assert!((laplace - 4.5).abs() < 1e-12, "9/2");
    let uniform = panter_dite_constant(&Uniform::STANDARD).unwrap();
    assert!((uniform - 1.0).abs() < 1e-14, "12/12");
    assert_eq!(panter_dite_constant(&Rectified::STANDARD), None, "an atom has no density");
    let predicted = panter_dite_distortion(&Gaussian::STANDARD, 512).unwrap();
    let share = lloyd_max(&Gaussian::STANDARD, 512).distortion / predicted;
    assert!((share - 0.995_971_33).abs() < 1e-8, "N = 512 has 99.6 % of it: {share}");
}

#[test]
fn no_quantizer_beats_the_rate_distortion_function() {
    for levels in 2..33 {
        let symmetric = [
            lloyd_max(&Gaussian::STANDARD, levels),
            UniformStep.design(&Gaussian::STANDARD, levels).unwrap(),
        ];
        for designed in symmetric {
            let bits = assess(&Gaussian::STANDARD, &designed.codebook).entropy_bits;
            let least = gaussian_rate_bits(designed.distortion, 1.0);
            assert!(bits > least, "entropy is a rate: {bits} against {least}");
            assert!((gaussian_distortion(least, 1.0) / designed.distortion - 1.0).abs() < 1e-14);
            assert!((levels as f64).log2() > bits - 1e-12, "fixed length is no shorter");
        }
        let laplace = lloyd_max(&Laplace::STANDARD, levels);
        let bits = assess(&Laplace::STANDARD, &laplace.codebook).entropy_bits;
        let bound = shannon_lower_bound_bits(&Laplace::STANDARD, laplace.distortion).unwrap();
        assert!(bits > bound, "Shannon's lower bound holds for the Laplace law");
    }
}

#[test]
fn differential_entropies_have_their_closed_forms() {
    let e = std::f64::consts::E;
    let closed_forms: [(&dyn Density, f64); 4] = [
        (&Gaussian::new(3.0, 0.5).unwrap(), (0.5 * (2.0 * std::f64::consts::PI * e).sqrt()).log2()),
        (&Laplace::new(-2.0, 3.0).unwrap(), (2.0 * e * 3.0).log2()),
        (&Uniform::new(1.0, 5.0).unwrap(), 2.0),
        (&Uniform::new(0.0, 1.0).unwrap(), 0.0),
    ];
    for (law, exact) in closed_forms {
        let ours = differential_entropy_bits(law).unwrap();
        assert!((ours - exact).abs() < 1e-13, "{}: {ours}, {exact}", law.describe());
    }
}

#[test]
fn a_fine_uniform_quantizer_is_a_quarter_bit_from_the_bound() {
    // Steps of 0.25 out to ±8, levels at midpoints: nothing is left outside (1e-15).
    let levels = (-32..32).map(|index| (f64::from(index) + 0.5) / 4.0).collect();
    let assessment = assess(&Gaussian::STANDARD, &Codebook::nearest(levels).unwrap());
    let gap = assessment.entropy_bits - gaussian_rate_bits(assessment.distortion, 1.0);
    // At this step D is Δ²/12 up to e^{-2π²/Δ²} and 1e-15 of tail; the entropy is off by Δ²/24/ln 2
    // at midpoints of a curved density, second order: measured against the limit to 4e-3.
    assert!((gap - ENTROPY_CODED_GAP_BITS).abs() < 4e-3, "{gap}");
    let limit = 0.5 * (std::f64::consts::PI * std::f64::consts::E / 6.0).log2();
    assert!((limit - ENTROPY_CODED_GAP_BITS).abs() < 1e-15, "½ log₂(πe/6)");
}

proptest! {
    #[test]
    fn gaussian_quantizers_scale_and_shift_with_their_law(
        mean in -50.0..50.0_f64, sd in 0.01..100.0_f64, levels in 1..20_usize,
    ) {
        let law = Gaussian::new(mean, sd).unwrap();
        let image = lloyd_max(&law, levels);
        let plain = lloyd_max(&Gaussian::STANDARD, levels);
        for (ours, level) in image.codebook.levels().iter().zip(plain.codebook.levels()) {
            // Rounding of mean + sd·q, through the condition (N/π)² < 41.
            let slack = 50.0 * f64::EPSILON * (mean.abs() + 4.0 * sd);
            prop_assert!((ours - (mean + sd * level)).abs() <= slack, "{ours}");
        }
        let entropy = assess(&law, &image.codebook).entropy_bits;
        let plain = assess(&Gaussian::STANDARD, &plain.codebook).entropy_bits;
        // Thresholds rounded at the mean: probabilities move by ε·mean/sd times the condition.
        prop_assert!((entropy - plain).abs() <= 1e-13 * (1.0 + mean.abs() / sd) * 50.0);
    }

    #[test]
    fn the_optimum_is_a_quadratic_valley(
        levels in 2..12_usize, direction in prop::collection::vec(-1.0..1.0_f64, 12),
    ) {
        let best = lloyd_max(&Gaussian::STANDARD, levels);
        let excess = |size: f64| {
            let moved = best.codebook.levels().iter().zip(&direction).map(|(q, v)| q + size * v);
            let moved = Codebook::nearest(moved.collect()).unwrap();
            distortion(&Gaussian::STANDARD, &moved) - best.distortion
        };
        // D(q + εv) - D(q) = ε² vᵀHv/2 + O(ε³): a tenth of the move, a hundredth of the loss.
        let (far, near) = (excess(1e-2), excess(1e-3));
        prop_assert!(near >= 0.0 && far >= 0.0);
        // The cubic term is at most a share ε·20 of the quadratic one, unless v is nearly flat.
        prop_assume!(far > 1e-7);
        prop_assert!((far / near / 100.0 - 1.0).abs() < 0.3, "{far} against {near}");
    }
}
