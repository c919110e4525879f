//! Bounds on what any quantizer can reach: closed forms, theorems, and where they fail.

#![expect(clippy::unwrap_used, reason = "a law that cannot be bounded must fail its test")]

#[path = "support/laws.rs"]
#[expect(dead_code, reason = "kinks are for tests of integrals")]
mod laws;
#[path = "support/reference.rs"]
#[expect(dead_code, reason = "no golden table is read here")]
mod reference;

use std::f64::consts::{E, PI};
use std::sync::Arc;

use hwgq::density::{
    Affine, Density, Empirical, Exponential, FAMILIES, Gamma, Gaussian, HalfNormal, Laplace,
    Logistic, Mixture, Rayleigh, Rectified, StudentT, Uniform, integrate_density,
};
use hwgq::design::{Design, Newton};
use hwgq::math::Interval;
use hwgq::theory::{
    RateDistortion, RateDistortionError, assess, bennett_integral, differential_entropy_bits,
    gaussian_rate_bits, limits, panter_dite_constant, panter_dite_distortion,
    shannon_lower_bound_bits,
};
use reference::assert_close;

fn variance(law: &dyn Density) -> f64 {
    let mean = law.moments(Interval::LINE).centroid().unwrap();
    law.moments_about(Interval::LINE, mean).second
}

/// Every law of every wrapper that has a variance and is no sample.
fn bounded_laws() -> Vec<Arc<dyn Density>> {
    let all = laws::all().into_iter().map(|case| case.law);
    all.filter(|law| RateDistortion::new(&**law).is_ok()).collect()
}

#[test]
fn panter_dite_constants_are_the_published_ones() {
    // constants.json, 40 digits rounded.
    let golden: [(&dyn Density, f64); 8] = [
        (&Gaussian::STANDARD, 2.720_699_046_351_327),
        (&Laplace::STANDARD, 4.5),
        (&Exponential, 2.25),
        (&Rayleigh, 0.931_109_467_955_710_4),
        (&Logistic, 3.770_919_697_519_836_6),
        (&Gamma::new(0.5).unwrap(), 5.621_881_849_504_402),
        (&HalfNormal, 0.680_174_761_587_831_7),
        (&Uniform::new(0.0, 1.0).unwrap(), 1.0 / 12.0),
    ];
    for (law, limit) in golden {
        let ours = panter_dite_constant(law).unwrap();
        // Each third power triples the error of an integral of a few hundred terms.
        assert_close(&law.describe(), ours, limit, 1e-14);
    }
}

#[test]
fn differential_entropies_have_their_closed_forms() {
    const GAMMA: f64 = 0.577_215_664_901_532_9;
    let scale = 3.0_f64.sqrt() / PI;
    let closed: [(&dyn Density, f64); 6] = [
        (&Gaussian::STANDARD, 0.5 * (2.0 * PI * E).ln()),
        (&Laplace::STANDARD, 1.0 + 2.0_f64.sqrt().ln()),
        (&Uniform::STANDARD, (2.0 * 3.0_f64.sqrt()).ln()),
        (&Exponential, 1.0),
        (&Logistic, scale.ln() + 2.0),
        (&Rayleigh, 1.0 + (0.5_f64).sqrt().ln() + 0.5 * GAMMA),
    ];
    for (law, nats) in closed {
        let ours = differential_entropy_bits(law).unwrap() * 2.0_f64.ln();
        assert_close(&law.describe(), ours, nats, 1e-13);
    }
}

#[test]
fn a_narrow_peak_far_from_the_middle_is_not_missed() {
    let peak: Arc<dyn Density> = Arc::new(Gaussian::new(50.0, 1e-4).unwrap());
    let wide: Arc<dyn Density> = Arc::new(Gaussian::STANDARD);
    let law = Mixture::new(vec![(0.9, wide), (0.1, peak)]).unwrap();
    // The parts do not overlap: H(T) + Σ P h.
    let parts = 0.9 * (0.5 * (2.0 * PI * E).log2() - 0.9_f64.log2())
        + 0.1 * (0.5 * (2.0 * PI * E * 1e-8).log2() - 0.1_f64.log2());
    assert_close("entropy", differential_entropy_bits(&law).unwrap(), parts, 1e-11);
}

#[test]
fn entropy_and_panter_dite_follow_a_stretched_law() {
    let plain: Arc<dyn Density> = Arc::new(Gamma::new(0.5).unwrap());
    let bits = differential_entropy_bits(&*plain).unwrap();
    let limit = panter_dite_constant(&*plain).unwrap();
    for scale in [1e-30, -2.5, 3e40] {
        let law = Affine::new(Arc::clone(&plain), scale, 7.0).unwrap();
        let moved = bits + scale.abs().log2();
        assert_close("entropy", differential_entropy_bits(&law).unwrap(), moved, 1e-14);
        assert_close("limit", panter_dite_constant(&law).unwrap(), scale * scale * limit, 1e-14);
    }
}

#[test]
fn a_law_with_atoms_has_neither() {
    assert!(differential_entropy_bits(&Rectified::STANDARD).is_none());
    assert!(panter_dite_constant(&Rectified::STANDARD).is_none());
    assert!(bennett_integral(&Rectified::STANDARD, |_| 1.0).is_none());
    let sample = Empirical::new(vec![1.0, 2.0, 5.0]).unwrap();
    assert!(differential_entropy_bits(&sample).is_none());
}

#[test]
fn the_best_point_density_has_the_limit_of_panter_and_dite_and_no_other_less() {
    for law in
        [&Gaussian::STANDARD as &dyn Density, &Laplace::STANDARD, &StudentT::new(7.0).unwrap()]
    {
        let whole = integrate_density(law, Interval::LINE, |ln_p, _| (ln_p / 3.0).exp());
        let best = bennett_integral(law, |x| (law.ln_pdf(x) / 3.0).exp() / whole).unwrap();
        assert_close(&law.describe(), best, panter_dite_constant(law).unwrap(), 1e-12);
        for power in [0.2, 0.3, 0.4] {
            let whole = integrate_density(law, Interval::LINE, |ln_p, _| (power * ln_p).exp());
            let other = bennett_integral(law, |x| (power * law.ln_pdf(x)).exp() / whole).unwrap();
            assert!(other > best, "{}: p^{power}", law.describe());
        }
    }
}

#[test]
fn fine_quantizers_tend_to_panter_and_dite() {
    for law in [&Gaussian::STANDARD as &dyn Density, &Laplace::STANDARD, &Rayleigh, &Exponential] {
        let ratio = |levels: usize| {
            let designed = Newton::default().design(law, levels).unwrap();
            designed.distortion / panter_dite_distortion(law, levels).unwrap()
        };
        // The deficit falls like 1/N.
        let (coarse, fine) = (1.0 - ratio(256), 1.0 - ratio(1024));
        assert!(fine > 0.0 && fine < 0.3 * coarse && fine < 5e-3, "{}", law.describe());
    }
}

#[test]
fn both_bounds_enclose_the_gaussian_curve() {
    let mut curve = RateDistortion::new(&Gaussian::STANDARD).unwrap();
    for bits in [0.01, 0.1, 0.5, 1.0, 2.0, 3.5, 5.0, 8.0] {
        let point = curve.at_rate(bits).unwrap();
        let exact = (-2.0 * bits).exp2();
        // Sums over the law have some eleven digits.
        assert!(point.lower <= exact * (1.0 + 1e-9), "{bits} bits: {point:?} above {exact}");
        assert!(point.upper >= exact * (1.0 - 1e-9), "{bits} bits: {point:?} below {exact}");
        assert!(point.upper / point.lower < 1.0 + 1e-5, "{bits} bits: {point:?}");
    }
    for distortion in [0.9, 0.3, 0.01, 1e-4] {
        let (lower, upper) = curve.at_distortion(distortion).unwrap();
        let exact = gaussian_rate_bits(distortion, 1.0);
        assert!(lower <= exact + 1e-9 && exact - 1e-9 <= upper, "{distortion}: {lower}..{upper}");
        assert!(upper - lower < 2e-5, "{distortion}: {lower}..{upper}");
    }
}

#[test]
fn the_curve_of_any_law_lies_between_shannon_and_the_gaussian() {
    for law in bounded_laws() {
        let name = law.describe();
        let variance = variance(&*law);
        let mut curve = RateDistortion::new(&*law).unwrap();
        for bits in [0.5, 2.0, 4.0] {
            let point = curve.at_rate(bits).unwrap();
            assert!(0.0 < point.lower && point.lower <= point.upper, "{name}: {point:?}");
            let gaussian = variance * (-2.0 * bits).exp2();
            assert!(point.lower <= gaussian * (1.0 + 1e-9), "{name}: {point:?}");
            assert!(point.upper <= gaussian * (1.0 + 1e-4), "{name}: {point:?}");
            if let Some(rate) = shannon_lower_bound_bits(&*law, point.upper) {
                assert!(rate <= bits + 1e-9, "{name}: {rate} at {bits} bits");
            }
        }
    }
}

#[test]
fn the_bounds_are_near_each_other() {
    // Bits between them at 1, 4 and 8 bits.
    let laws: [(&dyn Density, f64); 5] = [
        (&Gaussian::STANDARD, 1e-6),
        (&Laplace::STANDARD, 5e-4),
        (&Uniform::STANDARD, 5e-4),
        (&Logistic, 2e-4),
        (&StudentT::new(5.0).unwrap(), 1e-3),
    ];
    for (law, apart) in laws {
        let mut curve = RateDistortion::new(law).unwrap();
        for bits in [1.0, 4.0, 8.0] {
            let point = curve.at_rate(bits).unwrap();
            let gap = 0.5 * (point.upper / point.lower).log2();
            assert!(gap < apart, "{}: {gap} bits between the bounds at {bits}", law.describe());
        }
    }
}

#[test]
fn laplace_tends_to_shannon_s_lower_bound() {
    let mut curve = RateDistortion::new(&Laplace::STANDARD).unwrap();
    let mut before = f64::INFINITY;
    for bits in [1.0, 2.0, 4.0, 6.0] {
        let point = curve.at_rate(bits).unwrap();
        let bound = shannon_lower_bound_bits(&Laplace::STANDARD, point.upper).unwrap();
        assert!(bits - bound < before, "{bits} bits");
        before = bits - bound;
    }
    assert!(before < 1e-5, "{before} bits are left at 6");
}

#[test]
fn no_quantizer_beats_the_curve() {
    for law in bounded_laws() {
        let mut curve = RateDistortion::new(&*law).unwrap();
        for levels in [2, 5, 16] {
            let Ok(designed) = Newton::default().design(&*law, levels) else { continue };
            let (lower, _) = curve.at_distortion(designed.distortion).unwrap();
            let entropy = assess(&*law, &designed.codebook).entropy_bits;
            let name = law.describe();
            assert!((levels as f64).log2() >= lower, "{name}, {levels} levels: R(D) = {lower}");
            assert!(entropy >= lower - 1e-9, "{name}: {entropy} bits, R(D) = {lower}");
        }
    }
}

#[test]
fn the_curve_follows_a_stretched_law() {
    let plain = RateDistortion::new(&Laplace::STANDARD).unwrap().at_rate(2.0).unwrap();
    for scale in [1e-150, -3.0, 1e150] {
        let law = Affine::new(Arc::new(Laplace::STANDARD), scale, 1.0).unwrap();
        let moved = RateDistortion::new(&law).unwrap().at_rate(2.0).unwrap();
        assert_close("lower", moved.lower, scale * (scale * plain.lower), 1e-14);
        assert_close("upper", moved.upper, scale * (scale * plain.upper), 1e-14);
    }
}

#[test]
fn one_bit_on_two_points_is_hamming_s_law() {
    // Two equal points ±1 and squared error: with both outputs free the curve ends at one bit.
    let law = Rectified::of(Gaussian::new(-40.0, 1.0).unwrap());
    assert!(RateDistortion::new(&law).is_err(), "all of the probability sits on one point");
}

#[test]
fn rates_and_distortions_out_of_range_are_refused_with_the_range() {
    let mut curve = RateDistortion::new(&Gaussian::STANDARD).unwrap();
    for bits in [0.0, -1.0, 11.0, f64::NAN] {
        let error = curve.at_rate(bits).unwrap_err();
        assert!(error.to_string().contains("0.01 to 10 bits"), "{error}");
    }
    for distortion in [0.0, 1.0, 2.0, 1e-9, f64::NAN] {
        let error = curve.at_distortion(distortion).unwrap_err();
        assert!(matches!(error, RateDistortionError::Distortion { .. }), "{error}");
    }
    let sample = Empirical::new(vec![1.0, 2.0]).unwrap();
    let error = RateDistortion::new(&sample).unwrap_err();
    assert!(error.to_string().contains("fit a law"), "{error}");
}

#[test]
fn rows_of_limits_are_in_order_for_every_family() {
    for family in FAMILIES {
        let defaults: Vec<f64> =
            family.parameters.iter().map(|parameter| parameter.default).collect();
        let law = family.law(&defaults).unwrap();
        for row in limits(&*law, 3..=3).map(Result::unwrap) {
            let name = family.name;
            assert!(row.shannon_lower <= row.shannon_upper, "{name}: {row:?}");
            let ecsq = row.ecsq.unwrap();
            // A fine quantizer with an entropy coder is 0.2546 bit above Shannon's bound; coarse
            // ones of the half wave and the gamma law are a little further from D(R).
            let gap = row.ecsq_gap_bits.unwrap();
            assert!(gap > -1e-6 && gap < 0.2546 + 0.03, "{name}: {gap} bits");
            assert!(row.shannon_lower <= ecsq, "{name}: {row:?}");
            assert!(ecsq <= row.lloyd_max.unwrap() * (1.0 + 1e-9), "{name}: {row:?}");
        }
    }
}
