//! Labelled images from a pair of IDX files, and the published sets made of two such pairs.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::idx::Idx;
use super::{DataError, Dataset, Images, Name};

/// Classes of MNIST and of everything made in its image.
pub(super) const CLASSES: usize = 10;

/// Images of the training file that train; those after them validate.
const TRAIN: usize = 55_000;

/// A file that was published, by the beginning of its name and the SHA-256 of its contents.
///
/// The digest is that of the *uncompressed* file, because packagers compress anew: Debian's
/// Fashion-MNIST differs from Zalando's in the gzip header.
struct Published {
    stem: &'static str,
    sha256: &'static str,
}

/// The images of one IDX file with the labels of another, each gzip-compressed or plain.
///
/// # Errors
///
/// When a file cannot be read or is malformed, the counts differ, or a label is not below
/// `classes`. The errors carry the path and the offset.
pub fn read_images(images: &Path, labels: &Path, classes: usize) -> Result<Images, DataError> {
    // Labels first: they are small, and most mix-ups show there.
    let label_file = parse(labels, open(labels)?, 1)?;
    let image_file = parse(images, open(images)?, 3)?;
    join((images, image_file), (labels, label_file), classes)
}

/// One of the published sets from the four files in `folder`; the last 5,000 images of the
/// training file validate.
pub(super) fn published(name: Name, folder: &Path) -> Result<Dataset, DataError> {
    let files = if name == Name::Mnist { &MNIST } else { &FASHION_MNIST };
    let [train, test] = files.each_ref().map(|[images, labels]| {
        let labels = known(name, folder, labels, 1)?;
        let images = known(name, folder, images, 3)?;
        join((&images.0, images.1), (&labels.0, labels.1), CLASSES)
    });
    let (train, validation) = train?.split_at(TRAIN);
    Ok(Dataset { name: name.name().into(), classes: CLASSES, train, validation, test: test? })
}

/// Whether `folder` holds the first of the four files.
pub(super) fn holds(folder: &Path) -> bool {
    existing(folder, MNIST[0][0].stem).is_file()
}

/// The IDX file in `source`, called `path` in errors.
pub(super) fn parse(path: &Path, source: impl BufRead, rank: usize) -> Result<Idx, DataError> {
    Idx::read(source, rank).map_err(|fault| DataError::Idx { path: path.to_owned(), fault })
}

/// Images and labels as one.
pub(super) fn join(
    (images, image_file): (&Path, Idx),
    (labels, label_file): (&Path, Idx),
    classes: usize,
) -> Result<Images, DataError> {
    label_file
        .check_labels(classes)
        .map_err(|fault| DataError::Idx { path: labels.to_owned(), fault })?;
    let [image_count, height, width] = [0, 1, 2].map(|axis| image_file.dimensions()[axis]);
    let label_count = label_file.dimensions()[0];
    // The bytes number the product of the dimensions, so only the counts can disagree.
    Images::new(height, width, image_file.into_bytes(), label_file.into_bytes()).map_err(|_| {
        let (images, labels) = (images.to_owned(), labels.to_owned());
        DataError::CountMismatch { images, image_count, labels, label_count }
    })
}

fn known(
    name: Name,
    folder: &Path,
    file: &Published,
    rank: usize,
) -> Result<(PathBuf, Idx), DataError> {
    let path = existing(folder, file.stem);
    let read = parse(&path, open(&path)?, rank)?;
    let found = read.sha256();
    if found != file.sha256 {
        return Err(DataError::Digest { path, name, found, expected: file.sha256 });
    }
    Ok((path, read))
}

/// `folder/stem.gz`, or the same without `.gz` where only that exists.
fn existing(folder: &Path, stem: &str) -> PathBuf {
    let plain = folder.join(stem);
    let compressed = plain.with_extension("gz");
    if plain.is_file() && !compressed.is_file() { plain } else { compressed }
}

fn open(path: &Path) -> Result<impl BufRead + use<>, DataError> {
    let failed = |error| DataError::File { path: path.to_owned(), error };
    // Looked at before it is opened: a pipe would wait for a writer, a device may never end.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("not a regular file")));
    }
    Ok(BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?))
}

// The training pair and the test pair, images before labels.
const FASHION_MNIST: [[Published; 2]; 2] = [
    [
        Published {
            stem: "train-images-idx3-ubyte",
            sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        },
        Published {
            stem: "train-labels-idx1-ubyte",
            sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        },
    ],
    [
        Published {
            stem: "t10k-images-idx3-ubyte",
            sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        },
        Published {
            stem: "t10k-labels-idx1-ubyte",
            sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
    ],
];

const MNIST: [[Published; 2]; 2] = [
    [
        Published {
            stem: "train-images-idx3-ubyte",
            sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        },
        Published {
            stem: "train-labels-idx1-ubyte",
            sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        },
    ],
    [
        Published {
            stem: "t10k-images-idx3-ubyte",
            sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        },
        Published {
            stem: "t10k-labels-idx1-ubyte",
            sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
    ],
];
