//! Levels and steps that others printed or shipped, as data.

/// Where a published number was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// Read in the source code of its authors.
    Code,
    /// Quoted from memory of the literature; its digits agree with ours, the page was not seen.
    Recalled,
}

/// The upper half of a codebook as somebody published it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    /// `caffe-3ne`.
    pub name: &'static str,
    /// Who, where.
    pub reference: &'static str,
    /// How we know.
    pub provenance: Provenance,
    /// The positive levels, increasing, in standard deviations.
    pub positive_levels: &'static [f64],
    /// Which law and convention they are meant for.
    pub meant_for: &'static str,
}

/// The three levels of every released two-bit network of the paper.
pub const CAFFE_UNIFORM: [f64; 3] = [0.538, 1.076, 1.614];

const CAFFE: &str = "Cai et al., released Caffe models, `centers` of the Quant layers";
const EDMIPS: &str = "Cai and Vasconcelos, EdMIPS, half-wave steps of the quantization module";
const MAX: &str = "Max, Quantizing for minimum distortion, IRE Trans. Inf. Theory 6, 1960";
const HALF_WAVE: &str = "half wave of N(0,1), t₁ = 0";
/// `EdMIPS` rounds, but keeps the steps that are optimal without a zero cell.
const HALF_WAVE_ROUNDED: &str = "half wave of N(0,1), t₁ = 0; applied there with a zero cell";
const GAUSSIAN: &str = "N(0,1), symmetric, Lloyd-Max";
const GAUSSIAN_UNIFORM: &str = "N(0,1), symmetric, uniform";

/// All of them.
pub const PUBLISHED: &[Published] = &[
    Published {
        name: "caffe-3ne",
        reference: CAFFE,
        provenance: Provenance::Code,
        positive_levels: &CAFFE_UNIFORM,
        meant_for: HALF_WAVE,
    },
    Published {
        name: "caffe-2n",
        reference: CAFFE,
        provenance: Provenance::Code,
        positive_levels: &[0.453, 1.51],
        meant_for: HALF_WAVE,
    },
    Published {
        name: "edmips-1",
        reference: EDMIPS,
        provenance: Provenance::Code,
        positive_levels: &[0.799],
        meant_for: HALF_WAVE_ROUNDED,
    },
    Published {
        name: "edmips-2",
        reference: EDMIPS,
        provenance: Provenance::Code,
        positive_levels: &CAFFE_UNIFORM,
        meant_for: HALF_WAVE_ROUNDED,
    },
    Published {
        name: "edmips-3",
        reference: EDMIPS,
        provenance: Provenance::Code,
        positive_levels: &[0.3217, 0.6434, 0.9651, 1.2868, 1.6085, 1.9302, 2.2519],
        meant_for: HALF_WAVE_ROUNDED,
    },
    Published {
        name: "edmips-4",
        reference: EDMIPS,
        provenance: Provenance::Code,
        positive_levels: &[
            0.185, 0.37, 0.555, 0.74, 0.925, 1.11, 1.295, 1.48, 1.665, 1.85, 2.035, 2.22, 2.405,
            2.59, 2.775,
        ],
        meant_for: HALF_WAVE_ROUNDED,
    },
    Published {
        name: "max-2",
        reference: MAX,
        provenance: Provenance::Recalled,
        positive_levels: &[0.7980],
        meant_for: GAUSSIAN,
    },
    Published {
        name: "max-4",
        reference: MAX,
        provenance: Provenance::Recalled,
        positive_levels: &[0.4528, 1.510],
        meant_for: GAUSSIAN,
    },
    Published {
        name: "max-8",
        reference: MAX,
        provenance: Provenance::Recalled,
        positive_levels: &[0.2451, 0.7560, 1.344, 2.152],
        meant_for: GAUSSIAN,
    },
    Published {
        name: "max-uniform-4",
        reference: MAX,
        provenance: Provenance::Recalled,
        positive_levels: &[0.497_85, 1.493_55],
        meant_for: GAUSSIAN_UNIFORM,
    },
];

/// The entry of that name.
pub fn published(name: &str) -> Option<&'static Published> {
    PUBLISHED.iter().find(|entry| entry.name == name)
}
