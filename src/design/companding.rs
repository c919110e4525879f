//! Companding: compress, quantize evenly, expand.

use super::{Design, DesignError, Designed, check_size, distortion};
use crate::density::{Density, integrate_part};
use crate::math::{Interval, bracketed_root};
use crate::quantizer::Codebook;

/// A quantizer that is uniform behind a compressor `c`: thresholds `c⁻¹(i/N)`, levels
/// `c⁻¹((i + ½)/N)`.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::{Companding, Design};
/// let limit = 3.0_f64.sqrt() * std::f64::consts::PI / 2.0; // of N² D, Panter and Dite
/// let many = Companding::PanterDite.design(&Gaussian::STANDARD, 1024)?;
/// assert!((1024.0 * 1024.0 * many.distortion / limit - 1.0).abs() < 0.01);
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
///
/// # References
///
/// Bennett, Bell System Technical Journal 27, 1948; Panter and Dite, Proc. IRE 39, 1951; ITU-T
/// G.711 for the parameters of telephony.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Companding {
    /// The compressor that is best for many levels: `∫ p^{1/3}`.
    PanterDite,
    /// `sign(x) ln(1 + μ|x|/peak) / ln(1 + μ)` about the centre of the law, clipped at the peak.
    MuLaw {
        /// μ, above 0; 255 in telephony.
        mu: f64,
        /// Where it clips, in the unit of `x`.
        peak: f64,
    },
    /// `A|x|/peak` up to `1/A` of the peak, `1 + ln(A|x|/peak)` above, over `1 + ln A`.
    ALaw {
        /// A, at least 1; 87.6 in telephony.
        a: f64,
        /// Where it clips, in the unit of `x`.
        peak: f64,
    },
}

impl Design for Companding {
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError> {
        check_size(levels, 1)?;
        let twice = 2 * levels;
        let at: Vec<f64> = match *self {
            Self::PanterDite => panter_dite(law, twice)?,
            Self::MuLaw { mu, peak } => {
                positive("a peak", peak)?;
                positive("a parameter μ", mu)?;
                let expand =
                    |y: f64| peak / mu * libm::expm1(y.abs() * libm::log1p(mu)).copysign(y);
                symmetric(law, twice, expand)
            }
            Self::ALaw { a, peak } => {
                positive("a peak", peak)?;
                if !(1.0..=OF_A_LAW).contains(&a) {
                    let (least, most) = (1.0, OF_A_LAW);
                    return Err(DesignError::OutOfRange {
                        what: "a parameter A",
                        given: a,
                        least,
                        most,
                    });
                }
                let whole = 1.0 + libm::log(a);
                let expand = |y: f64| {
                    let part = y.abs() * whole;
                    let size = if part < 1.0 { part } else { libm::exp(part - 1.0) };
                    (peak / a * size).copysign(y)
                };
                symmetric(law, twice, expand)
            }
        };
        // Odd multiples of half a cell are levels, even ones thresholds.
        let levels = at.iter().step_by(2).copied().collect();
        let thresholds = at.iter().skip(1).step_by(2).copied().collect();
        let codebook = Codebook::new(levels, thresholds)?;
        let distortion = distortion(law, &codebook);
        Ok(Designed { codebook, distortion, rounds: 1, residual: 0.0 })
    }
}

const OF_A_LAW: f64 = 1e6;

fn positive(what: &'static str, given: f64) -> Result<(), DesignError> {
    if given > 0.0 && given < 1e150 {
        Ok(())
    } else {
        Err(DesignError::OutOfRange { what, given, least: f64::MIN_POSITIVE, most: 1e150 })
    }
}

/// The expanded positions `1/twice … 1 - 1/twice`, of a compressor onto -1..1 about the centre.
fn symmetric(law: &dyn Density, twice: usize, expand: impl Fn(f64) -> f64) -> Vec<f64> {
    let centre =
        law.centre().unwrap_or_else(|| law.moments(Interval::LINE).centroid().unwrap_or(0.0));
    (1..twice).map(|index| centre + expand(2.0 * index as f64 / twice as f64 - 1.0)).collect()
}

/// The same of the compressor of Panter and Dite.
fn panter_dite(law: &dyn Density, twice: usize) -> Result<Vec<f64>, DesignError> {
    let unsuited = |why| DesignError::Unsuited {
        design: "the Panter-Dite compressor",
        law: law.describe(),
        why,
    };
    if !law.atoms().is_empty() || law.as_empirical().is_some() {
        return Err(unsuited("it has atoms; use the Lloyd-Max design"));
    }
    if let Some(affine) = law.as_affine() {
        let mut points = panter_dite(affine.law(), twice)?;
        for x in &mut points {
            *x = affine.scale() * *x + affine.shift();
        }
        if affine.scale() < 0.0 {
            points.reverse();
        }
        return Ok(points);
    }
    let positions = (1..twice).map(|index| index as f64 / twice as f64);
    if let Some(points) = positions.clone().map(|position| law.compand(position)).collect() {
        return Ok(points);
    }
    march(law, positions, twice)
        .ok_or_else(|| unsuited("its outermost levels lie beyond f64; use fewer"))
}

/// The points at which `∫ p^{1/3}` reaches shares of its whole, in increasing order.
fn march(law: &dyn Density, shares: impl Iterator<Item = f64>, count: usize) -> Option<Vec<f64>> {
    let root = |ln_p: f64, _| libm::exp(ln_p / 3.0);
    let whole = integrate_part(law, Interval::LINE, 0.0, root);
    let part = |low: f64, high: f64| {
        integrate_part(law, Interval::new(low, high), whole / count as f64, root)
    };
    let support = law.support();
    let mean = law.moments(Interval::LINE).centroid()?;
    let width = law.moments_about(Interval::LINE, mean).second.sqrt();
    let mut points = Vec::with_capacity(count);
    let (mut near, mut reached) = (support.low, 0.0);
    for share in shares {
        let target = share * whole;
        if near.is_infinite() {
            // The first point of a law without a lowest one, from the middle.
            let below = |x: f64| part(f64::NEG_INFINITY, x) - target;
            let mut low = mean - width;
            while below(low) > 0.0 && low.abs() < 1e150 {
                low = mean + 2.0 * (low - mean);
            }
            near = bracketed_root(below, low, mean + 0.5 * width)?.x;
        } else {
            // From each point to the next: what lies between is a small integral.
            near = next_point(law, near, target - reached, (width / count as f64, whole), &part)?;
        }
        reached = target;
        points.push(near);
    }
    Some(points)
}

/// The point above `near` at which the integral from there reaches `target`.
fn next_point(
    law: &dyn Density,
    near: f64,
    target: f64,
    (mut step, whole): (f64, f64),
    part: &impl Fn(f64, f64) -> f64,
) -> Option<f64> {
    let end = law.support().high;
    let missing = |x: f64| part(near, x) - target;
    let mut high = (near + step).min(end);
    while missing(high) < 0.0 && high < end && step < 1e150 {
        step *= 2.0;
        high = (near + step).min(end);
    }
    // Newton's method knows the derivative; where it strays, the bracket holds.
    let mut x = near.midpoint(high);
    for _ in 0..8 {
        let off = missing(x);
        if off.abs() <= 1e-14 * whole {
            return Some(x);
        }
        let next = x - off / libm::exp(law.ln_pdf(x) / 3.0);
        if !(near < next && next < high) {
            break;
        }
        x = next;
    }
    Some(bracketed_root(missing, near, high)?.x)
}
