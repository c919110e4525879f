//! What the trait `Surrogate` promises, tested over every surrogate.

#![expect(clippy::cast_possible_truncation, reason = "rounding to f32 is what is tested")]
#![expect(clippy::float_cmp, reason = "these numbers are exact")]

use hwgq::scheme::Backward;
use hwgq::surrogate::{LogTailedRelu, Surrogate};
use proptest::prelude::*;

/// Clips: the released one, one whose f32 is rounded up, one rounded down, and one below 1.
const CLIPS: [f64; 4] = [1.614, 1.616_435_770_199_07, 0.1, 0.797_884_560_802_865_4];

/// Every surrogate at every clip. A new `Backward` is tested by being in `Backward::ALL`.
fn all() -> Vec<Box<dyn Surrogate>> {
    let pairs = Backward::ALL.iter().flat_map(|backward| CLIPS.map(|clip| (backward, clip)));
    pairs.map(|(backward, clip)| backward.surrogate(clip)).collect()
}

fn one(name: Backward) -> Box<dyn Surrogate> {
    name.surrogate(1.614)
}

/// `(x, slope)` at, just below and just above every edge.
fn edges(name: Backward) -> Vec<(f64, f64)> {
    let (clip, up, down) = (1.614_f64, f64::next_up, f64::next_down);
    let tiny = 5e-324;
    match name {
        Backward::Identity => vec![(0.0, 1.0), (-0.0, 1.0), (1e300, 1.0)],
        Backward::Relu => vec![(0.0, 0.0), (-0.0, 0.0), (tiny, 1.0), (-tiny, 0.0), (1e300, 1.0)],
        Backward::Clipped => vec![
            (0.0, 0.0),
            (-0.0, 0.0),
            (tiny, 1.0),
            (-tiny, 0.0),
            (clip, 1.0),
            (down(clip), 1.0),
            (up(clip), 0.0),
            (1e300, 0.0),
        ],
        Backward::LogTailed => {
            vec![(0.0, 0.0), (-0.0, 0.0), (tiny, 1.0), (-tiny, 0.0), (clip, 1.0), (down(clip), 1.0)]
        }
        Backward::HardTanh => vec![
            (1.0, 1.0),
            (up(1.0), 0.0),
            (down(1.0), 1.0),
            (-1.0, 1.0),
            (up(-1.0), 1.0),
            (down(-1.0), 0.0),
            (0.0, 1.0),
            (-0.0, 1.0),
        ],
        Backward::ApproxSign => vec![
            (0.0, 2.0),
            (-0.0, 2.0),
            (1.0, 0.0),
            (-1.0, 0.0),
            (0.5, 1.0),
            (-0.5, 1.0),
            (2.0, 0.0),
        ],
    }
}

#[test]
fn every_edge_is_where_the_released_code_has_it() {
    for name in Backward::ALL {
        for (x, slope) in edges(name) {
            assert_eq!(one(name).slope(x), slope, "{} at {x:e}", one(name).describe());
        }
    }
}

#[test]
fn infinities_and_nan_are_specified() {
    // (B(∞), B'(∞), B(-∞), B'(-∞))
    let expected = |name| match name {
        Backward::Identity => (f64::INFINITY, 1.0, f64::NEG_INFINITY, 1.0),
        Backward::Relu => (f64::INFINITY, 1.0, 0.0, 0.0),
        Backward::Clipped => (1.614, 0.0, 0.0, 0.0),
        Backward::LogTailed => (f64::INFINITY, 0.0, 0.0, 0.0),
        Backward::HardTanh | Backward::ApproxSign => (1.0, 0.0, -1.0, 0.0),
    };
    for name in Backward::ALL {
        let (surrogate, up, down) = (one(name), f64::INFINITY, f64::NEG_INFINITY);
        let found = (
            surrogate.value(up),
            surrogate.slope(up),
            surrogate.value(down),
            surrogate.slope(down),
        );
        assert_eq!(found, expected(name), "{}", surrogate.describe());
        assert!(surrogate.value(f64::NAN).is_nan(), "{} hands NaN on", surrogate.describe());
        assert_eq!(surrogate.slope(f64::NAN), 0.0, "{}: NaN has no gradient", surrogate.describe());
    }
}

#[test]
fn every_surrogate_is_continuous() {
    for surrogate in all() {
        for kink in surrogate.kinks() {
            let (below, at, above) = (
                surrogate.value(kink.next_down()),
                surrogate.value(kink),
                surrogate.value(kink.next_up()),
            );
            // Slopes are at most 2, so one step of ε moves the value by at most 2ε and a rounding.
            let slack = 4.0 * f64::EPSILON;
            assert!((at - below).abs() <= slack && (above - at).abs() <= slack, "{kink}");
        }
    }
}

#[test]
fn the_logarithm_leaves_the_line_smoothly() {
    for clip in CLIPS {
        let surrogate = LogTailedRelu::new(clip);
        for excess in [1e-3, 1e-6, 1e-9] {
            // B'(q_m + e) = 1/(1 + e) ≈ 1 - e: no jump of the slope; x - q_m is rounded.
            let slope = surrogate.slope(clip + excess);
            assert!((slope - (1.0 - excess)).abs() <= excess * excess + 1e-15, "{clip}, {excess}");
        }
    }
}

#[test]
fn single_precision_takes_the_same_side_of_every_kink() {
    for surrogate in all() {
        for kink in surrogate.kinks() {
            // The kink of the f32 loop is the kink rounded once.
            let rounded = kink as f32;
            let input = [rounded.next_down(), rounded, rounded.next_up()];
            let mut slopes = [0.0; 3];
            surrogate.backward_f32(&input, &[1.0; 3], &mut slopes);
            // One step from a kink of the size of 1 in f64: the slope on either side of it.
            let beside = [
                surrogate.slope(kink - 1e-7 * kink.abs().max(1e-7)),
                surrogate.slope(kink),
                surrogate.slope(kink + 1e-7 * kink.abs().max(1e-7)),
            ];
            for (slope, expected) in slopes.iter().zip(beside) {
                // Smooth slopes change by at most 2 · 1.2e-7 in a step of f32.
                assert!(
                    (f64::from(*slope) - expected).abs() <= 5e-7,
                    "{} at {kink}",
                    surrogate.describe()
                );
            }
        }
    }
}

#[test]
fn a_closed_gate_lets_not_even_infinity_through() {
    for name in [Backward::Relu, Backward::Clipped, Backward::LogTailed] {
        let mut grad_input = [7.0; 4];
        let above = [f32::INFINITY, f32::NAN, f32::NEG_INFINITY, 1.0];
        one(name).backward_f32(&[-1.0, -0.0, 0.0, f32::NAN], &above, &mut grad_input);
        assert_eq!(grad_input, [0.0; 4], "{}", one(name).describe());
    }
}

#[test]
fn a_value_has_the_same_bits_wherever_it_stands_in_the_slice() {
    // The widest registers hold 16 values; 31 = 16 + 8 + 4 + 2 + 1 has every remainder.
    for surrogate in all() {
        for length in [0_usize, 1, 7, 8, 15, 16, 17, 31, 64, 257] {
            // A period of 13 agrees with no register width.
            let at = |index: usize| (index % 13) as f32 * 0.37 - 2.1;
            let input: Vec<f32> = (0..length).map(at).collect();
            let grad_output: Vec<f32> = (0..length).map(|index| at(index * 5) + 0.1).collect();
            let (mut values, mut grads) = (vec![9.0; length], vec![9.0; length]);
            surrogate.values_f32(&input, &mut values);
            surrogate.backward_f32(&input, &grad_output, &mut grads);
            for index in 0..length {
                let (mut value, mut grad) = ([0.0], [0.0]);
                surrogate.values_f32(&input[index..=index], &mut value);
                surrogate.backward_f32(
                    &input[index..=index],
                    &grad_output[index..=index],
                    &mut grad,
                );
                assert_eq!(values[index].to_bits(), value[0].to_bits(), "{}", surrogate.describe());
                assert_eq!(grads[index].to_bits(), grad[0].to_bits(), "{}", surrogate.describe());
            }
        }
    }
}

#[test]
#[should_panic(expected = "differ in length")]
fn slices_of_different_length_are_a_mistake_of_the_caller() {
    one(Backward::Relu).backward_f32(&[1.0, 2.0], &[1.0], &mut [0.0, 0.0]);
}

proptest! {
    #[test]
    fn the_slope_is_the_derivative_of_the_value(which in 0..24_usize, x in -4.0..4.0_f64) {
        let surrogate = &all()[which];
        let half = 1e-4;
        prop_assume!(surrogate.kinks().iter().all(|kink| (x - kink).abs() > 2.0 * half));
        let difference = (surrogate.value(x + half) - surrogate.value(x - half)) / (2.0 * half);
        // Third derivatives are at most 2 (the logarithm): 2/6 · 1e-8, and rounding of 1e-12.
        prop_assert!((difference - surrogate.slope(x)).abs() <= 4e-9, "{}", surrogate.describe());
    }

    #[test]
    fn values_never_fall(which in 0..24_usize, a in -9.0..9.0_f64, b in -9.0..9.0_f64) {
        let surrogate = &all()[which];
        prop_assert!(surrogate.value(a.min(b)) <= surrogate.value(a.max(b)));
        prop_assert!(surrogate.slope(a) >= 0.0);
    }

    #[test]
    fn single_precision_agrees_with_double(which in 0..24_usize, x in -9.0..9.0_f32, above in -9.0..9.0_f32) {
        let surrogate = &all()[which];
        let wide = f64::from(x);
        // Between a kink and its rounding the two take different sides.
        prop_assume!(surrogate.kinks().iter().all(|kink| (wide - kink).abs() > 1e-6));
        let (mut value, mut grad) = ([0.0], [0.0]);
        surrogate.values_f32(&[x], &mut value);
        surrogate.backward_f32(&[x], &[above], &mut grad);
        // The clip is rounded, then up to three operations: four half units of numbers below 10.
        let slack = 4.0 * f64::from(f32::EPSILON) * 5.0;
        prop_assert!((f64::from(value[0]) - surrogate.value(wide)).abs() <= slack);
        let exact = f64::from(above) * surrogate.slope(wide);
        prop_assert!((f64::from(grad[0]) - exact).abs() <= slack * 2.0);
    }
}
