//! Small floating point numbers: a sign, an exponent, a mantissa.

use super::{Format, Placement, Side, Template, mirrored_about_zero};

/// Which codes of a small float are not finite numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Specials {
    /// None: every code is a finite number.
    None,
    /// The code of all ones is NaN and nothing is infinite, as in OCP E4M3.
    OneNan,
    /// The largest exponent is for infinities and NaN, as in IEEE 754 and OCP E5M2.
    Ieee,
}

/// The non-negative values of a float with these many bits of exponent and mantissa, increasing,
/// with subnormal numbers and the exponent bias `2^(e-1) - 1`.
///
/// # Examples
///
/// ```
/// use hwgq::quantizer::format::{Specials, minifloat};
/// // OCP 8-bit Floating Point 1.0: the largest E4M3 number is 448, the largest E5M2 one 57344.
/// assert_eq!(minifloat(4, 3, Specials::OneNan).last(), Some(&448.0));
/// assert_eq!(minifloat(5, 2, Specials::Ieee).last(), Some(&57344.0));
/// ```
///
/// # Panics
///
/// When there is no bit of exponent, or more than 16 bits in all.
pub fn minifloat(exponent_bits: u32, mantissa_bits: u32, specials: Specials) -> Vec<f64> {
    assert!(exponent_bits > 0 && exponent_bits + mantissa_bits <= 16, "1 to 16 bits");
    let bias = (1_i32 << (exponent_bits - 1)) - 1;
    let steps = 1_u32 << mantissa_bits;
    let codes = 1_u32 << (exponent_bits + mantissa_bits);
    let finite = match specials {
        Specials::None => codes,
        Specials::OneNan => codes - 1,
        Specials::Ieee => codes - steps,
    };
    let value = |code: u32| {
        let (exponent, mantissa) = (code / steps, code % steps);
        let fraction = f64::from(mantissa) / f64::from(steps);
        // An exponent of 0 is read as 1 without the leading one.
        let leading = if exponent == 0 { 0.0 } else { 1.0 };
        libm::ldexp(leading + fraction, exponent.max(1).cast_signed() - bias)
    };
    (0..finite).map(value).collect()
}

const MX: &str = "OCP Microscaling Formats (MX) specification 1.0, 2023";
const LLM_FP4: &str = "Liu et al., LLM-FP4, EMNLP 2023";
const FP8: &str =
    "OCP 8-bit floating point specification 1.0, 2023; Micikevicius et al., FP8 formats, 2022";

const fn float(
    name: &'static str,
    formula: &'static str,
    citation: &'static str,
    bits: u32,
    template: fn(u32) -> Template,
) -> Format {
    Format {
        name,
        formula,
        citation,
        bits: bits..=bits,
        side: Side::Symmetric,
        placement: Placement::Scale,
        template,
    }
}

pub(super) const FORMATS: &[Format] = &[
    float("fp4-e2m1", "sign, 2 bits of exponent, 1 of mantissa; all finite", MX, 4, |_| {
        signed(2, 1, Specials::None)
    }),
    float("fp4-e3m0", "sign, 3 bits of exponent; all finite: powers of two", LLM_FP4, 4, |_| {
        signed(3, 0, Specials::None)
    }),
    float(
        "fp4-bnb",
        "0, ±1/192, ±1/6, ±1/4, ±1/3, ±1/2, ±2/3, ±1",
        "Dettmers, bitsandbytes, `get_4bit_type(\"fp4\")`",
        4,
        // In units of 1/12.
        |_| mirrored_about_zero(&[0.0625, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0]).into(),
    ),
    float("fp6-e2m3", "sign, 2 bits of exponent, 3 of mantissa; all finite", MX, 6, |_| {
        signed(2, 3, Specials::None)
    }),
    float("fp6-e3m2", "sign, 3 bits of exponent, 2 of mantissa; all finite", MX, 6, |_| {
        signed(3, 2, Specials::None)
    }),
    float("fp8-e4m3", "sign, 4 bits of exponent, 3 of mantissa; one NaN a sign", FP8, 8, |_| {
        signed(4, 3, Specials::OneNan)
    }),
    float(
        "fp8-e5m2",
        "sign, 5 bits of exponent, 2 of mantissa; infinities and NaN",
        FP8,
        8,
        |_| signed(5, 2, Specials::Ieee),
    ),
];

/// Both signs; the two zeros are one level.
fn signed(exponent_bits: u32, mantissa_bits: u32, specials: Specials) -> Template {
    mirrored_about_zero(&minifloat(exponent_bits, mantissa_bits, specials)[1..]).into()
}
