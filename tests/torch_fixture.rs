//! Training steps that `PyTorch` took, taken again: every tensor of them comes out the same.
//!
//! The files in `tests/fixtures` were written by the `export` of a `PyTorch` script and hold, in
//! `PyTorch`'s axes, the first parameters, the first step's outputs and gradients, the losses of
//! three steps and the parameters and running statistics after them. A step is SGD with rate 0.02,
//! momentum 0.9 and decay 5e-4 on the same batch.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what it did not get")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use hwgq::nn::{Architecture, Border, Mode, Net, Network, Param, Shape, Tensor};
use hwgq::scheme::{Backward, Forward, Weights};
use hwgq::train::Sgd;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use zip::ZipArchive;

/// The arrays of an `.npz`, by name, as f64, with their axes.
type Arrays = BTreeMap<String, (Vec<usize>, Vec<f64>)>;

fn read(name: &str) -> Arrays {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut arrays = Arrays::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().trim_end_matches(".npy").to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let array = npyz::NpyFile::new(&bytes[..]).unwrap();
        let shape = array.shape().iter().map(|&axis| usize::try_from(axis).unwrap()).collect();
        let values = match array.dtype().descr().as_str() {
            "'<f4'" => array.into_vec::<f32>().unwrap().into_iter().map(f64::from).collect(),
            "'|u1'" => array.into_vec::<u8>().unwrap().into_iter().map(f64::from).collect(),
            "'<i8'" => array.into_vec::<i64>().unwrap().into_iter().map(|x| x as f64).collect(),
            other => panic!("{name} has type {other}"),
        };
        arrays.insert(name, (shape, values));
    }
    arrays
}

/// `PyTorch`'s order of a parameter: outputs first, then input channels, then the kernel.
fn torch_order(param: &Param, part: &[f32]) -> Vec<f64> {
    let [rows, columns, inputs, outputs] = param.shape;
    let mut moved = Vec::new();
    for output in 0..outputs {
        for input in 0..inputs {
            for pixel in 0..rows * columns {
                moved.push(f64::from(part[(pixel * inputs + input) * outputs + output]));
            }
        }
    }
    moved
}

/// N, C, H, W.
fn torch_images(tensor: &Tensor) -> Vec<f64> {
    let channels = tensor.shape().channels;
    let mut moved = Vec::new();
    for image in tensor.to_compact().chunks_exact(tensor.shape().len()) {
        for channel in 0..channels {
            moved.extend(image.iter().skip(channel).step_by(channels).map(|&x| f64::from(x)));
        }
    }
    moved
}

/// Compares what is in the file and counts it.
struct Comparison {
    arrays: Arrays,
    compared: usize,
}

impl Comparison {
    fn compare(&mut self, name: &str, ours: &[f64]) {
        let Some((_, theirs)) = self.arrays.get(name) else { return };
        assert_eq!(ours.len(), theirs.len(), "{name}");
        let kind = name.split('/').next().unwrap();
        let largest = |numbers: &[f64]| numbers.iter().fold(0.0, |a: f64, x| a.max(x.abs()));
        // Relative to the largest of the tensor, or to a hundredth of the largest of its kind where
        // that is more: a gradient that is zero but for rounding has no digits to agree in.
        let of_kind = self.arrays.iter().filter(|(name, _)| name.starts_with(kind));
        let of_kind = of_kind.map(|(_, (_, numbers))| largest(numbers)).fold(0.0, f64::max);
        let scale = largest(theirs).max(0.01 * of_kind);
        let gap = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        // Both sides round at 2⁻²⁴ in sums of up to 784 products, and three steps pass it on.
        assert!(gap <= 1e-5 * scale, "{name}: {gap:e} off, largest {scale:e}");
        self.compared += 1;
    }
}

fn set_input(network: &mut Network, images: usize, numbers: &[f64]) {
    let input = network.input_mut(images);
    let layout = input.layout();
    let width = layout.shape.width;
    for (index, image) in numbers.chunks_exact(layout.shape.len()).enumerate() {
        for (row, numbers) in image.chunks_exact(width).enumerate() {
            let places = layout.row_mut(input.image_mut(index), row);
            #[expect(clippy::cast_possible_truncation, reason = "the file holds f32")]
            places.iter_mut().zip(numbers).for_each(|(place, &x)| *place = x as f32);
        }
    }
}

fn set_params(network: &mut Network, arrays: &Arrays) {
    network.visit_params(&mut |name, param| {
        let (_, theirs) = &arrays[&format!("initial/{name}")];
        let [rows, columns, inputs, outputs] = param.shape;
        let mut theirs = theirs.iter();
        for output in 0..outputs {
            for input in 0..inputs {
                for pixel in 0..rows * columns {
                    let place = (pixel * inputs + input) * outputs + output;
                    #[expect(clippy::cast_possible_truncation, reason = "the file holds f32")]
                    let value = *theirs.next().unwrap() as f32;
                    param.value[place] = value;
                }
            }
        }
        assert!(theirs.next().is_none(), "{name} is longer there");
    });
}

/// Takes the three steps of a file; how many tensors were compared.
fn replay(name: &str, architecture: &Architecture) -> usize {
    let arrays = read(name);
    let labels: Vec<u8> = arrays["label"]
        .1
        .iter()
        .map(|&label| (0..10).find(|&l| f64::from(l).to_bits() == label.to_bits()).unwrap())
        .collect();
    let mut network = architecture.build(&mut ChaCha8Rng::seed_from_u64(0)).unwrap();
    set_params(&mut network, &arrays);
    set_input(&mut network, labels.len(), &arrays["input"].1);
    let mut comparison = Comparison { arrays, compared: 0 };
    let sgd = Sgd { rate: 0.02, momentum: 0.9, decay: 5e-4 };
    let mut losses = Vec::new();
    for step in 0..3 {
        network.forward(Mode::Train);
        losses.push(network.backward(&labels).mean);
        if step == 0 {
            for ((name, _, _, output), grad) in network.trace().zip(network.grads()) {
                comparison.compare(&format!("output/{name}"), &torch_images(output));
                comparison.compare(&format!("output_gradient/{name}"), &torch_images(grad));
            }
            network.visit_params(&mut |name, param| {
                comparison.compare(&format!("gradient/{name}"), &torch_order(param, &param.grad));
            });
        }
        sgd.step(&mut network);
    }
    comparison.compare("loss", &losses[..1]);
    comparison.compare("step_loss", &losses);
    network.visit_params(&mut |name, param| {
        comparison.compare(&format!("after/{name}"), &torch_order(param, &param.value));
    });
    let mut sums = BTreeMap::new();
    network.visit_memory(&mut |name, memory| {
        sums.insert(name.to_owned(), memory.to_vec());
    });
    for (name, sum) in &sums {
        let (layer, kind) = name.split_once('.').unwrap();
        // PyTorch keeps 0.95·r + 0.05·batch from 0 (mean) or 1 (variance) on; after three steps
        // 0.95³ of the start is left.
        let (theirs, rest) = match kind {
            "mean_sum" => ("running_mean", 0.0),
            "variance_sum" => ("running_var", 0.95_f64.powi(3)),
            _ => continue,
        };
        let running: Vec<f64> = sum.iter().map(|sum| 0.05 * sum + rest).collect();
        comparison.compare(&format!("after/{layer}.{theirs}"), &running);
    }
    comparison.compared
}

/// A tensor of features or N, C, H, W numbers with the border that its reader asks for.
fn from_torch(images: usize, shape: Shape, reader: Border, numbers: &[f64]) -> Tensor {
    let border = Border::between(Border::Untouched, reader).unwrap();
    let mut tensor = Tensor::zeros(images, shape, border);
    let layout = tensor.layout();
    let pixels = shape.height * shape.width;
    for (index, image) in numbers.chunks_exact(shape.len()).enumerate() {
        for (channel, plane) in image.chunks_exact(pixels).enumerate() {
            for (pixel, &number) in plane.iter().enumerate() {
                let place = layout.pixel(pixel / shape.width, pixel % shape.width) + channel;
                #[expect(clippy::cast_possible_truncation, reason = "the file holds f32")]
                let number = number as f32;
                tensor.image_mut(index)[place] = number;
            }
        }
    }
    tensor
}

/// Takes the first step of a file layer by layer, each fed with what the file says of its
/// neighbours; how many tensors were compared.
///
/// What binary weights make of codes are multiples of one number, of which many are equal: one
/// rounding decides which of them a pool takes. So the layers are compared one by one.
fn replay_layers(name: &str, architecture: &Architecture) -> usize {
    let arrays = read(name);
    let images = arrays["label"].1.len();
    let mut network = architecture.build(&mut ChaCha8Rng::seed_from_u64(0)).unwrap();
    set_params(&mut network, &arrays);
    let mut before = ("input".to_owned(), architecture.input);
    let mut comparison = Comparison { arrays, compared: 0 };
    for (name, mut layer) in network.into_layers() {
        let (borders, shape) = (layer.borders(), layer.output_shape());
        let input =
            if before.0 == "input" { "input".to_owned() } else { format!("output/{}", before.0) };
        let tensor = |comparison: &Comparison, name: &str, shape: Shape, reader: Border| {
            from_torch(images, shape, reader, &comparison.arrays[name].1)
        };
        let input = tensor(&comparison, &input, before.1, borders.input);
        let mut output = from_torch(images, shape, borders.output, &[]);
        layer.forward(&input, &mut output, Mode::Train);
        comparison.compare(&format!("output/{name}"), &torch_images(&output));
        let gradient = format!("output_gradient/{name}");
        let grad_output = tensor(&comparison, &gradient, shape, borders.grad_output);
        let mut grad_input = from_torch(images, before.1, borders.grad_input, &[]);
        layer.backward(&input, &grad_output, Some(&mut grad_input));
        comparison.compare(&format!("output_gradient/{}", before.0), &torch_images(&grad_input));
        layer.visit_params(&mut |param_name, param| {
            let param_name = format!("gradient/{name}.{param_name}");
            comparison.compare(&param_name, &torch_order(param, &param.grad));
        });
        before = (name, shape);
    }
    comparison.compared
}

fn architecture(net: Net, forward: Forward, backward: Backward, weights: Weights) -> Architecture {
    let input = Shape { height: 28, width: 28, channels: 1 };
    Architecture {
        net,
        input,
        classes: 10,
        hidden: 16,
        width: 4,
        forward,
        positive_levels: 3,
        backward,
        weights,
    }
}

#[test]
fn an_mlp_with_a_log_tail_steps_as_in_pytorch() {
    let mlp = architecture(Net::Mlp, Forward::Hwgq, Backward::LogTailed, Weights::Binary);
    // 7 outputs and their gradients, 4 gradients, 2 losses, 4 parameters and 4 statistics after.
    assert_eq!(replay("mlp-binary-hwgq3-log.npz", &mlp), 28);
}

#[test]
fn an_mlp_with_signs_and_full_weights_steps_as_in_pytorch() {
    let mlp = architecture(Net::Mlp, Forward::Sign, Backward::HardTanh, Weights::Full);
    let mlp = Architecture { hidden: 12, ..mlp };
    assert_eq!(replay("mlp-full-sign.npz", &mlp), 28);
}

#[test]
fn each_layer_of_a_vgg_does_as_in_pytorch() {
    let vgg = architecture(Net::VggSmall, Forward::Hwgq, Backward::Clipped, Weights::Binary);
    // 22 layers: their outputs, the gradients of all but the last, and those of 10 parameters.
    assert_eq!(replay_layers("vgg-bn-binary-hwgq3-clip.npz", &vgg), 53);
}
