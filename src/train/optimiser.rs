//! Stochastic gradient descent with momentum.

use pulp::Arch;
use rayon::prelude::*;

use crate::nn::{Network, Param};

/// `v ← momentum·v + (g + decay·w)`, `w ← w - rate·v`, `g ← 0`.
///
/// The decay acts on every parameter. The gradient is cleared in the same pass, while it is in
/// cache, so that the next backward pass can add to it.
///
/// # References
///
/// The update of Caffe's `SGDSolver` up to where the rate stands: Caffe folds it into `v`, `PyTorch`
/// (and this) multiplies by it last. They differ only while the rate changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    /// Learning rate of this step.
    pub rate: f32,
    /// Part of the velocity that stays, in `0..1`.
    pub momentum: f32,
    /// Weight decay.
    pub decay: f32,
}

/// Numbers a task: 64 KiB of each array.
const TASK_LEN: usize = 1 << 14;

impl Sgd {
    /// Moves every parameter of `network` by one step.
    pub fn step(self, network: &mut Network) {
        network.visit_params(&mut |_, param| self.step_param(param));
    }

    fn step_param(self, Param { value, grad, velocity, .. }: &mut Param) {
        let Self { rate, momentum, decay } = self;
        value
            .par_chunks_mut(TASK_LEN)
            .zip(grad.par_chunks_mut(TASK_LEN))
            .zip(velocity.par_chunks_mut(TASK_LEN))
            .for_each(|((value, grad), velocity)| {
                Arch::new().dispatch(|| {
                    for ((value, grad), velocity) in value.iter_mut().zip(grad).zip(velocity) {
                        *velocity = momentum * *velocity + (*grad + decay * *value);
                        *value -= rate * *velocity;
                        *grad = 0.0;
                    }
                });
            });
    }
}
