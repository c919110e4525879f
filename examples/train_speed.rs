//! Images a second of a two-bit HWGQ training step with binary weights, on synthetic images.
//!
//! `train_speed [THREADS]`: one line a net, batch 100, 28 x 28 pixels, ten classes. The same step
//! as `hwgq_torch.py bench --task train`.

use std::time::{Duration, Instant};

use hwgq::data::Images;
use hwgq::nn::{Mode, Net, Shape};
use hwgq::train::{Sgd, TrainSpec, fill};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const BATCH: usize = 100;
const SGD: Sgd = Sgd { rate: 0.001, momentum: 0.9, decay: 5e-4 };

#[expect(clippy::disallowed_methods, reason = "a stopwatch is what this program is")]
fn now() -> Instant {
    Instant::now()
}

/// Seconds of each step, over at least 30 steps and two seconds, after five to warm up.
fn time_steps(net: Net) -> anyhow::Result<Vec<Duration>> {
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let pixels = (0..8 * BATCH * 28 * 28).map(|_| random.random()).collect();
    let labels = (0..8 * BATCH).map(|_| random.random_range(0..10)).collect();
    let images = Images::new(28, 28, pixels, labels)?;
    let input = Shape { height: 28, width: 28, channels: 1 };
    let mut network = TrainSpec::new(net).architecture(input, 10).build(&mut random)?;
    let indices: Vec<usize> = (0..images.len()).collect();
    let (mut times, begun) = (Vec::new(), now());
    while times.len() < 35 || begun.elapsed() < Duration::from_secs(2) {
        let batch = &indices[times.len() % 8 * BATCH..][..BATCH];
        let start = now();
        fill(&mut network, &images, batch, (127.5, 73.9));
        network.forward(Mode::Train);
        network.backward(&images.labels()[batch[0]..][..BATCH]);
        SGD.step(&mut network);
        times.push(start.elapsed());
    }
    times.drain(..5);
    times.sort();
    Ok(times)
}

#[expect(clippy::print_stdout, reason = "the measurement is the output")]
fn main() -> anyhow::Result<()> {
    let threads = std::env::args().nth(1).map_or(Ok(1), |threads| threads.parse())?;
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    for net in [Net::Mlp, Net::Lenet, Net::VggSmall] {
        let times = time_steps(net)?;
        let speed = |time: Duration| BATCH as f64 / time.as_secs_f64();
        let (median, best) = (speed(times[times.len() / 2]), speed(times[0]));
        println!("{net:?} {threads} thread(s): {median:.0} images/s, best {best:.0}");
    }
    Ok(())
}
