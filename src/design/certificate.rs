//! The evidence that no other codebook of that size is better.

use serde::Serialize;

use super::newton::{Foot, Outlook, outlook};
use super::search::{self, search};
use super::{
    Design as _, DesignError, Designed, Exact, HalfWave, Newton, PowerOfTwoStep, Spacing,
    UniformStep, Zero,
};
use crate::density::{Affine, Density, Rectified};

/// What proves a codebook optimal, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateKind {
    /// Stationary, and the law is log-concave: it has one stationary codebook of each size.
    LogConcave,
    /// A search over all codebooks, with bounds on what it did not look at.
    Search,
    /// The second derivatives are positive definite: no codebook nearby is better.
    Local,
    /// Nothing beyond the residual: the family of codebooks has no theorem.
    Stationary,
}

/// Bounds on the least distortion of any codebook of the same size and zero convention.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Certificate {
    /// What the bounds rest on.
    pub kind: CertificateKind,
    /// Whether the codebook is proved to be the only optimal one.
    pub unique_global: bool,
    /// What is left of the optimality conditions, in the unit of `x`.
    pub residual: f64,
    /// No codebook has a smaller distortion; 0 where nothing better is known.
    pub lower_bound: f64,
    /// The distortion of the codebook itself, rounded up.
    pub upper_bound: f64,
}

impl Certificate {
    /// Of a codebook whose family has no theorem: its own distortion, and one that none can beat.
    pub(crate) fn stationary(designed: &Designed, lower_bound: f64) -> Self {
        Self {
            kind: CertificateKind::Stationary,
            unique_global: false,
            residual: designed.residual,
            lower_bound,
            upper_bound: designed.distortion * (1.0 + ROUNDING),
        }
    }
}

/// What a distortion is trusted to, as a share of it: golden values and proofs in thirty digits
/// differ by less than a sixth of this.
const ROUNDING: f64 = 1e-14;

/// The codebook of least distortion with `levels` levels, with the evidence that it is.
///
/// Without `zero` it is a quantizer of `X` itself: Lloyd-Max or symmetric uniform. With `zero` it is
/// a half-wave quantizer of `max(0, X)`, zero counted among the levels. Laws that are not
/// log-concave, for which Newton's method may end in one of several stationary codebooks, are
/// searched up to 64 levels.
///
/// # Errors
///
/// When the law does not suit the constraints, or there are too few or too many levels.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gamma;
/// use hwgq::design::{Spacing, certified};
/// // Two levels for a law with a pole: the symmetric codebook has the distortion 2/3.
/// let (best, certificate) = certified(&Gamma::new(0.5)?, Spacing::LloydMax, None, 2)?;
/// assert!(best.distortion < 0.5990 && certificate.lower_bound > 0.5989);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
///
/// Fleischer 1964, Trushkin 1982 and Kieffer 1983 for log-concave laws.
pub fn certified(
    law: &dyn Density,
    spacing: Spacing,
    zero: Option<Zero>,
    levels: usize,
) -> Result<(Designed, Certificate), DesignError> {
    if let Some(affine) = law.as_affine().filter(|affine| is_equivariant(affine, spacing, zero)) {
        let (designed, certificate) = certified(affine.law(), spacing, zero, levels)?;
        let scale = affine.scale();
        let stretched = match zero {
            // Its first threshold is not a midpoint, and has to stay.
            Some(_) => Designed {
                codebook: designed.codebook.stretched(scale, 0.0)?,
                distortion: scale * (scale * designed.distortion),
                residual: scale * designed.residual,
                rounds: designed.rounds,
            },
            None => super::newton::stretched(&designed, affine)?,
        };
        let certificate = Certificate {
            residual: stretched.residual,
            lower_bound: scale * (scale * certificate.lower_bound),
            upper_bound: scale * (scale * certificate.upper_bound),
            ..certificate
        };
        return Ok((stretched, certificate));
    }
    match (spacing, zero) {
        (Spacing::Uniform | Spacing::PowerOfTwo, _) => {
            let designed = match (spacing, zero) {
                (_, Some(zero)) => HalfWave { spacing, zero }.design(law, levels)?,
                (Spacing::PowerOfTwo, None) => PowerOfTwoStep.design(law, levels)?,
                (_, None) => UniformStep.design(law, levels)?,
            };
            let free = certified(law, Spacing::LloydMax, zero, levels)?.1;
            let certificate = Certificate::stationary(&designed, free.lower_bound);
            Ok((designed, certificate))
        }
        (Spacing::LloydMax, None) => match law.as_empirical() {
            Some(sample) => Exact.certified(sample, levels),
            None => whole(law, levels),
        },
        (Spacing::LloydMax, Some(Zero::Free)) => {
            let target = Rectified::of(law);
            let designed = HalfWave { spacing, zero: Zero::Free }.design(law, levels)?;
            if levels > search::LEVELS_MAX {
                return Ok(local(&target, Foot::Open, designed));
            }
            let found = search(&target, levels)?;
            let lower_bound = found.lower_bound.min(designed.distortion);
            Ok(searched(designed, lower_bound))
        }
        (Spacing::LloydMax, Some(zero)) => {
            let designed = HalfWave { spacing, zero }.design(law, levels)?;
            let foot = if zero == Zero::Cell { Foot::Level(0.0) } else { Foot::Threshold(0.0) };
            // Mirrored, what lies above 0 is a law of its own: log-concave if it falls throughout.
            let is_falling = law.ln_pdf_change(1e-9, 1e-9) <= 0.0;
            let is_unique = law.is_log_concave_above_zero() && (zero != Zero::Cell || is_falling);
            Ok(if is_unique {
                log_concave(law, foot, designed, 1.0)
            } else {
                local(law, foot, designed)
            })
        }
    }
}

/// Whether the best codebook of a stretched law is the stretched best codebook.
fn is_equivariant(affine: &Affine, spacing: Spacing, zero: Option<Zero>) -> bool {
    let keeps_zero = affine.shift() == 0.0 && affine.scale() > 0.0;
    spacing != Spacing::PowerOfTwo && (zero.is_none() || keeps_zero)
}

/// The codebook of [`certified`] alone.
///
/// # Errors
///
/// As for [`certified`].
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::{Spacing, Zero, optimal};
/// let paper = optimal(&Gaussian::STANDARD, Spacing::Uniform, Some(Zero::NonPositive), 4)?;
/// assert!((paper.codebook.levels()[1] - 0.538).abs() < 1e-3); // the released Caffe models
/// # Ok::<(), hwgq::design::DesignError>(())
/// ```
pub fn optimal(
    law: &dyn Density,
    spacing: Spacing,
    zero: Option<Zero>,
    levels: usize,
) -> Result<Designed, DesignError> {
    certified(law, spacing, zero, levels).map(|(designed, _)| designed)
}

/// The best codebook for the whole of a law with a density.
fn whole(law: &dyn Density, levels: usize) -> Result<(Designed, Certificate), DesignError> {
    let foot = Foot::of(law, levels);
    if law.is_log_concave() {
        let designed = Newton::default().design(law, levels)?;
        // A symmetric quantizer is looked at on one side.
        let copies = if law.centre().is_some() && foot != Foot::Open { 2.0 } else { 1.0 };
        return Ok(log_concave(law, foot, designed, copies));
    }
    if levels <= search::LEVELS_MAX {
        let found = search(law, levels)?;
        return Ok(searched(found.designed, found.lower_bound));
    }
    let designed = Newton::default().design(law, levels)?;
    Ok(local(law, foot, designed))
}

fn searched(designed: Designed, lower_bound: f64) -> (Designed, Certificate) {
    let certificate = Certificate {
        kind: CertificateKind::Search,
        unique_global: false,
        residual: designed.residual,
        lower_bound,
        upper_bound: designed.distortion * (1.0 + ROUNDING),
    };
    (designed, certificate)
}

/// Bounds a share of the distortion apart, and what the levels may still gain.
fn bounded(
    designed: Designed,
    kind: CertificateKind,
    rounding: f64,
    gain: f64,
) -> (Designed, Certificate) {
    let certificate = Certificate {
        kind,
        unique_global: kind == CertificateKind::LogConcave,
        residual: designed.residual,
        lower_bound: ((designed.distortion - gain) * (1.0 - rounding)).max(0.0),
        upper_bound: designed.distortion * (1.0 + rounding),
    };
    (designed, certificate)
}

fn log_concave(
    law: &dyn Density,
    foot: Foot,
    designed: Designed,
    copies: f64,
) -> (Designed, Certificate) {
    let above = free_levels(&designed, foot);
    let gain = match outlook(law, foot, above) {
        // Levels that are off by no more than m cost at most m² in all.
        Some(Outlook { move_left: Some(m), .. }) => copies * m * m,
        _ => 0.0,
    };
    bounded(designed, CertificateKind::LogConcave, ROUNDING, gain)
}

fn local(law: &dyn Density, foot: Foot, designed: Designed) -> (Designed, Certificate) {
    let above = free_levels(&designed, foot);
    let is_local = outlook(law, foot, above).is_some_and(|outlook| outlook.is_convex);
    let kind = if is_local { CertificateKind::Local } else { CertificateKind::Stationary };
    let gain = designed.distortion;
    bounded(designed, kind, ROUNDING, gain)
}

fn free_levels(designed: &Designed, foot: Foot) -> &[f64] {
    let levels = designed.codebook.levels();
    match foot {
        Foot::Open => levels,
        Foot::Threshold(position) | Foot::Level(position) => {
            &levels[levels.partition_point(|&level| level <= position)..]
        }
    }
}
