//! Tables that others printed or shipped, as data: who, where, what, for which law, to how many
//! digits.

mod clips;
mod formats;
mod gaussian;
mod half_wave;

pub use half_wave::CAFFE_UNIFORM;

use super::{Spacing, Zero};
use crate::quantizer::{Codebook, CodebookError};

/// Where a published number was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// Read in the source code of its authors, or of a project that ships it.
    Code,
    /// Printed in a paper, and quoted from there.
    Paper,
    /// Quoted from memory of the literature; its digits agree with ours, the page was not seen.
    Recalled,
}

/// What was published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Holds {
    /// All levels, increasing.
    Levels(&'static [f64]),
    /// The positive half of a symmetric codebook without a level 0, increasing.
    PositiveHalf(&'static [f64]),
    /// The positive half of a symmetric codebook that has the level 0 besides, increasing.
    PositiveHalfAndZero(&'static [f64]),
    /// The positive levels of a half-wave codebook, increasing; 0 is a level besides.
    HalfWave(&'static [f64]),
    /// The distance between neighbouring levels. On the half wave they are its multiples from 0 on,
    /// elsewhere they lie symmetrically about 0.
    Step {
        /// The step.
        step: f64,
        /// All levels, zero included where it is one.
        levels: usize,
    },
    /// The half range of a signed uniform code: inputs beyond it saturate.
    Clip {
        /// The half range.
        clip: f64,
        /// Bits of the code.
        bits: u32,
    },
    /// The least distortion that was reported.
    Distortion {
        /// All levels.
        levels: usize,
        /// `E (Q(X) - X)²`.
        distortion: f64,
    },
}

/// One published table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Published {
    /// As it is typed: `caffe-3ne`.
    pub name: &'static str,
    /// Who, where.
    pub reference: &'static str,
    /// How we know.
    pub provenance: Provenance,
    /// What.
    pub holds: Holds,
    /// The law it is meant for, as [`crate::density::LawSpec`] reads it.
    pub law: &'static str,
    /// That law is multiplied by this to be the one the table speaks of.
    pub law_scale: f64,
    /// Among which codebooks it is meant to be the best.
    pub spacing: Spacing,
    /// The zero convention it is used with; `None` off the half wave.
    pub zero: Option<Zero>,
    /// Whether only the ratios of the levels are meant, the scale being chosen by whoever uses it.
    pub is_scale_free: bool,
    /// Significant digits of the number with the fewest.
    pub digits: u32,
}

impl Published {
    /// The positive levels, increasing; none for a clip or a distortion.
    pub fn positive_levels(&self) -> Vec<f64> {
        match self.holds {
            Holds::Levels(levels) => levels.iter().copied().filter(|&level| level > 0.0).collect(),
            Holds::PositiveHalf(levels)
            | Holds::PositiveHalfAndZero(levels)
            | Holds::HalfWave(levels) => levels.to_vec(),
            Holds::Step { step, levels } => {
                let (count, first) = match (self.zero, levels % 2) {
                    (Some(_), _) => (levels.saturating_sub(1), 1.0),
                    (None, 0) => (levels / 2, 0.5),
                    (None, _) => (levels / 2, 1.0),
                };
                (0..count).map(|index| decimal((first + index as f64) * step)).collect()
            }
            Holds::Clip { .. } | Holds::Distortion { .. } => Vec::new(),
        }
    }

    /// The number of levels in all.
    pub fn len(&self) -> usize {
        match self.holds {
            Holds::Levels(levels) => levels.len(),
            Holds::PositiveHalf(levels) => 2 * levels.len(),
            Holds::PositiveHalfAndZero(levels) => 2 * levels.len() + 1,
            Holds::HalfWave(levels) => levels.len() + 1,
            Holds::Step { levels, .. } | Holds::Distortion { levels, .. } => levels,
            Holds::Clip { bits, .. } => 1 << bits,
        }
    }

    /// Whether there is nothing in it, which a test rules out.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The quantizer, thresholds by its zero convention; `None` for a clip or a distortion, which
    /// are not one.
    ///
    /// # Errors
    ///
    /// When the levels are not increasing, which a test rules out.
    pub fn codebook(&self) -> Result<Option<Codebook>, CodebookError> {
        let positive = self.positive_levels();
        let mirrored = |zero: bool| {
            let below = positive.iter().rev().map(|level| -level);
            let middle = zero.then_some(0.0);
            below.chain(middle).chain(positive.iter().copied()).collect()
        };
        let codebook = match (self.holds, self.zero) {
            (Holds::Clip { .. } | Holds::Distortion { .. }, _) => return Ok(None),
            (Holds::Levels(levels), _) => Codebook::nearest(levels.to_vec()),
            (_, Some(Zero::NonPositive)) => Codebook::half_wave(positive, 0.0),
            (_, Some(Zero::Cell)) => {
                let threshold = positive.first().map_or(0.0, |first| 0.5 * first);
                Codebook::half_wave(positive, threshold)
            }
            // The lowest level is free, so that it is listed with the others.
            (_, Some(Zero::Free)) => Codebook::nearest(positive),
            (Holds::PositiveHalfAndZero(_), None) => Codebook::nearest(mirrored(true)),
            (Holds::Step { levels, .. }, None) => Codebook::nearest(mirrored(levels % 2 == 1)),
            (Holds::PositiveHalf(_) | Holds::HalfWave(_), None) => {
                Codebook::nearest(mirrored(false))
            }
        };
        codebook.map(Some)
    }
}

/// The multiple of a decimal of few places, and not of the f64 nearest to it: `3 · 0.3217` is the
/// f64 nearest to 0.9651.
fn decimal(multiple: f64) -> f64 {
    (multiple * PLACES).round() / PLACES
}

/// Ten places: twice what anybody printed a step to, and exact in f64.
const PLACES: f64 = 1e10;

/// The whole collection, in the order of its files.
pub fn collection() -> impl Iterator<Item = &'static Published> {
    [half_wave::TABLES, gaussian::TABLES, formats::TABLES, clips::TABLES].into_iter().flatten()
}

/// The entry of that name.
pub fn published(name: &str) -> Option<&'static Published> {
    collection().find(|entry| entry.name == name)
}
