//! Number formats: the levels that a code of so many bits can stand for, before scaling.

mod float;
mod integer;
mod power_of_two;
mod quantile;
mod tables;

use std::ops::RangeInclusive;

use thiserror::Error;

pub use float::{Specials, minifloat};
pub use tables::{AF4_64, NF4_SHIPPED};

use super::{Codebook, CodebookError};

/// What may be chosen when a format is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// One factor, any positive number.
    Scale,
    /// One factor, a power of two.
    PowerOfTwoScale,
    /// A factor and an offset, any real numbers: an integer code with a zero point.
    ScaleAndOffset,
}

/// Which inputs a format is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Levels on both sides of 0, each the negative of another.
    Symmetric,
    /// Levels on both sides of 0, not mirrored.
    Lopsided,
    /// No level below 0: for laws that have nothing there.
    Above,
}

/// A number format, at all the sizes it has.
#[derive(Debug, Clone)]
pub struct Format {
    /// `fp4-e2m1`; formats of several sizes are named without the number of bits.
    pub name: &'static str,
    /// The levels in a formula.
    pub formula: &'static str,
    /// Who defined it, where.
    pub citation: &'static str,
    /// The sizes, in bits of a code.
    pub bits: RangeInclusive<u32>,
    /// Which inputs it is meant for.
    pub side: Side,
    /// What may be chosen.
    pub placement: Placement,
    template: fn(u32) -> Template,
}

/// Levels, and thresholds where they are not the midpoints.
struct Template {
    levels: Vec<f64>,
    thresholds: Option<Vec<f64>>,
}

impl From<Vec<f64>> for Template {
    fn from(levels: Vec<f64>) -> Self {
        Self { levels, thresholds: None }
    }
}

/// Why a format has no codebook.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FormatError {
    /// It does not come in that size.
    #[error("{format} has {least} to {most} bits; {given} were asked for")]
    Bits {
        /// The format.
        format: &'static str,
        /// Bits asked for.
        given: u32,
        /// Its smallest size.
        least: u32,
        /// Its largest size.
        most: u32,
    },
    /// Its levels are not a codebook, which a test rules out.
    #[error(transparent)]
    Codebook(#[from] CodebookError),
}

impl Format {
    /// The levels of a code of `bits` bits before scaling, with thresholds at midpoints unless the
    /// format rounds otherwise.
    ///
    /// # Errors
    ///
    /// When the format does not come in that size.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::quantizer::format;
    /// let e2m1 = format::named("fp4-e2m1").unwrap().codebook(4)?;
    /// // OCP Microscaling Formats 1.0, section 5.3.3.
    /// assert_eq!(e2m1.levels()[7..], [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0]);
    /// # Ok::<(), hwgq::quantizer::format::FormatError>(())
    /// ```
    pub fn codebook(&self, bits: u32) -> Result<Codebook, FormatError> {
        if !self.bits.contains(&bits) {
            let (least, most) = (*self.bits.start(), *self.bits.end());
            return Err(FormatError::Bits { format: self.name, given: bits, least, most });
        }
        let Template { levels, thresholds } = (self.template)(bits);
        Ok(match thresholds {
            None => Codebook::nearest(levels)?,
            Some(thresholds) => Codebook::new(levels, thresholds)?,
        })
    }

    /// The name with the size, where the format has several: `int 4`.
    pub fn title(&self, bits: u32) -> String {
        if self.bits.start() == self.bits.end() {
            self.name.to_owned()
        } else {
            format!("{} {bits}", self.name)
        }
    }
}

/// Every format; adding to one of these lists is all it takes to add one.
pub fn all() -> impl Iterator<Item = &'static Format> {
    let lists = [integer::FORMATS, power_of_two::FORMATS, float::FORMATS, tables::FORMATS];
    lists.into_iter().flatten()
}

/// The format of that name.
pub fn named(name: &str) -> Option<&'static Format> {
    all().find(|format| format.name == name)
}

/// The positive levels, their negatives, and 0.
fn mirrored_about_zero(positive: &[f64]) -> Vec<f64> {
    let below = positive.iter().rev().map(|level| -level);
    below.chain([0.0]).chain(positive.iter().copied()).collect()
}
