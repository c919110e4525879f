//! What holds for the best quantizer of any law, over all laws in one list; and where it stops to.
//!
//! Numbered as in the literature on scalar quantizers: Lloyd 1957, Max 1960, Fleischer 1964, Kieffer
//! 1982, Trushkin 1982, Graf and Luschgy 2000.

#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

use std::sync::Arc;

use hwgq::density::{
    Affine, Density, FAMILIES, GeneralizedGaussian, Laplace, LawSpec, Logistic, Mixture, StudentT,
};
use hwgq::design::{
    Design, Designed, HalfWave, PowerOfTwoStep, Spacing, UniformStep, Zero, distortion,
    lloyd_steps, optimal,
};
use hwgq::math::Interval;
use hwgq::quantizer::Codebook;
use hwgq::theory::{assess, panter_dite_constant};
use nalgebra::DMatrix;
use proptest::prelude::*;

fn family(text: &str) -> Arc<dyn Density> {
    text.parse::<LawSpec>().unwrap().law().unwrap()
}

/// Every family, more of those whose parameter matters, and one of several modes.
fn laws() -> Vec<Arc<dyn Density>> {
    let mut laws: Vec<Arc<dyn Density>> = FAMILIES.iter().map(|known| family(known.name)).collect();
    laws.push(Arc::new(StudentT::new(3.0).unwrap()));
    laws.push(Arc::new(GeneralizedGaussian::new(0.7).unwrap()));
    let shifted = |by| Arc::new(Affine::new(family("gaussian"), 0.5, by).unwrap());
    let modes: Vec<(f64, Arc<dyn Density>)> = vec![(0.4, shifted(-2.0)), (0.6, shifted(1.0))];
    laws.push(Arc::new(Mixture::new(modes).unwrap()));
    laws
}

fn log_concave() -> impl Iterator<Item = Arc<dyn Density>> {
    laws().into_iter().filter(|law| law.is_log_concave())
}

fn best(law: &dyn Density, levels: usize) -> Designed {
    optimal(law, Spacing::LloydMax, None, levels).unwrap()
}

fn deviation(law: &dyn Density) -> f64 {
    let mean = law.moments(Interval::LINE).first;
    law.moments_about(Interval::LINE, mean).second.sqrt()
}

const SIZES: [usize; 6] = [1, 2, 3, 4, 7, 16];

#[test]
fn thresholds_are_midpoints_and_levels_centroids() {
    for law in laws() {
        for size in SIZES {
            let codebook = best(&*law, size).codebook;
            let pairs = codebook.levels().windows(2).zip(codebook.thresholds());
            let slack = 4.0 * f64::EPSILON * codebook.top().abs().max(1.0);
            for (pair, threshold) in pairs {
                let middle = 0.5 * (pair[0] + pair[1]);
                assert!((middle - threshold).abs() <= slack, "{}: {size}", law.describe());
            }
            for (cell, level) in codebook.cells() {
                let pull = law.moments_about(cell, level).centroid().unwrap();
                assert!(
                    pull.abs() < 1e-11 * deviation(&*law),
                    "{}: {size}: {pull}",
                    law.describe()
                );
            }
        }
    }
}

#[test]
fn the_output_keeps_the_mean_and_the_error_is_what_energy_it_lacks() {
    for law in laws() {
        let input = law.moments(Interval::LINE);
        for size in SIZES {
            let Designed { codebook, distortion, .. } = best(&*law, size);
            let (mut mean, mut energy, mut cross) = (0.0, 0.0, 0.0);
            for (cell, level) in codebook.cells() {
                let moments = law.moments(cell);
                mean += level * moments.mass;
                energy += level * level * moments.mass;
                cross += level * moments.first;
            }
            let (name, slack) = (law.describe(), 1e-12 * input.second.max(1.0));
            assert!((mean - input.first).abs() < slack, "{name}: E Q = E X");
            assert!((cross - energy).abs() < slack, "{name}: E XQ = E Q²");
            assert!((input.second - energy - distortion).abs() < slack, "{name}: D = E X² - E Q²");
        }
    }
}

#[test]
fn every_level_is_used_and_another_one_lowers_the_distortion() {
    for law in laws() {
        let mut before = f64::INFINITY;
        for size in 1..=12 {
            let designed = best(&*law, size);
            assert!(designed.distortion < before, "{}: {size} levels", law.describe());
            before = designed.distortion;
            for (cell, _) in designed.codebook.cells() {
                assert!(law.moments(cell).mass > 0.0, "{}: {size} levels", law.describe());
            }
        }
    }
}

#[test]
fn symmetric_log_concave_laws_have_symmetric_optima() {
    for law in log_concave() {
        let Some(centre) = law.centre() else { continue };
        for size in SIZES {
            let levels = best(&*law, size).codebook.levels().to_vec();
            for (low, high) in levels.iter().zip(levels.iter().rev()) {
                assert!((low + high - 2.0 * centre).abs() < 1e-12, "{}: {size}", law.describe());
            }
        }
    }
}

#[test]
fn a_law_with_a_pole_has_an_optimum_that_is_not_symmetric() {
    // The negative side of the theorem: gamma(1/2) is symmetric, and not log-concave.
    let law = family("gamma");
    for size in [2, 4, 6] {
        let levels = best(&*law, size).codebook.levels().to_vec();
        let skew = levels.iter().sum::<f64>().abs();
        assert!(skew > 0.01, "{size} levels: {levels:?}");
        let half = HalfWave { spacing: Spacing::LloydMax, zero: Zero::NonPositive };
        let symmetric = 2.0 * half.design(&*law, size / 2 + 1).unwrap().distortion;
        assert!(best(&*law, size).distortion < symmetric, "{size} levels");
    }
}

#[test]
fn the_symmetric_branch_of_a_pole_keeps_none_of_the_regularities() {
    // N²D rises to the Panter-Dite constant, D is convex in N, H rises: not here (D still falls).
    let law = family("gamma");
    let designed: Vec<Codebook> = (1..=24)
        .map(|size| {
            let zero = if size % 2 == 0 { Zero::NonPositive } else { Zero::Cell };
            if size == 1 {
                return Codebook::nearest(vec![0.0]).unwrap();
            }
            let half = HalfWave { spacing: Spacing::LloydMax, zero };
            let half = half.design(&*law, size / 2 + 1).unwrap().codebook;
            let upper = half.levels()[1..].to_vec();
            let middle = (size % 2 == 1).then_some(0.0);
            let below = upper.iter().rev().map(|level| -level);
            Codebook::nearest(below.chain(middle).chain(upper.iter().copied()).collect()).unwrap()
        })
        .collect();
    let distortions: Vec<f64> = designed.iter().map(|book| distortion(&*law, book)).collect();
    assert!(distortions.windows(2).all(|pair| pair[1] < pair[0]), "D falls");
    let is_convex = distortions.windows(3).all(|d| d[0] - d[1] > d[1] - d[2]);
    let scaled: Vec<f64> =
        distortions.iter().zip(1_i32..).map(|(d, size)| d * f64::from(size * size)).collect();
    let rises = scaled.windows(2).all(|pair| pair[0] < pair[1]);
    let entropies: Vec<f64> =
        designed.iter().map(|book| assess(&*law, book).entropy_bits).collect();
    let entropy_rises = entropies.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(!is_convex && !rises && !entropy_rises);
}

#[test]
fn sizes_of_log_concave_laws_interlace_and_help_less_and_less() {
    for law in log_concave() {
        let all: Vec<Designed> = (1..=24).map(|size| best(&*law, size)).collect();
        for pair in all.windows(2) {
            let (fewer, more) = (pair[0].codebook.levels(), pair[1].codebook.levels());
            for (index, level) in fewer.iter().enumerate() {
                assert!(more[index] < *level && *level < more[index + 1], "{}", law.describe());
            }
        }
        let falls: Vec<f64> =
            all.windows(2).map(|pair| pair[0].distortion - pair[1].distortion).collect();
        assert!(falls.windows(2).all(|pair| pair[1] < pair[0]), "{}: convex", law.describe());
        let limit = panter_dite_constant(&*law).unwrap();
        let last = all.last().unwrap().distortion * 576.0 / limit;
        assert!(last > 0.8 && last < 1.0 + 1e-12, "{}: N²D/PD = {last}", law.describe());
    }
}

/// `∂²D/∂qᵢ∂qⱼ` of nearest-level quantization: tridiagonal, from the density at the thresholds.
fn hessian(law: &dyn Density, codebook: &Codebook) -> DMatrix<f64> {
    let (levels, thresholds) = (codebook.levels(), codebook.thresholds());
    let couple =
        |index: usize| 0.5 * (levels[index + 1] - levels[index]) * law.pdf(thresholds[index]);
    let masses: Vec<f64> = codebook.cells().map(|(cell, _)| law.moments(cell).mass).collect();
    DMatrix::from_fn(levels.len(), levels.len(), |row, column| match row.abs_diff(column) {
        0 => {
            let below = if row > 0 { couple(row - 1) } else { 0.0 };
            let above = if row + 1 < levels.len() { couple(row) } else { 0.0 };
            2.0 * masses[row] - below - above
        }
        1 => -couple(row.min(column)),
        _ => 0.0,
    })
}

#[test]
fn the_second_derivatives_are_those_of_the_distortion() {
    for law in laws().into_iter().filter(|law| law.atoms().is_empty() && law.kinks().is_empty()) {
        let codebook = best(&*law, 5).codebook;
        let second = hessian(&*law, &codebook);
        let size = 1e-4 * deviation(&*law);
        let moved = |by: [f64; 5]| {
            let levels = codebook.levels().iter().zip(by).map(|(q, v)| q + size * v).collect();
            distortion(&*law, &Codebook::nearest(levels).unwrap())
        };
        let least = moved([0.0; 5]);
        for direction in [[1.0, 0.0, 0.0, 0.0, 0.0], [0.3, -0.8, 0.5, 1.0, -0.2]] {
            let vector = nalgebra::DVector::from_row_slice(&direction);
            let predicted = 0.5 * size * size * vector.dot(&(&second * &vector));
            let both = 0.5 * (moved(direction) + moved(direction.map(|v| -v))) - least;
            let name = law.describe();
            assert!((both / predicted - 1.0).abs() < 2e-3, "{name}: {both:e} {predicted:e}");
        }
    }
}

#[test]
fn optima_are_valleys_and_the_laplace_law_has_a_flat_one() {
    for law in laws() {
        if !law.atoms().is_empty() {
            continue;
        }
        for size in [2, 3, 4, 8] {
            let values = hessian(&*law, &best(&*law, size).codebook).symmetric_eigenvalues();
            let (least, largest) = (values.min(), values.max());
            assert!(least > -1e-11 * largest, "{}: {size}: {values}", law.describe());
        }
    }
    // Strictly log-concave: positive definite. Laplace: the two inner levels of an even number may
    // slide together, to second order for nothing.
    let share = |law: &dyn Density, size| {
        let values = hessian(law, &best(law, size).codebook).symmetric_eigenvalues();
        values.min() / values.max()
    };
    assert!(share(&Logistic, 4) > 1e-3);
    assert!(share(&Laplace::STANDARD, 4).abs() < 1e-12);
    assert!(share(&Laplace::STANDARD, 5) > 1e-3);
}

#[test]
fn constraints_never_help() {
    for law in laws().into_iter().filter(|law| law.centre().is_some()) {
        for size in [2, 3, 4, 8, 15] {
            let free = best(&*law, size).distortion;
            let uniform = UniformStep.design(&*law, size).unwrap().distortion;
            let power = PowerOfTwoStep.design(&*law, size).unwrap().distortion;
            let slack = 1.0 + 1e-12;
            assert!(free <= uniform * slack, "{}: {size}", law.describe());
            assert!(uniform <= power * slack, "{}: {size}", law.describe());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn lloyds_iteration_never_climbs(
        which: prop::sample::Index, start in prop::collection::btree_set(-400..400_i32, 4),
    ) {
        let all = laws();
        let law = which.get(&all);
        let input = law.moments(Interval::LINE);
        let (mean, width) = (input.first, deviation(&**law));
        let levels = start.iter().map(|&at| mean + width * f64::from(at) / 200.0).collect();
        let mut before = f64::INFINITY;
        for step in lloyd_steps(&**law, Codebook::nearest(levels).unwrap()).take(40) {
            // A start may leave a level without probability; that is said, not hidden.
            let Ok(step) = step else { break };
            prop_assert!(step.distortion <= before * (1.0 + 1e-13), "{}", law.describe());
            before = step.distortion;
        }
    }

    #[test]
    fn log_concave_laws_have_one_answer_whatever_the_start(
        which: prop::sample::Index, start in prop::collection::btree_set(-150..150_i32, 3),
    ) {
        let all: Vec<_> = log_concave().filter(|law| law.atoms().is_empty()).collect();
        let law = which.get(&all);
        let (mean, width) = (law.moments(Interval::LINE).first, deviation(&**law));
        let levels = start.iter().map(|&at| mean + width * f64::from(at) / 100.0).collect();
        let least = best(&**law, 3).distortion;
        let mut last = f64::INFINITY;
        for step in lloyd_steps(&**law, Codebook::nearest(levels).unwrap()).take(600) {
            let Ok(step) = step else { return Ok(()) };
            last = step.distortion;
        }
        prop_assert!((last / least - 1.0).abs() < 1e-7, "{}: {last} {least}", law.describe());
    }

    #[test]
    fn quantizers_move_with_their_law(
        which: prop::sample::Index, size in 1..9_usize,
        scale in prop_oneof![-8.0..-0.1_f64, 0.1..8.0_f64], shift in -5.0..5.0_f64,
    ) {
        let all = laws();
        let law = which.get(&all);
        let image = Affine::new(Arc::clone(law), scale, shift).unwrap();
        let (plain, moved) = (best(&**law, size), best(&image, size));
        let mut levels: Vec<f64> =
            plain.codebook.levels().iter().map(|level| scale * level + shift).collect();
        levels.sort_by(f64::total_cmp);
        for (ours, level) in moved.codebook.levels().iter().zip(&levels) {
            prop_assert!((ours - level).abs() <= 1e-13 * (scale.abs() * 30.0 + shift.abs()));
        }
        let ratio = moved.distortion / (scale * scale * plain.distortion);
        prop_assert!((ratio - 1.0).abs() < 1e-12, "{}: {ratio}", law.describe());
        let entropy = |law: &dyn Density, book| assess(law, book).entropy_bits;
        let (here, there) = (entropy(&**law, &plain.codebook), entropy(&image, &moved.codebook));
        prop_assert!((here - there).abs() < 1e-12, "{}", law.describe());
    }
}
