//! The networks: what they are made of, what they refuse, and that threads change nothing.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what it did not get")]

use hwgq::nn::{Architecture, Mode, Net, NetworkError, Shape};
use hwgq::scheme::{Backward, Forward, Weights};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const NETS: [Net; 3] = [Net::Mlp, Net::Lenet, Net::VggSmall];

fn architecture(net: Net, size: usize) -> Architecture {
    Architecture {
        net,
        input: Shape { height: size, width: size, channels: 1 },
        classes: 10,
        hidden: 40,
        width: 8,
        forward: Forward::Hwgq,
        positive_levels: 3,
        backward: Backward::Clipped,
        weights: Weights::Binary,
    }
}

/// Loss and all gradients of one step on random images.
fn step(architecture: &Architecture, images: usize) -> (f64, Vec<f32>) {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut network = architecture.build(&mut random).unwrap();
    let input = network.input_mut(images);
    let layout = input.layout();
    for index in 0..images {
        for row in 0..layout.shape.height {
            for number in layout.row_mut(input.image_mut(index), row) {
                *number = random.random_range(-1.0..1.0);
            }
        }
    }
    let labels: Vec<u8> = (0..images).map(|_| random.random_range(0..10)).collect();
    network.forward(Mode::Train);
    let loss = network.backward(&labels).mean;
    let mut grads = Vec::new();
    network.visit_params(&mut |_, param| grads.extend_from_slice(&param.grad));
    (loss, grads)
}

#[test]
fn the_published_parameter_counts_come_out() {
    let count = |architecture: Architecture| {
        let mut count = 0;
        let mut network = architecture.build(&mut ChaCha8Rng::seed_from_u64(0)).unwrap();
        network.visit_params(&mut |_, param| count += param.value.len());
        count
    };
    // Caffe's lenet of 28 x 28: 500 + 25 000 + 400 000 + 5 000 + 10, 0.430 million.
    assert_eq!(count(architecture(Net::Lenet, 28)), 430_510);
    // The CIFAR-10 network at a quarter of its width (128 channels): 9·32 + 9·32² + 9·32·64 + 9·64²
    // + 9·64·128 + 9·128² + 2·128 + 1152·10 + 10.
    assert_eq!(count(Architecture { width: 32, ..architecture(Net::VggSmall, 28) }), 297_770);
    assert_eq!(count(Architecture { hidden: 512, ..architecture(Net::Mlp, 28) }), 668_682);
}

#[test]
fn the_number_of_threads_changes_no_bit_of_a_step() {
    for net in NETS {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (loss, grads) = pool.install(|| step(&architecture(net, 28), 37));
            (loss.to_bits(), grads.into_iter().map(f32::to_bits).collect::<Vec<u32>>())
        };
        let one = run(1);
        assert!(one == run(2), "{net:?}: two threads give other bits than one");
        assert!(one == run(3), "{net:?}: three threads give other bits than one");
    }
}

#[test]
fn a_fresh_network_is_undecided() {
    for net in NETS {
        let (loss, grads) = step(&architecture(net, 28), 50);
        // Outputs of deviation about 1 among ten classes cost somewhat more than ln 10 = 2.3.
        assert!((2.0..5.0).contains(&loss), "{net:?}: loss {loss}");
        assert!(grads.iter().all(|grad| grad.is_finite()), "{net:?}: a gradient is not finite");
    }
}

#[test]
fn networks_take_the_smallest_images_they_can_and_refuse_smaller_ones() {
    for (net, least) in [(Net::Mlp, 1), (Net::Lenet, 16), (Net::VggSmall, 8)] {
        assert!(step(&architecture(net, least), 4).0.is_finite(), "{net:?} at {least}");
    }
    for (net, least) in [(Net::Lenet, 16), (Net::VggSmall, 8)] {
        let error =
            architecture(net, least - 1).build(&mut ChaCha8Rng::seed_from_u64(0)).unwrap_err();
        assert!(matches!(error, NetworkError::ImageTooSmall { .. }), "{net:?}: {error}");
    }
    let digits = architecture(Net::Lenet, 8).build(&mut ChaCha8Rng::seed_from_u64(0)).unwrap_err();
    assert_eq!(
        digits.to_string(),
        "lenet needs images of at least 16 x 16; these are 8 x 8: use mlp or vgg-small, or larger images"
    );
}

#[test]
fn sizes_out_of_range_are_refused() {
    let refused = |architecture: Architecture, what: &str| {
        let error = architecture.build(&mut ChaCha8Rng::seed_from_u64(0)).unwrap_err().to_string();
        assert!(error.starts_with(what), "{error}");
    };
    refused(Architecture { hidden: 0, ..architecture(Net::Mlp, 28) }, "hidden is 0");
    refused(
        Architecture { classes: 1000, ..architecture(Net::Mlp, 28) },
        "number of classes is 1000",
    );
    refused(Architecture { width: 513, ..architecture(Net::VggSmall, 28) }, "width is 513");
    refused(
        Architecture { positive_levels: 0, ..architecture(Net::Mlp, 28) },
        "the activation has no codebook",
    );
}

#[test]
fn a_description_names_every_layer() {
    let network = architecture(Net::Lenet, 28).build(&mut ChaCha8Rng::seed_from_u64(0)).unwrap();
    let text = network.describe();
    let names: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    let expected = "conv1 pool1 bn1 act1 conv2 pool2 bn2 act2 fc3 bn3 act3 fc4";
    assert_eq!(names.join(" "), expected);
    // All four are binary, and all but the first read codes.
    assert!(text.contains("conv 5x5, 1 -> 20, binary weights "), "{text}");
    assert!(text.contains("conv 5x5, 20 -> 50, binary weights on 4 levels"), "{text}");
    assert!(text.contains("linear 500 -> 10, binary weights on 4 levels, bias"), "{text}");
}
