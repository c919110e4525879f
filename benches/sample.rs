//! How long the best quantizers of a sample take: `cargo bench --bench sample`.
//!
//! `hwgq bench kmeans` measures the whole way, sorting included, and reads files.

use divan::{Bencher, black_box};
use hwgq::density::Empirical;
use hwgq::design::{ClipCode, DesignError, Exact, exact_clip};
use rand::SeedableRng as _;
use rand::distr::Distribution as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

fn main() {
    divan::main();
}

fn normal(count: usize) -> Vec<f64> {
    StandardNormal.sample_iter(ChaCha8Rng::seed_from_u64(0)).take(count).collect()
}

/// Sorting and running sums: what every other line of this file has behind it.
#[divan::bench(args = [10_000, 100_000, 1_000_000])]
fn sorting(bencher: Bencher, count: usize) {
    let values = normal(count);
    bencher.with_inputs(|| values.clone()).bench_values(Empirical::new);
}

/// Hardly more for a larger sample: most of its values are far from every threshold.
#[divan::bench(args = [10_000, 100_000, 1_000_000])]
fn sixteen_levels(bencher: Bencher, count: usize) {
    let Ok(sample) = Empirical::new(normal(count)) else { return };
    bencher.bench(|| Exact.certified(black_box(&sample), 16));
}

#[divan::bench(args = [2, 16, 64, 256])]
fn levels_of_a_hundred_thousand(bencher: Bencher, levels: usize) {
    let Ok(sample) = Empirical::new(normal(100_000)) else { return };
    bencher.bench(|| Exact.certified(black_box(&sample), levels));
}

#[divan::bench(args = [2, 4, 8])]
fn clip_of_a_million(bencher: Bencher, bits: u32) {
    let Ok(sample) = Empirical::new(normal(1_000_000)) else { return };
    bencher.bench(|| -> Result<_, DesignError> {
        exact_clip(black_box(&sample), ClipCode::signed_narrow(bits)?)
    });
}
