//! What the trait `Density` promises, tested over every law.

#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

#[path = "support/laws.rs"]
mod laws;

use std::sync::Arc;

use hwgq::density::{
    Affine, Density, DensityError, Empirical, Gaussian, Laplace, LawName, Uniform,
};
use hwgq::math::{Interval, Moments, SIXTEEN};
use laws::Case;
use proptest::prelude::*;

fn any_case() -> impl Strategy<Value = Case> {
    prop::sample::select(laws::all())
}

/// Ends of cells: anywhere, on the atoms and kinks of the list, and infinite.
fn any_end() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -12.0..12.0_f64,
        4 => prop::sample::select(vec![-2.5, -1.0, 0.0, 0.125, 0.25, 0.5, 1.125, 2.0, 3.0]),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(f64::INFINITY),
    ]
}

/// The moments differ by rounding: each by a share of what passes through the sums.
fn assert_same(ours: Moments, other: Moments, reach: f64) {
    // Points up to `reach` away, so that a mass wrong by ε moves the k-th moment by reachᵏ ε. Two
    // hundred roundings cover the longest sum, sixteen nodes in six pieces.
    let slack = 200.0 * f64::EPSILON;
    assert!((ours.mass - other.mass).abs() <= slack, "mass: {ours:?} against {other:?}");
    assert!((ours.first - other.first).abs() <= slack * reach, "first: {ours:?}, {other:?}");
    assert!((ours.second - other.second).abs() <= slack * reach * reach, "{ours:?}, {other:?}");
}

/// The laws of the list have second moments below 20 and tails of at most scale 2.
const REACH: f64 = 20.0;

#[test]
fn all_probability_lies_in_the_support() {
    let named = LawName::ALL.map(LawName::law);
    let listed = laws::all();
    let laws = listed.iter().map(|case| &*case.law).chain(named.iter().map(|law| &**law));
    for law in laws {
        let inside = law.moments(law.support());
        assert!((inside.mass - 1.0).abs() <= 8.0 * f64::EPSILON, "{}", law.describe());
        assert_same(inside, law.moments(Interval::LINE), REACH);
    }
}

#[test]
fn named_laws_have_unit_variance_before_rectifying() {
    for name in LawName::ALL {
        let second = if name == LawName::HalfWave { 0.5 } else { 1.0 };
        let moments = name.law().moments(Interval::LINE);
        assert!((moments.second - second).abs() <= 4.0 * f64::EPSILON, "{}", name.name());
    }
}

#[test]
fn atoms_carry_what_their_cells_carry() {
    for case in laws::all() {
        for (point, mass) in case.law.atoms() {
            // The cell holds density as well, less than 2 over a billionth; the next atom is far.
            let found = case.law.moments(Interval::new(point - 1e-9, point)).mass;
            assert!((found - mass).abs() <= 2e-9, "{} at {point}", case.law.describe());
            let after = case.law.moments(Interval::new(point, point + 1e-9)).mass;
            assert!(
                after <= 2e-9,
                "{}: the right end is closed, the left open",
                case.law.describe()
            );
        }
    }
}

#[test]
fn a_symmetric_law_weighs_the_same_on_both_sides() {
    for case in laws::all() {
        let Some(centre) = case.law.centre() else { continue };
        for distance in [0.1, 0.7, 1.5, 4.0] {
            let above = case.law.moments(Interval::new(centre + distance, f64::INFINITY)).mass;
            let below = case.law.moments(Interval::new(f64::NEG_INFINITY, centre - distance)).mass;
            // centre ± distance are rounded, which moves a tail by its density times 2e-16·6.
            assert!((above - below).abs() <= 1e-14, "{}", case.law.describe());
        }
    }
}

proptest! {
    #[test]
    fn cutting_a_cell_keeps_its_moments(case in any_case(), a in any_end(), b in any_end(), c in any_end()) {
        let mut ends = [a, b, c];
        ends.sort_by(f64::total_cmp);
        let parts = case.law.moments(Interval::new(ends[0], ends[1]))
            + case.law.moments(Interval::new(ends[1], ends[2]));
        assert_same(parts, case.law.moments(Interval::new(ends[0], ends[2])), REACH);
    }

    #[test]
    fn moments_are_the_integral_of_density_and_atoms(case in any_case(), a in any_end(), b in any_end()) {
        let cell = Interval::new(a.min(b).max(-40.0), a.max(b).min(40.0));
        if cell.is_empty() {
            prop_assert_eq!(case.law.moments(cell), Moments::ZERO);
            return Ok(());
        }
        let mut cuts: Vec<f64> = case.kinks.iter().copied().filter(|&at| cell.contains(at)).collect();
        cuts.extend([cell.low, cell.high]);
        cuts.sort_by(f64::total_cmp);
        let mut integral = Moments::ZERO;
        for ends in cuts.windows(2) {
            for (x, weight) in SIXTEEN.nodes(Interval::new(ends[0], ends[1]), 0.25) {
                integral = integral + Moments::atom(x, weight * case.law.pdf(x));
            }
        }
        let atoms = case.law.atoms().into_iter().filter(|&(point, _)| cell.contains(point));
        let integral = integral + atoms.map(|(point, mass)| Moments::atom(point, mass)).sum();
        // Up to 320 pieces of positive terms.
        assert_same(case.law.moments(cell), integral, 2.0 * REACH);
    }

    #[test]
    fn moments_about_a_point_are_those_of_the_shifted_law(
        case in any_case(), a in any_end(), b in any_end(), origin in -5.0..5.0_f64,
    ) {
        let cell = Interval::new(a.min(b), a.max(b));
        let about = case.law.moments_about(cell, origin);
        assert_same(about, case.law.moments(cell).affine(1.0, -origin), REACH + 5.0);
    }

    #[test]
    fn moments_of_an_affine_image_are_affine(
        case in any_case(), a in any_end(), b in any_end(),
        // Powers of two and multiples of them, so that no end is rounded on the way.
        scale in prop::sample::select(vec![-4.0, -1.0, -0.5, 0.25, 1.0, 2.0]),
        shift in prop::sample::select(vec![-8.0, 0.0, 0.5]),
    ) {
        let image = Affine::new(Arc::clone(&case.law), scale, shift).unwrap();
        let (low, high) = (a.min(b), a.max(b));
        let there = |x: f64| scale * x + shift;
        // A mirrored (low, high] leaves out the other end: compare where no atom sits on an end.
        let on_an_end = case.law.atoms().iter().any(|&(x, _)| (x - low).abs() < 1e-9 || (x - high).abs() < 1e-9);
        prop_assume!(scale > 0.0 || !on_an_end);
        let cell = Interval::new(there(low).min(there(high)), there(low).max(there(high)));
        let expected = case.law.moments(Interval::new(low, high)).affine(scale, shift);
        assert_same(image.moments(cell), expected, 4.0 * REACH + 8.0);
    }

    #[test]
    fn no_cell_breaks_the_inequality_of_cauchy_and_schwarz(case in any_case(), a in any_end(), b in any_end()) {
        let moments = case.law.moments(Interval::new(a, b));
        prop_assert!((0.0..=1.0 + 1e-15).contains(&moments.mass));
        prop_assert!(moments.second >= 0.0);
        prop_assert!(moments.first.powi(2) <= moments.mass * moments.second * (1.0 + 1e-12));
    }

    #[test]
    fn a_sample_answers_as_counting_does(
        sample in prop::collection::vec(-100_i32..100, 1..60), low in -100_i32..100, high in -100_i32..100,
    ) {
        // Integers: the sums by counting are exact.
        let law = Empirical::new(sample.iter().map(|&x| f64::from(x)).collect()).unwrap();
        let inside: Vec<i64> =
            sample.iter().filter(|&&x| low < x && x <= high).map(|&x| i64::from(x)).collect();
        let count = sample.len() as f64;
        let moments = law.moments(Interval::new(f64::from(low), f64::from(high)));
        let counted = Moments {
            mass: inside.len() as f64 / count,
            first: inside.iter().sum::<i64>() as f64 / count,
            second: inside.iter().map(|x| x * x).sum::<i64>() as f64 / count,
        };
        assert_same(moments, counted, 200.0);
    }
}

#[test]
fn broken_parameters_are_refused() {
    assert!(matches!(Gaussian::new(0.0, 0.0), Err(DensityError::NotPositive { .. })));
    assert!(matches!(Gaussian::new(f64::NAN, 1.0), Err(DensityError::NotFinite { .. })));
    assert!(matches!(Laplace::new(0.0, -1.0), Err(DensityError::NotPositive { .. })));
    assert!(matches!(Laplace::new(0.0, f64::INFINITY), Err(DensityError::NotPositive { .. })));
    assert!(matches!(Uniform::new(1.0, 1.0), Err(DensityError::EmptyInterval { .. })));
    assert_eq!(Empirical::new(vec![]), Err(DensityError::EmptySample));
    assert!(matches!(Empirical::new(vec![1.0, f64::NAN]), Err(DensityError::NotFinite { .. })));
    assert!(matches!(Empirical::new(vec![f64::NEG_INFINITY]), Err(DensityError::NotFinite { .. })));
    let gaussian: Arc<dyn Density> = Arc::new(Gaussian::STANDARD);
    assert!(matches!(Affine::new(gaussian, 0.0, 1.0), Err(DensityError::ZeroScale)));
}
