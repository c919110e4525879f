//! Floor 4: labelled images and where they are found.

mod images;

pub use images::{Dataset, Images, ImagesError};
