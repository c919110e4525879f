//! The embedded optical digits: 1797 images of 8 x 8 by 13 hands.

use std::io::Read;
use std::path::PathBuf;

use flate2::bufread::GzDecoder;

use super::{DataError, Dataset, Images, Name};

static DIGITS: &[u8] = include_bytes!("../../assets/digits.csv.gz");

const SIDE: usize = 8;
const CLASSES: usize = 10;

/// Which part an image belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Train,
    Validation,
    Test,
}

/// The digits with their fixed split; pixels lie in 0..=16.
///
/// The rule takes 30 test and 20 validation images of each class from its first 150, evenly over
/// the file and so over the writers; `assets/README.md` has the details and the licence.
///
/// # References
///
/// E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
/// Repository, 1998 (its test set, in the copy that scikit-learn ships).
pub(super) fn load() -> Result<Dataset, DataError> {
    let all = decode(DIGITS)?;
    let mut seen = [0; CLASSES];
    let mut parts = Vec::with_capacity(all.len());
    for &label in all.labels() {
        let rank = &mut seen[usize::from(label)];
        parts.push(part(*rank));
        *rank += 1;
    }
    let images_of = |wanted: Part| {
        let indices: Vec<_> = (0..all.len()).filter(|&index| parts[index] == wanted).collect();
        all.select(&indices)
    };
    Ok(Dataset {
        name: Name::Digits.name().into(),
        classes: CLASSES,
        train: images_of(Part::Train),
        validation: images_of(Part::Validation),
        test: images_of(Part::Test),
    })
}

/// Where the image goes that has `rank` images of its class before it.
fn part(rank: usize) -> Part {
    // The rarest class has 174 images, so 150 of every class take part: 150/5 test images and
    // 2 · 150/15 for validation. Neither 0 nor 7 leaves 4 modulo 5, so the two never meet.
    match (rank % 5, rank % 15) {
        _ if rank >= 150 => Part::Train,
        (4, _) => Part::Test,
        (_, 0 | 7) => Part::Validation,
        _ => Part::Train,
    }
}

/// Lines of 64 pixels and a label.
fn decode(compressed: &[u8]) -> Result<Images, DataError> {
    let damaged = |error| DataError::File { path: PathBuf::from("(embedded) digits"), error };
    let mut text = String::new();
    GzDecoder::new(compressed).read_to_string(&mut text).map_err(damaged)?;
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let cells: Result<Vec<u8>, _> = line.split(',').map(str::parse).collect();
        match cells.as_deref() {
            Ok([image @ .., label]) if usize::from(*label) < CLASSES => {
                pixels.extend_from_slice(image);
                labels.push(*label);
            }
            _ => return Err(damaged(std::io::Error::other("a line is not pixels and a label"))),
        }
    }
    Images::new(SIDE, SIDE, pixels, labels).map_err(|error| damaged(std::io::Error::other(error)))
}
