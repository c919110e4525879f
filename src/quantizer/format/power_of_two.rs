//! Powers of two and sums of them: products become shifts.
//!
//! Six bits of exponent reach from 2^0 to 2^30; with more, only levels that no input meets are added.

use super::{Format, Placement, Side, Template, mirrored_about_zero};

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "power-of-two",
        formula: "0, ±2^0, …, ±2^(2^(b-1) - 2), the nearest of them",
        citation: "Zhou et al., Incremental network quantization, ICLR 2017",
        bits: 3..=6,
        side: Side::Symmetric,
        placement: Placement::Scale,
        template: |bits| {
            let positive: Vec<f64> = powers((1 << (bits - 1)) - 1).collect();
            mirrored_about_zero(&positive).into()
        },
    },
    Format {
        name: "log-quant",
        formula: "±2^0, …, ±2^(2^(b-1) - 1), rounded in the logarithm: thresholds 2^(k + 1/2)",
        citation: "Miyashita, Lee and Murmann, Convolutional neural networks using logarithmic data representation, 2016",
        bits: 2..=6,
        side: Side::Symmetric,
        placement: Placement::Scale,
        template: logarithmic,
    },
    Format {
        name: "apot",
        formula: "0, ±Σ p_i, p_i one of 0, 2^-i, 2^-(i+n), 2^-(i+2n); n = ⌈(b - 1)/2⌉ terms of two bits, the last of one when b is even",
        citation: "Li, Dong and Wang, Additive powers-of-two quantization, ICLR 2020",
        bits: 4..=8,
        side: Side::Symmetric,
        placement: Placement::Scale,
        template: |bits| mirrored_about_zero(&sums_of_powers(bits - 1)).into(),
    },
];

/// `2^0, 2^1, …`, so many of them.
fn powers(count: u32) -> impl Iterator<Item = f64> + Clone {
    (0..count).map(|exponent| libm::exp2(f64::from(exponent)))
}

fn logarithmic(bits: u32) -> Template {
    let positive = powers(1 << (bits - 1));
    let levels = positive.clone().map(|level| -level);
    let mut levels: Vec<f64> = levels.chain(positive).collect();
    levels.sort_by(f64::total_cmp);
    let middle = levels.len() / 2;
    let between = |pair: &[f64]| {
        let magnitude = (pair[0].abs() * pair[1].abs()).sqrt();
        magnitude.copysign(pair[0])
    };
    let mut thresholds: Vec<f64> = levels.windows(2).map(between).collect();
    // Between -1 and +1 there is no logarithm to round: the sign decides.
    thresholds[middle - 1] = 0.0;
    Template { levels, thresholds: Some(thresholds) }
}

/// The positive sums of additive powers of two with an unsigned code of `bits` bits, increasing.
fn sums_of_powers(bits: u32) -> Vec<f64> {
    let terms = bits.div_ceil(2);
    let mut sums = vec![0.0];
    for term in 0..terms {
        let choices = if term + 1 == terms && bits % 2 == 1 { 1 } else { 3 };
        let powers = (0..choices).map(|k| libm::exp2(-f64::from(term + k * terms)));
        let added: Vec<f64> = powers.flat_map(|p| sums.iter().map(move |sum| sum + p)).collect();
        sums.extend(added);
    }
    sums.sort_by(f64::total_cmp);
    sums.split_off(1)
}
