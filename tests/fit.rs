//! Surveys, fitted laws and calibrators against planted answers, golden clips and plain programmes.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its sample has failed")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bits, bins and positions are small and not negative"
)]

#[path = "support/reference.rs"]
mod reference;

use std::sync::Arc;

use hwgq::density::fit::{Fitted, fit, kolmogorov_distance, kolmogorov_p_value};
use hwgq::density::{
    Affine, Density, Empirical, Exponential, Gamma, Gathered, Gathering, Gaussian,
    GeneralizedGaussian, HalfNormal, Laplace, Logistic, Rayleigh, Rectified, Sample, StudentT,
    Survey, SurveyError, Uniform,
};
use hwgq::design::clipping::{
    Code, Folded, aciq_gaussian, aciq_laplace, calibrations, entropy_clip, octav, percentile,
};
use hwgq::design::distortion;
use hwgq::experiment::{Origin, SampleFit};
use hwgq::math::{Interval, bracketed_root};
use hwgq::quantizer::Codebook;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// The survey and the sample of values that come in chunks of a prime length.
fn gathered(values: &[f64], exact_max: usize) -> Result<(Survey, Sample), SurveyError> {
    let mut reading = Gathering::new(exact_max);
    values.chunks(997).for_each(|chunk| reading.take(chunk));
    match reading.finish(false)? {
        Gathered::Held(survey, sample) => Ok((survey, sample)),
        Gathered::TooMany(survey, mut binning) => {
            values.chunks(997).for_each(|chunk| binning.take(chunk));
            Ok((survey, binning.finish()?))
        }
    }
}

fn exact(values: &[f64]) -> (Survey, Sample) {
    gathered(values, usize::MAX).unwrap()
}

/// The point up to which the law has probability `mass` more than up to `from`, not far above it.
fn step_up(law: &dyn Density, from: f64, mass: f64, about: f64) -> f64 {
    let missing = |x: f64| law.moments(Interval::new(from, x)).mass - mass;
    let mut reach = about;
    while missing(from + reach) < 0.0 {
        reach *= 2.0;
    }
    bracketed_root(missing, from, from + reach).unwrap().x
}

/// `count` points of a law, each the middle of an equal share of it.
fn quantiles(law: &dyn Density, count: usize) -> Vec<f64> {
    let share = 1.0 / count as f64;
    // The lowest alone is looked for in a tail; every other one a step above the last.
    let below = |x: f64| law.moments(Interval::new(f64::NEG_INFINITY, x)).mass - 0.5 * share;
    let mut points = vec![bracketed_root(below, -99.0, 9.0).unwrap().x];
    let mut gap = 1e-3;
    while points.len() < count {
        let last = points[points.len() - 1];
        let next = step_up(law, last, share, gap);
        gap = 1.5 * (next - last);
        points.push(next);
    }
    points
}

/// Values drawn from a law by inverting its distribution function.
fn drawn(law: &dyn Density, count: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // Between nodes of the inverse: a root for every value would take minutes.
    let nodes = quantiles(law, 4000);
    (0..count)
        .map(|_| {
            let at = random.random_range(0.0..(nodes.len() - 1) as f64);
            let (index, rest) = (at.floor() as usize, at.fract());
            nodes[index] + rest * (nodes[index + 1] - nodes[index])
        })
        .collect()
}

fn family<'a>(laws: &'a [Fitted], name: &str) -> &'a Fitted {
    laws.iter().find(|law| law.family == name).unwrap()
}

fn parameter(fitted: &Fitted, name: &str) -> f64 {
    fitted.parameters.iter().find(|known| known.0 == name).unwrap().1
}

/// A family, a law of it, and what its parameters are.
type Planted = (&'static str, Affine, Vec<(&'static str, f64)>);

#[test]
fn parameters_of_a_planted_law_are_recovered() {
    let stretched = |law: Arc<dyn Density>, scale, shift| Affine::new(law, scale, shift).unwrap();
    let half = 0.5_f64.sqrt();
    let cases: Vec<Planted> = vec![
        (
            "gaussian",
            stretched(Arc::new(Gaussian::STANDARD), 2.0, -1.0),
            vec![("mean", -1.0), ("sd", 2.0)],
        ),
        (
            "laplace",
            stretched(Arc::new(Laplace::STANDARD), 3.0, 0.5),
            vec![("median", 0.5), ("b", 3.0 * half)],
        ),
        (
            "logistic",
            stretched(Arc::new(Logistic), 2.0, 0.3),
            vec![("mean", 0.3), ("s", 2.0 * 3.0_f64.sqrt() / std::f64::consts::PI)],
        ),
        (
            "student-t",
            stretched(Arc::new(StudentT::new(4.0).unwrap()), 2.0, 1.0),
            vec![("nu", 4.0), ("centre", 1.0), ("scale", 2.0 * half)],
        ),
        (
            "generalized-gaussian",
            stretched(Arc::new(GeneralizedGaussian::new(1.4).unwrap()), 2.0, 1.0),
            vec![("beta", 1.4), ("centre", 1.0)],
        ),
        (
            "generalized-gaussian",
            stretched(Arc::new(GeneralizedGaussian::new(0.7).unwrap()), 2.0, 0.0),
            vec![("beta", 0.7)],
        ),
        (
            "gamma",
            stretched(Arc::new(Gamma::new(0.5).unwrap()), 2.0, 0.0),
            vec![("shape", 0.5), ("theta", 2.0 / 0.75_f64.sqrt())],
        ),
        (
            "uniform",
            stretched(Arc::new(Uniform::STANDARD), 1.0, 0.0),
            vec![("low", -3.0_f64.sqrt()), ("high", 3.0_f64.sqrt())],
        ),
        ("half-normal", stretched(Arc::new(HalfNormal), 1.7, 0.0), vec![("sigma", 1.7)]),
        ("exponential", stretched(Arc::new(Exponential), 0.4, 0.0), vec![("mean", 0.4)]),
        ("rayleigh", stretched(Arc::new(Rayleigh), 2.5, 0.0), vec![("sigma", 2.5)]),
    ];
    for (name, law, planted) in cases {
        // Four thousand quantiles stand for a sample without luck; their tails are cut by a share
        // of 1/8000, which moves an estimate by a few hundredths where tails are heavy.
        let (survey, sample) = exact(&quantiles(&law, 4000));
        let (laws, _) = fit(&survey, &sample);
        let found = family(&laws, name);
        for (parameter_name, planted) in planted {
            let ours = parameter(found, parameter_name);
            let tolerance = 0.02 * (1.0 + planted.abs());
            assert!(
                (ours - planted).abs() < tolerance,
                "{name} {parameter_name}: {ours}, planted {planted}"
            );
        }
        // A family that contains the planted one may win, by what its freedom buys.
        let best = laws[0].mean_log_likelihood.unwrap();
        let own = found.mean_log_likelihood.unwrap();
        assert!(own >= best - 2e-3, "{name}: {own}, {} has {best}", laws[0].family);
        assert!(found.kolmogorov < 5e-3, "{name}: KS {}", found.kolmogorov);
    }
}

#[test]
fn random_samples_are_recognised_as_what_they_were_drawn_from() {
    for (name, law) in [
        ("laplace", Arc::new(Laplace::STANDARD) as Arc<dyn Density>),
        ("logistic", Arc::new(Logistic)),
        ("exponential", Arc::new(Exponential)),
        ("rayleigh", Arc::new(Rayleigh)),
        ("uniform", Arc::new(Uniform::STANDARD)),
    ] {
        let (survey, sample) = exact(&drawn(&*law, 20_000, 7));
        let (laws, _) = fit(&survey, &sample);
        let own = family(&laws, name);
        // Of a nested family with one parameter more, Akaike's criterion is fooled by about 2.
        assert!(
            own.aic.unwrap() <= laws[0].aic.unwrap() + 12.0,
            "{name} behind {}",
            laws[0].family
        );
        assert!(own.p_value > 1e-3, "{name}: p {}", own.p_value);
    }
}

#[test]
fn the_half_wave_is_found_with_its_atom_and_a_shifted_one_with_its_mean() {
    for (mean, deviation, family_name) in
        [(0.0, 1.3, "half-wave"), (-0.4, 0.8, "rectified-gaussian")]
    {
        let input = Gaussian::new(mean, deviation).unwrap();
        let values: Vec<f64> = quantiles(&input, 5000).into_iter().map(|x| x.max(0.0)).collect();
        let (survey, sample) = exact(&values);
        let (laws, _) = fit(&survey, &sample);
        let found = family(&laws, family_name);
        assert!((parameter(found, "sigma") - deviation).abs() < 5e-3, "{found:?}");
        assert!(found.kolmogorov < 2e-3, "{found:?}");
        let shifted = family(&laws, "rectified-gaussian");
        assert!((parameter(shifted, "mean") - mean).abs() < 5e-3, "{shifted:?}");
        for law in &laws {
            let has_atom = !law.law.atoms().is_empty();
            assert_eq!(
                law.aic.is_some(),
                has_atom,
                "{}: no density gives 0 a probability",
                law.family
            );
        }
        assert!(!laws[0].law.atoms().is_empty(), "laws without a likelihood come last");
    }
}

#[test]
fn zeros_are_an_atom_only_where_they_stand_out() {
    let bell = drawn_fast(4, 6000);
    let rounded: Vec<f64> = bell.iter().map(|x| (8.0 * x).round() / 8.0).collect();
    let rectified: Vec<f64> = rounded.iter().map(|x| x.max(0.0)).collect();
    let pruned: Vec<f64> = bell.iter().map(|x| if x.abs() < 0.2 { 0.0 } else { *x }).collect();
    for (values, is_atom) in
        [(&bell, false), (&rounded, false), (&rectified, true), (&pruned, true)]
    {
        for exact_max in [10, 10_000] {
            let (survey, sample) = gathered(values, exact_max).unwrap();
            assert_eq!(sample.atom_at_zero() > 0.0, is_atom, "{} zeros", survey.zeros);
        }
        let share = values.iter().filter(|x| x.abs() <= 0.0).count() as f64 / 6000.0;
        let found = gathered(values, 10).unwrap().1.atom_at_zero();
        assert!(!is_atom || (found - share).abs() < 1e-12, "{found}, {share} are 0");
    }
}

#[test]
fn grouping_hardly_moves_a_likelihood() {
    // Far more values than are kept one by one.
    let law = StudentT::new(5.0).unwrap();
    let values = drawn(&law, 60_000, 3);
    let (survey, sample) = exact(&values);
    for fitted in fit(&survey, &sample).0 {
        let all = values.iter().map(|&x| fitted.law.ln_pdf(x)).sum::<f64>() / values.len() as f64;
        let ours = fitted.mean_log_likelihood.unwrap();
        assert!((ours - all).abs() < 2e-5, "{}: {ours}, value by value {all}", fitted.family);
    }
}

#[test]
fn the_distance_of_kolmogorov_is_that_of_the_plain_loop() {
    let laws: [Arc<dyn Density>; 4] = [
        Arc::new(Gaussian::new(0.2, 0.9).unwrap()),
        Arc::new(Laplace::STANDARD),
        Arc::new(Uniform::STANDARD),
        Arc::new(Rectified::STANDARD),
    ];
    let mut values = drawn(&Gaussian::STANDARD, 3000, 11);
    // Repeats, and an atom at 0.
    values.extend([0.0; 700]);
    values.extend([1.25; 40]);
    let sample = Empirical::new(values).unwrap();
    for law in laws {
        let below = |x: f64| law.moments(Interval::new(f64::NEG_INFINITY, x)).mass;
        let (mut reached, mut plain) = (0.0, 0.0_f64);
        for (x, share) in sample.distinct() {
            plain = plain.max((reached - below(x.next_down())).abs());
            reached += share;
            plain = plain.max((reached - below(x)).abs());
        }
        let ours = kolmogorov_distance(&sample, &*law);
        assert!((ours - plain).abs() < 1e-12, "{}: {ours}, plain {plain}", law.describe());
    }
}

#[test]
fn p_values_are_those_of_the_tables() {
    // Critical values of the limit law: 1.3581 at 5 %, 1.6276 at 1 %, 0.8276 at 50 %.
    for (x, p) in [(1.3581, 0.05), (1.6276, 0.01), (1.2238, 0.10), (0.8276, 0.50)] {
        let count = 1e12_f64;
        let ours = kolmogorov_p_value(x / count.sqrt(), count);
        assert!((ours - p).abs() < 2e-4, "{x}: {ours}");
    }
}

#[test]
fn moments_are_those_of_two_plain_passes() {
    let values: Vec<f64> = drawn(&Exponential, 5000, 5).iter().map(|x| 1e6 + x).collect();
    let (survey, _) = exact(&values);
    let n = values.len() as f64;
    let mean = 1e6 + values.iter().map(|x| x - 1e6).sum::<f64>() / n;
    let about = |power: i32| values.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    reference::assert_close("mean", survey.mean, mean, 1e-15);
    reference::assert_close("variance", survey.variance, about(2), 1e-10);
    reference::assert_close("skewness", survey.skewness, about(3) / about(2).powf(1.5), 1e-9);
    reference::assert_close("kurtosis", survey.kurtosis, about(4) / about(2).powi(2), 1e-9);
}

#[test]
fn clips_of_fine_quantiles_are_the_golden_ones() {
    let normal = Empirical::new(quantiles(&Gaussian::STANDARD, 100_000)).unwrap();
    let b = 0.5_f64.sqrt();
    let laplace = Empirical::new(quantiles(&Laplace::STANDARD, 100_000)).unwrap();
    for row in reference::rows("clipping_aciq_octav") {
        let code = Code { bits: row.number("bits") as u32, signed: true };
        let (normal, laplace) = (Folded::new(&normal, true), Folded::new(&laplace, true));
        let close = |what: &str, ours: Option<f64>, golden: &str, scale: f64, tolerance: f64| {
            let what = format!("{what}, {} bits", code.bits);
            reference::assert_close(&what, ours.unwrap() / scale, row.number(golden), tolerance);
        };
        // Quantiles lack what lies beyond 4.4 deviations: 2e-5 of a second moment, and more of the
        // tail above a clip, where at 8 bits few points are left.
        close(
            "aciq gaussian",
            aciq_gaussian(&normal, code),
            "aciq_gauss_alpha_over_sigma",
            1.0,
            1e-4,
        );
        close("aciq laplace", aciq_laplace(&laplace, code), "aciq_laplace_alpha_over_b", b, 1e-4);
        let tolerance = if code.bits <= 5 { 2e-3 } else { 2e-2 };
        close("octav gaussian", octav(&normal, code), "octav_gauss", 1.0, tolerance);
        close("octav laplace", octav(&laplace, code), "octav_laplace_b1", b, tolerance);
    }
}

#[test]
fn clips_of_laws_are_golden_to_the_last_digits() {
    // The rules ask for moments only, so that a law itself can be clipped.
    let (normal, laplace) = (Gaussian::STANDARD, Laplace::STANDARD);
    let b = 0.5_f64.sqrt();
    for row in reference::rows("clipping_aciq_octav") {
        let code = Code { bits: row.number("bits") as u32, signed: true };
        let (normal, laplace) = (Folded::new(&normal, true), Folded::new(&laplace, true));
        for (ours, golden, scale) in [
            (aciq_gaussian(&normal, code), "aciq_gauss_alpha_over_sigma", 1.0),
            (aciq_laplace(&laplace, code), "aciq_laplace_alpha_over_b", b),
            (octav(&normal, code), "octav_gauss", 1.0),
            (octav(&laplace, code), "octav_laplace_b1", b),
        ] {
            reference::assert_close(golden, ours.unwrap() / scale, row.number(golden), 1e-11);
        }
    }
}

#[test]
fn unsigned_codes_of_a_half_clip_where_signed_codes_of_the_whole_with_a_bit_more_do() {
    let whole = quantiles(&Laplace::STANDARD, 20_000);
    let half: Vec<f64> = whole.iter().map(|x| x.max(0.0)).collect();
    let (whole, half) = (Empirical::new(whole).unwrap(), Empirical::new(half).unwrap());
    let (whole, half) = (Folded::new(&whole, true), Folded::new(&half, false));
    for bits in 2..=7 {
        let signed = Code { bits: bits + 1, signed: true };
        let unsigned = Code { bits, signed: false };
        for rule in [aciq_gaussian, aciq_laplace, octav] {
            let (of_whole, of_half) =
                (rule(&whole, signed).unwrap(), rule(&half, unsigned).unwrap());
            assert!((of_whole / of_half - 1.0).abs() < 1e-9, "{bits} bits: {of_whole}, {of_half}");
        }
    }
}

#[test]
fn a_percentile_is_a_magnitude_of_the_sample() {
    let sample = Empirical::new(vec![-4.0, 1.0, -2.0, 3.0, 0.0]).unwrap();
    let folded = Folded::new(&sample, true);
    for (share, magnitude) in
        [(0.2, 0.0), (0.4, 1.0), (0.41, 2.0), (0.8, 3.0), (0.81, 4.0), (1.0, 4.0)]
    {
        let ours = percentile(&folded, share);
        assert!((ours - magnitude).abs() < 1e-300, "{share}: {ours}");
    }
}

/// The published procedure, written as plainly as it is told.
fn plain_entropy_clip(values: &[f64], groups: usize) -> f64 {
    let top = values.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
    let width = top / 2048.0;
    let mut bins = vec![0.0; 2048];
    for x in values {
        // Bins are closed on the right, 0 belongs to the first.
        let bin = (x.abs() / width).ceil() as usize;
        bins[bin.clamp(1, 2048) - 1] += 1.0;
    }
    bins[0] = bins[1];
    let mut best = (f64::INFINITY, 0);
    for clip in 128..=2048 {
        let mut reference: Vec<f64> = bins[..clip].to_vec();
        reference[clip - 1] += bins[clip..].iter().sum::<f64>();
        let group = |bin: usize| bin * groups / clip;
        let mut quantized = vec![0.0; clip];
        for (bin, place) in quantized.iter_mut().enumerate().filter(|(bin, _)| bins[*bin] > 0.0) {
            let members =
                (0..clip).filter(|&other| group(other) == group(bin) && bins[other] > 0.0);
            let (sum, count) = members.fold((0.0, 0.0), |(s, c), other| (s + bins[other], c + 1.0));
            *place = sum / count;
        }
        let (p_sum, q_sum) = (reference.iter().sum::<f64>(), quantized.iter().sum::<f64>());
        let pairs = reference.iter().zip(&quantized).filter(|(p, _)| **p > 0.0);
        let divergence: f64 =
            pairs.map(|(p, q)| p / p_sum * ((p / p_sum) / (q / q_sum)).ln()).sum();
        if divergence <= best.0 {
            best = (divergence, clip);
        }
    }
    best.1 as f64 * width
}

#[test]
fn the_entropy_clip_is_that_of_the_plain_procedure() {
    let mut values = drawn(&Laplace::STANDARD, 4000, 2);
    values.extend([9.5, -9.9]);
    let sample = Empirical::new(values.clone()).unwrap();
    let ours = entropy_clip(&Folded::new(&sample, true), Code { bits: 4, signed: true }).unwrap();
    let plain = plain_entropy_clip(&values, 8);
    // The floors of group bounds agree, so only a bin's worth of rounding may differ.
    assert!((ours - plain).abs() < 1.5 * 9.9 / 2048.0, "{ours}, plain {plain}");
}

#[test]
fn calibrators_repeat_the_measured_ratios_to_the_best_clip() {
    // Measured on a million normal values with NVIDIA's calibrators (theory notes, section 2.6).
    let (_, sample) = exact(&quantiles(&Gaussian::STANDARD, 200_000));
    let found = calibrations(&sample, Code { bits: 4, signed: true }).unwrap();
    let error = |name: &str| {
        let rule = found.iter().find(|rule| rule.name == name).unwrap();
        distortion(sample.law(), &rule.codebook)
    };
    for (name, ratio) in [("percentile 99.99", 2.00), ("percentile 99.9", 1.44)] {
        let ours = error(name) / error("mse (exact)");
        assert!((ours - ratio).abs() < 0.02, "{name}: {ours}, measured {ratio}");
    }
    for rule in &found {
        assert!(
            error(rule.name) >= error("mse (exact)") * (1.0 - 1e-12),
            "{} beats the exact clip",
            rule.name
        );
    }
    // SAWB's line and the normal constants were made for such data.
    for name in ["sawb-like", "aciq gaussian", "octav", "gaussian step"] {
        assert!(error(name) < 1.02 * error("mse (exact)"), "{name}");
    }
}

#[test]
fn bins_give_the_distortion_of_the_values_within_the_declared_bound() {
    let mut values = drawn(&Laplace::STANDARD, 30_000, 9);
    // Zeros by themselves, an outlier beyond the bins, and repeats.
    values.extend(vec![0.0; 5000]);
    values.extend([1234.5, -0.75, -0.75]);
    let (survey, every) = exact(&values);
    let (binned_survey, binned) = gathered(&values, 1000).unwrap();
    assert_eq!(survey, binned_survey);
    let Sample::Binned(histogram) = &binned else { panic!("1000 values may be held") };
    assert!(histogram.width() <= survey.deviation() / 4096.0);
    let bits = 4;
    let fit = SampleFit::new(&binned_survey, &binned, bits).unwrap();
    for method in &fit.methods {
        let truth = distortion(every.law(), &method.codebook);
        let error = (method.distortion - truth).abs();
        let rounding = 1e-11 * truth;
        assert!(
            error <= method.uncertainty + rounding,
            "{}: off by {error:e}, declared {:e}",
            method.name,
            method.uncertainty
        );
    }
    let best = SampleFit::new(&survey, &every, bits).unwrap();
    let (ours, exact) = (fit.best().distortion, best.best().distortion);
    assert!(
        (ours / exact - 1.0).abs() < 1e-3,
        "the optimum over bins is {ours}, over values {exact}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn thresholds_on_edges_of_bins_are_evaluated_exactly(
        seed in 0..1000_u64,
        scale in -30..30_i32,
        places in prop::collection::btree_set(-400..400_i32, 2..6),
    ) {
        let scale = 2.0_f64.powi(scale);
        let values: Vec<f64> =
            drawn_fast(seed, 4000).iter().map(|x| x * scale).collect();
        let (_, every) = exact(&values);
        let (_, binned) = gathered(&values, 100).unwrap();
        let Sample::Binned(histogram) = &binned else { panic!("100 values may be held") };
        let width = histogram.width() * 1000.0;
        let thresholds: Vec<f64> = places.iter().map(|&place| f64::from(place) * width).collect();
        let mut levels = vec![thresholds[0] - 17.3 * width];
        levels.extend(thresholds.iter().map(|t| t + 0.37 * width));
        let codebook = Codebook::new(levels, thresholds).unwrap();
        let (ours, truth) = (distortion(histogram, &codebook), distortion(every.law(), &codebook));
        prop_assert!((ours - truth).abs() <= 1e-11 * truth, "{ours}, exactly {truth}");
    }
}

/// Sums of uniforms: a bell that is cheap to draw.
fn drawn_fast(seed: u64, count: usize) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| (0..4).map(|_| random.random_range(-1.0..1.0_f64)).sum::<f64>()).collect()
}

#[test]
fn broken_streams_are_refused_with_what_was_found() {
    let read = |values: &[f64]| gathered(values, usize::MAX).unwrap_err();
    assert_eq!(read(&[]), SurveyError::Empty);
    assert_eq!(read(&[2.5; 7]), SurveyError::Constant { value: 2.5, count: 7 });
    let broken = [1.0, f64::NAN, 2.0, f64::INFINITY, f64::NEG_INFINITY];
    assert_eq!(read(&broken), SurveyError::NonFinite { nan: 1, infinite: 2, count: 5, first: 1 });
    assert!(matches!(read(&[1e80, 1.0]), SurveyError::Scale { .. }));
    let mut nothing = Gathering::new(10);
    nothing.take(&[f64::NAN]);
    assert!(matches!(nothing.finish(true), Err(SurveyError::NothingFinite { count: 1 })));
    let mut skipped = Gathering::new(10);
    skipped.take(&broken);
    let Gathered::Held(survey, _) = skipped.finish(true).unwrap() else {
        panic!("five values fit")
    };
    assert_eq!((survey.count, survey.nan, survey.infinite), (2, 1, 2));
}

#[test]
fn a_second_reading_that_differs_is_noticed() {
    let values = drawn_fast(1, 3000);
    let mut reading = Gathering::new(10);
    reading.take(&values);
    let Gathered::TooMany(_, mut binning) = reading.finish(false).unwrap() else { panic!() };
    binning.take(&values[1..]);
    assert_eq!(binning.finish().unwrap_err(), SurveyError::Changed);
}

#[test]
fn values_a_few_roundings_apart_are_binned_without_harm() {
    let values: Vec<f64> = (0..3000).map(|k| 1.0 + f64::from(k % 50) * f64::EPSILON).collect();
    let (survey, binned) = gathered(&values, 10).unwrap();
    let fit = SampleFit::new(&survey, &binned, 2).unwrap();
    assert!(fit.best().distortion < 1e-28, "four levels within fifty roundings");
}

#[test]
fn no_method_beats_the_optimum_and_the_planted_gaussian_costs_next_to_nothing() {
    for (values, name) in [
        (quantiles(&Gaussian::STANDARD, 20_000), "Gaussian"),
        (
            quantiles(&Gaussian::STANDARD, 20_000).iter().map(|x| x.max(0.0)).collect(),
            "half-wave Gaussian",
        ),
    ] {
        let (survey, sample) = exact(&values);
        let fit = SampleFit::new(&survey, &sample, 3).unwrap();
        assert_eq!(fit.best().origin, Origin::Optimum);
        for method in &fit.methods {
            assert!(fit.below_best_db(method) >= -1e-9, "{} beats the optimum", method.name);
        }
        let gaussian = fit.gaussian().unwrap();
        assert_eq!(gaussian.name, name);
        assert!(fit.below_best_db(gaussian) < 0.01, "{name}");
        assert!(fit.half_gaussian.unwrap().passes(), "{name}");
    }
    let (survey, sample) = exact(&quantiles(&Exponential, 20_000));
    let fit = SampleFit::new(&survey, &sample, 3).unwrap();
    assert!(!fit.half_gaussian.unwrap().passes(), "an exponential law is not half-Gaussian");
    assert!(fit.below_best_db(fit.gaussian().unwrap()) > 1.0);
}
