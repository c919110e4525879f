//! What the trait `Density` promises, tested over every law.

#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

#[path = "support/laws.rs"]
mod laws;
#[path = "support/reference.rs"]
mod reference;

use std::sync::Arc;

use hwgq::density::{
    Affine, Density, DensityError, Empirical, FAMILIES, Gamma, Gaussian, Laplace, LawSpec, Mixture,
    Rectified, SphereCoordinate, StudentT, Uniform,
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
    let named: Vec<Arc<dyn Density>> = FAMILIES.iter().map(standard).collect();
    let listed = laws::all();
    let laws = listed.iter().map(|case| &*case.law).chain(named.iter().map(|law| &**law));
    for law in laws {
        let inside = law.moments(law.support());
        assert!((inside.mass - 1.0).abs() <= 8.0 * f64::EPSILON, "{}: {inside:?}", law.describe());
        assert_same(inside, law.moments(Interval::LINE), REACH);
    }
}

fn standard(family: &hwgq::density::Family) -> Arc<dyn Density> {
    let defaults: Vec<f64> = family.parameters.iter().map(|parameter| parameter.default).collect();
    family.law(&defaults).unwrap()
}

#[test]
fn symmetric_families_have_unit_variance() {
    for family in FAMILIES {
        let law = standard(family);
        let Some(centre) = law.centre() else { continue };
        let moments = law.moments_about(Interval::LINE, centre);
        // A few dozen panels of positive terms.
        assert!(
            (moments.second - 1.0).abs() <= 16.0 * f64::EPSILON,
            "{}: {moments:?}",
            family.name
        );
    }
    assert!((Rectified::STANDARD.moments(Interval::LINE).second - 0.5).abs() <= 4.0 * f64::EPSILON);
}

#[test]
fn a_law_is_read_as_it_is_printed() {
    for family in FAMILIES {
        let spec: LawSpec = family.name.parse().unwrap();
        assert_eq!(spec.to_string().parse::<LawSpec>().unwrap(), spec);
    }
    for (text, complaint) in [
        ("gausian", "there is no law \"gausian\""),
        ("student-t(nu=5", "closing parenthesis"),
        ("student-t(5)", "not of the form name=value"),
        ("student-t(mu=5)", "it has nu"),
        ("student-t(nu=five)", "not a number"),
        ("student-t(nu=5, nu=6)", "given twice"),
        ("student-t(nu=2)", "at least 2.1"),
        ("student-t(nu=nan)", "at least 2.1"),
        ("gaussian(sd=2)", "--scale"),
        ("gamma(shape=-1)", "positive"),
    ] {
        let message = text.parse::<LawSpec>().unwrap_err().to_string();
        assert!(message.contains(complaint), "{text}: {message}");
    }
}

#[test]
fn parts_and_logarithms_are_those_of_the_density() {
    for case in laws::all() {
        for middle in [-2.7, -0.8, 0.3, 0.9, 1.7, 3.1] {
            let law = &case.law;
            let half = law.smooth_half(middle);
            if half <= 0.0 || law.pdf(middle) <= 0.0 {
                continue;
            }
            let ln_pdf = law.ln_pdf(middle);
            // exp and ln of numbers up to 20
            assert!(
                (libm::exp(ln_pdf) / law.pdf(middle) - 1.0).abs() <= 1e-14,
                "{}",
                law.describe()
            );
            for share in [0.99, 0.5, 1e-3] {
                let offset = share * half;
                let (above, below) = (law.pdf(middle + offset), law.pdf(middle - offset));
                let parts = law.pdf_parts(middle, offset);
                // The ends are rounded, to an ulp of up to 4, where the slope is below 20.
                let slack = 64.0 * f64::EPSILON * law.pdf(middle).max(above).max(below) * 4.0;
                assert!((parts.even - 0.5 * (above + below)).abs() <= slack, "{}", law.describe());
                assert!((parts.odd - 0.5 * (above - below)).abs() <= slack, "{}", law.describe());
            }
        }
    }
}

#[test]
fn a_smooth_cell_has_the_moments_of_its_halves() {
    for case in laws::all() {
        for middle in [-2.7, -0.8, 0.3, 0.9, 1.7, 3.1] {
            let law = &case.law;
            let half = law.smooth_half(middle);
            if half <= 0.0 || law.pdf(middle) <= 0.0 {
                continue;
            }
            for share in [1.0, 0.12, 0.015] {
                let half = share * half;
                let whole = law.moments_around(middle, half);
                let quarter = 0.5 * half;
                let low = law.moments_around(middle - quarter, quarter).affine(1.0, -quarter);
                let high = law.moments_around(middle + quarter, quarter).affine(1.0, quarter);
                let sum = low + high;
                // Two dozen roundings; those of the middles pass through the exponent.
                let slack = 64.0 * f64::EPSILON * whole.mass * law.ln_pdf(middle).abs().max(1.0);
                assert!((sum.mass - whole.mass).abs() <= slack, "{} {share}", law.describe());
                assert!(
                    (sum.first - whole.first).abs() <= slack * half,
                    "{} {share}",
                    law.describe()
                );
                assert!(
                    (sum.second - whole.second).abs() <= slack * half * half,
                    "{} {share}",
                    law.describe()
                );
            }
        }
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
    assert!(matches!(StudentT::new(2.0), Err(DensityError::TooSmall { .. })));
    assert!(matches!(SphereCoordinate::new(2.0), Err(DensityError::TooSmall { .. })));
    assert!(matches!(Gamma::new(0.0), Err(DensityError::NotPositive { .. })));
    assert!(matches!(Mixture::new(vec![]), Err(DensityError::WeightSum { .. })));
    let gaussian: Arc<dyn Density> = Arc::new(Gaussian::STANDARD);
    let half = vec![(0.5, Arc::clone(&gaussian))];
    assert!(matches!(Mixture::new(half), Err(DensityError::WeightSum { .. })));
    assert!(matches!(Affine::new(gaussian, 0.0, 1.0), Err(DensityError::ZeroScale)));
}

#[test]
fn cells_of_any_width_agree_with_mpmath() {
    for row in reference::rows("cells") {
        let law = row.text("law").parse::<LawSpec>().unwrap().law().unwrap();
        let (middle, half) = (row.number("middle"), row.number("half"));
        let what = format!("{} at {middle} ± {half}", law.describe());
        let moments = if half.is_finite() {
            law.moments_around(middle, half)
        } else {
            law.moments_about(Interval::new(middle, f64::INFINITY), middle)
        };
        // A density is good to a few roundings of its exponent, up to 20 in these cells; the
        // centroid does not see them.
        reference::assert_close(&what, moments.mass, row.number("mass"), 24.0 * f64::EPSILON);
        reference::assert_close(&what, moments.second, row.number("second"), 24.0 * f64::EPSILON);
        let (offset, golden) = (moments.centroid().unwrap(), row.number("offset"));
        // A smooth cell knows how far its centroid is from its middle; one at a rough end knows
        // how far it is from that end.
        let unit =
            if half <= law.smooth_half(middle) || half.is_infinite() { golden.abs() } else { half };
        let error = (offset - golden).abs() / unit;
        assert!(error <= 24.0 * f64::EPSILON, "{what}: {offset:e} against {golden:e}");
    }
}

#[test]
fn a_cell_of_any_width_is_done_in_no_time() {
    // Without a look at where the density ends these would be cut into 10³⁰ pieces.
    for family in FAMILIES {
        let law = family.name.parse::<LawSpec>().unwrap().law().unwrap();
        let whole = law.moments(Interval::LINE);
        for reach in [1e6, 1e30, 1e100] {
            let wide = law.moments(Interval::new(-reach, reach));
            // The tails of Student's t beyond 10⁶ hold a part in 10¹⁸ of its second moment.
            let name = format!("{} within {reach:e}", law.describe());
            assert!((wide.mass - whole.mass).abs() < 1e-13, "{name}: {wide:?}");
            assert!((wide.second / whole.second - 1.0).abs() < 1e-13, "{name}: {wide:?}");
            let beyond = law.moments(Interval::new(1e5, reach));
            assert!(beyond.mass < 1e-24, "{name}: {beyond:?}");
        }
    }
}
