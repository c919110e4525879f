//! How work is cut: into chunks of images that depend on the batch and never on the threads.

use pulp::Arch;
use rayon::prelude::*;

use super::tensor::Tensor;

/// The most chunks a batch is cut into: enough for sixteen threads, few enough that sixteen
/// partial gradients are cheap to add up.
const CHUNKS_MAX: usize = 16;

/// Numbers that an elementwise task over a parameter handles: 64 KiB, far more work than handing
/// out a task costs.
pub(super) const TASK_LEN: usize = 1 << 14;

/// Images in a chunk (the last one may hold fewer).
pub(super) fn chunk_images(images: usize) -> usize {
    images.div_ceil(CHUNKS_MAX).max(1)
}

/// Runs a loop compiled once for each instruction set, with the best that this processor has.
#[inline]
pub(super) fn vectorised<R>(run: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(run)
}

/// The images of `tensor` in chunks.
pub(super) fn chunks(tensor: &Tensor) -> rayon::slice::Chunks<'_, f32> {
    tensor.data().par_chunks(chunk_images(tensor.images()) * tensor.layout().image_len())
}

/// The images of `tensor` in chunks.
pub(super) fn chunks_mut(tensor: &mut Tensor) -> rayon::slice::ChunksMut<'_, f32> {
    let length = chunk_images(tensor.images()) * tensor.layout().image_len();
    tensor.data_mut().par_chunks_mut(length)
}

/// `run(row of input, row of output)` for every row of every image, borders left out.
pub(super) fn map_rows(
    input: &Tensor,
    output: &mut Tensor,
    run: impl Fn(&[f32], &mut [f32]) + Sync,
) {
    let (from, to) = (input.layout(), output.layout());
    chunks_mut(output).zip(chunks(input)).for_each(|(output, input)| {
        let images = output.chunks_exact_mut(to.image_len());
        for (output, input) in images.zip(input.chunks_exact(from.image_len())) {
            for row in 0..to.shape.height {
                run(from.row(input, row), to.row_mut(output, row));
            }
        }
    });
}

/// `run(row of first, row of second, row of output)` for every row of every image.
pub(super) fn zip_rows(
    first: &Tensor,
    second: &Tensor,
    output: &mut Tensor,
    run: impl Fn(&[f32], &[f32], &mut [f32]) + Sync,
) {
    let (one, two, to) = (first.layout(), second.layout(), output.layout());
    chunks_mut(output).zip(chunks(first)).zip(chunks(second)).for_each(
        |((output, first), second)| {
            let images = output.chunks_exact_mut(to.image_len());
            let inputs =
                first.chunks_exact(one.image_len()).zip(second.chunks_exact(two.image_len()));
            for (output, (first, second)) in images.zip(inputs) {
                for row in 0..to.shape.height {
                    run(one.row(first, row), two.row(second, row), to.row_mut(output, row));
                }
            }
        },
    );
}

/// `total[i] += Σ partial[i]` over the `partials`, in their order, each of `total.len()` numbers.
pub(super) fn add_in_order(total: &mut [f32], partials: &[f32]) {
    let length = total.len();
    total.par_chunks_mut(TASK_LEN).enumerate().for_each(|(task, total)| {
        for partial in partials.chunks_exact(length) {
            let partial = &partial[task * TASK_LEN..][..total.len()];
            vectorised(|| total.iter_mut().zip(partial).for_each(|(total, part)| *total += part));
        }
    });
}
