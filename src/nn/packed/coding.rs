//! What codes stand for: the level of each, when there are sixteen at most.

use super::grid::Grid;
use crate::bits::BITS_MAX;
use crate::quantizer::{Codebook, Ties};

/// The most codes: those of four bits.
pub(super) const CODES_MAX: usize = 1 << BITS_MAX;

/// The level of each code, as the staircase writes it; NaN where there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coding {
    /// Bits of a code.
    pub(super) bits: u32,
    levels: [f32; CODES_MAX],
}

impl PartialEq for Coding {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits && self.levels.map(f32::to_bits) == other.levels.map(f32::to_bits)
    }
}

impl Coding {
    pub(super) fn new(bits: u32, levels: [f32; CODES_MAX]) -> Self {
        Self { bits, levels }
    }

    /// How the levels of a quantizer are written for what follows: on their grid, which a packed
    /// layer reads, and where there is none by their numbers; `None` when they are too many.
    pub(super) fn of(codebook: &Codebook) -> Option<Self> {
        if let Some(grid) = Grid::of(codebook) {
            return Some(grid.coding);
        }
        let mut levels = [f32::NAN; CODES_MAX];
        for (place, &level) in codebook.levels().iter().enumerate() {
            #[expect(clippy::cast_possible_truncation, reason = "as the staircase rounds it")]
            let level = level as f32;
            *levels.get_mut(place)? = level;
        }
        let bits = usize::BITS - (codebook.len() - 1).max(1).leading_zeros();
        Some(Self { bits, levels })
    }

    /// The level of a code; NaN where there is none.
    #[inline]
    pub(super) fn level(&self, code: u8) -> f32 {
        self.levels.get(usize::from(code)).copied().unwrap_or(f32::NAN)
    }

    /// The thresholds at which a quantizer's input gets the next code, as
    /// [`quantize`](crate::bits::quantize) asks them; `None` when no level has code 0.
    ///
    /// Between the codes of two levels there may be codes of none: a threshold repeated passes them
    /// over.
    pub(super) fn thresholds(&self, codebook: &Codebook) -> Option<Vec<f32>> {
        let codes: Vec<usize> = self.codes().collect();
        #[expect(clippy::cast_possible_truncation, reason = "as the staircase rounds it")]
        let rounded = codebook.thresholds().iter().map(|&threshold| threshold as f32);
        let thresholds: Vec<f32> = match codebook.ties() {
            Ties::Down => rounded.collect(),
            // To reach a threshold is to exceed the number before it.
            Ties::Up => rounded.map(f32::next_down).collect(),
        };
        let threshold = |code: usize| match codes.iter().position(|&above| above >= code) {
            Some(level) => thresholds.get(level.checked_sub(1)?).copied(),
            None => Some(f32::INFINITY),
        };
        (1..1 << self.bits).map(threshold).collect()
    }

    /// The code of each level, increasing.
    pub(super) fn codes(&self) -> impl Iterator<Item = usize> {
        (0..CODES_MAX).filter(|&code| !self.levels[code].is_nan())
    }
}
