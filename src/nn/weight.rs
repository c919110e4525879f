//! The weight of a product layer: latent numbers, and what the product sees of them.

use super::layer::Param;
use super::parallel::vectorised;
use crate::quantizer::Codebook;
use crate::scheme::Weights;

/// What a product layer reads.
///
/// With binary weights and codes the product is `α·Δ` times a sum of small integers, which is what
/// a packed kernel computes; the trainer multiplies the same numbers in f32.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Any numbers.
    Real,
    /// Levels of this quantizer.
    Codes(Codebook),
}

/// A matrix of weights, its last axis (the outputs) running fastest.
///
/// Full weights are used as they are. Binary ones enter the product as `W_b = α·sign(W)` with
/// `α = mean |W|` over all weights of an output and `sign(0) = +1`, renewed at every forward pass.
/// The gradient of `W_b` goes to the latent `W` unchanged: no mask, no clipping, no term for `α`.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (2), and the layers of their Caffe code.
#[derive(Debug, Clone)]
pub(super) struct Weight {
    pub(super) param: Param,
    // Invariant: as long as the latent weight, or empty when the product sees the latter.
    binary: Vec<f32>,
}

impl Weight {
    pub(super) fn new(param: Param, weights: Weights) -> Self {
        let binary = match weights {
            Weights::Full => Vec::new(),
            Weights::Binary => param.value.clone(),
        };
        Self { param, binary }
    }

    pub(super) fn is_binary(&self) -> bool {
        !self.binary.is_empty()
    }

    /// `binary weights on 4 levels`.
    pub(super) fn describe(&self, operand: &Operand) -> String {
        let kind = if self.is_binary() { "binary" } else { "full" };
        match operand {
            Operand::Real => format!("{kind} weights"),
            Operand::Codes(codebook) => format!("{kind} weights on {} levels", codebook.len()),
        }
    }

    /// Renews the binary weights from the latent ones.
    pub(super) fn renew(&mut self) {
        if self.is_binary() {
            binarise(&self.param.value, self.param.shape[3], &mut self.binary);
        }
    }

    /// What the product sees.
    pub(super) fn seen(&self) -> &[f32] {
        if self.is_binary() { &self.binary } else { &self.param.value }
    }
}

/// `binary = α·sign(latent)`, `α` the mean magnitude of each of the `outputs` columns.
pub fn binarise(latent: &[f32], outputs: usize, binary: &mut [f32]) {
    let scales = mean_magnitudes(latent, outputs);
    vectorised(|| {
        for (row, binary) in latent.chunks_exact(outputs).zip(binary.chunks_exact_mut(outputs)) {
            for ((&weight, &scale), binary) in row.iter().zip(&scales).zip(binary) {
                *binary = if weight >= 0.0 { scale } else { -scale };
            }
        }
    });
}

/// The scale `α` of each output.
pub(super) fn mean_magnitudes(latent: &[f32], outputs: usize) -> Vec<f32> {
    // A sum over thousands of weights loses digits in f32; in f64 it is exact to the last one that
    // the f32 scale keeps.
    let mut sums = vec![0.0_f64; outputs];
    vectorised(|| {
        for row in latent.chunks_exact(outputs) {
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += f64::from(weight.abs()));
        }
    });
    let count = (latent.len() / outputs) as f64;
    #[expect(clippy::cast_possible_truncation, reason = "the scale is an f32 like the weights")]
    let scales = sums.iter().map(|sum| (sum / count) as f32);
    scales.collect()
}

/// `to[c][r] = from[r][c]` for a matrix of `columns` columns, block by block, so that the short
/// lines read and written stay in cache.
pub(super) fn transpose(from: &[f32], columns: usize, to: &mut [f32]) {
    const BLOCK: usize = 16;
    let rows = from.len() / columns;
    for first_row in (0..rows).step_by(BLOCK) {
        for first in (0..columns).step_by(BLOCK) {
            let width = BLOCK.min(columns - first);
            for row in first_row..rows.min(first_row + BLOCK) {
                let numbers = &from[row * columns + first..][..width];
                let places = to[first * rows + row..].iter_mut().step_by(rows);
                places.zip(numbers).for_each(|(place, number)| *place = *number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_twice_is_nothing() {
        let numbers: Vec<f32> = (0_u8..34 * 5).map(f32::from).collect();
        let (mut once, mut twice) = (vec![0.0; 34 * 5], vec![0.0; 34 * 5]);
        transpose(&numbers, 5, &mut once);
        assert_eq!(once[..3], [0.0, 5.0, 10.0], "a column becomes a row");
        transpose(&once, 34, &mut twice);
        assert_eq!(twice, numbers);
    }

    #[test]
    fn each_output_has_the_mean_magnitude_of_its_own_weights() {
        let latent = [0.5, -1.0, -1.5, 0.0, 1.0, 3.0];
        let mut binary = [0.0; 6];
        binarise(&latent, 2, &mut binary);
        let third = 4.0_f32 / 3.0;
        let expected = [1.0, -third, -1.0, third, 1.0, third];
        assert_eq!(binary.map(f32::to_bits), expected.map(f32::to_bits), "and sign(0) is +1");
    }
}
