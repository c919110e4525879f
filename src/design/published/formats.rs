//! Four-bit codes that are shipped as tables of f32, scaled so that the largest level is 1.

use super::{Holds, Provenance, Published};
use crate::design::Spacing;

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

const NF4: &str = "Dettmers et al., QLoRA, 2023; bitsandbytes, `get_4bit_type(\"nf4\")`";
const AF4: &str = "Yoshida, arXiv 2306.06965, 2023; bitsandbytes, `get_4bit_type(\"af4\")`";

const fn table(
    name: &'static str,
    reference: &'static str,
    levels: &'static [f64],
    digits: u32,
) -> Published {
    Published {
        name,
        reference,
        provenance: Provenance::Code,
        holds: Holds::Levels(levels),
        law: "gaussian",
        law_scale: 1.0,
        spacing: Spacing::LloydMax,
        zero: None,
        is_scale_free: true,
        digits,
    }
}

pub(super) const TABLES: &[Published] =
    &[table("nf4", NF4, &NF4_SHIPPED, 7), table("af4", AF4, &AF4_64, 7)];
