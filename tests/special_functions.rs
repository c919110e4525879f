//! The numerics of the floor below: special functions, quadrature, roots, sums.

#![expect(clippy::float_cmp, reason = "these numbers are exact")]
#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

#[path = "support/reference.rs"]
mod reference;

use hwgq::math::{
    CompensatedSum, GaussLegendre, Interval, bracketed_root, mills_ratio, normal, solve_tridiagonal,
};
use proptest::prelude::*;
use reference::assert_close;

const EPS: f64 = f64::EPSILON;

#[test]
fn normal_functions_have_all_their_digits() {
    for row in reference::rows("normal") {
        let (function, x, golden) = (row.text("function"), row.number("x"), row.number("value"));
        let ours = match function {
            "pdf" => normal::pdf(x),
            "survival" => normal::survival(x),
            "mills" => mills_ratio(x),
            "quantile" => normal::quantile(x),
            other => panic!("unknown function {other}"),
        };
        // Two exponentials, a constant and their products: four roundings of up to two units; the
        // Mills ratio doubles that. The inverse is statrs', good to 4e-16, but p is rounded: near
        // p = 1 the answer to a rounded p is compared, so nothing is added.
        assert_close(&format!("{function}({x:?})"), ours, golden, 12.0 * EPS);
    }
}

#[test]
fn cells_of_the_normal_law_have_all_their_digits() {
    for row in reference::rows("normal_moments") {
        let cell = Interval::new(row.number("low"), row.number("high"));
        let ours = normal::moments_about(cell, row.number("origin"));
        let [mass, first, second] = ["mass", "first", "second"].map(|column| row.number(column));
        // The middle c of a narrow cell is rounded, by c·ε/2, which φ(c) magnifies by c. The rule
        // itself adds sixteen terms of the same sign.
        let nearest = if cell.low.is_finite() { cell.low } else { cell.high };
        let centre = if nearest.is_finite() { nearest } else { 0.0 };
        let tolerance = EPS * (24.0 + centre * centre);
        assert_close(&format!("mass of {cell:?}"), ours.mass, mass, tolerance);
        assert_close(&format!("second of {cell:?}"), ours.second, second, 4.0 * tolerance);
        // The first moment may vanish; its natural size is √(mass · second).
        let size = (mass * second).sqrt();
        assert!((ours.first - first).abs() <= tolerance * size, "first of {cell:?}: {ours:?}");
    }
}

#[test]
fn normal_functions_at_the_ends_of_the_line() {
    assert_eq!(normal::pdf(f64::INFINITY).to_bits(), 0);
    assert_eq!(normal::survival(f64::INFINITY).to_bits(), 0);
    assert_eq!(normal::cdf(f64::INFINITY).to_bits(), 1.0_f64.to_bits());
    assert!(normal::pdf(f64::NAN).is_nan() && normal::cdf(f64::NAN).is_nan());
    assert!(normal::quantile(-0.1).is_nan() && normal::quantile(f64::NAN).is_nan());
    assert_eq!(normal::quantile(0.0), f64::NEG_INFINITY, "nothing lies below");
    let whole = normal::moments_about(Interval::LINE, 0.0);
    assert!((whole.mass - 1.0).abs() <= 4.0 * EPS && (whole.second - 1.0).abs() <= 4.0 * EPS);
    assert_eq!(whole.first, 0.0, "both halves are the same numbers");
}

#[test]
fn gauss_legendre_integrates_polynomials_of_twice_its_degree() {
    for pairs in [1, 2, 5, 8, 16] {
        let rule = GaussLegendre::new(pairs);
        let degree_max = i32::try_from(4 * pairs).unwrap() - 1;
        for degree in 0..=degree_max {
            // ∫_0^1 xᵏ dx = 1/(k + 1); the k-th power of a node is off by k roundings.
            let integral = rule.integrate(0.0, 1.0, |x| x.powi(degree));
            let tolerance = EPS * (8.0 + f64::from(degree));
            assert_close("integral", integral, 1.0 / f64::from(degree + 1), tolerance);
        }
        let beyond = rule.integrate(-1.0, 1.0, |x| x.powi(degree_max + 1));
        let exact = 2.0 / f64::from(degree_max + 2);
        assert!((beyond - exact).abs() > 100.0 * EPS * exact || pairs == 16, "and no further");
    }
}

#[test]
fn a_function_without_a_sign_change_has_no_root_to_find() {
    assert!(bracketed_root(|x| x * x + 1.0, -1.0, 1.0).is_none());
    assert!(bracketed_root(|_| f64::NAN, -1.0, 1.0).is_none());
    assert_eq!(bracketed_root(|x| x, 0.0, 1.0).map(|root| root.x), Some(0.0), "an end may be it");
}

#[test]
fn compensation_survives_a_thousand_cancelling_giants() {
    // 1000 · (1e16 + 1 - 1e16): plain summation loses every 1.
    let terms = (0..1000).flat_map(|_| [1e16, 1.0, -1e16]);
    assert_eq!(terms.collect::<CompensatedSum>().value(), 1000.0, "every 1 is kept");
}

proptest! {
    #[test]
    fn a_planted_root_is_found_to_the_last_digit(planted in -1e3..1e3_f64, steep in 0.01..100.0_f64) {
        // A cubic through the planted root: f(x) = s(x - r)(1 + (x - r)²) keeps the sign of x - r.
        let function = |x: f64| steep * (x - planted) * (1.0 + (x - planted).powi(2));
        let root = bracketed_root(function, -2e3, 2e3).unwrap();
        prop_assert!((root.x - planted).abs() <= 2.0 * EPS * planted.abs());
    }

    #[test]
    fn a_planted_solution_is_recovered(
        rows in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64, -5.0..5.0_f64), 1..40),
    ) {
        // Off-diagonals up to 1 against a diagonal of 3: condition number at most 5.
        let size = rows.len();
        let lower: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let upper: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let planted: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let right = (0..size)
            .map(|i| {
                let before = if i > 0 { lower[i] * planted[i - 1] } else { 0.0 };
                let after = if i + 1 < size { upper[i] * planted[i + 1] } else { 0.0 };
                before + 3.0 * planted[i] + after
            })
            .collect();
        let found = solve_tridiagonal(&lower, &vec![3.0; size], &upper, right).unwrap();
        for (ours, planted) in found.iter().zip(&planted) {
            prop_assert!((ours - planted).abs() <= 50.0 * EPS * 5.0);
        }
    }
}

#[test]
fn a_singular_system_is_refused() {
    assert_eq!(solve_tridiagonal(&[0.0; 2], &[0.0; 2], &[0.0; 2], vec![1.0; 2]), None);
}
