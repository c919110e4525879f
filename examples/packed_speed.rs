//! Images a second of inference with vgg-small as in the paper, as it was trained and packed.
//!
//! `packed_speed [THREADS [BATCH]]`: binary weights, two-bit HWGQ, 32 x 32 pixels of three channels,
//! 128 to 512 filters; batch 32. The last line is a digest of the packed logits.

use std::time::{Duration, Instant};

use hwgq::nn::{Architecture, Mode, Net, Packed, Shape, Tensor};
use hwgq::scheme::{Backward, Forward, Weights};
use rand::SeedableRng;
use rand::distr::Distribution;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

#[expect(clippy::disallowed_methods, reason = "a stopwatch is what this program is")]
fn now() -> Instant {
    Instant::now()
}

/// The median of nine runs, after one to warm up.
fn median(mut run: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    run()?;
    let mut times = Vec::new();
    for _ in 0..9 {
        let start = now();
        run()?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}

#[expect(clippy::print_stdout, reason = "the measurement is the output")]
fn main() -> anyhow::Result<()> {
    let number = |place, default| std::env::args().nth(place).map_or(Ok(default), |n| n.parse());
    let (threads, batch) = (number(1, 1)?, number(2, 32)?);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let architecture = Architecture {
        net: Net::VggSmall,
        input: Shape { height: 32, width: 32, channels: 3 },
        classes: 10,
        hidden: 1,
        width: 128,
        forward: Forward::Hwgq,
        positive_levels: 3,
        backward: Backward::Clipped,
        weights: Weights::Binary,
    };
    let mut network = architecture.build(&mut random)?;
    let pixels = StandardNormal.sample_iter(&mut random).take(batch * architecture.input.len());
    let images = Tensor::compact(architecture.input, pixels.collect());
    let fill = |network: &mut hwgq::nn::Network| {
        let input = network.input_mut(batch);
        let layout = input.layout();
        for image in 0..batch {
            for row in 0..layout.shape.height {
                let pixels = images.layout().row(images.image(image), row);
                layout.row_mut(input.image_mut(image), row).copy_from_slice(pixels);
            }
        }
    };
    // The statistics of this batch become those of the batch norms.
    fill(&mut network);
    network.forward(Mode::Train);
    let trained = median(|| {
        fill(&mut network);
        network.forward(Mode::Evaluate);
        Ok(())
    })?;
    let mut packed = Packed::new(network)?;
    let mut logits = images.clone();
    let time = median(|| {
        logits = packed.logits(&images)?;
        Ok(())
    })?;
    let speed = |time: Duration| batch as f64 / time.as_secs_f64();
    println!("vgg-small, batch {batch}, {threads} thread(s)");
    println!("as it was trained  {:7.1} images/s", speed(trained));
    println!("packed             {:7.1} images/s", speed(time));
    println!("packed is {:.2} times as fast", trained.as_secs_f64() / time.as_secs_f64());
    // FNV-1a over the bits of the logits.
    let digest = logits.data().iter().fold(0xCBF2_9CE4_8422_2325_u64, |digest, logit| {
        (digest ^ u64::from(logit.to_bits())).wrapping_mul(0x0100_0000_01B3)
    });
    println!("digest of the packed logits: {digest:016x}");
    Ok(())
}
