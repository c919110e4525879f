//! What the trait `Design` promises, tested over every design.

#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

use std::sync::Arc;

use hwgq::density::{Affine, Density, Empirical, Gaussian, Laplace, Rectified, Uniform};
use hwgq::design::{
    Design, Designed, Exact, HalfWave, LloydMax, Newton, Spacing, UniformStep, Zero, distortion,
    lloyd_steps,
};
use hwgq::quantizer::Codebook;
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How the codebooks of a design may vary: the family within which it is the best.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Family {
    /// Any levels, nearest-level thresholds.
    Free,
    /// A zero level, and every positive input goes to a positive level.
    ZeroForNonPositive,
    /// A zero level with a rounding cell.
    ZeroCell,
    /// Any levels, but for a sample a place where Lloyd's iteration rests need not be the best.
    Stationary,
    /// All levels times one factor, zero or symmetric.
    Scaled,
    /// An offset and a step.
    Grid,
}

#[derive(Debug)]
struct Case {
    design: Box<dyn Design>,
    family: Family,
    /// The law that is designed for, and the law whose distortion counts.
    law: Arc<dyn Density>,
    target: Arc<dyn Density>,
}

fn sample(seed: u64, count: usize) -> Empirical {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut value = || rng.random::<f64>() + rng.random::<f64>() - rng.random::<f64>();
    Empirical::new((0..count).map(|_| value()).collect()).unwrap()
}

/// Every design with every law it suits. Adding a line here is the whole job.
fn cases() -> Vec<Case> {
    let gaussian = || Arc::new(Gaussian::new(0.0, 1.5).unwrap()) as Arc<dyn Density>;
    let laplace = || Arc::new(Laplace::STANDARD) as Arc<dyn Density>;
    let uniform = || Arc::new(Uniform::STANDARD) as Arc<dyn Density>;
    let rectified = || Arc::new(Rectified::STANDARD) as Arc<dyn Density>;
    let mut cases = Vec::new();
    let mut add = |design: Box<dyn Design>, family, law: Arc<dyn Density>| {
        cases.push(Case { design, family, target: Arc::clone(&law), law });
    };
    for law in [gaussian(), laplace(), uniform(), rectified()] {
        add(Box::<Newton>::default(), Family::Free, Arc::clone(&law));
        add(Box::<LloydMax>::default(), Family::Free, law);
    }
    for law in [gaussian(), laplace(), uniform()] {
        add(Box::new(UniformStep), Family::Scaled, law);
    }
    add(Box::new(Exact), Family::Free, Arc::new(sample(1, 400)));
    add(Box::<LloydMax>::default(), Family::Stationary, Arc::new(sample(2, 400)));
    for (spacing, zero, family) in [
        (Spacing::LloydMax, Zero::NonPositive, Family::ZeroForNonPositive),
        (Spacing::LloydMax, Zero::Cell, Family::ZeroCell),
        (Spacing::LloydMax, Zero::Free, Family::Free),
        (Spacing::Uniform, Zero::NonPositive, Family::Scaled),
        (Spacing::Uniform, Zero::Cell, Family::Scaled),
        (Spacing::Uniform, Zero::Free, Family::Grid),
    ] {
        for law in [gaussian(), laplace(), uniform()] {
            cases.push(Case {
                design: Box::new(HalfWave { spacing, zero }),
                family,
                target: Arc::new(Rectified::of(Affine::new(Arc::clone(&law), 1.0, 0.0).unwrap())),
                law,
            });
        }
    }
    cases
}

impl Case {
    fn designed(&self, levels: usize) -> Designed {
        let name = format!("{:?} for {}", self.design, self.law.describe());
        self.design.design(&*self.law, levels).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A neighbour of a codebook in the same family; `None` when the move breaks the order.
    fn perturbed(&self, codebook: &Codebook, size: f64, rng: &mut impl Rng) -> Option<Codebook> {
        let mut levels = codebook.levels().to_vec();
        let mut push = || size * rng.random_range(-1.0..1.0);
        match self.family {
            Family::Free | Family::Stationary => {
                for level in &mut levels {
                    *level += push();
                }
            }
            Family::ZeroForNonPositive | Family::ZeroCell => {
                for level in &mut levels[1..] {
                    *level += push();
                }
            }
            Family::Scaled => {
                let factor = 1.0 + push();
                for level in &mut levels {
                    *level *= factor;
                }
            }
            Family::Grid => {
                let (offset, step) = (push(), push());
                for (index, level) in levels.iter_mut().enumerate() {
                    *level += offset + step * index as f64;
                }
            }
        }
        let stays = codebook.thresholds().first() == Some(&0.0) && levels[0].to_bits() == 0;
        if stays {
            Codebook::half_wave(levels[1..].to_vec(), 0.0)
        } else {
            Codebook::nearest(levels)
        }
        .ok()
    }
}

#[test]
fn no_neighbour_of_the_same_family_is_better() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for case in cases().iter().filter(|case| case.family != Family::Stationary) {
        for levels in [2, 3, 4, 8] {
            let best = case.designed(levels);
            for size in [1e-1, 1e-2, 1e-3, 1e-4] {
                let neighbours =
                    (0..20).filter_map(|_| case.perturbed(&best.codebook, size, &mut rng));
                for neighbour in neighbours {
                    let other = distortion(&*case.target, &neighbour);
                    // The gain of a move by s is of the order s²; only rounding may undercut it.
                    let slack = 1e-14 * best.distortion;
                    assert!(other >= best.distortion - slack, "{case:?}, {levels}: {neighbour:?}");
                }
            }
        }
    }
}

#[test]
fn a_design_reports_the_distortion_of_its_codebook() {
    for case in cases() {
        for levels in [2, 5] {
            let designed = case.designed(levels);
            let again = distortion(&*case.target, &designed.codebook);
            assert!((designed.distortion - again).abs() <= 1e-14 * again, "{case:?}");
            assert_eq!(designed.codebook.len(), levels, "{case:?}");
            // Lloyd's iteration stops at 1e-13 of a level of at most 5.
            assert!(designed.residual <= 5e-13, "{case:?}: {}", designed.residual);
        }
    }
}

#[test]
fn another_level_lowers_the_distortion() {
    for case in cases() {
        // A symmetric uniform quantizer changes its kind between even and odd; compare like.
        let stride = if case.family == Family::Scaled { 2 } else { 1 };
        let sizes = if case.family == Family::Stationary { 2..3 } else { 2..12 };
        for levels in sizes {
            let (fewer, more) = (case.designed(levels), case.designed(levels + stride));
            assert!(more.distortion < fewer.distortion, "{case:?} at {levels}");
        }
    }
}

#[test]
fn scaled_laws_get_scaled_quantizers() {
    for case in cases() {
        for scale in [0.125, 3.0, 1e4] {
            let law = Affine::new(Arc::clone(&case.law), scale, 0.0).unwrap();
            let sample = case.law.as_empirical().map(|sample| {
                let scaled = sample.sorted().iter().map(|x| scale * x).collect();
                Empirical::new(scaled).unwrap()
            });
            let law: &dyn Density = sample.as_ref().map_or(&law, |sample| sample);
            let scaled = case.design.design(law, 4).unwrap();
            let plain = case.designed(4);
            for (ours, level) in scaled.codebook.levels().iter().zip(plain.codebook.levels()) {
                // Lloyd's iteration is stopped at 1e-13, magnified by (4/π)² to 2e-12 at most.
                assert!((ours - scale * level).abs() <= 4e-12 * scale, "{case:?} times {scale}");
            }
            let ratio = scaled.distortion / (plain.distortion * scale * scale);
            assert!((ratio - 1.0).abs() <= 1e-11, "{case:?}: distortion scales by the square");
        }
    }
}

#[test]
fn shifted_and_mirrored_laws_get_shifted_and_mirrored_quantizers() {
    for case in cases() {
        let of_halves =
            case.target.describe().starts_with("rectified") && case.family != Family::Free;
        if of_halves || case.target.describe() != case.law.describe() {
            continue; // A half wave knows where zero is.
        }
        for (scale, shift) in [(1.0, 3.0), (-1.0, 0.0), (-2.0, 1.0)] {
            let sample = case.law.as_empirical().map(|sample| {
                Empirical::new(sample.sorted().iter().map(|x| scale * x + shift).collect()).unwrap()
            });
            let law = Affine::new(Arc::clone(&case.law), scale, shift).unwrap();
            let law: &dyn Density = sample.as_ref().map_or(&law, |sample| sample);
            let image = case.design.design(law, 5).unwrap();
            let plain = case.designed(5);
            let mut expected: Vec<f64> =
                plain.codebook.levels().iter().map(|level| scale * level + shift).collect();
            expected.sort_by(f64::total_cmp);
            let lloyd_on_sample =
                sample.is_some() && scale < 0.0 && format!("{:?}", case.design).contains("Lloyd");
            if lloyd_on_sample {
                continue; // A mirrored start may end in another local optimum.
            }
            for (ours, level) in image.codebook.levels().iter().zip(expected) {
                assert!(
                    (ours - level).abs() <= 1e-11,
                    "{case:?}, {scale}, {shift}: {ours}, {level}"
                );
            }
        }
    }
}

#[test]
fn lloyds_iteration_reaches_the_levels_of_newtons_method() {
    let laws: [&dyn Density; 4] =
        [&Gaussian::STANDARD, &Laplace::STANDARD, &Uniform::STANDARD, &Rectified::STANDARD];
    for law in laws {
        for levels in [1, 2, 3, 4, 7, 16] {
            let newton = Newton::default().design(law, levels).unwrap();
            let lloyd = LloydMax::default().design(law, levels).unwrap();
            for (a, b) in newton.codebook.levels().iter().zip(lloyd.codebook.levels()) {
                // Stopped at 1e-13 of the top level, 5 at most, and (2N/π)² ≈ 100 from the end.
                assert!((a - b).abs() <= 1e-10, "{} with {levels}: {a}, {b}", law.describe());
            }
        }
    }
}

proptest! {
    #[test]
    fn lloyds_iteration_never_raises_the_distortion(
        start in prop::collection::btree_set(-300_i32..300, 2..8),
        which in 0..4_usize,
    ) {
        let laws: [Box<dyn Density>; 4] = [
            Box::new(Gaussian::STANDARD),
            Box::new(Laplace::STANDARD),
            Box::new(Rectified::STANDARD),
            Box::new(sample(4, 300)),
        ];
        let law = &*laws[which];
        let start = Codebook::nearest(start.into_iter().map(|x| f64::from(x) / 100.0).collect()).unwrap();
        let mut before = distortion(law, &start);
        for step in lloyd_steps(law, start).take(30) {
            // A start with an empty cell ends the iteration, as documented.
            let Ok(step) = step else { break };
            prop_assert!(step.distortion <= before * (1.0 + 1e-14), "{} after {before}", step.distortion);
            before = step.distortion;
        }
    }

    #[test]
    fn the_exact_search_is_as_good_as_trying_everything(
        values in prop::collection::vec(-50_i32..50, 1..11), levels in 1..5_usize,
    ) {
        let mut distinct = values.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let sample = Empirical::new(values.iter().map(|&x| f64::from(x)).collect()).unwrap();
        let found = Exact.design(&sample, levels);
        if distinct.len() < levels {
            prop_assert!(found.is_err(), "not enough different values");
            return Ok(());
        }
        let best = best_by_trying(&values, &distinct, levels);
        // Integers up to 50 and their squares: a dozen roundings of numbers below 2500.
        prop_assert!((found.unwrap().distortion - best).abs() <= 1e-11);
    }
}

/// The least distortion over all ways to cut the different values into `levels` runs.
fn best_by_trying(values: &[i32], distinct: &[i32], levels: usize) -> f64 {
    let cuts = distinct.len() - 1;
    (0..1_u32 << cuts)
        .filter(|mask| mask.count_ones() as usize == levels - 1)
        .map(|mask| {
            let cell =
                |x: i32| (0..cuts).filter(|&cut| mask >> cut & 1 == 1 && x > distinct[cut]).count();
            (0..levels)
                .map(|index| {
                    let members: Vec<f64> = values
                        .iter()
                        .filter(|&&x| cell(x) == index)
                        .map(|&x| f64::from(x))
                        .collect();
                    let mean = members.iter().sum::<f64>() / members.len() as f64;
                    members.iter().map(|x| (x - mean).powi(2)).sum::<f64>()
                })
                .sum::<f64>()
                / values.len() as f64
        })
        .fold(f64::INFINITY, f64::min)
}

#[test]
fn the_exact_search_is_never_worse_than_lloyds_iteration() {
    for seed in 0..10 {
        let sample = sample(seed, 500);
        for levels in [2, 4, 16, 40] {
            let exact = Exact.design(&sample, levels).unwrap().distortion;
            let lloyd = LloydMax::default().design(&sample, levels).unwrap().distortion;
            assert!(exact <= lloyd * (1.0 + 1e-12), "seed {seed}, {levels}: {exact} > {lloyd}");
        }
    }
}

#[test]
fn a_law_that_does_not_suit_is_refused_in_words() {
    let sample = sample(5, 50);
    let refused = Newton::default().design(&sample, 4).unwrap_err().to_string();
    assert!(refused.contains("a sample has no density") && refused.contains("use the exact"));
    let refused = Exact.design(&Gaussian::STANDARD, 4).unwrap_err().to_string();
    assert!(refused.contains("use Newton's method"), "{refused}");
    let negative = Uniform::new(-2.0, -1.0).unwrap();
    for spacing in [Spacing::LloydMax, Spacing::Uniform] {
        for zero in [Zero::NonPositive, Zero::Cell, Zero::Free] {
            let refused = HalfWave { spacing, zero }.design(&negative, 4);
            assert!(refused.is_err(), "nothing is positive: {spacing:?}, {zero:?}");
        }
    }
}
