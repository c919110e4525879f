//! Floor 0: numerics that know nothing of quantization.

mod banded;
mod block_sum;
mod double;
mod gemm;
mod interval;
mod jacobi;
mod matrix;
mod minimum;
mod moments;
pub mod normal;
mod precise_moments;
mod quadrature;
mod root;
mod sort;
mod special;
mod sum;
mod tridiagonal;

pub use banded::{Banded, Factor};
pub(crate) use block_sum::BlockSum;
pub use double::Double;
pub use gemm::{product, product_in_parallel};
pub use interval::Interval;
pub use jacobi::JacobiRule;
pub use matrix::{Axis, MatrixView, MatrixViewMut};
pub use minimum::{Minimum, golden_section};
pub use moments::Moments;
pub use precise_moments::PreciseMoments;
pub use quadrature::{EIGHT, FOUR, GaussLegendre, SIXTEEN};
pub use root::{Root, bracketed_root, newton_root};
pub use sort::sort;
pub use special::{FRAC_1_SQRT_2PI, exp_minus_half_square, mills_ratio};
pub use sum::CompensatedSum;
pub use tridiagonal::solve_tridiagonal;
