//! Integer thresholds, one ladder a channel: a batch norm and a quantizer, folded.

use std::sync::OnceLock;

use super::codes::{check_bits, code_max};
use super::error::BitsError;
use super::kernel::Climb;
use super::steps::Steps;

/// What becomes of the sums of each channel: `code = #{ i : direction·sum >= limit_i }`.
///
/// A ladder has `2^bits - 1` limits, which never fall, and a direction: 1 where larger sums have
/// larger codes, -1 where a negative batch norm scale turned them round. A limit above every sum is
/// never reached, so a quantizer of fewer levels repeats it.
#[derive(Debug, Clone)]
pub struct Ladders {
    // Invariant: in `1..=BITS_MAX`.
    bits: u32,
    // Invariant: one a channel.
    falling: Vec<bool>,
    // Invariant: `steps()` a channel, channel after channel, each never falling.
    limits: Vec<i64>,
    // The same in other forms, made when one is first asked for: products of a few rows take no
    // longer than making them.
    steps: OnceLock<Steps>,
    climb: OnceLock<Climb>,
}

impl PartialEq for Ladders {
    fn eq(&self, other: &Self) -> bool {
        (self.bits, &self.falling, &self.limits) == (other.bits, &other.falling, &other.limits)
    }
}

impl Eq for Ladders {}

/// The ladder of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder<'a> {
    /// Whether larger sums have smaller codes.
    pub falling: bool,
    /// The least `direction·sum` of each code above 0, never falling.
    pub limits: &'a [i64],
}

impl Ladder<'_> {
    /// The code of a sum.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a ladder has fifteen limits at most")]
    pub fn code(&self, sum: i32) -> u8 {
        let climbed = if self.falling { -i64::from(sum) } else { i64::from(sum) };
        self.limits.iter().filter(|&&limit| limit <= climbed).count() as u8
    }
}

impl Ladders {
    /// The ladders of channels in order, for codes of `bits` bits.
    ///
    /// # Errors
    ///
    /// When codes of so many bits cannot be packed, or a ladder has not `2^bits - 1` limits that
    /// never fall.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::bits::{Ladder, Ladders};
    /// let rising = Ladder { falling: false, limits: &[-4, 0, 9] };
    /// let falling = Ladder { falling: true, limits: &[-4, 0, 9] };
    /// let ladders = Ladders::new(2, [rising, falling])?;
    /// assert_eq!((ladders.ladder(0).code(8), ladders.ladder(1).code(8)), (2, 0));
    /// # Ok::<(), hwgq::bits::BitsError>(())
    /// ```
    pub fn new<'a>(
        bits: u32,
        ladders: impl IntoIterator<Item = Ladder<'a>>,
    ) -> Result<Self, BitsError> {
        check_bits(bits)?;
        let steps = code_max(bits) as usize;
        let (steps_form, climb) = (OnceLock::new(), OnceLock::new());
        let (falling, limits) = (Vec::new(), Vec::new());
        let mut all = Self { bits, falling, limits, steps: steps_form, climb };
        for (channel, ladder) in ladders.into_iter().enumerate() {
            if ladder.limits.len() != steps || !ladder.limits.is_sorted() {
                return Err(BitsError::NotALadder { channel, bits, steps });
            }
            all.falling.push(ladder.falling);
            all.limits.extend_from_slice(ladder.limits);
        }
        Ok(all)
    }

    /// Bits of a code.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// How many channels.
    pub fn channels(&self) -> usize {
        self.falling.len()
    }

    /// The ladder of a channel.
    ///
    /// # Panics
    ///
    /// When there is no such channel.
    pub fn ladder(&self, channel: usize) -> Ladder<'_> {
        let steps = code_max(self.bits) as usize;
        Ladder { falling: self.falling[channel], limits: &self.limits[channel * steps..][..steps] }
    }

    /// As steps, for finished sums.
    pub(super) fn steps(&self) -> &Steps {
        self.steps.get_or_init(|| Steps::new(self))
    }

    /// In the form of the one kernel that has a form of its own.
    pub(super) fn climb(&self, make: impl FnOnce() -> Climb) -> &Climb {
        self.climb.get_or_init(make)
    }
}
