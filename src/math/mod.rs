//! Floor 0: numerics that know nothing of quantization.

mod banded;
mod double;
mod gemm;
mod interval;
mod matrix;
mod moments;
pub mod normal;
mod quadrature;
mod root;
mod special;
mod sum;
mod tridiagonal;

pub use banded::{Banded, Factor};
pub use double::Double;
pub use gemm::{product, product_in_parallel};
pub use interval::Interval;
pub use matrix::{Axis, MatrixView, MatrixViewMut};
pub use moments::Moments;
pub use quadrature::{EIGHT, FOUR, GaussLegendre, SIXTEEN};
pub use root::{Root, bracketed_root, newton_root};
pub use special::{FRAC_1_SQRT_2PI, exp_minus_half_square, mills_ratio};
pub use sum::CompensatedSum;
pub use tridiagonal::solve_tridiagonal;
