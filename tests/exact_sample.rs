//! The best quantizer of a sample and its certificate, against oracles that share no code with it.

#![expect(clippy::unwrap_used, reason = "a broken premise must fail the test")]

use hwgq::density::{DensityError, Empirical};
use hwgq::design::{
    Certificate, CertificateKind, Design as _, DesignError, Designed, Exact, LloydMax,
};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::distr::Distribution as _;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Cauchy, Exp1, StandardNormal, Uniform};

fn best(values: &[f64], levels: usize) -> (Designed, Certificate) {
    Exact.certified(&Empirical::new(values.to_vec()).unwrap(), levels).unwrap()
}

fn draw(law: impl Fn(&mut ChaCha8Rng) -> f64, seed: u64, count: usize) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| law(&mut random)).collect()
}

fn normal(seed: u64, count: usize) -> Vec<f64> {
    draw(|random| StandardNormal.sample(random), seed, count)
}

/// Samples whose shapes differ in what is hard about them, each larger than the nodes that the
/// search begins with.
fn shapes(seed: u64, count: usize) -> Vec<(&'static str, Vec<f64>)> {
    let uniform = Uniform::new(0.0, 1.0).unwrap();
    let cauchy = Cauchy::new(0.0, 1.0).unwrap();
    let unit = |random: &mut ChaCha8Rng| -> f64 { uniform.sample(random) };
    let gauss = |random: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(random) };
    vec![
        ("normal", normal(seed, count)),
        ("one-sided", draw(|random| Exp1.sample(random), seed, count)),
        ("heavy tails", draw(|random| cauchy.sample(random), seed, count)),
        ("ties", draw(|random| (20.0 * gauss(random)).round(), seed, count)),
        ("half zeros", draw(|random| gauss(random).max(0.0), seed, count)),
        ("lattice", (0..count).map(|x| x as f64).collect()),
        (
            "far clusters",
            draw(|random| (7.0 * unit(random)).floor() * 1e6 + gauss(random), seed, count),
        ),
        ("many scales", draw(|random| (40.0 * unit(random)).exp2(), seed, count)),
        ("outliers", {
            let mut values = normal(seed, count);
            values[0] = 1e5;
            values[1] = -3e4;
            values
        }),
    ]
}

/// Least distortion by the plain dynamic programme over all starts of the last cell, each cell
/// about its own mean. Quadratic: for small samples.
fn plain_programme(values: &[f64], levels: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cell = |start: usize, end: usize| {
        let values = &sorted[start..end];
        // About the first value, so that a mean far away costs no digits.
        let mean = values.iter().map(|x| x - values[0]).sum::<f64>() / values.len() as f64;
        values.iter().map(|x| ((x - values[0]) - mean).powi(2)).sum::<f64>()
    };
    let count = sorted.len();
    let mut costs: Vec<f64> =
        (0..=count).map(|end| if end == 0 { 0.0 } else { cell(0, end) }).collect();
    for level in 1..levels {
        costs = (0..=count)
            .map(|end| {
                let through = (level..end).map(|start| costs[start] + cell(start, end));
                through.fold(f64::INFINITY, f64::min)
            })
            .collect();
    }
    costs[count] / count as f64
}

/// Least distortion by layers of divide and conquer: `O(levels · n log n)`, for larger samples.
fn layered_programme(values: &[f64], levels: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted[sorted.len() / 2];
    let mut sums = vec![(0.0, 0.0)];
    for x in &sorted {
        let (first, second) = sums[sums.len() - 1];
        sums.push((first + (x - middle), second + (x - middle).powi(2)));
    }
    let cell = |start: usize, end: usize| {
        let (first, second) = (sums[end].0 - sums[start].0, sums[end].1 - sums[start].1);
        second - first * first / (end - start) as f64
    };
    let count = sorted.len();
    let mut costs: Vec<f64> =
        (0..=count).map(|end| if end == 0 { 0.0 } else { cell(0, end) }).collect();
    for level in 1..levels {
        let mut next = vec![f64::INFINITY; count + 1];
        let mut open = vec![(level + 1, count, level, count - 1)];
        while let Some((first, last, low, high)) = open.pop() {
            if first > last {
                continue;
            }
            let end = first.midpoint(last);
            let starts = (low..=high.min(end - 1)).map(|s| (costs[s] + cell(s, end), s));
            let (cost, start) =
                starts.fold((f64::INFINITY, low), |a, b| if b.0 < a.0 { b } else { a });
            next[end] = cost;
            open.push((first, end - 1, low, start));
            open.push((end + 1, last, start, high));
        }
        costs = next;
    }
    costs[count] / count as f64
}

/// The bounds enclose the distortion, and nothing but the stated rounding lies between them.
fn assert_bounds_meet(values: &[f64], designed: &Designed, proof: &Certificate) {
    assert_eq!(proof.kind, CertificateKind::Search);
    let distortion = designed.distortion;
    assert!(proof.lower_bound <= distortion && distortion <= proof.upper_bound, "{proof:?}");
    let levels = designed.codebook.levels();
    let middle = Empirical::new(values.to_vec()).unwrap().origin();
    let reach = values.iter().fold(0.0, |reach, x| f64::max(reach, (x - middle).abs()));
    // Eight roundings on either side, levels rounded to f64, and the search in thirty digits.
    let top = levels[0].abs().max(levels[levels.len() - 1].abs());
    let stated = 18.0 * f64::EPSILON * distortion
        + (top * f64::EPSILON).powi(2)
        + (levels.len() * (2 * values.len() + 100)) as f64 * 2.0_f64.powi(-96) * reach * reach;
    assert!(proof.upper_bound - proof.lower_bound <= stated, "{stated:e} {proof:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn small_samples_agree_with_the_plain_programme(
        values in prop::collection::vec(prop_oneof![-1e3..1e3_f64, (-9..9_i32).prop_map(f64::from)], 1..40),
        levels in 1..12_usize,
    ) {
        let sample = Empirical::new(values.clone()).unwrap();
        match Exact.certified(&sample, levels) {
            Ok((designed, proof)) => {
                let plain = plain_programme(&values, levels);
                // Forty squares of numbers up to 2000, each to a few roundings.
                prop_assert!((designed.distortion - plain).abs() <= 1e-14 * plain + 1e-24);
                prop_assert!(proof.lower_bound <= plain * (1.0 + 1e-14) + 1e-24);
            }
            Err(DesignError::TooFewValues { distinct, levels: asked }) => {
                prop_assert_eq!(distinct, sample.distinct().count());
                prop_assert!(distinct < levels && asked == levels);
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn whole_weights_are_multiplicities(
        pairs in prop::collection::vec((-50..50_i32, 1..6_u8), 8..60), levels in 1..6_usize,
    ) {
        let repeated: Vec<f64> =
            pairs.iter().flat_map(|&(x, times)| vec![f64::from(x); times.into()]).collect();
        let weighted = pairs.iter().map(|&(x, times)| (f64::from(x), f64::from(times))).collect();
        let weighted = Empirical::weighted(weighted).unwrap();
        let plain = Empirical::new(repeated).unwrap();
        prop_assume!(plain.distinct().count() >= levels);
        let ((one, one_proof), (two, two_proof)) =
            (Exact.certified(&plain, levels).unwrap(), Exact.certified(&weighted, levels).unwrap());
        prop_assert!((one.distortion - two.distortion).abs() <= 1e-13 * one.distortion);
        prop_assert_eq!(one_proof.unique_global, two_proof.unique_global);
        if one_proof.unique_global {
            for (a, b) in one.codebook.levels().iter().zip(two.codebook.levels()) {
                prop_assert!((a - b).abs() <= 1e-14 * 50.0);
            }
        }
    }
}

#[test]
fn a_tie_between_weighted_values_is_not_called_the_only_optimum() {
    // Found at random: thresholds between 34 and 35, and between 35 and 39, cost 17310243 / 5200.
    // Weights that were divided by their sum would be other weights, and break the tie.
    let values = [
        -34.0, -15.0, -11.0, -8.0, -7.0, 4.0, 23.0, 24.0, 25.0, 30.0, 34.0, 35.0, 39.0, 40.0, 45.0,
        47.0, 48.0,
    ];
    let weights =
        [3.0, 1.0, 3.0, 4.0, 1.0, 4.0, 5.0, 3.0, 8.0, 5.0, 4.0, 1.0, 7.0, 5.0, 5.0, 5.0, 3.0];
    let sample = Empirical::weighted(values.into_iter().zip(weights).collect()).unwrap();
    let (best, proof) = Exact.certified(&sample, 3).unwrap();
    assert!((best.distortion - 17_310_243.0 / 5200.0 / 67.0).abs() < 1e-13 * best.distortion);
    assert!(!proof.unique_global);
}

#[test]
fn large_samples_agree_with_the_layered_programme() {
    for seed in 0..3 {
        for (shape, values) in shapes(seed, 6000) {
            for levels in [1, 2, 3, 7, 16, 61] {
                let (designed, proof) = best(&values, levels);
                assert_bounds_meet(&values, &designed, &proof);
                let layered = layered_programme(&values, levels);
                // The programme subtracts plain running sums: it knows a cell to 6000 roundings
                // of the whole second moment.
                let known = 6e3 * f64::EPSILON * layered_programme(&values, 1);
                assert!(
                    (designed.distortion - layered).abs() <= known,
                    "{shape}, {levels} levels: {} and {layered}",
                    designed.distortion
                );
            }
        }
    }
}

#[test]
fn distortion_falls_and_is_convex_in_the_number_of_levels() {
    for (shape, values) in shapes(3, 3000) {
        let sample = Empirical::new(values).unwrap();
        let most = sample.distinct().count().min(40);
        let distortions: Vec<f64> = (1..=most)
            .map(|levels| Exact.certified(&sample, levels).unwrap().0.distortion)
            .collect();
        for (index, three) in distortions.windows(3).enumerate() {
            assert!(three[0] > three[1], "{shape}: {} levels", index + 2);
            let bend = three[0] - 2.0 * three[1] + three[2];
            assert!(bend >= -1e-13 * three[0], "{shape}: {} levels, {bend:e}", index + 2);
        }
    }
}

#[test]
fn thresholds_of_one_more_level_lie_between() {
    let sample = Empirical::new(normal(4, 5000)).unwrap();
    let ranks = |levels| -> Vec<usize> {
        let (designed, proof) = Exact.certified(&sample, levels).unwrap();
        assert!(proof.unique_global, "{levels} levels of a continuous law");
        designed.codebook.thresholds().iter().map(|&t| sample.rank(t)).collect()
    };
    for levels in 2..30 {
        let (few, many) = (ranks(levels), ranks(levels + 1));
        for (index, &rank) in few.iter().enumerate() {
            assert!(many[index] <= rank && rank <= many[index + 1], "{levels}: {few:?} {many:?}");
        }
    }
}

#[test]
fn a_power_of_two_scales_the_levels_to_the_bit() {
    let values = normal(5, 4000);
    let (designed, proof) = best(&values, 12);
    for power in [-400, -3, 10, 400] {
        let scale = 2.0_f64.powi(power);
        let scaled: Vec<f64> = values.iter().map(|x| x * scale).collect();
        let (there, scaled_proof) = best(&scaled, 12);
        let expected: Vec<f64> = designed.codebook.levels().iter().map(|x| x * scale).collect();
        assert_eq!(there.codebook.levels(), expected, "scaled by 2^{power}");
        assert_eq!(there.distortion.to_bits(), (designed.distortion * scale * scale).to_bits());
        assert_eq!(
            scaled_proof.lower_bound.to_bits(),
            (proof.lower_bound * scale * scale).to_bits()
        );
    }
}

#[test]
fn the_mirrored_sample_has_the_mirrored_codebook() {
    for (shape, values) in shapes(6, 4000) {
        let (designed, proof) = best(&values, 9);
        let mirrored: Vec<f64> = values.iter().map(|x| -x).collect();
        let (other, other_proof) = best(&mirrored, 9);
        assert!((designed.distortion - other.distortion).abs() <= 1e-14 * designed.distortion);
        assert_eq!(proof.unique_global, other_proof.unique_global, "{shape}");
        if proof.unique_global {
            for (a, b) in
                designed.codebook.levels().iter().zip(other.codebook.levels().iter().rev())
            {
                assert!((a + b).abs() <= 1e-14 * a.abs().max(1.0), "{shape}: {a} and {b}");
            }
        }
    }
}

#[test]
fn a_mean_that_dwarfs_the_spread_costs_no_digits_but_those_of_the_values() {
    // Multiples of 2^-20 below 16 in magnitude, so that adding 2^32 is exact; near 1e16 even numbers.
    let small: Vec<f64> = normal(7, 5000).iter().map(|x| (x * 1_048_576.0).round()).collect();
    for (unit, mean) in [(2.0_f64.powi(-20), 2.0_f64.powi(32)), (2.0, 1e16)] {
        let near: Vec<f64> = small.iter().map(|x| x * unit).collect();
        let far: Vec<f64> = near.iter().map(|x| mean + x).collect();
        assert!(far.iter().zip(&near).all(|(far, near)| (far - mean - near).abs() == 0.0));
        for levels in [3, 16] {
            let ((one, _), (two, proof)) = (best(&near, levels), best(&far, levels));
            // A level far away is rounded to a unit there, which costs its square.
            let rounded = (mean * f64::EPSILON).powi(2);
            let excess = two.distortion - one.distortion;
            assert!(excess.abs() <= rounded + 1e-14 * one.distortion, "{mean}: {excess:e}");
            assert!(proof.lower_bound <= one.distortion && two.distortion <= proof.upper_bound);
            assert!(proof.unique_global);
        }
    }
}

#[test]
fn tight_clusters_far_apart_keep_their_digits() {
    // The spread within is 1e-10 of the spread between: 1e-20 of the second moment.
    let clusters: Vec<f64> = normal(8, 3000)
        .iter()
        .enumerate()
        .map(|(index, x)| {
            (index % 4) as f64 * 1024.0 + (x * 2.0_f64.powi(20)).round() * 2.0_f64.powi(-42)
        })
        .collect();
    let (designed, proof) = best(&clusters, 4);
    let by_hand: f64 = (0..4)
        .map(|which| {
            let own: Vec<f64> =
                clusters.iter().skip(which).step_by(4).map(|x| x - which as f64 * 1024.0).collect();
            let mean = own.iter().sum::<f64>() / own.len() as f64;
            own.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 3000.0
        })
        .sum();
    let rounded = (3072.0 * f64::EPSILON).powi(2);
    assert!((designed.distortion - by_hand).abs() <= 1e-13 * by_hand + rounded);
    assert_bounds_meet(&clusters, &designed, &proof);
    assert!(proof.lower_bound >= 0.999_9 * by_hand && proof.unique_global, "{proof:?}");
}

#[test]
fn samples_at_the_ends_of_the_range_are_quantized_and_beyond_it_refused() {
    for scale in [1e-130, 1e130] {
        let values: Vec<f64> = normal(9, 2000).iter().map(|x| 0.1 * x * scale).collect();
        let values = [values, vec![scale]].concat();
        let (designed, proof) = best(&values, 8);
        let unscaled: Vec<f64> = values.iter().map(|x| x / scale).collect();
        let expected = best(&unscaled, 8).0.distortion;
        assert!((designed.distortion / scale / scale / expected - 1.0).abs() < 1e-13);
        assert_bounds_meet(&values, &designed, &proof);
    }
    for scale in [1e-300, 1e-150, 1e150, 1e300] {
        let refused = Empirical::new(vec![scale, 2.0 * scale, 3.0 * scale]).unwrap_err();
        assert!(matches!(refused, DensityError::Scale { .. }), "{refused}");
        assert!(refused.to_string().contains("multiply the sample"), "{refused}");
    }
}

#[test]
fn only_what_is_proved_is_called_unique() {
    let unique = |values: &[f64], levels| best(values, levels).1.unique_global;
    assert!(unique(&[1.0, 2.0, 6.0, 8.0, 20.0], 3));
    assert!(!unique(&[-1.0, 0.0, 1.0], 2), "zero may go left or right");
    assert!(unique(&[-1.0, 0.0, 1.0], 3) && unique(&[4.0], 1));
    let lattice: Vec<f64> = (0..5000).map(f64::from).collect();
    assert!(unique(&lattice, 50), "fifty cells of a hundred");
    assert!(!unique(&lattice, 49), "two sizes of cells in any order");
    let even: Vec<f64> = (0..3000).map(|x| f64::from(x % 10)).collect();
    assert!(!unique(&even, 7), "three of the cells are pairs: which?");
}

#[test]
fn every_value_its_own_level_leaves_no_distortion() {
    for (shape, values) in shapes(10, 2000) {
        let sample = Empirical::new(values).unwrap();
        let distinct: Vec<f64> = sample.distinct().map(|(value, _)| value).collect();
        let (designed, proof) = Exact.certified(&sample, distinct.len()).unwrap();
        assert_eq!(designed.codebook.levels(), distinct, "{shape}");
        assert!(designed.distortion.abs() == 0.0 && proof.upper_bound.abs() == 0.0, "{shape}");
        assert!(proof.unique_global, "{shape}");
        let refused = Exact.certified(&sample, distinct.len() + 1).unwrap_err().to_string();
        assert!(refused.contains(&format!("ask for at most {}", distinct.len())), "{refused}");
    }
    assert!(matches!(
        Exact.certified(&Empirical::new(vec![1.0; 9]).unwrap(), 0),
        Err(DesignError::TooFewLevels { .. })
    ));
}

#[test]
fn different_values_hidden_among_ties_are_found() {
    // Nodes evenly spaced by rank would see two values only.
    let mut values = vec![0.0; 100_000];
    values.extend(vec![1.0; 100_000]);
    values.extend([0.25, 0.5, 0.75]);
    let (designed, proof) = best(&values, 5);
    assert_eq!(designed.codebook.levels(), [0.0, 0.25, 0.5, 0.75, 1.0]);
    let (designed, _) = best(&values, 4);
    assert!((designed.distortion - 2.0 * 0.125 * 0.125 / 200_003.0).abs() < 1e-15);
    assert!(!proof.upper_bound.is_nan());
}

#[test]
fn lloyds_iteration_never_ends_below_the_lower_bound() {
    for (shape, values) in shapes(11, 3000) {
        let sample = Empirical::new(values).unwrap();
        for levels in [2, 5, 24] {
            let (designed, proof) = Exact.certified(&sample, levels).unwrap();
            let Ok(lloyd) = LloydMax::default().design(&sample, levels) else { continue };
            assert!(designed.distortion <= lloyd.distortion * (1.0 + 1e-12), "{shape}, {levels}");
            assert!(proof.lower_bound <= lloyd.distortion * (1.0 + 1e-12), "{shape}, {levels}");
        }
    }
}

#[test]
fn the_order_of_the_values_changes_nothing() {
    let mut values = normal(12, 5000);
    let first = best(&values, 10);
    values.shuffle(&mut ChaCha8Rng::seed_from_u64(1));
    assert_eq!(best(&values, 10), first);
    let pairs: Vec<(f64, f64)> = values.iter().map(|&x| (x.round(), x.abs() + 0.1)).collect();
    let mut reversed = pairs.clone();
    reversed.reverse();
    let law = |pairs| Empirical::weighted(pairs).unwrap();
    assert_eq!(Exact.certified(&law(pairs), 4), Exact.certified(&law(reversed), 4));
}

#[test]
fn weights_that_say_nothing_are_refused() {
    let refused = |pairs: &[(f64, f64)]| Empirical::weighted(pairs.to_vec()).unwrap_err();
    assert_eq!(refused(&[]), DensityError::EmptySample);
    for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(refused(&[(1.0, 1.0), (2.0, weight)]), DensityError::NotPositive { .. }));
    }
    assert!(matches!(refused(&[(f64::NAN, 1.0)]), DensityError::NotFinite { .. }));
    assert!(matches!(refused(&[(1.0, 1e308), (2.0, 1e308)]), DensityError::Weights { .. }));
    assert!(matches!(refused(&[(1.0, 1.0), (2.0, 1e-21)]), DensityError::Share { .. }));
}
