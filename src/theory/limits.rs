//! Rates of a law side by side: what is possible, and what quantizers reach.

use std::f64::consts::{E, PI};
use std::ops::RangeInclusive;

use serde::Serialize;

use super::{
    RateDistortion, RateDistortionError, assess, differential_entropy_bits, panter_dite_constant,
};
use crate::density::Density;
use crate::design::{Design as _, EntropyCoded, Newton};

/// Distortions at one rate, in the unit of `x` squared; `None` where there is no such bound or no
/// such quantizer.
///
/// Gaps are measured from the upper bound of `D(R)` at the same rate: how many bits fewer, or how
/// many decibel less distortion, some code of long blocks makes do with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LimitRow {
    /// The rate, in bits a sample.
    pub rate_bits: f64,
    /// No code has less distortion.
    pub shannon_lower: f64,
    /// Some codes come as near to this as one likes.
    pub shannon_upper: f64,
    /// `2^{2(h - R)}/(2πe)`: Shannon's lower bound.
    pub shannon_lower_bound: Option<f64>,
    /// The limit of Panter and Dite at `2^R` levels.
    pub panter_dite: Option<f64>,
    /// The Lloyd-Max quantizer of `2^R` levels.
    pub lloyd_max: Option<f64>,
    /// The entropy of its output, in bits.
    pub lloyd_max_entropy_bits: Option<f64>,
    /// Its distance from `D(R)` at the rate, in bits.
    pub lloyd_max_gap_bits: Option<f64>,
    /// The same, in decibel.
    pub lloyd_max_gap_db: Option<f64>,
    /// The entropy-constrained quantizer of this rate.
    pub ecsq: Option<f64>,
    /// How many levels it has.
    pub ecsq_levels: Option<usize>,
    /// Its distance from `D(R)`, in bits.
    pub ecsq_gap_bits: Option<f64>,
    /// The same, in decibel.
    pub ecsq_gap_db: Option<f64>,
}

/// The limits of `law` at each number of bits, lowest first.
///
/// # Errors
///
/// When the law is a sample, or a rate is out of range.
pub fn limits(
    law: &dyn Density,
    bits: RangeInclusive<u32>,
) -> impl Iterator<Item = Result<LimitRow, RateDistortionError>> + '_ {
    let mut curve = RateDistortion::new(law);
    let entropy = differential_entropy_bits(law);
    let fine = panter_dite_constant(law);
    bits.map(move |bits| {
        let rate_bits = f64::from(bits);
        let point = match &mut curve {
            Ok(curve) => curve.at_rate(rate_bits)?,
            Err(error) => return Err(error.clone()),
        };
        let levels = 1_usize << bits;
        let free = Newton::default().design(law, levels).ok();
        let coded = EntropyCoded::Rate(rate_bits).design(law).ok();
        let lloyd_max = free.as_ref().map(|free| free.distortion);
        let ecsq = coded.as_ref().map(|coded| coded.designed.distortion);
        let gap_db = |distortion: f64| 10.0 * libm::log10(distortion / point.upper);
        // In the place of the quantizer the slope is 6.02 dB a bit, nearly or exactly.
        let mut gap_bits = |distortion: Option<f64>| {
            let curve = curve.as_mut().ok()?;
            let upper = curve.rate_above_bits(distortion?).ok()?;
            Some(rate_bits - upper)
        };
        Ok(LimitRow {
            rate_bits,
            shannon_lower: point.lower,
            shannon_upper: point.upper,
            shannon_lower_bound: entropy
                .map(|h| libm::exp2(2.0 * (h - rate_bits)) / (2.0 * PI * E)),
            panter_dite: fine.map(|limit| limit / (levels as f64).powi(2)),
            lloyd_max,
            lloyd_max_entropy_bits: free.map(|free| assess(law, &free.codebook).entropy_bits),
            lloyd_max_gap_bits: gap_bits(lloyd_max),
            lloyd_max_gap_db: lloyd_max.map(gap_db),
            ecsq,
            ecsq_levels: coded.map(|coded| coded.designed.codebook.len()),
            ecsq_gap_bits: gap_bits(ecsq),
            ecsq_gap_db: ecsq.map(gap_db),
        })
    })
}
