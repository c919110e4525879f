//! IDX, the file format of MNIST: a magic number, big-endian dimensions, bytes.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The most bytes that a file may declare; the largest of MNIST's has 47 million.
const BYTES_MAX: u64 = 1 << 26;

/// Unsigned bytes in `dimensions.len()` dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Idx {
    dimensions: Vec<usize>,
    // Invariant: as many as the product of the dimensions, and at least one.
    bytes: Vec<u8>,
}

/// Why bytes are not an IDX file; offsets count uncompressed bytes from 0.
#[derive(Debug, Error)]
pub enum IdxError {
    /// It does not begin like one, or holds something other than bytes, or has other dimensions.
    #[error(
        "byte 0: begins with {found:02x?}; an IDX file of bytes in {rank} dimensions begins with \
         [00, 00, 08, {rank:02x}]"
    )]
    Magic {
        /// The first four bytes.
        found: Vec<u8>,
        /// The dimensions expected.
        rank: usize,
    },
    /// The dimensions in the header multiply to nothing, or to more than is read.
    #[error(
        "byte 4: the header declares {dimensions:?}, which is {what}; 1 to {BYTES_MAX} bytes are read"
    )]
    Dimensions {
        /// As declared.
        dimensions: Vec<usize>,
        /// `nothing` or `too much`.
        what: &'static str,
    },
    /// The file ends before what its header declares.
    #[error("byte {offset}: the file ends here; its header needs {needed} bytes in all")]
    Truncated {
        /// How many bytes there are.
        offset: u64,
        /// How many there should be.
        needed: u64,
    },
    /// The file goes on after what its header declares.
    #[error("byte {offset}: the file goes on after the last {what}")]
    Trailing {
        /// Where it should have ended.
        offset: u64,
        /// `declared byte` or `compressed byte`.
        what: &'static str,
    },
    /// The file cannot be read on, or its compression is broken.
    #[error("byte {offset}: {error}")]
    Unreadable {
        /// How many bytes could be read.
        offset: u64,
        /// What the system or the decompressor says.
        error: io::Error,
    },
    /// A label that no class has.
    #[error("byte {offset}: label {label}; the labels of {classes} classes lie below {classes}")]
    Label {
        /// Where it stands.
        offset: u64,
        /// What stands there.
        label: u8,
        /// How many classes there are.
        classes: usize,
    },
}

impl Idx {
    /// Reads `source`, gzip-compressed or not, to its end.
    ///
    /// Memory follows what is really there, never what the header promises, and stops at
    /// [`BYTES_MAX`] or one byte after the declared end, so neither a lying header nor a
    /// decompression bomb costs more than an honest file.
    ///
    /// # Errors
    ///
    /// When the file does not have `rank` dimensions, is cut short, goes on too long, or does not
    /// match the checksum of its compression.
    pub(super) fn read(mut source: impl BufRead, rank: usize) -> Result<Self, IdxError> {
        let start = source.fill_buf().map_err(|error| IdxError::Unreadable { offset: 0, error })?;
        if !start.starts_with(&[0x1f, 0x8b]) {
            return Self::read_plain(&mut source, rank);
        }
        let mut decoder = GzDecoder::new(source);
        let read = Self::read_plain(&mut decoder, rank)?;
        let offset = read.header().len() as u64 + read.bytes.len() as u64;
        let rest = decoder.get_mut().fill_buf();
        match rest.map_err(|error| IdxError::Unreadable { offset, error })? {
            [] => Ok(read),
            _ => Err(IdxError::Trailing { offset, what: "compressed byte" }),
        }
    }

    fn read_plain(source: &mut impl Read, rank: usize) -> Result<Self, IdxError> {
        let header_length = 4 + 4 * rank as u64;
        let magic = take(source, 0, 4, header_length)?;
        if magic[..3] != [0, 0, 8] || usize::from(magic[3]) != rank {
            return Err(IdxError::Magic { found: magic, rank });
        }
        let mut dimensions = Vec::with_capacity(rank);
        let mut declared: u64 = 1;
        for word in take(source, 4, 4 * rank as u64, header_length)?.chunks_exact(4) {
            let dimension = u32::from_be_bytes([word[0], word[1], word[2], word[3]]);
            dimensions.push(dimension as usize);
            // Saturated products stay too large or become zero: both are refused below.
            declared = declared.saturating_mul(u64::from(dimension));
        }
        if declared == 0 || declared > BYTES_MAX {
            let what = if declared == 0 { "nothing" } else { "too much" };
            return Err(IdxError::Dimensions { dimensions, what });
        }
        let needed = header_length + declared;
        let bytes = take(source, header_length, declared, needed)?;
        // One more read: it must find the end, where the decompressor compares its checksum.
        match source.take(1).read_to_end(&mut Vec::new()) {
            Ok(0) => Ok(Self { dimensions, bytes }),
            Ok(_) => Err(IdxError::Trailing { offset: needed, what: "declared byte" }),
            Err(error) => Err(IdxError::Unreadable { offset: needed, error }),
        }
    }

    /// How many bytes in each direction.
    pub(super) fn dimensions(&self) -> &[usize] {
        &self.dimensions
    }

    /// The bytes, the last dimension running fastest.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The first byte that is not below `classes`, as an error.
    pub(super) fn check_labels(&self, classes: usize) -> Result<(), IdxError> {
        match self.bytes.iter().position(|&label| usize::from(label) >= classes) {
            None => Ok(()),
            Some(index) => {
                let offset = (self.header().len() + index) as u64;
                Err(IdxError::Label { offset, label: self.bytes[index], classes })
            }
        }
    }

    /// SHA-256 of the uncompressed file, in lower-case hexadecimal.
    pub(super) fn sha256(&self) -> String {
        let digest = Sha256::new().chain_update(self.header()).chain_update(&self.bytes).finalize();
        digest.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "the dimensions were read from 32 bits")]
    fn header(&self) -> Vec<u8> {
        let words = self.dimensions.iter().flat_map(|&dimension| (dimension as u32).to_be_bytes());
        [0, 0, 8, self.dimensions.len() as u8].into_iter().chain(words).collect()
    }
}

/// The next `length` bytes of `source`, of which `offset` were read before.
fn take(
    source: &mut impl Read,
    offset: u64,
    length: u64,
    needed: u64,
) -> Result<Vec<u8>, IdxError> {
    let mut bytes = Vec::new();
    let read = source.take(length).read_to_end(&mut bytes);
    let offset = offset + bytes.len() as u64;
    match read {
        Ok(_) if bytes.len() as u64 == length => Ok(bytes),
        Ok(_) => Err(IdxError::Truncated { offset, needed }),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(IdxError::Truncated { offset, needed })
        }
        Err(error) => Err(IdxError::Unreadable { offset, error }),
    }
}
