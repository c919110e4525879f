//! Where a record comes from: specification, seed, program, machine, time.

use std::fmt::Write as _;
use std::time::{Instant, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{instruction_set, rfc_3339};

/// Everything that a record's numbers depend on, and when and how fast they were made.
///
/// The numbers follow from the specification, the seed and the data; the rest says where to look
/// when they do not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// SHA-256 of the specification, in lower-case hexadecimal.
    pub spec_sha256: String,
    /// Of every random stream.
    pub seed: u64,
    /// The data set or sample, empty where none was used.
    pub data: String,
    /// The version of this program.
    pub hwgq_version: String,
    /// Architecture and system: `x86_64-linux`.
    pub target: String,
    /// See [`instruction_set`].
    pub instruction_set: String,
    /// How many threads computed.
    pub threads: usize,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
}

impl Provenance {
    /// The provenance of a run on this machine by this program.
    ///
    /// The readings of the clock are passed in: see [`Clock`].
    pub fn new(
        specification: &[u8],
        seed: u64,
        data: &str,
        threads: usize,
        started: SystemTime,
        seconds: f64,
    ) -> Self {
        Self {
            spec_sha256: sha256(specification),
            seed,
            data: data.to_owned(),
            hwgq_version: env!("CARGO_PKG_VERSION").to_owned(),
            target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            instruction_set: instruction_set(),
            threads,
            started: rfc_3339(started),
            seconds,
        }
    }
}

/// Where times come from; the one place in the library that looks at a clock.
///
/// # Examples
///
/// ```
/// use std::time::UNIX_EPOCH;
/// use hwgq::record::Clock;
/// let clock = Clock::Stopped(UNIX_EPOCH);
/// assert_eq!((clock.now(), clock.start().seconds()), (UNIX_EPOCH, 0.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The clock of this machine.
    System,
    /// Always this moment: whatever runs by it is the same to the byte each time.
    Stopped(SystemTime),
}

impl Clock {
    /// The moment.
    #[expect(clippy::disallowed_methods, reason = "read here, and passed on from here")]
    pub fn now(self) -> SystemTime {
        match self {
            Self::System => SystemTime::now(),
            Self::Stopped(moment) => moment,
        }
    }

    /// Starts a stopwatch.
    #[expect(clippy::disallowed_methods, reason = "read here, and passed on from here")]
    pub fn start(self) -> Stopwatch {
        Stopwatch { started: (self == Self::System).then(Instant::now) }
    }
}

/// Measures how long something takes; never runs backwards, whatever the clock is set to.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    // None under a stopped clock.
    started: Option<Instant>,
}

impl Stopwatch {
    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.started.map_or(0.0, |started| started.elapsed().as_secs_f64())
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), abc);
    }

    #[test]
    fn a_system_clock_runs_forward() {
        let watch = Clock::System.start();
        let (first, second) = (watch.seconds(), watch.seconds());
        assert!(0.0 <= first && first <= second, "{first} then {second}");
        // This test was written after 2025.
        assert!(rfc_3339(Clock::System.now()).as_str() > "2025");
    }

    #[test]
    fn the_instruction_set_begins_with_the_architecture() {
        let provenance = Provenance::new(b"", 0, "", 1, SystemTime::UNIX_EPOCH, 0.0);
        let words: Vec<_> = provenance.instruction_set.split(' ').collect();
        assert_eq!(words[0], std::env::consts::ARCH);
        assert_eq!(words.contains(&"avx2"), cfg!(target_arch = "x86_64") && avx2());
    }

    #[cfg(target_arch = "x86_64")]
    fn avx2() -> bool {
        std::arch::is_x86_feature_detected!("avx2")
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn avx2() -> bool {
        false
    }
}
