//! `.npy`: a magic number, a dictionary, the numbers.
//!
//! Source: numpy, `numpy/lib/format` (versions 1.0, 2.0 and 3.0).

use std::io::Read;

use super::decode::{ByteOrder, fill};
use super::descriptor::{Descriptor, parse};
use super::dtype::DType;
use super::entry::{Contents, Facts, TensorEntry};
use super::error::{Problem, TensorError};
use super::fault::Fault;
use super::regular::Regular;
use super::shape::extent;

/// The longest header that is read; that of 64 axes of 20 digits has 2 KiB.
const HEADER_MAX: u64 = 1 << 16;

/// What stands before the numbers, held against their length.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) shape: Vec<u64>,
    pub(super) dtype: DType,
    pub(super) order: ByteOrder,
    pub(super) values: u64,
    /// Its own length.
    pub(super) bytes: u64,
}

/// The one tensor of `file`.
pub(super) fn entries(mut file: Regular) -> Result<Vec<TensorEntry>, TensorError> {
    let length = file.length();
    let read = file.from(0).map_err(Problem::from).and_then(|file| header(file, length));
    let Header { shape, dtype, order, values, bytes } =
        read.map_err(|problem| problem.of(file.path()))?;
    let contents = Contents::Raw { start: bytes, order };
    let facts = Facts { name: file.stem(), shape, dtype, values, contents };
    Ok(vec![facts.entry(file.shared_path(), length)])
}

/// Reads the header of an array that has `length` bytes with it.
pub(super) fn header(reader: &mut dyn Read, length: u64) -> Result<Header, Problem> {
    let (start, announced) = preamble(reader)?;
    let cut = |byte| Problem::at(byte, Fault::Truncated { what: "the header" });
    let room = length.checked_sub(start).ok_or_else(|| cut(length))?;
    for (limit, reason) in [(room, "the file has room for"), (HEADER_MAX, "are read")] {
        if announced > limit {
            let fault = Fault::HeaderTooLong { length: announced, limit, reason };
            return Err(Problem::at(8, fault));
        }
    }
    let mut text = vec![0; usize::try_from(announced).unwrap_or_default()];
    let read = fill(reader, &mut text)?;
    if read < text.len() {
        return Err(cut(start + read as u64));
    }
    let text = std::str::from_utf8(&text).map_err(|error| {
        let what = "header";
        Problem::at(start + error.valid_up_to() as u64, Fault::NotUtf8 { what })
    })?;
    let Descriptor { dtype, order, shape } = parse(text, start)?;
    let (values, needed) = extent(&shape, dtype).map_err(|fault| Problem::at(start, fault))?;
    let (bytes, found) = (start + announced, room - announced);
    if found < needed {
        return Err(Problem::at(bytes, Fault::Length { needed, found }));
    }
    if found > needed {
        return Err(Problem::at(bytes + needed, Fault::Unused { bytes: found - needed }));
    }
    Ok(Header { shape, dtype, order, values, bytes })
}

/// Magic number, version, length: where the dictionary begins, and the bytes it is said to have.
fn preamble(reader: &mut dyn Read) -> Result<(u64, u64), Problem> {
    let mut start = [0; 12];
    let read = fill(reader, &mut start[..10])?;
    if !b"\x93NUMPY".starts_with(&start[..read.min(6)]) {
        return Err(Problem::at(0, Fault::Magic { format: "an .npy array" }));
    }
    let cut = |read: usize| Problem::at(read as u64, Fault::Truncated { what: "the header" });
    if read < 10 {
        return Err(cut(read));
    }
    match (start[6], start[7]) {
        (1, 0) => Ok((10, u64::from(u16::from_le_bytes([start[8], start[9]])))),
        (2 | 3, 0) => {
            let more = fill(reader, &mut start[10..])?;
            if more < 2 {
                return Err(cut(read + more));
            }
            let [.., a, b, c, d] = start;
            Ok((12, u64::from(u32::from_le_bytes([a, b, c, d]))))
        }
        (major, minor) => Err(Problem::at(6, Fault::Version { major, minor })),
    }
}
