//! Floor 0: packed arithmetic on signs and on codes of one to four bits, exact to the last integer.

mod error;
mod planes;
mod product;
mod signs;
mod word;

pub use error::BitsError;
pub use planes::{BITS_MAX, CodePlanes};
pub use product::{product, sign_product};
pub use signs::SignMatrix;
