//! Tensors of networks for other programs: three training steps down to the last one, to be
//! recomputed, and what the activations of a trained network read.

use std::any::Any;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::error::TrainError;
use super::evaluation::fill;
use super::npz::Npz;
use super::optimiser::Sgd;
use super::spec::TrainSpec;
use super::state::State;
use crate::data::Images;
use crate::nn::{Activation, Mode, Net, Network, Shape};
use crate::record::replace_file;
use crate::scheme::{Backward, Forward, Weights};

/// Why a trace cannot be written.
#[derive(Debug, Error)]
pub enum DumpError {
    /// The network cannot be built.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// The other program does not know it.
    #[error("the PyTorch script has no {what}; {allowed}")]
    Unknown {
        /// What it lacks.
        what: String,
        /// What it has.
        allowed: &'static str,
    },
    /// The file system said no.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// The optimiser of the trace.
const SGD: Sgd = Sgd { rate: 0.02, momentum: 0.9, decay: 5e-4 };

/// The names of the outputs of each step: the first has no number.
const OUTPUTS: [&str; 3] = ["output", "output2", "output3"];

/// Writes three steps of `spec`'s network on one batch, `images`, as an `.npz` file.
///
/// Arrays are in `PyTorch`'s axes: images N, C, H, W; convolution weights out, in, row, column;
/// linear weights out, in, where `in` after a convolution runs over C, H, W. They hold the first
/// parameters, every layer's output in each step, the loss, the gradients of the first step, and
/// the parameters and running statistics after the third.
///
/// # Errors
///
/// When the script that checks the file has no such network or activation, the network cannot be
/// built, or the file system refuses.
pub fn dump(
    spec: &TrainSpec,
    images: &Images,
    normalisation: (f32, f32),
    path: &Path,
) -> Result<(), DumpError> {
    let input = Shape { height: images.height(), width: images.width(), channels: 1 };
    if (input.height, input.width) != (28, 28) || !(2..=1024).contains(&images.len()) {
        let what =
            format!("batch of {} images of {} x {}", images.len(), input.height, input.width);
        return Err(DumpError::Unknown { what, allowed: "use 2 to 1024 images of 28 x 28" });
    }
    let config = config(spec)?;
    let mut network = State::network(spec, input, 10)?;
    let indices: Vec<usize> = (0..images.len()).collect();
    fill(&mut network, images, &indices, normalisation);
    let file = |source| DumpError::File { path: path.to_owned(), source };
    let bytes = trace(&mut network, images.labels(), config.as_bytes()).map_err(file)?;
    replace_file(path, &bytes).map_err(file)
}

/// Writes what each activation of `network` reads, under the layer's name, as an `.npz` file.
///
/// The network sees `images` once, with the remembered statistics. Arrays are f32, N, C, H, W or
/// N, F. In `act…` batch norms make each channel's mean near 0 and its variance near 1; before
/// `relu6` of the VGG scale and shift are learnt.
/// The file is there whole or not at all.
///
/// # Errors
///
/// When the file system refuses.
///
/// # Panics
///
/// When the images have another size than the network's input.
pub fn dump_activations(
    network: &mut Network,
    images: &Images,
    normalisation: (f32, f32),
    path: &Path,
) -> Result<(), DumpError> {
    let indices: Vec<usize> = (0..images.len()).collect();
    fill(network, images, &indices, normalisation);
    network.forward(Mode::Evaluate);
    let file = |source| DumpError::File { path: path.to_owned(), source };
    let mut arrays = Npz::new();
    for (name, layer, input, _) in network.trace() {
        if (layer as &dyn Any).is::<Activation>() {
            arrays.tensor(name, input, false).map_err(file)?;
        }
    }
    replace_file(path, &arrays.finish().map_err(file)?).map_err(file)
}

/// The options of the script that build the same network.
fn config(spec: &TrainSpec) -> Result<String, DumpError> {
    let act = match spec.activation {
        Forward::Relu => "relu",
        Forward::HardTanh => "htanh",
        Forward::Sign => "sign",
        Forward::Hwgq => "hwgq",
        Forward::HwgqLloyd => "hwgqn",
        Forward::HwgqZeroCell => "dead",
    };
    let half_wave = matches!(act, "hwgq" | "hwgqn" | "dead");
    let backward = match (half_wave, spec.backward()) {
        (_, Backward::Relu) => "relu",
        (true, Backward::LogTailed) => "log",
        // The script's sign and hard tanh have their own built in and do not look at this.
        (true, Backward::Clipped) | (false, Backward::HardTanh) => "clip",
        (_, other) => {
            let what = format!("`{}` behind `{}`", other.name(), spec.activation.name());
            let allowed = "half waves go with relu, clipped and log-tailed, others with their own";
            return Err(DumpError::Unknown { what, allowed });
        }
    };
    let net = match spec.net {
        Net::Mlp => "mlp",
        Net::Lenet => "lenet",
        Net::VggSmall => "vgg-bn",
    };
    let binary = spec.weights == Weights::Binary;
    let config = serde_json::json!({
        "net": net,
        "hidden": spec.hidden,
        "width": spec.width,
        "weights": if binary { "bw" } else { "fp" },
        "act": act,
        "m": spec.positive_levels,
        "bwd": backward,
        "all_binary": binary && spec.net == Net::Lenet,
    });
    Ok(config.to_string())
}

/// The file's bytes. The batch is in the network's input.
fn trace(network: &mut Network, labels: &[u8], config: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut file = Npz::new();
    file.array("config", &[config.len()], config)?;
    file.tensor("input", network.input(), true)?;
    let classes: Vec<i64> = labels.iter().map(|&label| i64::from(label)).collect();
    file.array("label", &[labels.len()], &classes)?;
    file.params("initial", network, |param| &param.value)?;
    let mut losses = Vec::new();
    for (step, outputs) in OUTPUTS.into_iter().enumerate() {
        network.forward(Mode::Train);
        for (name, _, _, output) in network.trace() {
            file.tensor(&format!("{outputs}/{name}"), output, false)?;
        }
        let loss = network.backward(labels).mean;
        losses.push(loss);
        if step == 0 {
            file.array("loss", &[], &[loss])?;
            file.params("gradient", network, |param| &param.grad)?;
            for ((name, ..), grad) in network.trace().zip(network.grads()) {
                file.tensor(&format!("output_gradient/{name}"), grad, false)?;
            }
        }
        SGD.step(network);
    }
    file.array("step_loss", &[losses.len()], &losses)?;
    file.params("after", network, |param| &param.value)?;
    file.statistics(network)?;
    file.finish()
}
