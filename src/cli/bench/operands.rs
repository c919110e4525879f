//! What is multiplied: signs, half-wave activations of a normal input, ladders that use all codes.

use anyhow::{Context as _, Result};
use rand::distr::Distribution as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::bits::{Ladder, Ladders, SignMatrix};
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

/// The thresholds of the paper's uniform half-wave quantizer for codes of `bits` bits.
pub(super) fn thresholds(bits: u32) -> Result<Vec<f32>> {
    let codebook = Forward::Hwgq.codebook((1 << bits) - 1)?;
    let codebook = codebook.context("a half-wave quantizer has levels")?;
    #[expect(clippy::cast_possible_truncation, reason = "as the networks round them")]
    let rounded = codebook.thresholds().iter().map(|&threshold| threshold as f32).collect();
    Ok(rounded)
}

/// Ladders for sums over `columns` such codes: limits within the spread of the sums, so that every
/// code occurs; every other channel falls.
pub(super) fn ladders(bits: u32, channels: usize, columns: usize) -> Result<Ladders> {
    let most = f64::from((1_u32 << bits) - 1);
    let spread = (columns as f64).sqrt() * most / 2.5;
    let steps = 1_u32 << bits;
    #[expect(clippy::cast_possible_truncation, reason = "below the greatest sum, an i32")]
    let limit = |step: u32| ((f64::from(step) / f64::from(steps) - 0.5) * 2.0 * spread) as i64;
    let limits: Vec<i64> = (1..steps).map(limit).collect();
    let ladder = |channel: usize| Ladder { falling: channel % 2 == 1, limits: &limits };
    Ok(Ladders::new(bits, (0..channels).map(ladder))?)
}
