//! Entropy-constrained, companded and power-of-two quantizers against golden data and theorems.

#![expect(clippy::unwrap_used, reason = "a design that fails must fail its test")]

#[path = "support/reference.rs"]
mod reference;

use std::sync::Arc;

use hwgq::density::{
    Affine, Density, Empirical, Exponential, Gamma, Gaussian, HalfNormal, Laplace, Logistic,
    Rayleigh, Rectified, SphereCoordinate, StudentT, Uniform,
};
use hwgq::design::{
    Companding, Design, DesignError, EntropyCoded, Newton, PowerOfTwoStep, UniformStep, distortion,
};
use hwgq::quantizer::Codebook;
use hwgq::theory::{ENTROPY_CODED_GAP_BITS, assess, panter_dite_distortion};
use reference::{assert_close, rows};

fn laws() -> Vec<Arc<dyn Density>> {
    vec![
        Arc::new(Gaussian::STANDARD),
        Arc::new(Laplace::STANDARD),
        Arc::new(Logistic),
        Arc::new(Uniform::STANDARD),
        Arc::new(Exponential),
        Arc::new(Rayleigh),
        Arc::new(HalfNormal),
        Arc::new(Rectified::STANDARD),
        Arc::new(Gamma::new(0.5).unwrap()),
        Arc::new(StudentT::new(5.0).unwrap()),
        Arc::new(SphereCoordinate::new(16.0).unwrap()),
    ]
}

#[test]
fn gaussian_designs_are_the_golden_ones() {
    for row in rows("ecsq_gaussian") {
        let bits = row.number("rate_bits");
        // What the golden data, in f64 with a cut tail, are good for.
        let tolerance = if bits < 2.0 { 1e-9 } else { 1e-6 };
        let ours = EntropyCoded::Rate(bits).design(&Gaussian::STANDARD).unwrap();
        let what = format!("{bits} bits");
        assert!((ours.rate_bits - bits).abs() < 1e-10, "{what}: {}", ours.rate_bits);
        if ours.designed.codebook.len().is_multiple_of(2) {
            // Without a level on zero, which the golden data all have: a little better.
            let gain = ours.designed.distortion / row.number("distortion") - 1.0;
            assert!((-1e-6..0.0).contains(&gain), "{what}: {gain}");
            continue;
        }
        assert_close(&what, ours.designed.distortion, row.number("distortion"), tolerance);
        assert_close(&what, ours.lambda, row.number("lambda"), tolerance.max(1e-8));
        // In the far tail next to nothing falls; there the files go on differently.
        let inner = |x: &&f64| (0.0..3.0).contains(*x);
        let all = ours.designed.codebook.thresholds();
        let ours: Vec<f64> = all.iter().filter(inner).copied().collect();
        let golden = row.numbers("positive_thresholds");
        if bits < 2.0 {
            assert!(!ours.is_empty(), "{what}");
            for (ours, golden) in ours.iter().zip(&golden) {
                assert_close(&what, *ours, *golden, 1e-7);
            }
        }
    }
}

#[test]
fn thresholds_lean_towards_the_rarer_level_by_the_stated_amount() {
    for law in laws() {
        for bits in [1.5, 4.0] {
            let found = EntropyCoded::Rate(bits).design(&*law).unwrap();
            let codebook = &found.designed.codebook;
            let probabilities = assess(&*law, codebook).probabilities;
            for (at, &threshold) in codebook.thresholds().iter().enumerate() {
                let (low, high) = (codebook.levels()[at], codebook.levels()[at + 1]);
                if probabilities[at].min(probabilities[at + 1]) < 1e-9 {
                    continue;
                }
                let lengths = probabilities[at].log2() - probabilities[at + 1].log2();
                let asked = 0.5 * (low + high) + 0.5 * found.lambda * lengths / (high - low);
                let error = (threshold - asked).abs() / (high - low);
                assert!(error < 1e-6, "{}, {bits} bits, {at}: off by {error}", law.describe());
            }
        }
    }
}

#[test]
fn no_perturbed_quantizer_costs_less() {
    for law in laws() {
        let lambda = EntropyCoded::Rate(2.0).design(&*law).unwrap().lambda;
        let found = EntropyCoded::Lambda(lambda).design(&*law).unwrap();
        let cost = |codebook: &Codebook| {
            distortion(&*law, codebook) + lambda * assess(&*law, codebook).entropy_bits
        };
        let (levels, thresholds) =
            (found.designed.codebook.levels(), found.designed.codebook.thresholds());
        let best = cost(&found.designed.codebook);
        for direction in 0..6_usize {
            let nudge = |at: usize| 1e-4 * (((at * 7 + direction * 3) % 5) as f64 - 2.0);
            let moved = thresholds.iter().enumerate().map(|(at, t)| t + nudge(at)).collect();
            let Ok(moved) = Codebook::new(levels.to_vec(), moved) else { continue };
            assert!(cost(&moved) >= best * (1.0 - 1e-12), "{}", law.describe());
        }
    }
}

#[test]
fn entropy_coding_is_never_worse_than_lloyd_max_of_the_same_entropy() {
    for law in laws() {
        for levels in [4, 16] {
            let Ok(free) = Newton::default().design(&*law, levels) else { continue };
            let bits = assess(&*law, &free.codebook).entropy_bits;
            let coded = EntropyCoded::Rate(bits).design(&*law).unwrap();
            let gain = free.distortion / coded.designed.distortion;
            assert!(gain >= 1.0 - 1e-9, "{}, {levels} levels: {gain}", law.describe());
        }
    }
}

#[test]
fn the_gaussian_gap_grows_to_a_quarter_of_a_bit() {
    let mut before = 0.0;
    for bits in [0.1, 0.5, 1.0, 2.0, 3.0, 6.0] {
        let found = EntropyCoded::Rate(bits).design(&Gaussian::STANDARD).unwrap();
        let gap = bits + 0.5 * found.designed.distortion.log2();
        assert!(gap > before && gap < ENTROPY_CODED_GAP_BITS, "{bits} bits: {gap}");
        before = gap;
    }
    assert!(ENTROPY_CODED_GAP_BITS - before < 1e-6, "{before}");
}

#[test]
fn the_design_follows_a_stretched_law() {
    let plain = EntropyCoded::Rate(2.0).design(&Exponential).unwrap();
    for scale in [1e-120, -3.0, 1e120] {
        let law = Affine::new(Arc::new(Exponential), scale, 0.0).unwrap();
        let moved = EntropyCoded::Rate(2.0).design(&law).unwrap();
        let wanted = scale * (scale * plain.designed.distortion);
        assert_close("distortion", moved.designed.distortion, wanted, 1e-12);
        let (ours, theirs) = (&moved.designed.codebook, &plain.designed.codebook);
        let mut levels: Vec<f64> = theirs.levels().iter().map(|q| scale * q).collect();
        levels.sort_by(f64::total_cmp);
        for (a, b) in ours.levels().iter().zip(levels) {
            assert_close("level", *a, b, 1e-14);
        }
        let again = EntropyCoded::Lambda(moved.lambda).design(&law).unwrap();
        assert_close("rate", again.rate_bits, 2.0, 1e-9);
    }
}

#[test]
fn rates_out_of_range_and_samples_are_refused() {
    for bits in [0.0, -1.0, 40.0, f64::NAN] {
        let error = EntropyCoded::Rate(bits).design(&Gaussian::STANDARD).unwrap_err();
        assert!(matches!(error, DesignError::OutOfRange { .. }), "{error}");
    }
    for lambda in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        let error = EntropyCoded::Lambda(lambda).design(&Gaussian::STANDARD).unwrap_err();
        assert!(error.to_string().contains("a multiplier λ"), "{error}");
    }
    let sample = Empirical::new(vec![1.0, 2.0, 4.0]).unwrap();
    let error = EntropyCoded::Rate(1.0).design(&sample).unwrap_err();
    assert!(error.to_string().contains("fit a law"), "{error}");
}

#[test]
fn a_power_of_two_is_the_best_of_all_powers_of_two() {
    for law in [&Gaussian::STANDARD as &dyn Density, &Laplace::STANDARD, &Gamma::new(0.5).unwrap()]
    {
        for levels in [2, 3, 4, 8, 15, 64, 256] {
            let free = UniformStep.design(law, levels).unwrap();
            let found = PowerOfTwoStep.design(law, levels).unwrap();
            let quantizer = found.codebook.levels();
            let step = quantizer[1] - quantizer[0];
            assert!((step.log2().fract()).abs() <= 0.0, "{step} is a power of two");
            assert!(found.distortion >= free.distortion * (1.0 - 1e-14));
            for exponent in -24..8 {
                let step = f64::from(exponent).exp2();
                let at = |k: usize| (k as f64 - 0.5 * (levels as f64 - 1.0)) * step;
                let other = Codebook::nearest((0..levels).map(at).collect()).unwrap();
                let least = distortion(law, &other);
                assert!(found.distortion <= least * (1.0 + 1e-14), "{levels} levels, 2^{exponent}");
            }
        }
    }
    let error = PowerOfTwoStep.design(&Exponential, 4).unwrap_err();
    assert!(error.to_string().contains("not symmetric"), "{error}");
}

#[test]
fn companding_tends_to_panter_and_dite_with_and_without_a_closed_form() {
    let laws: [&dyn Density; 5] = [
        &Gaussian::STANDARD,
        &Laplace::STANDARD,
        &Logistic,
        &Rayleigh,
        &SphereCoordinate::new(16.0).unwrap(),
    ];
    for law in laws {
        let ratio = |levels: usize| {
            let found = Companding::PanterDite.design(law, levels).unwrap();
            (found.distortion / panter_dite_distortion(law, levels).unwrap() - 1.0).abs()
        };
        let (coarse, fine) = (ratio(64), ratio(512));
        assert!(fine < 0.03 && fine < coarse, "{}: {coarse} then {fine}", law.describe());
        let best = Newton::default().design(law, 64).unwrap().distortion;
        assert!(Companding::PanterDite.design(law, 64).unwrap().distortion >= best);
    }
}

#[test]
fn mu_law_expands_as_telephony_does() {
    let law = Companding::MuLaw { mu: 255.0, peak: 4.0 };
    let codebook = law.design(&Laplace::STANDARD, 256).unwrap().codebook;
    // F⁻¹(½) = peak (256^½ - 1)/255
    assert_close("half", codebook.thresholds()[191], 4.0 * 15.0 / 255.0, 1e-14);
    assert!(codebook.thresholds()[127].abs() <= 0.0, "a threshold on the centre");
    let a_law = Companding::ALaw { a: 87.6, peak: 4.0 };
    let codebook = a_law.design(&Laplace::STANDARD, 256).unwrap().codebook;
    // Linear below 1/A: the cells at the centre are equal.
    let t = codebook.thresholds();
    assert_close("linear", t[129] - t[128], t[128] - t[127], 1e-12);
    for broken in [Companding::MuLaw { mu: 0.0, peak: 1.0 }, Companding::ALaw { a: 0.5, peak: 1.0 }]
    {
        let error = broken.design(&Laplace::STANDARD, 16).unwrap_err();
        assert!(matches!(error, DesignError::OutOfRange { .. }), "{error}");
    }
}

#[test]
fn mu_law_is_much_better_than_an_even_grid_for_a_quiet_speaker() {
    // What it is for: a signal far below the peak.
    let quiet = Laplace::new(0.0, 0.02).unwrap();
    let companded = Companding::MuLaw { mu: 255.0, peak: 4.0 }.design(&quiet, 256).unwrap();
    let even =
        Codebook::nearest((0..256).map(|k| (f64::from(k) - 127.5) / 32.0).collect()).unwrap();
    assert!(companded.distortion < 0.01 * distortion(&quiet, &even));
}
