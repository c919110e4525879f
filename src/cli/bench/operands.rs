//! What is multiplied: signs, half-wave activations of a normal input, ladders that use all codes.

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use rand::distr::Distribution as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::bits::{Ladder, Ladders, SignMatrix, WeightPlanes};
use crate::quantizer::Codebook;
use crate::scheme::Forward;

/// A stream of its own for each matrix, so that one does not depend on the size of another.
pub(super) fn random(stream: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    random.set_stream(stream);
    random
}

/// Normal activations before they are quantized.
pub(super) fn activations(count: usize) -> Vec<f32> {
    StandardNormal.sample_iter(random(1)).take(count).collect()
}

/// Signs of either kind, equally often.
pub(super) fn signs(rows: usize, columns: usize) -> Result<(SignMatrix, Vec<f32>)> {
    let mut random = random(2);
    let draws = (0..rows * columns).map(|_| if random.random() { 1.0 } else { -1.0 });
    let values: Vec<f32> = draws.collect();
    Ok((SignMatrix::new(rows, columns, &values)?, values))
}

/// Small weights, drawn from few values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum WeightKind {
    /// -1 and 1
    #[default]
    Signs,
    /// -1, 0 and 1
    Ternary,
    /// -3, -1, 1 and 3
    TwoBit,
}

impl WeightKind {
    /// As it is typed.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Signs => "signs",
            Self::Ternary => "ternary",
            Self::TwoBit => "two-bit",
        }
    }

    /// Planes of bits that hold them.
    pub(super) fn planes(self) -> f64 {
        if self == Self::Signs { 1.0 } else { 2.0 }
    }

    /// Each value equally often: packed, and in f32.
    pub(super) fn draw(self, rows: usize, columns: usize) -> Result<(WeightPlanes, Vec<f32>)> {
        let values: &[i8] = match self {
            Self::Signs => {
                let (signs, values) = signs(rows, columns)?;
                return Ok(((&signs).into(), values));
            }
            Self::Ternary => &[-1, 0, 1],
            Self::TwoBit => &[-3, -1, 1, 3],
        };
        let mut random = random(2);
        let draw = |_| values[random.random_range(0..values.len())];
        let drawn: Vec<i8> = (0..rows * columns).map(draw).collect();
        let floating = drawn.iter().map(|&value| f32::from(value)).collect();
        Ok((WeightPlanes::new(rows, columns, &drawn)?, floating))
    }
}

/// The codebook of a half-wave quantizer for codes of `bits` bits.
pub(super) fn half_wave(forward: Forward, bits: u32) -> Result<Codebook> {
    let codebook = forward.codebook((1 << bits) - 1)?;
    codebook.context("a half-wave quantizer has levels")
}

/// The thresholds of a codebook, as networks round them.
pub(super) fn thresholds(codebook: &Codebook) -> Vec<f32> {
    #[expect(clippy::cast_possible_truncation, reason = "as the networks round them")]
    let rounded = codebook.thresholds().iter().map(|&threshold| threshold as f32).collect();
    rounded
}

/// Ladders for sums over `columns` codes of at most `most`: limits within the spread of the sums, so
/// that every code occurs; every other channel falls.
pub(super) fn ladders(bits: u32, most: f64, channels: usize, columns: usize) -> Result<Ladders> {
    let spread = (columns as f64).sqrt() * most / 2.5;
    let steps = 1_u32 << bits;
    #[expect(clippy::cast_possible_truncation, reason = "below the greatest sum, an i32")]
    let limit = |step: u32| ((f64::from(step) / f64::from(steps) - 0.5) * 2.0 * spread) as i64;
    let limits: Vec<i64> = (1..steps).map(limit).collect();
    let ladder = |channel: usize| Ladder { falling: channel % 2 == 1, limits: &limits };
    Ok(Ladders::new(bits, (0..channels).map(ladder))?)
}
