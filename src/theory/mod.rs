//! Floor 3: what quantization costs.

mod assessment;
mod distortion_rate;
mod entropy;
mod limits;
mod mismatch;
mod rate_distortion;

pub use assessment::{Assessment, assess};
pub use distortion_rate::{
    ENTROPY_CODED_GAP_BITS, bennett_integral, gaussian_distortion, gaussian_rate_bits,
    panter_dite_constant, panter_dite_distortion, shannon_lower_bound_bits,
    shannon_lower_bound_distortion,
};
pub use entropy::{differential_entropy_bits, entropy_bits};
pub use limits::{LimitRow, limits};
pub use mismatch::{Mismatch, MismatchRow, mismatch, table};
pub use rate_distortion::{RateDistortion, RateDistortionError, RatePoint};
