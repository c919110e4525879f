//! How long work takes, with the clock of the core measured beside every reading.

use std::hint::black_box;

use anyhow::Result;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::record::{Clock, Stopwatch};

/// Something to be timed.
pub(super) type Work<'a> = Box<dyn FnMut() -> Result<()> + Send + 'a>;

/// What the repetitions of one piece of work say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// Of one call, the median.
    pub(super) seconds: f64,
    /// Processor time that one call takes of the thread that works most, the median.
    pub(super) processor_seconds: f64,
    /// Cycles of the core that one call takes, the median.
    pub(super) cycles: f64,
    /// Cycles a nanosecond beside the repetitions, the median.
    pub(super) clock_ghz: f64,
    /// Largest less smallest time, as a fraction of the median.
    pub(super) spread: f64,
}

/// How many repetitions the median is of: odd, so that it is one of them.
const REPETITIONS: usize = 7;

/// How long a repetition lasts, unless one call takes longer: long against reading the time, short
/// enough that all pieces of work take their turn within a slow phase of the machine.
const REPETITION_S: f64 = 4e-3;

/// A pool of `threads` threads; all work on one of them, and its timing, when there is one.
pub(super) fn pool(threads: usize) -> Result<ThreadPool> {
    Ok(ThreadPoolBuilder::new().num_threads(threads).build()?)
}

/// Times all pieces of work in turn, again and again, so that a slow phase of the machine meets
/// every one of them.
///
/// Runs within `pool`. One thread is timed by its processor time, which other programs do not
/// enter; several by the clock on the wall, and by their processor time beside it.
pub(super) fn measure(pool: &ThreadPool, works: &mut [Work<'_>]) -> Result<Vec<Reading>> {
    pool.install(|| {
        let mut calls = Vec::with_capacity(works.len());
        for work in works.iter_mut() {
            work()?;
            calls.push(calls_in_a_repetition(work)?);
        }
        let mut readings = vec![Vec::with_capacity(REPETITIONS); works.len()];
        for _ in 0..REPETITIONS {
            for ((work, &calls), readings) in works.iter_mut().zip(&calls).zip(&mut readings) {
                readings.push(repetition(work, calls)?);
            }
        }
        Ok(readings.iter().map(|readings| summary(readings)).collect())
    })
}

fn calls_in_a_repetition(work: &mut Work<'_>) -> Result<u32> {
    let watch = Watch::start();
    work()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and is clamped"
    )]
    let calls = (REPETITION_S / watch.seconds().0.max(1e-9)).round() as u32;
    Ok(calls.clamp(1, 1_000_000))
}

/// What one repetition says of one call.
#[derive(Debug, Clone, Copy)]
struct Repetition {
    seconds: f64,
    processor_seconds: f64,
    clock_hz: f64,
}

fn repetition(work: &mut Work<'_>, calls: u32) -> Result<Repetition> {
    // What other work left in the caches is none of this one's: peers are called again and again too.
    work()?;
    let before = clock_hz();
    let watch = Watch::start();
    for _ in 0..calls {
        work()?;
    }
    let (seconds, processor_seconds) = watch.seconds();
    Ok(Repetition {
        seconds: seconds / f64::from(calls),
        processor_seconds: processor_seconds / f64::from(calls),
        clock_hz: f64::midpoint(before, clock_hz()),
    })
}

fn summary(repetitions: &[Repetition]) -> Reading {
    let sorted = |number: fn(&Repetition) -> f64| {
        let mut numbers: Vec<f64> = repetitions.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        numbers
    };
    let middle = repetitions.len() / 2;
    let seconds = sorted(|repetition| repetition.seconds);
    Reading {
        seconds: seconds[middle],
        processor_seconds: sorted(|repetition| repetition.processor_seconds)[middle],
        cycles: sorted(|repetition| repetition.seconds * repetition.clock_hz)[middle],
        clock_ghz: 1e-9 * sorted(|repetition| repetition.clock_hz)[middle],
        spread: (seconds[repetitions.len() - 1] - seconds[0]) / seconds[middle],
    }
}

/// Links of the chain: 55 µs at 3.6 GHz, so that reading the time, 0.1 µs, costs little.
const LINKS: u32 = 100_000;

/// Cycles a second of the core that runs this.
///
/// An addition and an exclusive or, each of one cycle and each needing the result before it: the
/// chain takes two cycles a link on every processor of the last twenty years. The two constants
/// are hidden from the compiler, and no shorter formula is equal to such a mixed chain.
fn clock_hz() -> f64 {
    let (add, flip) = (black_box(0x9E37_79B9_7F4A_7C15_u64), black_box(0xD1B5_4A32_D192_ED03_u64));
    let mut link = black_box(1_u64);
    let started = processor_seconds();
    for _ in 0..LINKS {
        link = link.wrapping_add(add) ^ flip;
    }
    black_box(link);
    2.0 * f64::from(LINKS) / (processor_seconds() - started)
}

/// A stopwatch on the wall, and on the processor time of the threads of the current pool.
#[derive(Debug)]
struct Watch {
    wall: Stopwatch,
    processor: Vec<f64>,
}

impl Watch {
    fn start() -> Self {
        let processor = rayon::broadcast(|_| processor_seconds());
        Self { wall: Clock::System.start(), processor }
    }

    /// Seconds, and seconds of processor time of the thread that worked most.
    fn seconds(&self) -> (f64, f64) {
        let wall = self.wall.seconds();
        let now = rayon::broadcast(|_| processor_seconds());
        let spent = now.iter().zip(&self.processor).map(|(now, before)| now - before);
        let most = spent.fold(0.0, f64::max);
        (if now.len() == 1 { most } else { wall }, most)
    }
}

/// The time that this thread has spent on a processor.
#[cfg(unix)]
fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

/// The time on the wall, where threads have no clock of their own.
#[cfg(not(unix))]
fn processor_seconds() -> f64 {
    use std::sync::OnceLock;
    static STARTED: OnceLock<Stopwatch> = OnceLock::new();
    STARTED.get_or_init(|| Clock::System.start()).seconds()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_median_of_each_number() {
        let repetitions = [(3.0, 0.5, 1e9), (1.0, 0.75, 4e9), (2.0, 0.25, 3e9)];
        let repetitions = repetitions.map(|(seconds, processor_seconds, clock_hz)| Repetition {
            seconds,
            processor_seconds,
            clock_hz,
        });
        let (processor_seconds, clock_ghz) = (0.5, 3.0);
        assert_eq!(
            summary(&repetitions),
            Reading { seconds: 2.0, processor_seconds, cycles: 4e9, clock_ghz, spread: 1.0 },
            "cycles are those of each repetition: 3e9, 4e9, 6e9"
        );
    }

    #[test]
    fn twice_the_work_is_called_as_often_and_every_piece_is() {
        let (mut one, mut two) = (0_u32, 0_u32);
        let pool = pool(1).unwrap();
        let mut works: Vec<Work<'_>> = vec![
            Box::new(|| {
                one += 1;
                Ok(())
            }),
            Box::new(|| {
                two += 1;
                Ok(())
            }),
        ];
        let readings = measure(&pool, &mut works).unwrap();
        drop(works);
        assert_eq!(readings.len(), 2);
        assert!(one > 7 && two > 7, "warmed up, calibrated, and seven times more");
    }
}
