//! Networks' tensors as an `.npz` file, in `PyTorch`'s axes.

use std::io::Cursor;

use npyz::WriterBuilder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::nn::{MOVING_FRACTION, Network, Param, Shape, Tensor};

/// An archive of `.npy` arrays.
pub(super) struct Npz(ZipWriter<Cursor<Vec<u8>>>);

impl Npz {
    pub(super) fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }

    /// The bytes of the file; the same for the same arrays, as the archive has no dates.
    pub(super) fn finish(self) -> std::io::Result<Vec<u8>> {
        Ok(self.0.finish().map_err(std::io::Error::other)?.into_inner())
    }

    pub(super) fn array<T: npyz::AutoSerialize + Copy>(
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
    pub(super) fn tensor(
        &mut self,
        name: &str,
        tensor: &Tensor,
        image: bool,
    ) -> std::io::Result<()> {
        let Shape { height, width, channels } = tensor.shape();
        let values = tensor.to_compact();
        let moved = move_last_axis(&values, tensor.images(), height * width, channels);
        if height * width == 1 && !image {
            self.array(name, &[tensor.images(), channels], &moved)
        } else {
            self.array(name, &[tensor.images(), channels, height, width], &moved)
        }
    }

    pub(super) fn params(
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
    pub(super) fn statistics(&mut self, network: &mut Network) -> std::io::Result<()> {
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
