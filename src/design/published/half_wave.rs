//! What was published for the half wave: the paper's centres, and the steps of its successors.

use super::{Holds, Provenance, Published};
use crate::design::{Spacing, Zero};

/// The three levels of every released two-bit network of the paper.
pub const CAFFE_UNIFORM: [f64; 3] = [0.538, 1.076, 1.614];

const CAFFE: &str = "Cai et al., released Caffe models, `centers` of the Quant layers";
const EDMIPS: &str = "Cai and Vasconcelos, EdMIPS, half-wave steps of the quantization module";
/// The module rounds, but keeps the steps that are optimal without a zero cell.
const EDMIPS_ROUNDED: &str =
    "Cai and Vasconcelos, EdMIPS, half-wave steps as its `round` applies them";
const FORK: &str = "copies of EdMIPS with steps added for 5 to 8 bits";
const RIPTIDE: &str = "Riptide (jwfromm), stored half-wave clusters";

/// A table for the half wave of N(0,1), levels and steps in its standard deviations.
const fn table(
    name: &'static str,
    reference: &'static str,
    holds: Holds,
    (spacing, zero): (Spacing, Zero),
    digits: u32,
) -> Published {
    Published {
        name,
        reference,
        provenance: Provenance::Code,
        holds,
        law: "half-wave",
        law_scale: 1.0,
        spacing,
        zero: Some(zero),
        is_scale_free: false,
        digits,
    }
}

const fn step(step: f64, levels: usize) -> Holds {
    Holds::Step { step, levels }
}

const PAPER: (Spacing, Zero) = (Spacing::Uniform, Zero::NonPositive);
const ROUNDED: (Spacing, Zero) = (Spacing::Uniform, Zero::Cell);

pub(super) const TABLES: &[Published] = &[
    table("caffe-3ne", CAFFE, Holds::HalfWave(&CAFFE_UNIFORM), PAPER, 3),
    table(
        "caffe-2n",
        CAFFE,
        Holds::HalfWave(&[0.453, 1.51]),
        (Spacing::LloydMax, Zero::NonPositive),
        3,
    ),
    table("edmips-1", EDMIPS, step(0.799, 2), PAPER, 3),
    table("edmips-2", EDMIPS, step(0.538, 4), PAPER, 3),
    table("edmips-3", EDMIPS, step(0.3217, 8), PAPER, 4),
    table("edmips-4", EDMIPS, step(0.185, 16), PAPER, 3),
    table("edmips-1-rounded", EDMIPS_ROUNDED, step(0.799, 2), ROUNDED, 3),
    table("edmips-2-rounded", EDMIPS_ROUNDED, step(0.538, 4), ROUNDED, 3),
    table("edmips-3-rounded", EDMIPS_ROUNDED, step(0.3217, 8), ROUNDED, 4),
    table("edmips-4-rounded", EDMIPS_ROUNDED, step(0.185, 16), ROUNDED, 3),
    table("edmips-fork-5", FORK, step(0.104, 32), PAPER, 3),
    table("edmips-fork-6", FORK, step(0.058, 64), PAPER, 2),
    table("edmips-fork-7", FORK, step(0.033, 128), PAPER, 2),
    table("edmips-fork-8", FORK, step(0.019, 256), PAPER, 2),
    // Riptide has no level 0: the nearest cluster, all of them positive, on the positive half.
    Published {
        law: "half-normal",
        zero: None,
        ..table(
            "riptide-1",
            RIPTIDE,
            Holds::Levels(&[0.412, 1.429]),
            (Spacing::LloydMax, Zero::Free),
            3,
        )
    },
    Published {
        law: "half-normal",
        zero: None,
        ..table(
            "riptide-2",
            RIPTIDE,
            Holds::Levels(&[0.208, 0.639, 1.153, 1.943]),
            (Spacing::LloydMax, Zero::Free),
            3,
        )
    },
];
