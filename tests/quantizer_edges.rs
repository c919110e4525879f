//! Where inputs on an edge go, and what is no codebook.

#![expect(clippy::float_cmp, reason = "these numbers are exact")]
#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

use hwgq::design::CAFFE_UNIFORM;
use hwgq::math::Interval;
use hwgq::quantizer::{Codebook, CodebookError, Ties};
use hwgq::scheme::{Backward, Forward, Weights, ZOO};
use proptest::prelude::*;

fn paper() -> Codebook {
    Codebook::half_wave(CAFFE_UNIFORM.to_vec(), 0.0).unwrap()
}

fn sign() -> Codebook {
    Forward::Sign.codebook(1).unwrap().unwrap()
}

/// Codebooks of every kind that the schemes use, and one of a single level.
fn codebooks() -> Vec<Codebook> {
    let half_waves = [Forward::Hwgq, Forward::HwgqLloyd, Forward::HwgqZeroCell];
    let mut all: Vec<Codebook> = half_waves
        .iter()
        .flat_map(|forward| [1, 3, 15].map(|positive| forward.codebook(positive).unwrap().unwrap()))
        .collect();
    all.extend([sign(), Codebook::nearest(vec![0.25]).unwrap()]);
    all
}

#[test]
fn nothing_that_is_not_positive_leaves_zero() {
    for x in [0.0, -0.0, -f64::MIN_POSITIVE, -1.0, f64::NEG_INFINITY] {
        assert_eq!(paper().quantize(x).to_bits(), 0, "Q({x})");
    }
}

#[test]
fn every_positive_input_reaches_the_first_level() {
    // No dead zone: the least positive number there is, and the least normal one.
    for x in [5e-324, f64::MIN_POSITIVE, 1e-9, 0.538] {
        assert_eq!(paper().quantize(x), 0.538, "Q({x})");
    }
}

#[test]
fn cells_are_closed_on_the_right() {
    for codebook in codebooks().into_iter().filter(|codebook| codebook.ties() == Ties::Down) {
        for (index, &threshold) in codebook.thresholds().iter().enumerate() {
            assert_eq!(codebook.encode(threshold), index, "at {threshold}");
            assert_eq!(codebook.encode(threshold.next_up()), index + 1, "just above {threshold}");
            assert_eq!(codebook.encode(threshold.next_down()), index, "just below {threshold}");
        }
    }
}

#[test]
fn the_sign_of_zero_is_plus_one() {
    for (x, expected) in [(0.0, 1.0), (-0.0, 1.0), (-5e-324, -1.0), (5e-324, 1.0)] {
        assert_eq!(sign().quantize(x), expected, "sign({x})");
    }
}

#[test]
fn infinities_go_to_the_ends_and_nan_stays_nan() {
    for codebook in codebooks() {
        assert_eq!(codebook.quantize(f64::INFINITY), codebook.top());
        assert_eq!(codebook.quantize(f64::NEG_INFINITY), codebook.levels()[0]);
        assert!(codebook.quantize(f64::NAN).is_nan(), "a broken tensor is seen");
        assert_eq!(codebook.encode(f64::NAN), 0, "the released code gives 0");
    }
}

#[test]
fn broken_codebooks_are_refused_in_words() {
    assert_eq!(Codebook::nearest(vec![]), Err(CodebookError::Empty));
    assert!(matches!(Codebook::nearest(vec![0.0, f64::NAN]), Err(CodebookError::NotFinite { .. })));
    assert!(matches!(Codebook::new(vec![0.0, 1.0], vec![]), Err(CodebookError::WrongCount { .. })));
    let message = Codebook::nearest(vec![1.0, 1.0]).unwrap_err().to_string();
    assert_eq!(
        message,
        "level 1 is 1.0, not above its predecessor 1.0; sort them and drop repeats"
    );
    assert!(Codebook::half_wave(vec![1.0, 2.0], 1.5).is_err(), "a threshold above the midpoint");
    assert!(Codebook::half_wave(vec![-1.0, 2.0], 0.0).is_err(), "a negative positive level");
}

#[test]
fn every_function_that_can_be_chosen_is_explained() {
    let forwards = Forward::ALL.map(Forward::name);
    let backwards = Backward::ALL.map(Backward::name);
    let weights = Weights::ALL.map(Weights::name);
    for name in forwards.iter().chain(&backwards).chain(&weights) {
        assert!(ZOO.iter().any(|scheme| scheme.name == *name), "{name}");
    }
    for (index, scheme) in ZOO.iter().enumerate() {
        assert!(ZOO[..index].iter().all(|before| before.name != scheme.name), "{}", scheme.name);
        let printed = scheme.to_string();
        assert_eq!(printed.contains("recalled from"), scheme.recalled, "{}", scheme.name);
    }
}

#[test]
fn the_names_in_files_are_the_names_on_the_command_line() {
    let quoted = |name: &str| format!("\"{name}\"");
    for forward in Forward::ALL {
        assert_eq!(serde_json::to_string(&forward).unwrap(), quoted(forward.name()));
    }
    for backward in Backward::ALL {
        assert_eq!(serde_json::to_string(&backward).unwrap(), quoted(backward.name()));
    }
    for weights in Weights::ALL {
        assert_eq!(serde_json::to_string(&weights).unwrap(), quoted(weights.name()));
    }
}

proptest! {
    #[test]
    fn the_cells_say_what_the_quantizer_does(which in 0..11_usize, x in -5.0..5.0_f64) {
        let codebook = &codebooks()[which];
        prop_assert_eq!(codebook.quantize(x), codebook.levels()[codebook.encode(x)]);
        prop_assume!(codebook.ties() == Ties::Down);
        let holds: Vec<f64> =
            codebook.cells().filter(|(cell, _)| cell.contains(x)).map(|(_, level)| level).collect();
        prop_assert_eq!(holds, vec![codebook.quantize(x)], "one cell holds x");
    }

    #[test]
    fn quantizing_is_monotone(which in 0..11_usize, a in -5.0..5.0_f64, b in -5.0..5.0_f64) {
        let codebook = &codebooks()[which];
        prop_assert!(codebook.quantize(a.min(b)) <= codebook.quantize(a.max(b)));
    }

    #[test]
    fn nearest_codebooks_send_inputs_to_the_nearest_level(
        levels in prop::collection::btree_set(-1000_i32..1000, 1..20), x in -12.0..12.0_f64,
    ) {
        let levels: Vec<f64> = levels.into_iter().map(|level| f64::from(level) / 100.0).collect();
        let codebook = Codebook::nearest(levels.clone()).unwrap();
        let nearest = levels.iter().fold(f64::INFINITY, |least, level| least.min((x - level).abs()));
        // The midpoint is rounded, so near it either level may be taken.
        prop_assert!((codebook.quantize(x) - x).abs() <= nearest + 1e-14);
    }

    #[test]
    fn an_interval_meets_another_where_both_contain(a in -2.0..2.0_f64, b in -2.0..2.0_f64, c in -2.0..2.0_f64, d in -2.0..2.0_f64, x in -2.0..2.0_f64) {
        let (one, other) = (Interval::new(a, b), Interval::new(c, d));
        let both = one.intersection(other);
        prop_assert_eq!(both.contains(x), one.contains(x) && other.contains(x));
        prop_assert!(!both.is_empty() || !both.contains(x));
    }
}
