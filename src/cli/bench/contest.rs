//! Who takes part in a measurement of products, and by what they are judged.

use anyhow::Result;
use clap::{Args, ValueEnum};
use rayon::ThreadPool;

use super::Usage;
use super::answer::{Operands, Row, Subject};
use super::operands::{self, WeightKind};
use super::timing::{self, Work, measure};
use crate::bits::{BITS_MAX, Kernel, LEVEL_MAX, Ladders, Levels};
use crate::scheme::Forward;

/// Which kernels, on how many threads, for how many bits.
#[derive(Debug, Args)]
pub(super) struct ContestArguments {
    /// Kernel: portable, avx2, popcount or lookup; may be repeated [default: all of this processor]
    #[arg(long = "kernel", value_name = "NAME", env = "HWGQ_KERNEL", value_delimiter = ',')]
    kernels: Vec<Kernel>,
    /// Threads that share a product
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
    /// Bits of an activation, 1 to 4
    #[arg(long, value_name = "B", default_value_t = 2)]
    bits: u32,
    /// Levels of an activation
    #[arg(long, value_enum, default_value_t)]
    levels: Spacing,
}

/// Where the levels of a half-wave quantizer lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Spacing {
    /// At multiples of a step
    #[default]
    Uniform,
    /// Where Lloyd and Max put them, rounded to integers: up to nine steps for two bits, else fifteen
    LloydMax,
}

impl Spacing {
    fn forward(self) -> Forward {
        match self {
            Self::Uniform => Forward::Hwgq,
            Self::LloydMax => Forward::HwgqLloyd,
        }
    }
}

/// The most threads: more than any machine of today has.
const THREADS_MAX: usize = 1024;

/// Refuses threads and bits that nothing is measured with.
pub(super) fn check(threads: usize, bits: u32) -> Result<(), Usage> {
    if !(1..=THREADS_MAX).contains(&threads) {
        return Err(Usage(format!("--threads {threads}: give 1 to {THREADS_MAX}")));
    }
    if !(1..=BITS_MAX).contains(&bits) {
        return Err(Usage(format!("--bits {bits}: give 1 to {BITS_MAX}")));
    }
    Ok(())
}

/// `vfmadd231ps` does sixteen multiply-adds and issues once a cycle on Zen 4, for which the limits
/// of the other kernels hold too.
const F32_LIMIT: f64 = 16.0;

/// The kernels that take part, and the threads that they run on.
#[derive(Debug)]
pub(super) struct Contest {
    kernels: Vec<Kernel>,
    levels: Levels,
    thresholds: Vec<f32>,
    pool: ThreadPool,
}

impl Contest {
    pub(super) fn new(arguments: &ContestArguments) -> Result<Self> {
        let (threads, bits) = (arguments.threads, arguments.bits);
        check(threads, bits)?;
        let missing = arguments.kernels.iter().find(|kernel| !kernel.is_available());
        if let Some(kernel) = missing {
            let why = format!("--kernel {kernel}: this processor has not its instructions");
            return Err(Usage(why).into());
        }
        let mut kernels = arguments.kernels.clone();
        if kernels.is_empty() {
            kernels = Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()).collect();
        }
        let codebook = operands::half_wave(arguments.levels.forward(), bits)?;
        let levels = match arguments.levels {
            Spacing::Uniform => Levels::uniform(bits)?,
            Spacing::LloydMax => {
                Levels::fit(codebook.levels(), if bits <= 2 { 9 } else { LEVEL_MAX })?
            }
        };
        let thresholds = operands::thresholds(&codebook);
        Ok(Self { kernels, levels, thresholds, pool: timing::pool(threads)? })
    }

    /// The kernels, in the order of the answer.
    pub(super) fn kernels(&self) -> &[Kernel] {
        &self.kernels
    }

    /// Bits of an activation.
    pub(super) fn bits(&self) -> u32 {
        self.levels.bits()
    }

    /// What the codes of an activation count for.
    pub(super) fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Ladders for sums over `columns` activations, for codes of as many bits.
    pub(super) fn ladders(&self, channels: usize, columns: usize) -> Result<Ladders> {
        let most = self.levels.integers().iter().copied().fold(0, u8::max);
        operands::ladders(self.bits(), f64::from(most), channels, columns)
    }

    /// What activations are compared with.
    pub(super) fn thresholds(&self) -> &[f32] {
        &self.thresholds
    }

    /// How many threads share the work.
    pub(super) fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Measures what is entered, all of it in turn.
    pub(super) fn rows(&self, entries: Vec<(Subject, Work<'_>)>) -> Result<Vec<Row>> {
        let (subjects, mut works): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
        let readings = measure(&self.pool, &mut works)?.into_iter();
        Ok(subjects
            .into_iter()
            .zip(readings)
            .map(|(subject, time)| Row::new(subject, time))
            .collect())
    }

    /// A row of weights in so many planes by this kernel, still without shape and work.
    pub(super) fn subject(
        &self,
        kernel: Kernel,
        weights: WeightKind,
        input: &'static str,
        output: &'static str,
    ) -> Subject {
        let limit = |kernel: Kernel| Some(kernel.limit(&self.levels)? / weights.planes());
        Subject {
            shape: String::new(),
            kernel: kernel.name().to_owned(),
            operands: Some(Operands {
                bits: self.bits(),
                levels: self.levels.integers().to_vec(),
                scaling_error: self.levels.error(),
                weights: weights.name(),
            }),
            input,
            output,
            threads: self.threads(),
            macs: 0.0,
            kernel_limit: limit(kernel),
            // Whether this processor has it or not.
            best_limit: Kernel::ALL.into_iter().filter_map(limit).fold(0.0, f64::max),
        }
    }

    /// A row of the product in f32.
    pub(super) fn f32_subject(&self) -> Subject {
        Subject {
            kernel: "f32".to_owned(),
            operands: None,
            kernel_limit: Some(F32_LIMIT),
            ..self.subject(Kernel::Portable, WeightKind::Signs, "f32", "f32")
        }
    }
}
