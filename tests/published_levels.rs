//! Designs against golden values: 50-digit recomputations, closed forms, and printed constants.

#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

#[path = "support/reference.rs"]
mod reference;

use std::sync::Arc;

use hwgq::density::{
    Density, Empirical, Exponential, Gamma, Gaussian, HalfNormal, Laplace, LawSpec, Rayleigh,
    Rectified, SphereCoordinate, Uniform,
};
use hwgq::design::{
    Design, DesignError, Designed, HalfWave, Holds, Newton, Provenance, Published, Spacing,
    UniformStep, Zero, collection, optimal, published,
};
use hwgq::scheme::Forward;
use hwgq::theory::assess;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use reference::assert_close;

/// The promise for every level, threshold, step and distortion, at every size of the tables.
const FOURTEEN_DIGITS: f64 = 1e-14;

/// Entropies move to first order with the probabilities, which are small at the ends.
const TWELVE_DIGITS: f64 = 1e-12;

fn positive_levels(designed: &Designed) -> Vec<f64> {
    designed.codebook.levels().iter().copied().filter(|&level| level > 0.0).collect()
}

fn assert_levels(what: &str, ours: &[f64], golden: &[f64]) {
    assert_eq!(ours.len(), golden.len(), "{what}: number of levels");
    for (ours, golden) in ours.iter().zip(golden) {
        assert_close(what, *ours, *golden, FOURTEEN_DIGITS);
    }
}

/// The laws of the tables: name, law, and whether the table holds the symmetric codebook of a law
/// whose best one is not symmetric.
fn tables() -> Vec<(&'static str, Arc<dyn Density>, bool)> {
    let sphere = |d: f64| Arc::new(SphereCoordinate::new(d).unwrap()) as Arc<dyn Density>;
    vec![
        ("lloyd_max_gaussian", Arc::new(Gaussian::STANDARD), false),
        ("lloyd_max_laplace", Arc::new(Laplace::STANDARD), false),
        ("lloyd_max_exponential", Arc::new(Exponential), false),
        ("lloyd_max_rayleigh", Arc::new(Rayleigh), false),
        ("lloyd_max_half_normal", Arc::new(HalfNormal), false),
        ("lloyd_max_gamma_symmetric", Arc::new(Gamma::new(0.5).unwrap()), true),
        ("lloyd_max_sphere_d16", sphere(16.0), false),
        ("lloyd_max_sphere_d64", sphere(64.0), false),
        ("lloyd_max_sphere_d128", sphere(128.0), false),
        ("lloyd_max_sphere_d256", sphere(256.0), false),
    ]
}

#[test]
fn lloyd_max_levels_have_fourteen_digits() {
    for (name, law, is_one_sided) in tables() {
        for row in reference::rows(name) {
            let levels: usize = row.text("levels").parse().unwrap();
            let what = format!("{name}, {levels} levels");
            let golden = row.numbers("positive_levels");
            if is_one_sided {
                // The half wave of a symmetric law is the upper half of its symmetric quantizer.
                let zero = if levels.is_multiple_of(2) { Zero::NonPositive } else { Zero::Cell };
                let design = HalfWave { spacing: Spacing::LloydMax, zero };
                let designed = design.design(&*law, levels / 2 + 1).unwrap();
                assert_levels(&what, &positive_levels(&designed), &golden);
                let distortion = 2.0 * designed.distortion;
                assert_close(&what, distortion, row.number("distortion"), FOURTEEN_DIGITS);
                continue;
            }
            let designed = Newton::default().design(&*law, levels).unwrap();
            assert_levels(&what, &positive_levels(&designed), &golden);
            assert_close(&what, designed.distortion, row.number("distortion"), FOURTEEN_DIGITS);
            let assessment = assess(&*law, &designed.codebook);
            assert_close(&what, assessment.entropy_bits, row.number("entropy_bits"), TWELVE_DIGITS);
            if law.centre().is_some() {
                // The table's signal is the variance; ours is the power, the same about zero.
                assert_close(&what, assessment.sqnr_db, row.number("snr_db"), TWELVE_DIGITS);
            }
        }
    }
}

#[test]
fn many_levels_keep_fifteen_digits() {
    for row in reference::rows("lloyd_max_gaussian_big") {
        let levels: usize = row.text("levels").parse().unwrap();
        let designed = Newton::default().design(&Gaussian::STANDARD, levels).unwrap();
        let what = format!("{levels} levels");
        let positive = positive_levels(&designed);
        let positions = row.text("positions").split(' ').map(|word| word.parse::<usize>().unwrap());
        for (position, golden) in positions.zip(row.numbers("positive_levels")) {
            assert_close(&what, positive[position], golden, 1e-15);
        }
        assert_close(&what, designed.distortion, row.number("distortion"), 1e-15);
    }
}

#[test]
fn uniform_steps_have_fourteen_digits() {
    let gamma = Gamma::new(0.5).unwrap();
    let laws: [(&str, &dyn Density); 3] = [
        ("uniform_gaussian", &Gaussian::STANDARD),
        ("uniform_laplace", &Laplace::STANDARD),
        ("uniform_gamma_symmetric", &gamma),
    ];
    for (name, law) in laws {
        for row in reference::rows(name) {
            let levels: usize = row.text("levels").parse().unwrap();
            let designed = UniformStep.design(law, levels).unwrap();
            let what = format!("{name}, {levels} levels");
            let ends = designed.codebook.levels();
            let step = (ends[levels - 1] - ends[0]) / (levels - 1) as f64;
            assert_close(&what, step, row.number("step"), FOURTEEN_DIGITS);
            assert_close(&what, designed.distortion, row.number("distortion"), FOURTEEN_DIGITS);
        }
    }
}

#[test]
fn half_wave_levels_have_fourteen_digits() {
    for row in reference::rows("half_wave") {
        let positive: usize = row.text("positive_levels").parse().unwrap();
        let (spacing, zero) = match row.text("design") {
            "uniform" => (Spacing::Uniform, Zero::NonPositive),
            "uniform-zero-cell" => (Spacing::Uniform, Zero::Cell),
            "lloyd-max" => (Spacing::LloydMax, Zero::NonPositive),
            "lloyd-max-zero-cell" => (Spacing::LloydMax, Zero::Cell),
            "lloyd-max-free" => (Spacing::LloydMax, Zero::Free),
            other => panic!("unknown design {other}"),
        };
        let design = HalfWave { spacing, zero };
        let designed = design.design(&Gaussian::STANDARD, positive + 1).unwrap();
        let what = format!("{design:?}, {positive} positive levels");
        let golden = row.numbers("levels_or_step");
        let ours = match (spacing, zero) {
            (Spacing::Uniform | Spacing::PowerOfTwo, _) => vec![designed.codebook.levels()[1]],
            (Spacing::LloydMax, Zero::Free) => designed.codebook.levels().to_vec(),
            (Spacing::LloydMax, _) => positive_levels(&designed),
        };
        if zero == Zero::Free {
            // The lowest level is a small difference: its digits count from the top level.
            for (ours, golden) in ours.iter().zip(&golden) {
                assert!((ours - golden).abs() <= FOURTEEN_DIGITS * golden.max(0.1), "{what}");
            }
        } else {
            assert_levels(&what, &ours, &golden);
        }
        assert_close(&what, designed.distortion, row.number("distortion"), FOURTEEN_DIGITS);
        if !row.text("entropy_bits").is_empty() {
            let entropy = assess(&Rectified::STANDARD, &designed.codebook).entropy_bits;
            assert_close(&what, entropy, row.number("entropy_bits"), TWELVE_DIGITS);
        }
    }
}

#[test]
fn the_step_of_the_paper_is_known_to_fifteen_digits() {
    let step = HalfWave::PAPER.design(&Gaussian::STANDARD, 4).unwrap().codebook.levels()[1];
    assert_close("Δ for two bits", step, 0.538_811_923_399_69, 1e-14);
}

#[test]
fn a_million_samples_give_the_released_step_within_their_error() {
    // The standard deviation of the step over such samples is 0.00057: three of them. The released
    // 0.538 lies 1.4 of them below the exact step, which is why it is not 0.539.
    let mut rng = ChaCha8Rng::seed_from_u64(1702);
    let sample = (0..1_000_000).map(|_| StandardNormal.sample(&mut rng)).collect();
    let sample = Empirical::new(sample).unwrap();
    let step = HalfWave::PAPER.design(&sample, 4).unwrap().codebook.levels()[1];
    assert!((step - 0.538_811_923_4).abs() < 0.0017, "{step}");
}

#[test]
fn one_outlier_does_not_hide_the_step_from_the_search() {
    // The root mean square is the outlier's, 1000 times the size of everything else.
    let values = (1..=10_000).map(|k| f64::from(k % 3 + 1) * 1e-3).chain([100.0]).collect();
    let sample = Empirical::new(values).unwrap();
    let designed = HalfWave::PAPER.design(&sample, 4).unwrap();
    assert!(designed.distortion > 0.0 && designed.residual <= 1e-12, "{designed:?}");
}

#[test]
fn the_rectified_law_gives_the_same_half_wave_as_its_input() {
    for spacing in [Spacing::LloydMax, Spacing::Uniform] {
        for zero in [Zero::NonPositive, Zero::Cell, Zero::Free] {
            let of_input = optimal(&Gaussian::STANDARD, spacing, Some(zero), 4).unwrap();
            let of_target = optimal(&Rectified::STANDARD, spacing, Some(zero), 4).unwrap();
            let pairs = of_input.codebook.levels().iter().zip(of_target.codebook.levels());
            for (input, target) in pairs {
                // The start of the search differs, the optimum does not: a few units of rounding,
                // magnified by the condition (4/π)² of four levels.
                assert!((input - target).abs() <= 1e-15 * 16.0, "{spacing:?}, {zero:?}");
            }
        }
    }
}

#[test]
fn uniform_law_gets_the_uniform_quantizer() {
    let (low, high) = (-1.0, 3.0);
    let law = Uniform::new(low, high).unwrap();
    for levels in [1_usize, 2, 3, 8, 100] {
        let designed = Newton::default().design(&law, levels).unwrap();
        let width = (high - low) / levels as f64;
        for (index, level) in designed.codebook.levels().iter().enumerate() {
            let middle = low + (index as f64 + 0.5) * width;
            // Condition (N/π)² ≈ 10³ at 100 levels.
            assert!((level - middle).abs() <= 1e-13 * 3.0, "{levels} levels: {level}, {middle}");
        }
        let exact = width * width / 12.0;
        assert_close("distortion is Δ²/12", designed.distortion, exact, 1e-13);
    }
}

#[test]
fn exponential_recursion_gives_the_laplace_quantizer() {
    // Sullivan 1996: cells counted from the top, a_1 = 1 and a_{k+1} = 1 - w/(e^w - 1) with
    // w = a_{k+1} + a_k; then D = a_m²/2 for 2m levels of unit variance.
    let mut offset = 1.0_f64;
    for half in 1..=16 {
        let designed = Newton::default().design(&Laplace::STANDARD, 2 * half).unwrap();
        let exact = offset * offset / 2.0;
        assert_close("D = a_m²/2", designed.distortion, exact, 1e-13);
        let mut next = 0.5 * offset;
        for _ in 0..200 {
            let width = next + offset;
            next = 1.0 - width / width.exp_m1();
        }
        offset = next;
    }
}

/// The codebook of that size which an entry means to be.
fn optimum(entry: &Published) -> Designed {
    let law = entry.law.parse::<LawSpec>().unwrap().law().unwrap();
    optimal(&*law, entry.spacing, entry.zero, entry.len()).unwrap()
}

#[test]
fn published_levels_are_the_optimum_to_their_last_digit_but_for_these() {
    // By how much the worst level is off, relatively, where it is more than the digits explain:
    // found on samples, rounded by hand, stopped early, or applied with another zero.
    let off = [
        ("caffe-3ne", 1.6e-3),
        ("edmips-1", 1.5e-3),
        ("edmips-2", 1.6e-3),
        ("edmips-4", 4.2e-3),
        ("edmips-1-rounded", 0.35),
        ("edmips-2-rounded", 0.18),
        ("edmips-3-rounded", 0.09),
        ("edmips-4-rounded", 0.043),
        ("edmips-fork-5", 0.010),
        ("edmips-fork-6", 0.026),
        ("edmips-fork-7", 0.076),
        ("edmips-fork-8", 0.153),
        ("riptide-1", 0.091),
        ("riptide-2", 0.155),
        ("edmips-gaussian-4", 2.4e-3),
    ];
    for entry in collection().filter(|entry| !entry.is_scale_free) {
        let printed = entry.positive_levels();
        if printed.is_empty() {
            continue;
        }
        let best = optimum(entry);
        let ours: Vec<f64> =
            best.codebook.levels().iter().copied().filter(|level| *level > 0.0).collect();
        assert_eq!(ours.len(), printed.len(), "{}", entry.name);
        let pairs = ours.iter().zip(&printed);
        let worst = pairs.map(|(ours, printed)| (printed / ours - 1.0).abs());
        let worst = worst.fold(0.0, f64::max);
        // Half a unit of the last digit is at most this share of a number, 5 units with a 1 ahead.
        let explained = 0.5 * 10_f64.powi(1 - i32::try_from(entry.digits).unwrap());
        match off.iter().find(|(name, _)| *name == entry.name) {
            Some(&(_, most)) => {
                let is_off = (0.8 * most..most).contains(&worst);
                assert!(is_off, "{} is off by {worst}", entry.name);
            }
            None => assert!(worst <= explained, "{}: {worst} > {explained}", entry.name),
        }
    }
}

#[test]
fn published_distortions_are_the_optimum_rounded_but_for_faiss() {
    for entry in collection() {
        let Holds::Distortion { distortion, .. } = entry.holds else { continue };
        let ratio = distortion / optimum(entry).distortion;
        let explained = match entry.name {
            // Printed to one digit; 0.0345 and 0.0095 were cut off rather than rounded.
            "turboquant-3-distortion" => 0.14,
            "turboquant-4-distortion" => 0.06,
            _ => 0.01,
        };
        if entry.name == "faiss-8-distortion" {
            assert!((ratio - 1.5166).abs() < 1e-4, "1.81 dB worse: {ratio}");
        } else {
            assert!((ratio - 1.0).abs() <= explained, "{}: {ratio}", entry.name);
        }
    }
}

#[test]
fn every_published_entry_can_be_used() {
    let mut names: Vec<&str> = collection().map(|entry| entry.name).collect();
    assert!(names.len() > 30);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), collection().count(), "no two entries share a name");
    for entry in collection() {
        let law: LawSpec = entry.law.parse().unwrap();
        assert!(law.law().is_ok() && entry.law_scale > 0.0 && !entry.is_empty());
        let codebook = entry.codebook().unwrap();
        let is_quantizer = !matches!(entry.holds, Holds::Clip { .. } | Holds::Distortion { .. });
        assert_eq!(codebook.is_some(), is_quantizer, "{}", entry.name);
        if let Some(codebook) = codebook {
            assert_eq!(codebook.len(), entry.len(), "{}", entry.name);
        }
    }
    assert_eq!(published("caffe-3ne").map(|entry| entry.provenance), Some(Provenance::Code));
    assert_eq!(published("caffe"), None);
    let edmips = published("edmips-3").unwrap().positive_levels();
    assert_eq!(edmips[..3], [0.3217, 0.6434, 0.9651], "multiples of the decimal");
}

#[test]
fn networks_train_with_the_released_levels_and_theory_uses_the_optimum() {
    let trained = Forward::Hwgq.codebook(3).unwrap().unwrap();
    assert_eq!(trained.levels(), [0.0, 0.538, 1.076, 1.614], "the released constants");
    let exact = Forward::Hwgq.exact_codebook(3).unwrap().unwrap();
    let [trained, best] =
        [&trained, &exact].map(|codebook| assess(&Rectified::STANDARD, codebook).distortion);
    let ratio = trained / best;
    assert!((ratio - 1.000_010_4).abs() < 1e-7, "the price of the constants: {ratio}");
    for forward in Forward::ALL {
        for positive in [1, 2, 7] {
            assert_eq!(forward.codebook(positive), forward.exact_codebook(positive));
        }
    }
}

#[test]
fn sizes_without_a_codebook_are_refused() {
    let law = Gaussian::STANDARD;
    for forward in [Forward::Hwgq, Forward::HwgqLloyd, Forward::HwgqZeroCell] {
        assert!(matches!(forward.codebook(0), Err(DesignError::TooFewLevels { .. })));
        assert!(matches!(forward.codebook(usize::MAX), Err(DesignError::TooManyLevels { .. })));
    }
    assert!(matches!(Newton::default().design(&law, 0), Err(DesignError::TooFewLevels { .. })));
    assert!(matches!(UniformStep.design(&law, 1), Err(DesignError::TooFewLevels { .. })));
    let unsuited = UniformStep.design(&Rectified::STANDARD, 4);
    assert!(matches!(unsuited, Err(DesignError::Unsuited { .. })), "the half wave is lopsided");
}
