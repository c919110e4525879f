//! Why a stream of numbers is not a sample.

use thiserror::Error;

use crate::density::DensityError;

/// Why a stream of numbers is not a sample.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SurveyError {
    /// NaN or infinities that nobody allowed to be skipped.
    #[error(
        "{nan} NaN and {infinite} infinite among {count} values, the first at position {first}; leave them out with --skip-non-finite"
    )]
    NonFinite {
        /// How many are NaN.
        nan: u64,
        /// How many are infinite.
        infinite: u64,
        /// Of how many values, these included.
        count: u64,
        /// Position of the first of them, from 0.
        first: u64,
    },
    /// Nothing there.
    #[error("there is no value; a fit needs at least two different ones")]
    Empty,
    /// Nothing but values that are left out.
    #[error("none of the {count} values is finite; a fit needs at least two different finite ones")]
    NothingFinite {
        /// How many there are.
        count: u64,
    },
    /// One value, however often.
    #[error("all {count} values are {value}; a fit needs at least two different ones")]
    Constant {
        /// The value.
        value: f64,
        /// How often.
        count: u64,
    },
    /// Fourth powers would leave the range of f64.
    #[error(
        "the largest magnitude is {largest:e}; fourth powers need one from 1e-70 to 1e70: multiply the data by a constant"
    )]
    Scale {
        /// The largest magnitude.
        largest: f64,
    },
    /// The second reading gave other numbers than the first.
    #[error("the data changed while they were read; fit a copy that stays the same")]
    Changed,
    /// No law of it.
    #[error(transparent)]
    Law(#[from] DensityError),
}
