//! Why numbers are not the parameters of a law.

use thiserror::Error;

/// Why numbers are not the parameters of a law.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DensityError {
    /// A location or a sample value is NaN or infinite.
    #[error("{what} is {given}; it must be a finite number")]
    NotFinite {
        /// The parameter.
        what: &'static str,
        /// What was given.
        given: f64,
    },
    /// A scale that is not a positive finite number.
    #[error("{what} is {given}; it must be a positive finite number")]
    NotPositive {
        /// The parameter.
        what: &'static str,
        /// What was given.
        given: f64,
    },
    /// A shape parameter below the range in which the law can be computed.
    #[error("{what} is {given}; it must be a finite number, at least {least}")]
    TooSmall {
        /// The parameter.
        what: &'static str,
        /// What was given.
        given: f64,
        /// The least value allowed.
        least: f64,
    },
    /// A law of a name that no family has.
    #[error("there is no law {given:?}; there are {known}, and --mixture for sums of them")]
    UnknownLaw {
        /// What was given.
        given: String,
        /// The names of all families.
        known: String,
    },
    /// A law whose parameters cannot be read.
    #[error("{given:?} does not name a law: {why}; write it like student-t(nu=5)")]
    Malformed {
        /// What was given.
        given: String,
        /// What is wrong with it.
        why: String,
    },
    /// Weights that leave some probability out, or count some twice.
    #[error("the weights of the mixture sum to {sum}; they must sum to 1")]
    WeightSum {
        /// Their sum.
        sum: f64,
    },
    /// An affine map that sends everything to one point.
    #[error("the scale is 0, which leaves no law; give a scale above or below 0")]
    ZeroScale,
    /// The ends of an interval in the wrong order.
    #[error("the law on ({low}, {high}] is empty; give a low end below the high end")]
    EmptyInterval {
        /// The low end.
        low: f64,
        /// The high end.
        high: f64,
    },
    /// A sample whose squares leave the range of f64.
    #[error(
        "the largest magnitude of the sample is {largest:e}; its squares need one from 1e-130 to 1e130: multiply the sample by a constant"
    )]
    Scale {
        /// The largest magnitude.
        largest: f64,
    },
    /// Weights whose sum is no number to divide by.
    #[error("the weights of the sample sum to {total:e}; give weights near 1")]
    Weights {
        /// Their sum.
        total: f64,
    },
    /// A weight that drowns in the others.
    #[error(
        "the value {value} has {share:e} of the weight of the sample; the least is 1e-20: leave it out"
    )]
    Share {
        /// The value.
        value: f64,
        /// Its weight over the sum of all.
        share: f64,
    },
    /// A sample without values.
    #[error("the sample is empty; a law needs at least one value")]
    EmptySample,
}

/// `given`, if it is a finite number.
pub(super) fn finite(what: &'static str, given: f64) -> Result<f64, DensityError> {
    if given.is_finite() { Ok(given) } else { Err(DensityError::NotFinite { what, given }) }
}

/// `given`, if it is positive and finite.
pub(super) fn positive(what: &'static str, given: f64) -> Result<f64, DensityError> {
    if given > 0.0 && given.is_finite() {
        Ok(given)
    } else {
        Err(DensityError::NotPositive { what, given })
    }
}

/// `given`, if it is finite and not below `least`.
pub(super) fn at_least(what: &'static str, given: f64, least: f64) -> Result<f64, DensityError> {
    if given >= least && given.is_finite() {
        Ok(given)
    } else {
        Err(DensityError::TooSmall { what, given, least })
    }
}
