//! Floor 4: labelled images and where they are found; samples from text
//! files; tensors, streamed from the files of other programs.

mod digits;
mod error;
mod fashion_mini;
mod idx;
mod idx_files;
mod images;
mod name;
mod sample;
mod search;
mod tensor;

pub use error::DataError;
pub use idx::IdxError;
pub use idx_files::read_images;
pub use images::{Dataset, Images, ImagesError};
pub use name::{Facts, Name};
pub use sample::sample;
pub use search::{Listing, Place, Search, list, load};
pub use tensor::{CHUNK, DType, Fault, TensorEntry, TensorError, TextFault, tensors};
