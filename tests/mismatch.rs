//! The gradient mismatch against golden values and closed forms.

#![expect(clippy::float_cmp, reason = "these numbers are exact")]
#![expect(clippy::unwrap_used, reason = "a failure here is a failure of the test")]

#[path = "support/reference.rs"]
mod reference;

use hwgq::density::{Gaussian, Rectified};
use hwgq::design::{CAFFE_UNIFORM, Design, HalfWave, Spacing, Zero};
use hwgq::math::normal;
use hwgq::quantizer::{Codebook, Ties};
use hwgq::scheme::Backward;
use hwgq::surrogate::{HardTanh, Identity, Relu};
use hwgq::theory::{Mismatch, assess, mismatch, table};
use reference::assert_close;

/// Some thousand weighted terms of one sign, each a few roundings.
const QUADRATURE: f64 = 1e-13;

fn half_wave(spacing: Spacing, zero: Zero, positive: usize) -> Codebook {
    HalfWave { spacing, zero }.design(&Gaussian::STANDARD, positive + 1).unwrap().codebook
}

/// `hwgq_nonuniform_t1zero_m3` and the like.
fn forward(name: &str) -> Codebook {
    match name {
        "sign" => Codebook::nearest(vec![-1.0, 1.0]).unwrap().with_ties(Ties::Up),
        "scaled_sign_sqrt2pi" => {
            let scale = (2.0 / std::f64::consts::PI).sqrt();
            Codebook::nearest(vec![-scale, scale]).unwrap().with_ties(Ties::Up)
        }
        "paper_code_centers_0.538x3" => Codebook::half_wave(CAFFE_UNIFORM.to_vec(), 0.0).unwrap(),
        _ => {
            let spacing =
                if name.contains("nonuniform") { Spacing::LloydMax } else { Spacing::Uniform };
            let zero = if name.contains("t1zero") { Zero::NonPositive } else { Zero::Cell };
            half_wave(spacing, zero, name.rsplit_once("_m").unwrap().1.parse().unwrap())
        }
    }
}

fn backward(name: &str) -> Backward {
    match name {
        "relu" => Backward::Relu,
        "clipped_relu" => Backward::Clipped,
        "log_tailed_relu" => Backward::LogTailed,
        "hard_tanh" => Backward::HardTanh,
        "identity" => Backward::Identity,
        "approxsign" => Backward::ApproxSign,
        other => panic!("unknown surrogate {other}"),
    }
}

#[test]
fn every_pair_has_its_golden_mismatch() {
    for row in reference::rows("mismatch") {
        let codebook = forward(row.text("forward"));
        let surrogate = backward(row.text("backward")).surrogate(codebook.top());
        let ours = mismatch(&codebook, &*surrogate);
        let what = |column: &str| {
            format!("{column} of {} and {}", row.text("forward"), row.text("backward"))
        };
        let check = |column: &str, ours: f64| {
            assert_close(&what(column), ours, row.number(column), QUADRATURE);
        };
        check("value_gap", ours.value_gap);
        check("cosine", ours.cosine);
        check("mean_slope", ours.mean_slope);
        // Differences of numbers below 1: the error is absolute, and the levels' own 1e-15 is in it.
        for (column, ours) in [
            ("slope_variance", ours.slope_variance),
            ("smoothed_bias", ours.smoothed_bias),
            ("relative_bias", ours.relative_bias),
        ] {
            assert!((ours - row.number(column)).abs() <= QUADRATURE, "{}", what(column));
        }
    }
}

#[test]
fn relu_mismatch_is_the_distortion() {
    for zero in [Zero::NonPositive, Zero::Cell] {
        for spacing in [Spacing::LloydMax, Spacing::Uniform] {
            let codebook = half_wave(spacing, zero, 3);
            let distortion = assess(&Rectified::STANDARD, &codebook).distortion;
            let gap = mismatch(&codebook, &Relu).value_gap;
            assert_close("E(Q - B)² = D", gap, distortion, QUADRATURE);
        }
        let bias = mismatch(&half_wave(Spacing::LloydMax, Zero::NonPositive, 3), &Relu);
        // E Q² = ½ - D and E B' = ½.
        assert!((bias.smoothed_bias - bias.value_gap).abs() <= 1e-14, "the bias is D as well");
    }
}

#[test]
fn clipping_removes_exactly_the_tail() {
    for positive in [1, 2, 3, 7, 15] {
        let codebook = half_wave(Spacing::Uniform, Zero::NonPositive, positive);
        let top = codebook.top();
        let [relu, clipped] =
            [Backward::Relu, Backward::Clipped].map(|b| mismatch(&codebook, &*b.surrogate(top)));
        let tail = (1.0 + top * top) * normal::survival(top) - top * normal::pdf(top);
        assert_close("tail", relu.value_gap * relu.tail_share, tail, 1e-12);
        assert_eq!(clipped.tail_share, 0.0, "nothing differs above the clip");
        assert!((relu.value_gap - tail - clipped.value_gap).abs() <= 1e-14);
        assert_close("G_B", clipped.mean_slope, 0.5 - normal::survival(top), QUADRATURE);
    }
}

#[test]
fn closed_forms_of_the_sign() {
    let sign = forward("sign");
    let root = (2.0 / std::f64::consts::PI).sqrt();
    let one = 1.0 - 2.0 * normal::survival(1.0);
    let identity = mismatch(&sign, &Identity);
    assert_close("E(sign - X)²", identity.value_gap, 2.0 - 2.0 * root, QUADRATURE);
    assert_close("cosine", identity.cosine, root, QUADRATURE);
    // E|sign - X| = 2∫_0^∞ |1 - x| φ: twice (½ - mean below 1) + (mean above 1 - mass).
    let below = 0.5 * one - (normal::pdf(0.0) - normal::pdf(1.0));
    let above = normal::pdf(1.0) - normal::survival(1.0);
    assert_close("E|sign - X|", identity.mean_abs_gap, 2.0 * (below + above), QUADRATURE);
    assert_close("E B'", mismatch(&sign, &HardTanh).mean_slope, one, QUADRATURE);
}

#[test]
fn published_gaps_of_the_two_bit_quantizer() {
    // Recomputed independently in double precision: values to ten digits.
    let codebook = half_wave(Spacing::Uniform, Zero::NonPositive, 3);
    let expected = [
        (Backward::Relu, 0.043_220_657_8, 0.016_862_783_8, 0.111_492_199_2),
        (Backward::Clipped, 0.026_357_874_0, 0.0, 0.089_136_048_8),
        (Backward::LogTailed, 0.034_832_793_1, 0.008_474_919_1, 0.106_201_804_4),
    ];
    for (backward, value_gap, tail, mean_abs_gap) in expected {
        let ours = mismatch(&codebook, &*backward.surrogate(codebook.top()));
        assert!((ours.value_gap - value_gap).abs() < 1e-10, "{backward:?}");
        assert!((ours.value_gap * ours.tail_share - tail).abs() < 1e-10, "{backward:?}");
        assert!((ours.mean_abs_gap - mean_abs_gap).abs() < 1e-10, "{backward:?}");
    }
}

#[test]
fn clipping_beats_the_logarithm_beats_the_rectifier_at_every_size() {
    let rows = table().unwrap();
    assert_eq!(rows.len(), 16 * 5, "the sign and three families of five sizes, five surrogates");
    let of = |forward: &str, backward: &str| -> Mismatch {
        let found = rows.iter().find(|row| row.forward == forward && row.backward == backward);
        found.unwrap_or_else(|| panic!("no row {forward}, {backward}")).mismatch
    };
    for family in ["hwgq-uniform", "hwgq-lloyd-max", "hwgq-zero-cell"] {
        for positive in [1, 2, 3, 7, 15] {
            let forward = format!("{family}-m{positive}");
            let [clipped, log, relu] =
                ["clipped-relu", "log-tailed-relu", "relu"].map(|backward| of(&forward, backward));
            assert!(clipped.value_gap < log.value_gap && log.value_gap < relu.value_gap);
            assert!(clipped.cosine > log.cosine && log.cosine > relu.cosine, "{forward}");
            assert!(clipped.smoothed_bias.abs() < log.smoothed_bias.abs(), "{forward}");
            assert!(log.smoothed_bias.abs() < relu.smoothed_bias.abs(), "{forward}");
        }
    }
    let thesis =
        of("sign", "hard-tanh").value_gap / of("hwgq-uniform-m3", "clipped-relu").value_gap;
    assert!((thesis - 9.6).abs() < 0.05, "the thesis of the paper in one number: {thesis}");
}
