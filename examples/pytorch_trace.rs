//! Writes three training steps on random images for a `PyTorch` script to recompute.
//!
//! `pytorch_trace FILE.npz 'net = "lenet"' 'activation = "sign"' …`: lines of a training
//! specification after the file.

use std::path::Path;

use hwgq::data::Images;
use hwgq::train::{TrainSpec, dump};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "trace.npz".to_owned());
    let lines: Vec<String> = arguments.collect();
    let spec: TrainSpec = toml::from_str(&lines.join("\n"))?;
    let mut random = ChaCha8Rng::seed_from_u64(spec.seed);
    let mut bytes = |count: usize, below: u8| -> Vec<u8> {
        (0..count).map(|_| random.random_range(0..=below)).collect()
    };
    let images = Images::new(28, 28, bytes(16 * 28 * 28, 255), bytes(16, 9))?;
    // Mean and deviation of uniform bytes.
    dump(&spec, &images, (127.5, 73.9), Path::new(&path))?;
    Ok(())
}
