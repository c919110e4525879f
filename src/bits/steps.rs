//! Ladders as the steps of all channels side by side, for finished sums.

use pulp::{Arch, NullaryFnOnce};

use super::codes::{code_max, pack, width};
use super::kernel::Encoder;
use super::ladders::Ladders;

/// Channels that are encoded together.
const CHUNK: usize = 32;

/// The limits of ladders in 32 bits, step after step.
///
/// A falling channel compares `!sum = -sum - 1` with `limit - 1`, so that both directions are one
/// exclusive or and a comparison. The sums of a product lie strictly between the ends of the `i32`,
/// so a limit beyond them may be moved to the end.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    bits: u32,
    channels: usize,
    /// -1 where a channel falls, else 0.
    flips: Vec<i32>,
    /// `channels` limits for each step.
    limits: Vec<i32>,
    encoder: Option<Encoder>,
}

impl Steps {
    /// The steps of `ladders`.
    pub(super) fn new(ladders: &Ladders) -> Self {
        let (bits, channels) = (ladders.bits(), ladders.channels());
        let limits = (0..code_max(bits) as usize).flat_map(|step| {
            (0..channels).map(move |channel| {
                let ladder = ladders.ladder(channel);
                let limit = ladder.limits[step].saturating_sub(i64::from(ladder.falling));
                i32::try_from(limit).unwrap_or(if limit < 0 { i32::MIN } else { i32::MAX })
            })
        });
        let flips = (0..channels).map(|channel| -i32::from(ladders.ladder(channel).falling));
        let encoder = Encoder::detect();
        Self { bits, channels, flips: flips.collect(), limits: limits.collect(), encoder }
    }

    /// Writes the codes of rows of sums, one a channel, as streams of `stride` bytes, whole words of
    /// eight.
    pub(super) fn encode(&self, sums: &[i32], (output, stride): (&mut [u8], usize)) {
        if let Some(encoder) = self.encoder {
            return encoder.encode(sums, &self.flips, &self.limits, (output, stride));
        }
        let rows = sums.chunks_exact(self.channels).zip(output.chunks_exact_mut(stride));
        for (sums, stream) in rows {
            Arch::new().dispatch(Encode { steps: self, sums, stream });
        }
    }
}

/// The codes of a row, compiled once for each instruction set.
struct Encode<'a> {
    steps: &'a Steps,
    sums: &'a [i32],
    stream: &'a mut [u8],
}

impl NullaryFnOnce for Encode<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "else it is compiled for the oldest processor")]
    fn call(self) {
        let Self { steps: Steps { flips, limits, channels, bits, .. }, sums, stream } = self;
        let width = width(*bits);
        let targets = stream.chunks_mut(CHUNK * width / 8);
        for ((first, sums), target) in (0..).step_by(CHUNK).zip(sums.chunks(CHUNK)).zip(targets) {
            let mut climbed = [0; CHUNK];
            for ((climbed, sum), flip) in climbed.iter_mut().zip(sums).zip(&flips[first..]) {
                *climbed = sum ^ flip;
            }
            let mut codes = [0_u8; CHUNK];
            for limits in limits.chunks_exact(*channels) {
                let climbed = climbed.iter().zip(&limits[first..]);
                for (code, (climbed, limit)) in codes.iter_mut().zip(climbed) {
                    *code += u8::from(climbed >= limit);
                }
            }
            pack(&codes, width, target);
        }
    }
}
