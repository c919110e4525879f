//! Who takes part in a measurement of products, and by what they are judged.

use anyhow::Result;
use clap::Args;
use rayon::ThreadPool;

use super::Usage;
use super::answer::{Row, Subject};
use super::timing::{self, Work, measure};
use crate::bits::{BITS_MAX, Kernel};

/// Which kernels, on how many threads, for how many bits.
#[derive(Debug, Args)]
pub(super) struct ContestArguments {
    /// Kernel: portable, avx2, popcount or lookup; may be repeated [default: all of this processor]
    #[arg(long = "kernel", value_name = "NAME")]
    kernels: Vec<Kernel>,
    /// Threads that share a product
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
    /// Bits of an activation, 1 to 4
    #[arg(long, value_name = "B", default_value_t = 2)]
    bits: u32,
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
    bits: u32,
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
        Ok(Self { kernels, bits, pool: timing::pool(threads)? })
    }

    /// The kernels, in the order of the answer.
    pub(super) fn kernels(&self) -> &[Kernel] {
        &self.kernels
    }

    /// Bits of an activation.
    pub(super) fn bits(&self) -> u32 {
        self.bits
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

    /// The limit of the best of all kernels, whether this processor has it or not.
    fn best_limit(&self) -> f64 {
        let limits = Kernel::ALL.into_iter().filter_map(|kernel| kernel.limit(self.bits));
        limits.fold(0.0, f64::max)
    }

    /// A row of this kernel, still without shape and work.
    pub(super) fn subject(
        &self,
        kernel: Kernel,
        input: &'static str,
        output: &'static str,
    ) -> Subject {
        Subject {
            shape: String::new(),
            kernel: kernel.name().to_owned(),
            bits: Some(self.bits),
            input,
            output,
            threads: self.threads(),
            macs: 0.0,
            kernel_limit: kernel.limit(self.bits),
            best_limit: self.best_limit(),
        }
    }

    /// A row of the product in f32.
    pub(super) fn f32_subject(&self) -> Subject {
        Subject {
            kernel: "f32".to_owned(),
            bits: None,
            kernel_limit: Some(F32_LIMIT),
            ..self.subject(Kernel::Portable, "f32", "f32")
        }
    }
}
