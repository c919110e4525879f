//! Ways to a codebook for a sample, each with what it costs.

use crate::density::fit::Fitted;
use crate::density::{Density, Gaussian, Rectified, Sample, Survey};
use crate::design::clipping::{Code, calibrations};
use crate::design::{DesignError, Spacing, Zero, distortion, optimal};
use crate::math::Interval;
use crate::quantizer::Codebook;

/// Where a codebook comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The values themselves: no codebook of that size is better.
    Optimum,
    /// A law that stands for them, free levels.
    Law,
    /// A rule for the clip of an integer code, levels one step apart.
    Calibrator,
}

impl Origin {
    /// As printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Optimum => "optimum",
            Self::Law => "law",
            Self::Calibrator => "calibrator",
        }
    }
}

/// A codebook applied to the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    /// As printed.
    pub name: String,
    /// Where the codebook comes from.
    pub origin: Origin,
    /// The largest magnitude that is not clipped, of calibrators.
    pub clip: Option<f64>,
    /// The codebook.
    pub codebook: Codebook,
    /// `E (Q(X) - X)²`, in the unit of `x` squared.
    pub distortion: f64,
    /// The most by which the distortion may be off because the values were binned; 0 otherwise.
    pub uncertainty: f64,
    /// `10 log₁₀(E X²/D)`, in decibel; infinite when nothing is lost.
    pub sqnr_db: f64,
}

impl Method {
    fn new(
        sample: &Sample,
        (name, origin): (impl Into<String>, Origin),
        clip: Option<f64>,
        codebook: Codebook,
    ) -> Self {
        let distortion = distortion(sample.law(), &codebook);
        let power = sample.law().moments(Interval::LINE).second;
        Self {
            name: name.into(),
            origin,
            clip,
            distortion,
            uncertainty: uncertainty(sample, &codebook),
            sqnr_db: 10.0 * libm::log10(power / distortion),
            codebook,
        }
    }
}

fn uncertainty(sample: &Sample, codebook: &Codebook) -> f64 {
    let Sample::Binned(histogram) = sample else { return 0.0 };
    let neighbours = codebook.levels().windows(2).zip(codebook.thresholds());
    neighbours.map(|(pair, &t)| histogram.uncertainty(t, pair[0], pair[1])).sum()
}

/// Every method, and what was left out, each with the reason.
pub(super) fn methods(
    survey: &Survey,
    sample: &Sample,
    best_law: Option<&Fitted>,
    bits: u32,
) -> Result<(Vec<Method>, Vec<String>), DesignError> {
    let levels = 1_usize << bits;
    let best = optimal(sample.points(), Spacing::LloydMax, None, levels)?.codebook;
    let mut found =
        vec![Method::new(sample, ("optimal for the data", Origin::Optimum), None, best)];
    let mut left_out = Vec::new();
    let (name, gaussian) = assumed(survey, sample, levels);
    let mut add = |name: String, designed: Result<Codebook, DesignError>| match designed {
        Ok(codebook) => found.push(Method::new(sample, (name, Origin::Law), None, codebook)),
        Err(error) => left_out.push(format!("{name}: {error}")),
    };
    if let Some(fitted) = best_law {
        add(format!("best law: {}", fitted.family), of_law(&*fitted.law, levels));
    }
    add(name.to_owned(), gaussian);
    let code = Code { bits, signed: survey.negatives > 0 };
    for rule in calibrations(sample, code)? {
        let name = (rule.name, Origin::Calibrator);
        found.push(Method::new(sample, name, Some(rule.clip), rule.codebook));
    }
    Ok((found, left_out))
}

/// The name of the normal assumption.
pub(super) const GAUSSIAN: [&str; 2] = ["Gaussian", "half-wave Gaussian"];

/// The best codebook of the normal law that one would assume: with its atom at 0 for data that have
/// one and nothing below, else of the same mean and variance.
fn assumed(
    survey: &Survey,
    sample: &Sample,
    levels: usize,
) -> (&'static str, Result<Codebook, DesignError>) {
    let unsuited = |error: crate::density::DensityError| DesignError::Unsuited {
        design: "the normal codebook",
        law: error.to_string(),
        why: "its scale is out of range",
    };
    if survey.negatives == 0 && sample.atom_at_zero() > 0.0 {
        let above = sample.law().moments(Interval::new(0.0, f64::INFINITY));
        let sigma = (above.second / above.mass).sqrt();
        let law = Gaussian::new(0.0, sigma).map_err(unsuited);
        return (GAUSSIAN[1], law.and_then(|law| of_law(&Rectified::of(law), levels)));
    }
    let law = Gaussian::new(survey.mean, survey.deviation()).map_err(unsuited);
    (GAUSSIAN[0], law.and_then(|law| of_law(&law, levels)))
}

/// The best codebook of a law; of one with an atom at 0 the zero level is free like the others.
fn of_law(law: &dyn Density, levels: usize) -> Result<Codebook, DesignError> {
    let zero = (!law.atoms().is_empty()).then_some(Zero::Free);
    Ok(optimal(law, Spacing::LloydMax, zero, levels)?.codebook)
}
