//! Three training steps written down to the last tensor, for another program to recompute.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use npyz::WriterBuilder;
use thiserror::Error;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::error::TrainError;
use super::evaluation::fill;
use super::optimiser::Sgd;
use super::spec::TrainSpec;
use super::state::State;
use crate::data::Images;
use crate::nn::{MOVING_FRACTION, Mode, Net, Network, Param, Shape, Tensor};
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
    let mut file = Npz(ZipWriter::new(Cursor::new(Vec::new())));
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
    Ok(file.0.finish().map_err(std::io::Error::other)?.into_inner())
}

/// An archive of `.npy` arrays.
struct Npz(ZipWriter<Cursor<Vec<u8>>>);

impl Npz {
    fn array<T: npyz::AutoSerialize + Copy>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: &[T],
    ) -> std::io::Result<()> {
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.0.start_file(format!("{name}.npy"), stored).map_err(std::io::Error::other)?;
        let shape: Vec<u64> = shape.iter().map(|&axis| axis as u64).collect();
        let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
        let mut writer = options.writer(&mut self.0).begin_nd()?;
        writer.extend(values.iter().copied())?;
        writer.finish()
    }

    /// Images as N, C, H, W; features as N, F unless `image`.
    fn tensor(&mut self, name: &str, tensor: &Tensor, image: bool) -> std::io::Result<()> {
        let Shape { height, width, channels } = tensor.shape();
        let values = tensor.to_compact();
        let moved = move_last_axis(&values, tensor.images(), height * width, channels);
        if height * width == 1 && !image {
            self.array(name, &[tensor.images(), channels], &moved)
        } else {
            self.array(name, &[tensor.images(), channels, height, width], &moved)
        }
    }

    fn params(
        &mut self,
        kind: &str,
        network: &mut Network,
        part: impl Fn(&Param) -> &[f32],
    ) -> std::io::Result<()> {
        let mut result = Ok(());
        network.visit_params(&mut |name, param| {
            let [rows, columns, inputs, outputs] = param.shape;
            // To out, row, column, in; then to out, in, row, column.
            let moved = move_last_axis(part(param), 1, rows * columns * inputs, outputs);
            let moved = move_last_axis(&moved, outputs, rows * columns, inputs);
            let shape = if name.starts_with("conv") {
                vec![outputs, inputs, rows, columns]
            } else if name.starts_with("fc") && name.ends_with("weight") {
                vec![outputs, inputs * rows * columns]
            } else {
                vec![outputs]
            };
            if result.is_ok() {
                result = self.array(&format!("{kind}/{name}"), &shape, &moved);
            }
        });
        result
    }

    /// Running mean and variance as `PyTorch` keeps them: `r ← 0.95·r + 0.05·batch`, from 0 and 1.
    ///
    /// Caffe's sum is `S = Σ 0.95^(t-i)·batch_i` and its weight `w` the same sum of ones, so the
    /// start still counts `0.95^t = 1 - 0.05·w`.
    fn statistics(&mut self, network: &mut Network) -> std::io::Result<()> {
        let mut sums: Vec<(String, Vec<f64>)> = Vec::new();
        network.visit_memory(&mut |name, memory| sums.push((name.to_owned(), memory.to_vec())));
        // A batch norm names its mean, its variance and their weight, in this order.
        for memory in sums.chunks_exact(3) {
            let [(name, mean), (_, variance), (_, weight)] = memory else { continue };
            let layer = name.trim_end_matches(".mean_sum");
            let share = 1.0 - MOVING_FRACTION;
            let rest = 1.0 - share * weight[0];
            let mean: Vec<f64> = mean.iter().map(|sum| share * sum).collect();
            let variance: Vec<f64> = variance.iter().map(|sum| share * sum + rest).collect();
            self.array(&format!("after/{layer}.running_mean"), &[mean.len()], &mean)?;
            self.array(&format!("after/{layer}.running_var"), &[variance.len()], &variance)?;
        }
        Ok(())
    }
}

/// `[outer][middle][last]` to `[outer][last][middle]`.
fn move_last_axis(values: &[f32], outer: usize, middle: usize, last: usize) -> Vec<f32> {
    let mut moved = Vec::with_capacity(values.len());
    for block in values.chunks_exact(middle * last).take(outer) {
        for channel in 0..last {
            moved.extend(block.iter().skip(channel).step_by(last));
        }
    }
    moved
}
