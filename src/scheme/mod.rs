//! Floor 3: the published pairs of a forward quantizer and a backward function.
//!
//! Forward and backward are independent values: any [`Forward`] can be trained with any
//! [`Backward`].

mod backward;
mod forward;
mod weights;
mod zoo;

pub use backward::Backward;
pub use forward::Forward;
pub use weights::Weights;
pub use zoo::{Scheme, ZOO};
