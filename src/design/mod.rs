//! Floor 2: choosing a codebook for a law.

mod anderson;
mod certificate;
mod clip;
pub mod clipping;
mod companding;
mod draw;
mod entropy_coded;
mod exact;
mod half_wave;
mod lloyd_max;
mod lloyd_rate;
mod newton;
mod offset_grid;
mod power_of_two;
pub mod proof;
mod published;
mod rule;
mod scale;
mod search;
mod start;
mod uniform_step;
mod watch;

use std::fmt::Debug;

use thiserror::Error;

pub use anderson::anderson_steps;
pub use certificate::{Certificate, CertificateKind, certified, optimal};
pub use clip::{Clip, ClipCode, exact_clip};
pub use companding::Companding;
pub use entropy_coded::{EntropyCoded, EntropyCodedDesign};
pub use exact::Exact;
pub use half_wave::{HalfWave, Spacing, Zero};
pub use lloyd_max::{LloydMax, LloydStep, lloyd_steps};
pub use lloyd_rate::lloyd_rates;
pub use newton::{Newton, newton_steps};
pub use power_of_two::PowerOfTwoStep;
pub use published::{CAFFE_UNIFORM, Holds, Provenance, Published, collection, published};
pub use rule::{RULES, Rule};
pub use scale::{Scaled, best_power_of_two, best_scale, best_scale_and_offset};
pub use uniform_step::UniformStep;
pub use watch::{Watched, watch};

use crate::density::Density;
use crate::math::CompensatedSum;
use crate::quantizer::{Codebook, CodebookError};

/// A codebook with the evidence that it is what it claims to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Designed {
    /// The codebook.
    pub codebook: Codebook,
    /// `E (Q(X) - X)²`, in the unit of `x` squared.
    pub distortion: f64,
    /// Iterations used.
    pub rounds: u32,
    /// What is left of the optimality conditions of this design, in the unit of `x`: for free
    /// levels the largest distance of a level from its centroid, for a step how far it is from the
    /// step that its stationarity equation asks for.
    pub residual: f64,
}

/// Why no codebook came out.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DesignError {
    /// Fewer levels than the design can have.
    #[error("{given} levels were asked for; this design needs at least {least}")]
    TooFewLevels {
        /// Levels asked for.
        given: usize,
        /// The least number that makes sense.
        least: usize,
    },
    /// More levels than any design is allowed to hold in memory.
    #[error("{given} levels were asked for; at most {most} are supported")]
    TooManyLevels {
        /// Levels asked for.
        given: usize,
        /// The limit.
        most: usize,
    },
    /// A cell without probability has no centroid.
    #[error("cell {cell} of {cells} carries no probability; use fewer levels")]
    EmptyCell {
        /// Position of the cell, from 0.
        cell: usize,
        /// Number of cells.
        cells: usize,
    },
    /// A sample with fewer different values than levels.
    #[error(
        "the sample has {distinct} different values; {levels} levels need as many: ask for at most {distinct}"
    )]
    TooFewValues {
        /// Different values of the sample.
        distinct: usize,
        /// Levels asked for.
        levels: usize,
    },
    /// The iteration ran out of rounds.
    #[error(
        "not converged after {rounds} rounds: the last one still moved a level by {moved:e}; allow more rounds or use fewer levels"
    )]
    NotConverged {
        /// Rounds used.
        rounds: u32,
        /// The last movement, in the unit of `x`.
        moved: f64,
    },
    /// The law does not suit the design.
    #[error("{design} cannot be designed for {law}: {why}")]
    Unsuited {
        /// The design.
        design: &'static str,
        /// The law.
        law: String,
        /// The reason, and what to do instead.
        why: &'static str,
    },
    /// A parameter of the design that makes no sense.
    #[error("{what} of {given} was given; it must lie between {least:e} and {most}")]
    OutOfRange {
        /// What it is: `a rate in bits`.
        what: &'static str,
        /// What was given.
        given: f64,
        /// The least that is allowed.
        least: f64,
        /// The most that is allowed.
        most: f64,
    },
    /// No stationary quantizer has the rate that was asked for.
    #[error(
        "no entropy-constrained quantizer of {asked} bits was found; the nearest ones have {below} and {above}: ask for one of those, or give λ"
    )]
    RateNotReached {
        /// The rate asked for, in bits.
        asked: f64,
        /// The nearest rate below it.
        below: f64,
        /// The nearest rate above it.
        above: f64,
    },
    /// The iteration produced numbers that are not a codebook.
    #[error(transparent)]
    Codebook(#[from] CodebookError),
}

/// A rule that chooses a codebook of a given size for a law.
///
/// # Laws of the trait
///
/// Tested for every implementor in `tests/laws_of_design.rs`: no perturbed codebook of the same
/// family has less distortion; the design of `aX + b` is `a·Q + b` where the family allows it;
/// distortion falls when a level is added.
pub trait Design: Debug {
    /// The codebook with `levels` levels (zero included) for `law`.
    ///
    /// # Errors
    ///
    /// When the size or the law does not suit the design, or the iteration does not converge.
    fn design(&self, law: &dyn Density, levels: usize) -> Result<Designed, DesignError>;
}

/// The largest codebook that is designed: 2²⁰ levels, twenty bits.
pub const LEVELS_MAX: usize = 1 << 20;

fn check_size(given: usize, least: usize) -> Result<(), DesignError> {
    if given < least {
        Err(DesignError::TooFewLevels { given, least })
    } else if given > LEVELS_MAX {
        Err(DesignError::TooManyLevels { given, most: LEVELS_MAX })
    } else {
        Ok(())
    }
}

/// `E (Q(X) - X)²`, summed cell by cell from terms that are not negative.
///
/// For the half wave the law is that of `max(0, X)`: [`crate::density::Rectified`].
pub fn distortion(law: &dyn Density, codebook: &Codebook) -> f64 {
    codebook
        .cells()
        .map(|(cell, level)| law.moments_about(cell, level).second.max(0.0))
        .collect::<CompensatedSum>()
        .value()
}
