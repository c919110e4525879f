//! Four-bit codes that are shipped as tables of f32, scaled so that the largest level is 1.

use super::{Holds, Provenance, Published};
use crate::design::Spacing;
use crate::quantizer::format::{AF4_64, NF4_SHIPPED};

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
