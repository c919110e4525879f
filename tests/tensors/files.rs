//! Files of tensors written by hand, so that they can lie.

use std::fs;
use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::DeflateEncoder;
use hwgq::data::{TensorEntry, TensorError, tensors};

/// A folder that goes away with the test.
pub(crate) struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        // A file system may wait for the disk when a file is overwritten, but not for a new one.
        _ = fs::remove_file(&path);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// `start` and zeros to `length` bytes, which take no room on the disk.
    pub(crate) fn sparse(&self, name: &str, start: &[u8], length: u64) -> PathBuf {
        let path = self.path(name);
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(start).unwrap();
        file.set_len(length).unwrap();
        path
    }
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tensors").join(name)
}

/// All numbers of a tensor.
pub(crate) fn numbers(entry: &TensorEntry) -> Result<Vec<f64>, TensorError> {
    let mut numbers = Vec::new();
    entry.stream(&mut |chunk| {
        numbers.extend_from_slice(chunk);
        ControlFlow::Continue(())
    })?;
    Ok(numbers)
}

/// Looks at every number of every tensor of a file; how many there were.
pub(crate) fn look_through(path: &Path) -> Result<u64, TensorError> {
    let mut count = 0;
    for entry in tensors(path)? {
        entry.stream(&mut |chunk| {
            count += chunk.len() as u64;
            ControlFlow::Continue(())
        })?;
    }
    Ok(count)
}

/// What it says, which is one line of bounded length.
pub(crate) fn one_line(error: &TensorError) -> String {
    let text = error.to_string();
    assert!(!text.contains(['\n', '\r']) && text.len() < 1000, "{text:?}");
    text
}

/// An `.npy` file of version 1 around any dictionary.
pub(crate) fn npy_around(dictionary: &str, payload: &[u8]) -> Vec<u8> {
    let mut header = dictionary.to_owned().into_bytes();
    header.resize((header.len() + 11).next_multiple_of(64) - 11, b' ');
    header.push(b'\n');
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", length.as_slice(), &header, payload].concat()
}

pub(crate) fn npy(descr: &str, shape: &str, payload: &[u8]) -> Vec<u8> {
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    npy_around(&dictionary, payload)
}

pub(crate) fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// A member of an archive, as the directory lists it.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) crc: u32,
    pub(crate) unpacked: u32,
    /// What stands in the archive.
    pub(crate) contents: Vec<u8>,
}

impl Line {
    pub(crate) fn stored(name: &str, contents: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(contents);
        let (unpacked, contents) = (u32::try_from(contents.len()).unwrap(), contents.to_vec());
        let name = name.to_owned();
        Self { name, method: 0, flags: 0, crc: crc.sum(), unpacked, contents }
    }

    pub(crate) fn deflated(name: &str, contents: &[u8]) -> Self {
        let plain = Self::stored(name, contents);
        Self { method: 8, contents: deflate(contents), ..plain }
    }

    fn sizes(&self) -> [u32; 3] {
        [self.crc, u32::try_from(self.contents.len()).unwrap(), self.unpacked]
    }

    /// The local header and the contents.
    pub(crate) fn local(&self) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04\x14\x00".to_vec();
        push16(&mut bytes, &[self.flags, self.method, 0, 33]);
        push32(&mut bytes, &self.sizes());
        push16(&mut bytes, &[u16::try_from(self.name.len()).unwrap(), 0]);
        bytes.extend_from_slice(self.name.as_bytes());
        bytes.extend_from_slice(&self.contents);
        bytes
    }

    /// The line of the directory.
    fn central(&self, offset: u32) -> Vec<u8> {
        let mut bytes = b"PK\x01\x02\x14\x00\x14\x00".to_vec();
        push16(&mut bytes, &[self.flags, self.method, 0, 33]);
        push32(&mut bytes, &self.sizes());
        push16(&mut bytes, &[u16::try_from(self.name.len()).unwrap(), 0, 0, 0, 0, 0, 0]);
        push32(&mut bytes, &[offset]);
        bytes.extend_from_slice(self.name.as_bytes());
        bytes
    }
}

pub(crate) fn deflate(contents: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    DeflateEncoder::new(contents, Compression::default()).read_to_end(&mut packed).unwrap();
    packed
}

/// A sound archive of sound members.
pub(crate) fn zip(lines: &[Line]) -> Vec<u8> {
    let (mut bytes, mut listed) = (Vec::new(), Vec::new());
    for line in lines {
        listed.push((line, u32::try_from(bytes.len()).unwrap()));
        bytes.extend(line.local());
    }
    close(bytes, &listed)
}

/// The directory of `listed`, wherever they are, behind `bytes`.
pub(crate) fn close(mut bytes: Vec<u8>, listed: &[(&Line, u32)]) -> Vec<u8> {
    let start = u32::try_from(bytes.len()).unwrap();
    for (line, offset) in listed {
        bytes.extend(line.central(*offset));
    }
    let length = u32::try_from(bytes.len()).unwrap() - start;
    let count = u16::try_from(listed.len()).unwrap();
    bytes.extend(b"PK\x05\x06");
    push16(&mut bytes, &[0, 0, count, count]);
    push32(&mut bytes, &[length, start]);
    push16(&mut bytes, &[0]);
    bytes
}

/// The same archive with an end of 64 bits, as writers leave it that go beyond 4 GiB.
pub(crate) fn with_wide_end(archive: &[u8]) -> Vec<u8> {
    let (front, end) = archive.split_at(archive.len() - 22);
    let field = |at: usize, width: usize| {
        let mut wide = [0; 8];
        wide[..width].copy_from_slice(&end[at..at + width]);
        wide
    };
    let mut bytes = [front, b"PK\x06\x06", &44_u64.to_le_bytes(), &[45, 0, 45, 0]].concat();
    push32(&mut bytes, &[0, 0]);
    bytes.extend([field(10, 2), field(10, 2), field(12, 4), field(16, 4)].concat());
    bytes.extend(b"PK\x06\x07");
    push32(&mut bytes, &[0]);
    bytes.extend((front.len() as u64).to_le_bytes());
    push32(&mut bytes, &[1]);
    bytes.extend(b"PK\x05\x06");
    push16(&mut bytes, &[0, 0, u16::MAX, u16::MAX]);
    push32(&mut bytes, &[u32::MAX, u32::MAX]);
    push16(&mut bytes, &[0]);
    bytes
}

fn push16(bytes: &mut Vec<u8>, numbers: &[u16]) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

fn push32(bytes: &mut Vec<u8>, numbers: &[u32]) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}
