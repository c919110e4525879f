//! The laws of `Layer`, over every layer there is: to add one, add it to `layers()`.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what it did not get")]

use hwgq::nn::{
    Activation, BatchNorm, Border, Convolution, Layer, Linear, MaxPool, Mode, Operand, Param,
    Shape, Tensor, binarise, he_normal,
};
use hwgq::scheme::{Backward, Forward, Weights};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// A prime, so that no cut into chunks comes out even: 9 chunks of two images and one of one.
const IMAGES: usize = 19;

/// A layer, the size of what it reads, and whether it is a step function of it.
struct Subject {
    layer: Box<dyn Layer>,
    input: Shape,
    staircase: Option<Backward>,
}

fn random() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(7)
}

fn image(height: usize, width: usize, channels: usize) -> Shape {
    Shape { height, width, channels }
}

fn convolution(
    input: Shape,
    kernel: usize,
    padding: usize,
    outputs: usize,
    kind: Weights,
) -> Subject {
    let weight = he_normal([kernel, kernel, input.channels, outputs], &mut random());
    let layer = Convolution::new(input, weight, padding, kind, Operand::Real);
    Subject { layer: Box::new(layer), input, staircase: None }
}

fn linear(input: Shape, outputs: usize, kind: Weights, bias: bool) -> Subject {
    let weight = he_normal([input.height, input.width, input.channels, outputs], &mut random());
    let bias = bias.then(|| Param::constant(outputs, 0.25));
    let layer = Linear::new(weight, bias, kind, Operand::Real);
    Subject { layer: Box::new(layer), input, staircase: None }
}

fn activation(forward: Forward, backward: Backward) -> Subject {
    let input = image(3, 5, 7);
    let codebook = forward.codebook(3).unwrap();
    let staircase = codebook.as_ref().map(|_| backward);
    let surrogate = match &codebook {
        Some(codebook) => backward.surrogate(*codebook.levels().last().unwrap()),
        None => forward.full_precision(),
    };
    Subject { layer: Box::new(Activation::new(input, codebook, surrogate)), input, staircase }
}

fn simple(layer: impl Layer + 'static, input: Shape) -> Subject {
    Subject { layer: Box::new(layer), input, staircase: None }
}

fn layers() -> Vec<Subject> {
    let (full, binary) = (Weights::Full, Weights::Binary);
    let (row, small, odd) = (Shape::features(11), image(4, 6, 5), image(5, 7, 3));
    let mut all = vec![
        convolution(image(12, 13, 8), 3, 1, 20, full),
        convolution(image(36, 30, 6), 3, 1, 5, binary), // more than 1024 windows
        convolution(image(6, 5, 24), 1, 0, 10, full),
        convolution(image(5, 4, 6), 3, 2, 7, binary), // grows
        convolution(image(9, 7, 4), 5, 0, 4, full),   // adds up patches backwards, as LeNet does
        convolution(image(9, 7, 4), 3, 1, 4, full),   // copies patches forwards
        convolution(image(8, 6, 1), 3, 1, 5, full),   // copies planes, as every first layer does
        convolution(image(8, 7, 1), 5, 0, 5, full),   // planes both ways
        linear(small, 9, full, true),
        linear(row, 300, binary, false), // three blocks of outputs
        linear(image(1, 1, 270), 10, full, true), // three blocks of inputs
        simple(BatchNorm::new(row), row),
        simple(BatchNorm::new(small), small),
        simple(BatchNorm::new(small).with_affine(), small),
        simple(MaxPool::new(small), small),
        simple(MaxPool::new(odd), odd), // leaves a row and a column out
        activation(Forward::Relu, Backward::Relu),
        activation(Forward::HardTanh, Backward::HardTanh),
    ];
    for forward in [Forward::Sign, Forward::Hwgq, Forward::HwgqLloyd, Forward::HwgqZeroCell] {
        all.extend(Backward::ALL.map(|backward| activation(forward, backward)));
    }
    all
}

fn normal_numbers(count: usize, stream: u64) -> Vec<f32> {
    let mut random = random();
    random.set_stream(stream);
    StandardNormal.sample_iter(random).take(count).collect()
}

/// A tensor with the border that its reader and a writer of pixels agree on, filled from `numbers`.
fn filled(images: usize, shape: Shape, reader: Border, numbers: &[f32]) -> Tensor {
    let border = Border::between(Border::Untouched, reader).unwrap();
    let mut tensor = Tensor::zeros(images, shape, border);
    let layout = tensor.layout();
    for (index, numbers) in numbers.chunks_exact(shape.len()).enumerate() {
        let rows = numbers.chunks_exact(shape.width * shape.channels);
        for (row, numbers) in rows.enumerate() {
            layout.row_mut(tensor.image_mut(index), row).copy_from_slice(numbers);
        }
    }
    tensor
}

fn input_numbers(shape: Shape, stream: u64) -> Vec<f32> {
    // Shifted and stretched, so that no layer profits from an input that is standard normal.
    let numbers = normal_numbers(IMAGES * shape.len(), stream);
    numbers.into_iter().map(|x| 0.3 + 1.5 * x).collect()
}

fn forward(layer: &mut dyn Layer, shape: Shape, numbers: &[f32], mode: Mode) -> Tensor {
    let borders = layer.borders();
    let images = numbers.len() / shape.len();
    let input = filled(images, shape, borders.input, numbers);
    let border = Border::between(borders.output, Border::Untouched).unwrap();
    let mut output = Tensor::zeros(images, layer.output_shape(), border);
    layer.forward(&input, &mut output, mode);
    output
}

struct Gradients {
    input: Vec<f32>,
    params: Vec<Vec<f32>>,
}

/// Clears the parameters' gradients, then runs both passes.
fn gradients(subject: &mut Subject, numbers: &[f32], grad: &[f32]) -> Gradients {
    let layer = subject.layer.as_mut();
    layer.visit_params(&mut |_, param| param.grad.fill(0.0));
    forward(layer, subject.input, numbers, Mode::Train);
    let borders = layer.borders();
    let input = filled(IMAGES, subject.input, borders.input, numbers);
    let grad_output = filled(IMAGES, layer.output_shape(), borders.grad_output, grad);
    let border = Border::between(borders.grad_input, Border::Untouched).unwrap();
    let mut grad_input = Tensor::zeros(IMAGES, subject.input, border);
    // Junk, so that a pixel that is not written shows.
    grad_input.data_mut().fill(f32::NAN);
    layer.backward(&input, &grad_output, Some(&mut grad_input));
    let mut params = Vec::new();
    layer.visit_params(&mut |_, param| params.push(param.grad.clone()));
    Gradients { input: grad_input.to_compact(), params }
}

/// `Σ weight · output` in f64.
fn objective(output: &Tensor, weights: &[f32]) -> f64 {
    let products = output.rows().flatten().zip(weights);
    products.map(|(&x, &weight)| f64::from(x) * f64::from(weight)).sum()
}

fn largest(numbers: &[f32]) -> f32 {
    numbers.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

/// Every 7th place and the last: all phases of the small sizes above.
fn probes(count: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(count.div_ceil(40).max(1)).chain([count - 1])
}

/// Half the distance between the points of a central difference.
///
/// The third derivative of a batch norm in one pixel is of the order of `1/pixels`, so the error
/// `h²/6` of the difference stays below 1e-4 of the gradient; rounding adds
/// `2⁻²⁴ · Σ|output| / h`, about as much. Both together stay below `TOLERANCE` of the largest.
const STEP: f32 = 0.015;
const TOLERANCE: f32 = 2e-3;

/// Numbers five steps apart, so that a step changes no winner of a pool and passes no kink of an
/// activation: the ranks of `numbers` in their image, around again after 127, which is more than
/// the images of the pools and activations above hold.
fn apart(numbers: &[f32], shape: Shape) -> Vec<f32> {
    let mut spread = vec![0.0; numbers.len()];
    for (numbers, spread) in numbers.chunks(shape.len()).zip(spread.chunks_mut(shape.len())) {
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        for (rank, &place) in order.iter().enumerate() {
            // Odd multiples of 0.02: more than a step away from the kinks at 0 and ±1.
            spread[place] = 0.08 * ((rank % 127) as f32 - 63.0) + 0.02;
        }
    }
    spread
}

#[test]
fn the_backward_pass_is_the_derivative_of_the_forward_pass() {
    for mut subject in layers().into_iter().filter(|subject| subject.staircase.is_none()) {
        let shape = subject.input;
        let name = subject.layer.describe();
        let numbers = apart(&input_numbers(shape, 1), shape);
        let grad = normal_numbers(IMAGES * subject.layer.output_shape().len(), 2);
        let found = gradients(&mut subject, &numbers, &grad);
        let layer = subject.layer.as_mut();
        let scale = largest(&found.input);
        for place in probes(numbers.len()) {
            let mut at = |step: f32| {
                let mut moved = numbers.clone();
                moved[place] += step;
                objective(&forward(layer, shape, &moved, Mode::Train), &grad)
            };
            let difference = (at(STEP) - at(-STEP)) / f64::from(2.0 * STEP);
            let gap = difference - f64::from(found.input[place]);
            assert!(
                gap.abs() < f64::from(TOLERANCE * scale),
                "{name}: input {place}, off by {gap}"
            );
        }
        if name.contains("binary") {
            continue; // the latent weight gets another gradient, on purpose: see below
        }
        for (index, found) in found.params.iter().enumerate() {
            let scale = largest(found);
            for place in probes(found.len()) {
                let mut at = |step: f32| {
                    let mut current = 0;
                    let mut nudge = |step: f32, layer: &mut dyn Layer| {
                        current = 0;
                        layer.visit_params(&mut |_, param| {
                            if current == index {
                                param.value[place] += step;
                            }
                            current += 1;
                        });
                    };
                    nudge(step, layer);
                    let value = objective(&forward(layer, shape, &numbers, Mode::Train), &grad);
                    nudge(-step, layer);
                    value
                };
                let difference = (at(STEP) - at(-STEP)) / f64::from(2.0 * STEP);
                let gap = difference - f64::from(found[place]);
                let name = format!("{name}: parameter {index}, place {place}");
                assert!(gap.abs() < f64::from(TOLERANCE * scale), "{name}, off by {gap}");
            }
        }
    }
}

#[test]
fn a_quantizer_passes_back_the_slope_of_its_surrogate() {
    for mut subject in layers() {
        let Some(backward) = subject.staircase else { continue };
        let codebook = subject.layer.codebook().unwrap().clone();
        // The clip is rounded to f32 in the layer; no normal number falls in between.
        let surrogate = backward.surrogate(*codebook.levels().last().unwrap());
        let numbers = input_numbers(subject.input, 3);
        let grad = normal_numbers(numbers.len(), 4);
        let output = forward(subject.layer.as_mut(), subject.input, &numbers, Mode::Train);
        let found = gradients(&mut subject, &numbers, &grad);
        for ((&x, &grad), (&found, &y)) in
            numbers.iter().zip(&grad).zip(found.input.iter().zip(output.rows().flatten()))
        {
            let expected = f64::from(grad) * surrogate.slope(f64::from(x));
            // The slope of a tail takes a subtraction, a division and a product in f32.
            let tolerance = 4.0 * f64::from(f32::EPSILON) * expected.abs();
            assert!((f64::from(found) - expected).abs() <= tolerance, "{surrogate:?} at {x}");
            #[expect(clippy::cast_possible_truncation, reason = "levels are rounded once")]
            let level = codebook.quantize(f64::from(x)) as f32;
            assert_eq!(y.to_bits(), level.to_bits(), "{codebook:?} at {x}");
        }
    }
}

#[test]
fn binary_weights_act_as_full_weights_of_their_value() {
    let shape = image(12, 13, 8);
    let mut binary = convolution(shape, 3, 1, 20, Weights::Binary);
    let mut full = convolution(shape, 3, 1, 20, Weights::Full);
    full.layer.visit_params(&mut |_, param| {
        let latent = param.value.clone();
        binarise(&latent, 20, &mut param.value);
    });
    let numbers = input_numbers(shape, 1);
    let grad = normal_numbers(IMAGES * full.layer.output_shape().len(), 2);
    let (binary, full) =
        (gradients(&mut binary, &numbers, &grad), gradients(&mut full, &numbers, &grad));
    assert_eq!(binary.input, full.input);
    assert_eq!(binary.params, full.params, "the gradient goes to the latent weight unchanged");
}

#[test]
fn the_backward_pass_is_linear() {
    for mut subject in layers() {
        let numbers = input_numbers(subject.input, 1);
        let count = IMAGES * subject.layer.output_shape().len();
        let (first, second) = (normal_numbers(count, 2), normal_numbers(count, 3));
        // A power of two scales without rounding.
        let sum: Vec<f32> = first.iter().zip(&second).map(|(a, b)| 4.0 * a - b).collect();
        let scaled: Vec<f32> = first.iter().map(|a| 4.0 * a).collect();
        let of_first = gradients(&mut subject, &numbers, &first);
        let of_second = gradients(&mut subject, &numbers, &second);
        let of_scaled = gradients(&mut subject, &numbers, &scaled);
        let of_sum = gradients(&mut subject, &numbers, &sum);
        let name = subject.layer.describe();
        let all = |g: &Gradients| {
            g.params.iter().flatten().chain(&g.input).copied().collect::<Vec<f32>>()
        };
        let (first, second) = (all(&of_first), all(&of_second));
        let (scaled, sum) = (all(&of_scaled), all(&of_sum));
        // A few hundred products a number, each rounded at 2⁻²⁴ of at most the largest.
        let scale = 1e-4 * (1.0 + 4.0 * largest(&first) + largest(&second));
        for (((&a, &b), &scaled), &sum) in first.iter().zip(&second).zip(&scaled).zip(&sum) {
            assert_eq!((4.0 * a).to_bits(), scaled.to_bits(), "{name} does not scale");
            assert!((4.0 * a - b - sum).abs() < scale, "{name} does not add");
        }
    }
}

#[test]
fn evaluation_changes_nothing() {
    for mut subject in layers() {
        let name = subject.layer.describe();
        let layer = subject.layer.as_mut();
        let numbers = input_numbers(subject.input, 1);
        forward(layer, subject.input, &numbers, Mode::Train);
        let state = |layer: &mut dyn Layer| {
            let (mut params, mut memory) = (Vec::new(), Vec::new());
            layer.visit_params(&mut |name, param| params.push((name, param.clone())));
            layer.visit_memory(&mut |name, numbers| memory.push((name, numbers.to_vec())));
            (params, memory)
        };
        let before = state(layer);
        let once = forward(layer, subject.input, &numbers, Mode::Evaluate);
        let other = input_numbers(subject.input, 2);
        forward(layer, subject.input, &other, Mode::Evaluate);
        let again = forward(layer, subject.input, &numbers, Mode::Evaluate);
        assert_eq!(once.to_compact(), again.to_compact(), "{name} remembers an evaluation");
        assert_eq!(before, state(layer), "{name}: evaluation moved something");
        // An image is treated alike whatever stands beside it.
        let alone = &numbers[..subject.input.len()];
        let alone = forward(layer, subject.input, alone, Mode::Evaluate).to_compact();
        let scale = 1e-5 * (1.0 + largest(&alone));
        let beside = once.to_compact();
        let close = alone.iter().zip(&beside).all(|(a, b)| (a - b).abs() < scale);
        assert!(close, "{name}: an image depends on its neighbours");
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for mut subject in layers() {
        let name = subject.layer.describe();
        let numbers = input_numbers(subject.input, 1);
        let grad = normal_numbers(IMAGES * subject.layer.output_shape().len(), 2);
        let mut run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let layer = subject.layer.as_mut();
                let output = forward(layer, subject.input, &numbers, Mode::Train).to_compact();
                let found = gradients(&mut subject, &numbers, &grad);
                [vec![output, found.input], found.params].concat().concat()
            })
        };
        let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<u32>>();
        let one = bits(&run(1));
        assert!(one == bits(&run(2)), "{name}: two threads give other bits than one");
        assert!(one == bits(&run(3)), "{name}: three threads give other bits than one");
    }
}

#[test]
fn nan_is_handed_on() {
    for mut subject in layers() {
        let mut numbers = input_numbers(subject.input, 1);
        numbers[0] = f32::NAN;
        let output = forward(subject.layer.as_mut(), subject.input, &numbers, Mode::Train);
        let name = subject.layer.describe();
        assert!(output.to_compact().iter().any(|x| x.is_nan()), "{name} swallows NaN");
    }
}
