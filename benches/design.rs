//! How long designs take: `cargo bench --bench design`.
//!
//! `hwgq bench design` measures the same with the error of every level beside the time.

use divan::{Bencher, black_box};
use hwgq::density::{Exponential, Gamma, Gaussian, Laplace, Rayleigh};
use hwgq::design::{Design, HalfWave, Newton, Spacing, UniformStep, Zero, optimal};

fn main() {
    divan::main();
}

/// Linear in the number of levels from a few dozen on.
#[divan::bench(args = [4, 16, 64, 256, 1024, 4096, 16384, 65536, 1 << 20])]
fn gaussian(bencher: Bencher, levels: usize) {
    bencher.bench(|| Newton::default().design(black_box(&Gaussian::STANDARD), levels));
}

/// The quantizer of the paper: two bits, zero and three steps.
#[divan::bench]
fn hwgq_two_bits(bencher: Bencher) {
    bencher.bench(|| HalfWave::PAPER.design(black_box(&Gaussian::STANDARD), 4));
}

/// The same with free levels.
#[divan::bench]
fn hwgq_two_bits_lloyd_max(bencher: Bencher) {
    let design = HalfWave { spacing: Spacing::LloydMax, zero: Zero::NonPositive };
    bencher.bench(|| design.design(black_box(&Gaussian::STANDARD), 4));
}

#[divan::bench(args = [4, 16, 256])]
fn uniform_step(bencher: Bencher, levels: usize) {
    bencher.bench(|| UniformStep.design(black_box(&Gaussian::STANDARD), levels));
}

#[divan::bench(args = [4, 256])]
fn laplace(bencher: Bencher, levels: usize) {
    bencher.bench(|| Newton::default().design(black_box(&Laplace::STANDARD), levels));
}

#[divan::bench(args = [4, 256])]
fn exponential(bencher: Bencher, levels: usize) {
    bencher.bench(|| Newton::default().design(black_box(&Exponential), levels));
}

#[divan::bench(args = [4, 256])]
fn rayleigh(bencher: Bencher, levels: usize) {
    bencher.bench(|| Newton::default().design(black_box(&Rayleigh), levels));
}

/// Not log-concave: a search over all codebooks.
#[divan::bench(args = [2, 8])]
fn gamma_searched(bencher: Bencher, levels: usize) {
    let Ok(law) = Gamma::new(0.5) else { return };
    bencher.bench(|| optimal(black_box(&law), Spacing::LloydMax, None, levels));
}
