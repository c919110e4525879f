//! Integers: equally spaced levels.

use super::{Format, Placement, Side, Template, mirrored_about_zero};

const ACCELERATOR: &str = "Jacob et al., Quantization and training of neural networks for efficient integer-arithmetic-only inference, CVPR 2018";

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "sign",
        formula: "±α",
        citation: "Rastegari et al., XNOR-Net, ECCV 2016",
        bits: 1..=1,
        side: Side::Symmetric,
        placement: Placement::Scale,
        template: |_| vec![-1.0, 1.0].into(),
    },
    Format {
        name: "ternary",
        formula: "0, ±α",
        citation: "Li, Zhang and Liu, Ternary weight networks, 2016",
        bits: 2..=2,
        side: Side::Symmetric,
        placement: Placement::Scale,
        template: |_| vec![-1.0, 0.0, 1.0].into(),
    },
    Format {
        name: "int",
        formula: "0, ±1, …, ±(2^(b-1) - 1): the narrow range",
        citation: ACCELERATOR,
        bits: 3..=8,
        side: Side::Symmetric,
        placement: Placement::Scale,
        template: narrow,
    },
    Format {
        name: "int-full",
        formula: "-2^(b-1), …, 2^(b-1) - 1: two's complement",
        citation: ACCELERATOR,
        bits: 2..=8,
        side: Side::Lopsided,
        placement: Placement::Scale,
        template: |bits| two_s_complement(bits).into(),
    },
    Format {
        name: "int-affine",
        formula: "a + kΔ, k = 0, …, 2^b - 1, a and Δ real: a zero point that need not be an integer",
        citation: ACCELERATOR,
        bits: 1..=8,
        side: Side::Above,
        placement: Placement::ScaleAndOffset,
        template: |bits| from_zero(bits).into(),
    },
    Format {
        name: "fixed-point",
        formula: "k·2^-n, k = -2^(b-1), …, 2^(b-1) - 1: Qm.n with m = b - 1 - n",
        citation: "Lin, Talathi and Annapureddy, Fixed point quantization of deep convolutional networks, ICML 2016",
        bits: 2..=8,
        side: Side::Lopsided,
        placement: Placement::PowerOfTwoScale,
        template: |bits| two_s_complement(bits).into(),
    },
    Format {
        name: "uint",
        formula: "0, 1, …, 2^b - 1",
        citation: ACCELERATOR,
        bits: 1..=8,
        side: Side::Above,
        placement: Placement::Scale,
        template: |bits| from_zero(bits).into(),
    },
];

fn narrow(bits: u32) -> Template {
    let positive: Vec<f64> = (1..1_u32 << (bits - 1)).map(f64::from).collect();
    mirrored_about_zero(&positive).into()
}

fn two_s_complement(bits: u32) -> Vec<f64> {
    let half = 1_i32 << (bits - 1);
    (-half..half).map(f64::from).collect()
}

fn from_zero(bits: u32) -> Vec<f64> {
    (0..1_u32 << bits).map(f64::from).collect()
}
