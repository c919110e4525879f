//! What was published for the normal law: levels, steps and distortions.

use super::{Holds, Provenance, Published};
use crate::design::Spacing;

const MAX: &str = "Max, Quantizing for minimum distortion, IRE Trans. Inf. Theory 6, 1960";
const EDMIPS: &str =
    "Cai and Vasconcelos, EdMIPS, Gaussian weight steps of the quantization module";
const TURBO: &str = "Zandieh et al., TurboQuant, arXiv 2504.19874, 2025";
const QDRANT: &str = "qdrant#8672, pasted table";
/// Its smaller tables are right: Lloyd's iteration was stopped early for this one.
const FAISS: &str = "faiss at 02dbb4e, `kLloydMaxCentroids8`: the distortion of its 256 levels";

/// A table for N(0,1).
const fn table(
    name: &'static str,
    reference: &'static str,
    provenance: Provenance,
    holds: Holds,
    (spacing, digits): (Spacing, u32),
) -> Published {
    Published {
        name,
        reference,
        provenance,
        holds,
        law: "gaussian",
        law_scale: 1.0,
        spacing,
        zero: None,
        is_scale_free: false,
        digits,
    }
}

/// Free levels, quoted from memory to four digits.
const fn max(name: &'static str, half: &'static [f64]) -> Published {
    table(name, MAX, Provenance::Recalled, Holds::PositiveHalf(half), (Spacing::LloydMax, 4))
}

const fn edmips(name: &'static str, step: f64, levels: usize, digits: u32) -> Published {
    let holds = Holds::Step { step, levels };
    table(name, EDMIPS, Provenance::Code, holds, (Spacing::Uniform, digits))
}

const fn turbo(name: &'static str, holds: Holds, digits: u32) -> Published {
    table(name, TURBO, Provenance::Paper, holds, (Spacing::LloydMax, digits))
}

const fn distortion(distortion: f64, levels: usize) -> Holds {
    Holds::Distortion { levels, distortion }
}

pub(super) const TABLES: &[Published] = &[
    max("max-2", &[0.7980]),
    max("max-4", &[0.4528, 1.510]),
    max("max-8", &[0.2451, 0.7560, 1.344, 2.152]),
    table(
        "max-uniform-4",
        MAX,
        Provenance::Recalled,
        Holds::Step { step: 0.9957, levels: 4 },
        (Spacing::Uniform, 4),
    ),
    edmips("edmips-gaussian-1", 1.596, 2, 4),
    edmips("edmips-gaussian-2", 0.996, 4, 3),
    edmips("edmips-gaussian-3", 0.586, 8, 3),
    edmips("edmips-gaussian-4", 0.336, 16, 3),
    table(
        "qdrant-2",
        QDRANT,
        Provenance::Code,
        Holds::PositiveHalf(&[0.4528, 1.510]),
        (Spacing::LloydMax, 4),
    ),
    turbo("turboquant-2", Holds::PositiveHalf(&[0.453, 1.51]), 3),
    turbo("turboquant-1-distortion", distortion(0.36, 2), 2),
    turbo("turboquant-2-distortion", distortion(0.117, 4), 3),
    turbo("turboquant-3-distortion", distortion(0.03, 8), 1),
    turbo("turboquant-4-distortion", distortion(0.009, 16), 1),
    table(
        "faiss-8-distortion",
        FAISS,
        Provenance::Code,
        distortion(6.2460e-5, 256),
        (Spacing::LloydMax, 5),
    ),
];
