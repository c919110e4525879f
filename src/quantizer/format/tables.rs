//! Codes made of the quantiles of a law, and codes that are known as a table only.

use super::quantile::{normal, student_5};
use super::{Format, Placement, Side, Template};

/// `NF4` as bitsandbytes ships it: `f32`, its quantiles taken at positions rounded to `f32`.
pub const NF4_SHIPPED: [f64; 16] = [
    -1.0,
    -0.696_192_800_998_687_7,
    -0.525_073_051_452_636_7,
    -0.394_917_488_098_144_53,
    -0.284_441_381_692_886_35,
    -0.184_773_430_228_233_34,
    -0.091_050_036_251_544_95,
    0.0,
    0.079_580_299_556_255_34,
    0.160_930_201_411_247_25,
    0.246_112_301_945_686_34,
    0.337_915_241_718_292_24,
    0.440_709_829_330_444_34,
    0.562_617_003_917_694_1,
    0.722_956_836_223_602_3,
    1.0,
];

/// `AF4` for blocks of 64 as bitsandbytes ships it.
pub const AF4_64: [f64; 16] = [
    -1.0,
    -0.694_410_08,
    -0.512_437_39,
    -0.373_695_1,
    -0.256_075_52,
    -0.149_824_78,
    -0.049_348_12,
    0.0,
    0.042_731_64,
    0.129_344_83,
    0.219_612_74,
    0.316_756_66,
    0.425_638_82,
    0.554_962_34,
    0.724_248_63,
    1.0,
];

const NORMAL_FLOAT: &str = "Dettmers et al., QLoRA, NeurIPS 2023; bitsandbytes, `create_normal_map`, which has 4 bits: its rule for the outermost quantile is carried over to other sizes here";

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "nf",
        formula: "normal quantiles at equally spaced probabilities, one more above 0 than below",
        citation: NORMAL_FLOAT,
        bits: 2..=8,
        side: Side::Lopsided,
        placement: Placement::Scale,
        template: |bits| {
            // bitsandbytes prints seven digits of it.
            let outermost = if bits == 4 { 0.967_708_3 } else { outermost(bits) };
            quantiles(bits, outermost, normal).into()
        },
    },
    table("nf4-shipped", "the table of f32 that bitsandbytes ships", NORMAL_FLOAT, |_| {
        NF4_SHIPPED.to_vec().into()
    }),
    Format {
        name: "sf",
        formula: "quantiles of Student's t with ν = 5, spaced as those of nf",
        citation: "Dotzel et al., Learning from students, ICML 2024 (4 bits; other sizes by the same rule)",
        bits: 2..=8,
        side: Side::Lopsided,
        placement: Placement::Scale,
        template: |bits| quantiles(bits, outermost(bits), student_5).into(),
    },
    table(
        "af4",
        "least absolute error for a normal law divided by the largest of 64",
        "Yoshida, NF4 isn't information theoretically optimal, arXiv 2306.06965, 2023",
        |_| AF4_64.to_vec().into(),
    ),
];

const fn table(
    name: &'static str,
    formula: &'static str,
    citation: &'static str,
    template: fn(u32) -> Template,
) -> Format {
    Format {
        name,
        formula,
        citation,
        bits: 4..=4,
        side: Side::Lopsided,
        placement: Placement::Scale,
        template,
    }
}

/// `1 - (1/2^{b+1} + 1/(2^{b+1} - 2))/2`: halfway between the outermost probabilities of two even
/// divisions, into `2^b` and `2^b - 1` cells. For 4 bits 0.967708333….
fn outermost(bits: u32) -> f64 {
    let cells = libm::exp2(f64::from(bits));
    1.0 - 0.5 * (0.5 / cells + 0.5 / (cells - 1.0))
}

/// Quantiles at equal steps of probability from `outermost` down to ½, `2^{b-1}` of them above 0
/// and one fewer below, divided by the largest.
fn quantiles(bits: u32, outermost: f64, quantile: fn(f64) -> f64) -> Vec<f64> {
    let above = 1_u32 << (bits - 1);
    let side = |count: u32| {
        let step = (outermost - 0.5) / f64::from(count);
        (1..=count).map(move |index| quantile(0.5 + step * f64::from(index)))
    };
    let largest = quantile(outermost);
    let below: Vec<f64> = side(above - 1).map(|x| -x / largest).collect();
    let above = side(above).map(|x| x / largest);
    let mut levels: Vec<f64> = below.into_iter().rev().chain([0.0]).chain(above).collect();
    // Its own quantile by another road: it is 1 by definition.
    if let Some(top) = levels.last_mut() {
        *top = 1.0;
    }
    if let Some(bottom) = levels.first_mut().filter(|_| bits > 1) {
        *bottom = -1.0;
    }
    levels
}
