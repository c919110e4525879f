//! The embedded slice of Fashion-MNIST: 8,000 images of 28 x 28, as many of each class.

use std::path::Path;

use super::idx_files::{CLASSES, join, parse};
use super::{DataError, Dataset, Name};

static IMAGES: &[u8] = include_bytes!("../../assets/fashion-mini-images-idx3-ubyte.gz");
static LABELS: &[u8] = include_bytes!("../../assets/fashion-mini-labels-idx1-ubyte.gz");

/// The slice with its fixed split: 500, 100 and 200 images a class.
///
/// Training and validation come from Fashion-MNIST's training file (the first 500 and the next 100
/// of each class), the test images from its test file (the first 200 of each class), all in file
/// order; `assets/README.md` has the indices, the licence and the script.
///
/// # References
///
/// H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
/// Learning Algorithms, arXiv:1708.07747, 2017.
pub(super) fn load() -> Result<Dataset, DataError> {
    let images = Path::new("(embedded) fashion-mini-images-idx3-ubyte.gz");
    let labels = Path::new("(embedded) fashion-mini-labels-idx1-ubyte.gz");
    let all =
        join((images, parse(images, IMAGES, 3)?), (labels, parse(labels, LABELS, 1)?), CLASSES)?;
    let [train, validation, _] = Name::FashionMini.facts().split;
    let (train, rest) = all.split_at(train);
    let (validation, test) = rest.split_at(validation);
    let name = Name::FashionMini.name().into();
    Ok(Dataset { name, classes: CLASSES, train, validation, test })
}
