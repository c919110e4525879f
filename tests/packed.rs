//! Packed networks against the same networks in f32.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![expect(clippy::float_cmp, reason = "levels are equal or they are not")]

use hwgq::nn::{
    Activation, Architecture, BatchNorm, Convolution, Layer, Linear, MaxPool, Mode, Net, Network,
    Operand, Packed, PackedError, Param, Shape, Tensor, he_normal,
};
use hwgq::quantizer::{Codebook, Ties};
use hwgq::scheme::{Forward, Weights};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn random(stream: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    random.set_stream(stream);
    random
}

fn image(height: usize, width: usize, channels: usize) -> Shape {
    Shape { height, width, channels }
}

fn normal_images(images: usize, shape: Shape, random: &mut impl Rng) -> Tensor {
    let numbers = StandardNormal.sample_iter(random).take(images * shape.len());
    Tensor::compact(shape, numbers.collect())
}

fn run(network: &mut Network, images: &Tensor, mode: Mode) -> Tensor {
    let input = network.input_mut(images.images());
    let layout = input.layout();
    for index in 0..images.images() {
        let rows = images.image(index).chunks_exact(layout.shape.width * layout.shape.channels);
        for (row, numbers) in rows.enumerate() {
            layout.row_mut(input.image_mut(index), row).copy_from_slice(numbers);
        }
    }
    network.forward(mode).clone()
}

#[derive(Debug, Clone, Copy)]
enum Product {
    Linear,
    Convolution { kernel: usize, padding: usize },
}

/// A product layer, the size of what it reads, and whether a pool follows.
#[derive(Debug, Clone, Copy)]
struct Subject {
    input: Shape,
    product: Product,
    pooled: bool,
}

const OUTPUTS: usize = 6;

fn subjects() -> Vec<Subject> {
    let linear = |input| Subject { input, product: Product::Linear, pooled: false };
    let convolution = |input, kernel, padding, pooled| {
        let product = Product::Convolution { kernel, padding };
        Subject { input, product, pooled }
    };
    vec![
        linear(Shape::features(129)), // two words and a bit
        linear(image(3, 5, 7)),
        convolution(image(4, 6, 5), 3, 1, true),
        convolution(image(12, 12, 9), 3, 1, false), // the trainer slides and does not copy
        convolution(image(7, 5, 3), 3, 1, true),    // the pool leaves a row and a column out
        convolution(image(9, 8, 2), 5, 0, true),    // as LeNet does
        convolution(image(6, 5, 64), 1, 0, false),  // a word without padding
        convolution(image(3, 3, 1), 5, 2, false),   // a kernel wider than the image
    ]
}

/// Quantizer, binary product, perhaps a pool, batch norm, quantizer or rectifier: what becomes one
/// packed block with a quantizer at its end, and a product alone with a rectifier.
fn block(subject: Subject, codebook: &Codebook, last: Option<&Codebook>) -> Network {
    let Subject { input, product, pooled } = subject;
    let Shape { height, width, channels } = input;
    let activation = |shape, codebook: Option<&Codebook>| {
        Activation::new(shape, codebook.cloned(), Forward::Relu.full_precision())
    };
    let codes = Operand::Codes(codebook.clone());
    let product: Box<dyn Layer> = match product {
        Product::Linear => {
            let weight = he_normal([height, width, channels, OUTPUTS], &mut random(1));
            let bias = Param::new([1, 1, 1, OUTPUTS], vec![0.5, 0.0, -0.25, 1.0, -3.0, 2.0]);
            Box::new(Linear::new(weight, Some(bias), Weights::Binary, codes))
        }
        Product::Convolution { kernel, padding } => {
            let weight = he_normal([kernel, kernel, channels, OUTPUTS], &mut random(1));
            Box::new(Convolution::new(input, weight, padding, Weights::Binary, codes))
        }
    };
    let mut shape = product.output_shape();
    let mut layers: Vec<(String, Box<dyn Layer>)> = vec![
        ("codes".into(), Box::new(activation(input, Some(codebook)))),
        ("product".into(), product),
    ];
    if pooled {
        let pool = MaxPool::new(shape);
        shape = pool.output_shape();
        layers.push(("pool".into(), Box::new(pool)));
    }
    layers.push(("bn".into(), Box::new(BatchNorm::new(shape).with_affine())));
    layers.push(("last".into(), Box::new(activation(shape, last))));
    Network::new(input, layers).unwrap()
}

/// Whole and half numbers throughout, so that f32 rounds nowhere and ties abound.
fn dyadic_codebooks() -> Vec<Codebook> {
    let half_wave = |levels: u8, threshold| {
        Codebook::half_wave((1..=levels).map(f64::from).collect(), threshold).unwrap()
    };
    vec![
        half_wave(1, 0.0),
        half_wave(3, 0.0),
        half_wave(3, 0.5),
        half_wave(15, 0.0), // the most that four bits hold
        half_wave(3, 0.5).with_ties(Ties::Up),
        Codebook::nearest(vec![-1.0, 1.0]).unwrap().with_ties(Ties::Up), // the sign
        Codebook::nearest(vec![-1.0, 1.0]).unwrap(),
        Codebook::nearest(vec![-1.5, -0.5, 0.5, 1.5]).unwrap(), // codes 0, 2, 4, 6, and 3 for padding
        Codebook::nearest(vec![-1.0, 0.0, 2.0]).unwrap(),       // ternary, lopsided
    ]
}

/// Numbers that f32 adds and multiplies without rounding, in channels that rise and fall.
fn make_dyadic(network: &mut Network) {
    network.visit_params(&mut |name, param| match name {
        "product.weight" => {
            for column in 0..OUTPUTS {
                // The last output has no weight at all: α = 0, and every sum stands for 0.
                let size = if column + 1 == OUTPUTS { 0.0 } else { 0.25 };
                let weights = param.value.iter_mut().skip(column).step_by(OUTPUTS);
                weights.for_each(|weight| *weight = size * weight.signum());
            }
        }
        "bn.weight" => param.value.copy_from_slice(&[1.0, -1.0, 0.5, -0.5, 0.0, 1.0]),
        "bn.bias" => param.value.copy_from_slice(&[0.0, 0.5, 0.25, -0.25, 1.0, 0.0]),
        _ => {}
    });
    network.visit_memory(&mut |name, memory| match name {
        "bn.mean_sum" => memory.copy_from_slice(&[0.0, 0.25, -0.5, 1.0, -0.25, 0.5]),
        "bn.variance_sum" => memory.fill(1.0 - 1e-5), // σ² + ε = 1
        _ => memory.fill(1.0),
    });
}

#[test]
fn sums_on_a_threshold_go_where_the_codebook_sends_them() {
    let mut ties = 0;
    for subject in subjects() {
        for codebook in dyadic_codebooks() {
            for last in [Some(&codebook), None] {
                let mut network = block(subject, &codebook, last);
                make_dyadic(&mut network);
                let images = normal_images(5, subject.input, &mut random(2));
                let expected = run(&mut network, &images, Mode::Evaluate);
                let normalised = network.trace().last().unwrap().2;
                let on = |x: &&f32| codebook.thresholds().contains(&f64::from(**x));
                ties += normalised.rows().flatten().filter(on).count();
                let found = Packed::new(network).unwrap().logits(&images).unwrap();
                assert_eq!(found, expected, "{subject:?}, {codebook:?}, {last:?}");
            }
        }
    }
    assert!(ties > 1000, "only {ties} sums lay on a threshold");
}

/// What a block computes with, read from the outside; the batch norm has scale 1 and shift 0.
#[derive(Debug, Default)]
struct Numbers {
    weight: Vec<f32>,
    scale: Vec<f64>,
    bias: Vec<f32>,
    mean: Vec<f64>,
    variance: Vec<f64>,
}

fn read(network: &mut Network) -> Numbers {
    let mut numbers = Numbers { bias: vec![0.0; OUTPUTS], ..Numbers::default() };
    network.visit_params(&mut |name, param| match name {
        "product.weight" => numbers.weight.clone_from(&param.value),
        "product.bias" => numbers.bias.clone_from(&param.value),
        _ => {}
    });
    numbers.scale = scales(&numbers.weight);
    let mut weight = 0.0;
    network.visit_memory(&mut |name, memory| match name {
        "bn.mean_sum" => numbers.mean = memory.to_vec(),
        "bn.variance_sum" => numbers.variance = memory.to_vec(),
        _ => weight = memory[0],
    });
    numbers.mean.iter_mut().chain(&mut numbers.variance).for_each(|sum| *sum /= weight);
    numbers
}

/// `α` of each output, an f32 as in the trainer.
fn scales(weight: &[f32]) -> Vec<f64> {
    let inputs = (weight.len() / OUTPUTS) as f64;
    let column = |output| weight.iter().skip(output).step_by(OUTPUTS);
    let sum = |output| column(output).map(|w| f64::from(w.abs())).sum::<f64>();
    #[expect(clippy::cast_possible_truncation, reason = "rounded once, as in the trainer")]
    let rounded = |output| f64::from((sum(output) / inputs) as f32);
    (0..OUTPUTS).map(rounded).collect()
}

/// `(Σ sign·level, Σ |level|)` of every window, row by row and output by output, in f64: the levels
/// are small multiples of a 53-bit step, so thousands of them add up to 1e-12 of their size.
fn window_sums(subject: Subject, levels: &[f64], weight: &[f32]) -> Vec<(f64, f64)> {
    let shape = subject.input;
    let (rows, columns, padding) = match subject.product {
        Product::Linear => (shape.height, shape.width, 0),
        Product::Convolution { kernel, padding } => (kernel, kernel, padding),
    };
    let mut sums = Vec::new();
    for top in 0..=shape.height + 2 * padding - rows {
        for left in 0..=shape.width + 2 * padding - columns {
            for output in 0..OUTPUTS {
                let (mut sum, mut size) = (0.0, 0.0);
                for tap in 0..rows * columns * shape.channels {
                    let (pixel, channel) = (tap / shape.channels, tap % shape.channels);
                    let row = (top + pixel / columns).wrapping_sub(padding);
                    let column = (left + pixel % columns).wrapping_sub(padding);
                    if row < shape.height && column < shape.width {
                        let place = (row * shape.width + column) * shape.channels + channel;
                        let positive = weight[tap * OUTPUTS + output] >= 0.0;
                        sum += if positive { levels[place] } else { -levels[place] };
                        size += levels[place].abs();
                    }
                }
                sums.push((sum, size));
            }
        }
    }
    sums
}

fn pool(shape: Shape, sums: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut pooled = Vec::new();
    for row in 0..shape.height / 2 {
        for column in 0..shape.width / 2 {
            for channel in 0..shape.channels {
                let corner = |(down, right)| {
                    sums[((2 * row + down) * shape.width + 2 * column + right) * shape.channels
                        + channel]
                };
                let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map(corner);
                let sum = window.iter().map(|pair| pair.0).fold(f64::NEG_INFINITY, f64::max);
                let size = window.iter().map(|pair| pair.1).fold(0.0, f64::max);
                pooled.push((sum, size));
            }
        }
    }
    pooled
}

/// What a place holds before the last quantizer, and how far f32 and f64 may carry it, as a multiple
/// of their epsilon.
fn normalised(numbers: &Numbers, place: usize, (sum, size): (f64, f64)) -> (f64, f64) {
    let output = place % OUTPUTS;
    let (scale, bias) = (numbers.scale[output], f64::from(numbers.bias[output]));
    let (mean, deviation) = (numbers.mean[output], (numbers.variance[output] + 1e-5).sqrt());
    let x = (scale * sum + bias - mean) / deviation;
    // An addition for each input, a product and two roundings of its factors, each half an ulp of
    // at most the sum of magnitudes; then bias, mean, difference, factor, product and threshold,
    // each half an ulp of at most the numbers that it is about.
    let terms = (numbers.weight.len() / OUTPUTS + 4) as f64;
    let reach = (terms * scale * size + 4.0 * (bias.abs() + mean.abs())) / deviation;
    (x, 0.5 * (reach + 4.0 * x.abs()))
}

/// Each code is that of the unrounded network, and the trainer's differs only where the normalised
/// sum is so near a threshold that rounding to f32 may carry it across.
fn check_codes(subject: Subject, codebook: &Codebook) -> (usize, usize) {
    let mut network = block(subject, codebook, Some(codebook));
    network.visit_params(&mut |name, param| {
        if name == "product.weight" {
            // Both zeros are positive.
            param.value.iter_mut().step_by(13).for_each(|weight| *weight *= 0.0);
        }
    });
    let images = normal_images(60, subject.input, &mut random(3));
    run(&mut network, &images, Mode::Train);
    let trained = run(&mut network, &images, Mode::Evaluate);
    let numbers = read(&mut network);
    let sums_shape = network.trace().nth(1).unwrap().1.output_shape();
    let packed = Packed::new(network).unwrap().logits(&images).unwrap();
    let mut ties = 0;
    for index in 0..images.images() {
        let levels = images.image(index).iter().map(|&x| codebook.quantize(f64::from(x)));
        let levels: Vec<f64> = levels.collect();
        let mut sums = window_sums(subject, &levels, &numbers.weight);
        if subject.pooled {
            sums = pool(sums_shape, &sums);
        }
        let found = packed.image(index).iter().zip(trained.image(index));
        for (place, ((&packed, &trained), sum)) in found.zip(sums).enumerate() {
            let (x, epsilons) = normalised(&numbers, place, sum);
            let distances = codebook.thresholds().iter().map(|t| (x - t).abs());
            let closest = distances.fold(f64::INFINITY, f64::min);
            #[expect(clippy::cast_possible_truncation, reason = "levels are rounded once")]
            let exact = codebook.quantize(x) as f32;
            let story = format!("{subject:?}, {codebook:?}, image {index}, place {place}: {x}");
            assert!(packed == exact || closest <= epsilons * f64::EPSILON, "{story}");
            let tie = closest <= epsilons * f64::from(f32::EPSILON);
            assert!(packed == trained || tie, "{story}: the trainer has {trained}");
            ties += usize::from(tie);
        }
    }
    (ties, packed.data().len())
}

#[test]
fn packed_codes_are_exact_and_the_trainers_differ_only_by_rounding() {
    let activations =
        [(Forward::Hwgq, 3), (Forward::Hwgq, 15), (Forward::HwgqZeroCell, 2), (Forward::Sign, 1)];
    let (mut ties, mut codes) = (0, 0);
    for subject in subjects() {
        for (forward, positive_levels) in activations {
            let codebook = forward.codebook(positive_levels).unwrap().unwrap();
            let (more_ties, more_codes) = check_codes(subject, &codebook);
            (ties, codes) = (ties + more_ties, codes + more_codes);
        }
    }
    // The mean of sixty integers may itself be one, and then it is a tie of the sign.
    assert!(ties * 1000 < codes, "{ties} of {codes} codes prove nothing");
}

/// A network of this architecture after a few steps of plain gradient descent on random labels, so
/// that no batch norm is as it starts, and the images it saw.
fn trained(architecture: &Architecture) -> (Network, Tensor) {
    let mut network = architecture.build(&mut random(21)).unwrap();
    let images = normal_images(100, architecture.input, &mut random(22));
    let mut random = random(23);
    let labels: Vec<u8> = (0..100).map(|_| random.random_range(0..10)).collect();
    for _ in 0..5 {
        run(&mut network, &images, Mode::Train);
        network.visit_params(&mut |_, param| param.grad.fill(0.0));
        network.backward(&labels);
        network.visit_params(&mut |_, param| {
            param.value.iter_mut().zip(&param.grad).for_each(|(value, grad)| *value -= 0.1 * grad);
        });
    }
    (network, images)
}

fn architecture(net: Net, forward: Forward, positive_levels: usize) -> Architecture {
    Architecture {
        net,
        input: if net == Net::VggSmall { image(16, 16, 3) } else { image(16, 16, 1) },
        classes: 10,
        hidden: 100,
        width: 8,
        forward,
        positive_levels,
        backward: forward.default_backward(),
        weights: Weights::Binary,
    }
}

/// The first of the largest outputs.
fn answers(logits: &Tensor) -> Vec<usize> {
    let answer = |image: usize| {
        let logits = logits.image(image);
        (0..logits.len())
            .fold(0, |best, class| if logits[class] > logits[best] { class } else { best })
    };
    (0..logits.images()).map(answer).collect()
}

#[test]
fn packed_networks_give_the_answers_of_the_trained_ones() {
    let activations = [
        (Forward::Hwgq, 1),
        (Forward::Hwgq, 3),
        (Forward::Hwgq, 15),
        (Forward::HwgqZeroCell, 3),
        (Forward::Sign, 1),
    ];
    for net in [Net::Mlp, Net::Lenet, Net::VggSmall] {
        for (forward, positive_levels) in activations {
            let (mut network, images) = trained(&architecture(net, forward, positive_levels));
            let logits = run(&mut network, &images, Mode::Evaluate);
            let mut packed = Packed::new(network).unwrap();
            let found = packed.logits(&images).unwrap();
            // In the mlp only codes leave packed layers. The others hand on numbers once: some
            // hundred additions, half an ulp each, stay far below 1e-4 of the largest logit, and
            // another code would show. One near a tie on another processor is no failure.
            let largest = logits.data().iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
            let tolerance = if net == Net::Mlp { 0.0 } else { 1e-4 * largest };
            let same = |&image: &usize| {
                let mut pairs = found.image(image).iter().zip(logits.image(image));
                pairs.all(|(a, b)| (a - b).abs() <= tolerance)
            };
            let same = (0..images.images()).filter(same).count();
            assert!(same >= 97, "{net:?}, {forward:?}: only {same} of 100 images agree");
            assert_eq!(packed.classify(&images).unwrap(), answers(&logits), "{net:?}, {forward:?}");
        }
    }
}

#[test]
fn an_empty_batch_has_no_answers() {
    let (network, _) = trained(&architecture(Net::Mlp, Forward::Hwgq, 3));
    let none = Tensor::zeros(0, image(16, 16, 1), 0);
    assert_eq!(Packed::new(network).unwrap().classify(&none), Ok(vec![]));
}

#[test]
fn levels_without_a_common_step_are_refused() {
    let network = architecture(Net::Mlp, Forward::HwgqLloyd, 3).build(&mut random(1)).unwrap();
    let levels = Forward::HwgqLloyd.codebook(3).unwrap().unwrap().levels().to_vec();
    let error = Packed::new(network).unwrap_err();
    assert_eq!(error, PackedError::NotUniform { layer: "fc2".into(), levels });
}

#[test]
fn a_network_without_binary_weights_on_codes_is_refused() {
    let full = Architecture { weights: Weights::Full, ..architecture(Net::Mlp, Forward::Hwgq, 3) };
    for architecture in [full, architecture(Net::VggSmall, Forward::Relu, 3)] {
        let network = architecture.build(&mut random(1)).unwrap();
        assert_eq!(Packed::new(network).unwrap_err(), PackedError::NothingToPack);
    }
}

#[test]
fn nan_is_reported_where_it_meets_a_packed_layer() {
    let (network, mut images) = trained(&architecture(Net::VggSmall, Forward::Hwgq, 3));
    images.image_mut(2)[77] = f32::NAN;
    match Packed::new(network).unwrap().logits(&images) {
        Err(PackedError::NotALevel { layer, image: 2, value }) if value.is_nan() => {
            assert_eq!(layer, "conv2");
        }
        other => panic!("NaN was not seen: {other:?}"),
    }
}

#[test]
fn broken_training_is_reported_where_it_broke() {
    let broken = |layer: &'static str, number: f32| {
        let (mut network, _) = trained(&architecture(Net::Mlp, Forward::Hwgq, 3));
        network.visit_params(&mut |name, param| {
            if name == layer {
                param.value[4] = number;
            }
        });
        network.visit_memory(&mut |name, memory| {
            if name == layer {
                memory[4] = number.into();
            }
        });
        Packed::new(network).unwrap_err().to_string()
    };
    let nan = broken("fc2.weight", f32::NAN);
    assert!(nan.contains("`fc2`: row 4, column 0 is NaN"), "{nan}");
    for broken in [broken("bn2.mean_sum", f32::NAN), broken("fc2.weight", f32::INFINITY)] {
        assert!(broken.contains("channel 4 after `fc2`"), "{broken}");
    }
}

#[test]
fn images_of_another_size_are_refused() {
    let (network, _) = trained(&architecture(Net::Mlp, Forward::Hwgq, 3));
    let (given, expected) = (image(16, 15, 1), image(16, 16, 1));
    let error = Packed::new(network).unwrap().logits(&Tensor::zeros(1, given, 0)).unwrap_err();
    assert_eq!(error, PackedError::WrongImages { given, expected });
}
