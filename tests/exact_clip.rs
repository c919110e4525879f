//! The best step of an integer code: against scans, brute force, and what others find.

#![expect(clippy::unwrap_used, reason = "a broken premise must fail the test")]

use hwgq::density::Empirical;
use hwgq::design::{Clip, ClipCode, DesignError, exact_clip};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::distr::Distribution as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Exp1, StandardNormal};

fn draw(law: impl Fn(&mut ChaCha8Rng) -> f64, seed: u64, count: usize) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| law(&mut random)).collect()
}

fn normal(seed: u64, count: usize) -> Vec<f64> {
    draw(|random| StandardNormal.sample(random), seed, count)
}

fn laplace(seed: u64, count: usize) -> Vec<f64> {
    let law = |random: &mut ChaCha8Rng| {
        let (a, b): (f64, f64) = (Exp1.sample(random), Exp1.sample(random));
        a - b
    };
    draw(law, seed, count)
}

fn best(values: &[f64], code: ClipCode) -> Clip {
    exact_clip(&Empirical::new(values.to_vec()).unwrap(), code).unwrap()
}

/// The mean squared error of a step, one value at a time.
fn squared_error(values: &[f64], code: ClipCode, step: f64) -> f64 {
    let (low, high) = code.ends();
    let error = |x: f64| x - step * (x / step).round().clamp(low as f64, high as f64);
    values.iter().map(|&x| error(x).powi(2)).sum::<f64>() / values.len() as f64
}

/// The least error over the steps where a value changes its code and the closed-form best step for
/// the codes between two such steps: every candidate there is.
fn best_by_trying(values: &[f64], code: ClipCode) -> f64 {
    let (low, high) = code.ends();
    let mut events = vec![1e-9];
    for x in values {
        let top = if *x < 0.0 { -low } else { high };
        events.extend((1..=top).map(|i| x.abs() / (i as f64 - 0.5)));
    }
    events.sort_by(f64::total_cmp);
    events
        .windows(2)
        .map(|ends| {
            let middle = f64::midpoint(ends[0], ends[1]);
            let codes: Vec<f64> = values
                .iter()
                .map(|x| (x / middle).round().clamp(low as f64, high as f64))
                .collect();
            let product: f64 = codes.iter().zip(values).map(|(code, x)| code * x).sum();
            let square: f64 = codes.iter().map(|code| code * code).sum();
            squared_error(values, code, if square > 0.0 { product / square } else { middle })
        })
        .fold(f64::INFINITY, f64::min)
}

fn any_code() -> impl Strategy<Value = ClipCode> {
    prop_oneof![
        (2..5_u32).prop_map(|bits| ClipCode::signed(bits).unwrap()),
        (2..5_u32).prop_map(|bits| ClipCode::signed_narrow(bits).unwrap()),
        (1..5_u32).prop_map(|bits| ClipCode::unsigned(bits).unwrap()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn small_samples_have_the_best_step_of_all_that_there_are(
        values in prop::collection::vec(prop_oneof![-10.0..10.0_f64, (-9..9_i32).prop_map(f64::from)], 1..15),
        code in any_code(),
    ) {
        let sample = Empirical::new(values.clone()).unwrap();
        let Ok(found) = exact_clip(&sample, code) else {
            let (low, high) = code.ends();
            prop_assert!(values.iter().all(|&x| (x <= 0.0 || high == 0) && (x >= 0.0 || low == 0)));
            return Ok(());
        };
        let tried = best_by_trying(&values, code);
        // An error is the difference of a value up to 10 and a level, each rounded.
        let rounding = |square: f64| 80.0 * f64::EPSILON * (square.sqrt() + f64::EPSILON);
        prop_assert!((found.distortion - tried).abs() <= rounding(tried), "{:?} {}", found, tried);
        prop_assert!(found.lower_bound <= found.distortion);
        let direct = squared_error(&values, code, found.step);
        prop_assert!((found.distortion - direct).abs() <= rounding(direct));
    }

    #[test]
    fn weights_are_multiplicities(pairs in prop::collection::vec((-50..50_i32, 1..6_u8), 2..40)) {
        let repeated: Vec<f64> =
            pairs.iter().flat_map(|&(x, times)| vec![f64::from(x) + 0.5; times.into()]).collect();
        let weighted = pairs.iter().map(|&(x, times)| (f64::from(x) + 0.5, f64::from(times))).collect();
        let code = ClipCode::signed(3).unwrap();
        let plain = exact_clip(&Empirical::new(repeated).unwrap(), code).unwrap();
        let weighted = exact_clip(&Empirical::weighted(weighted).unwrap(), code).unwrap();
        prop_assert!((plain.distortion - weighted.distortion).abs() <= 1e-13 * plain.distortion + 1e-25, "{:?} {:?}", plain, weighted);
    }
}

#[test]
fn no_step_of_a_fine_scan_is_better() {
    let mut outliers = normal(3, 20_000);
    outliers.iter_mut().take(10).for_each(|x| *x *= 20.0);
    let samples = [normal(1, 20_000), laplace(2, 20_000), outliers];
    for values in &samples {
        let largest = values.iter().fold(0.0, |largest, x| f64::max(largest, x.abs()));
        for bits in [2, 4, 8] {
            for code in [ClipCode::signed(bits).unwrap(), ClipCode::signed_narrow(bits).unwrap()] {
                let found = best(values, code);
                let (_, high) = code.ends();
                let scanned = (1..=1000)
                    .map(|i| {
                        squared_error(values, code, largest * f64::from(i) / 1e3 / high as f64)
                    })
                    .fold(f64::INFINITY, f64::min);
                assert!(found.distortion <= scanned * (1.0 + 1e-12), "{code:?}");
                // A scan of a thousand steps comes close: the minimum is where it should be.
                assert!(scanned <= 1.01 * found.distortion, "{code:?}: {scanned} {found:?}");
                let direct = squared_error(values, code, found.step);
                assert!((found.distortion / direct - 1.0).abs() < 1e-11, "{code:?}");
                let gap = found.distortion - found.lower_bound;
                assert!((0.0..=20.0 * f64::EPSILON * found.distortion).contains(&gap), "{gap:e}");
            }
        }
    }
}

#[test]
fn no_step_of_a_hundred_thousand_is_better() {
    let values = laplace(6, 500);
    let code = ClipCode::signed_narrow(4).unwrap();
    let found = best(&values, code);
    for i in 1..=100_000 {
        let step = 2.0 * found.step * f64::from(i) / 1e5;
        let scanned = squared_error(&values, code, step);
        assert!(found.distortion <= scanned * (1.0 + 1e-13), "{step}: {scanned} {found:?}");
    }
}

#[test]
fn a_normal_sample_is_clipped_where_the_normal_law_is() {
    // Max's uniform quantizer of 2^b - 1 levels, mid-tread: steps for N = 3, 7, 15 (Max 1960, table II).
    for (bits, step) in [(2, 1.2240), (3, 0.6508), (4, 0.3534)] {
        let found = best(&normal(4, 1_000_000), ClipCode::signed_narrow(bits).unwrap());
        assert!((found.step / step - 1.0).abs() < 5e-3, "{bits} bits: {found:?}");
    }
}

#[test]
fn codes_that_cannot_be_are_refused_in_words() {
    let error = |code: Result<ClipCode, DesignError>| code.unwrap_err().to_string();
    assert!(error(ClipCode::signed(1)).contains("2 levels were asked for"));
    assert!(error(ClipCode::unsigned(0)).contains("1 levels were asked for"));
    for bits in [17, 32, 63, 64, u32::MAX] {
        assert!(error(ClipCode::signed_narrow(bits)).contains("at most 65536"), "{bits}");
    }
    let negative = Empirical::new(vec![-1.0, -2.0]).unwrap();
    let refused = exact_clip(&negative, ClipCode::unsigned(4).unwrap()).unwrap_err().to_string();
    assert!(refused.contains("no value lies on a side"), "{refused}");
    let zeros = Empirical::new(vec![0.0; 5]).unwrap();
    assert!(exact_clip(&zeros, ClipCode::signed(4).unwrap()).is_err());
}

#[test]
fn sizes_of_any_scale_are_clipped_alike() {
    let values = normal(5, 3000);
    let code = ClipCode::signed_narrow(4).unwrap();
    let found = best(&values, code);
    for power in [-400, 7, 400] {
        let scale = 2.0_f64.powi(power);
        let there = best(&values.iter().map(|x| x * scale).collect::<Vec<_>>(), code);
        assert_eq!(there.step.to_bits(), (found.step * scale).to_bits(), "2^{power}");
    }
}
