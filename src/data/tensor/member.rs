//! A member of an archive, unpacked as it is read, never beyond what it declares.

use std::fs::File;
use std::io::{self, BufReader, Read, Take};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::error::{Damage, Problem};
use super::fault::Fault;
use super::regular::Regular;

/// How a member is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// As it is.
    Stored,
    /// RFC 1951.
    Deflated,
}

/// Where a member is, and what the directory promises of it.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) crc: u32,
    /// Bytes in the archive.
    pub(super) packed: u64,
    /// Bytes of the contents.
    pub(super) unpacked: u64,
    /// Byte of the archive where the packed contents begin.
    pub(super) start: u64,
}

impl Member {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The contents from their beginning.
    pub(super) fn unpack<'a>(&self, file: &'a mut Regular) -> Result<Unpacked<'a>, Problem> {
        let packed = BufReader::new(file.from(self.start)?.take(self.packed));
        let source = match self.method {
            Method::Stored => Source::Stored(packed),
            Method::Deflated => Source::Deflated(DeflateDecoder::new(packed)),
        };
        let Self { crc, packed, unpacked, .. } = *self;
        Ok(Unpacked { source, crc: Crc::new(), expected: crc, packed, declared: unpacked, read: 0 })
    }
}

enum Source<'a> {
    Stored(BufReader<Take<&'a mut File>>),
    Deflated(DeflateDecoder<BufReader<Take<&'a mut File>>>),
}

/// The contents of a member while they are read.
pub(super) struct Unpacked<'a> {
    source: Source<'a>,
    crc: Crc,
    expected: u32,
    packed: u64,
    declared: u64,
    read: u64,
}

impl Unpacked<'_> {
    /// Leaves out `count` bytes, which were read once.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), Problem> {
        let skipped = io::copy(&mut self.take(count), &mut io::sink())?;
        if skipped < count {
            return Err(Problem::at(skipped, Fault::Truncated { what: "the header" }));
        }
        Ok(())
    }

    /// Holds what was read, which must be all that was declared, against the directory.
    pub(super) fn finish(mut self) -> Result<(), Problem> {
        let (declared, found, expected) = (self.declared, self.crc.sum(), self.expected);
        let at = |fault| Err(Problem::at(declared, fault));
        // To the end of the stream, which stands behind the last byte.
        if self.source.read(&mut [0]).map_err(|error| damage(error, declared))? > 0 {
            return at(Fault::Bomb { declared });
        }
        if let Source::Deflated(decoder) = &self.source
            && decoder.total_in() < self.packed
        {
            return at(Fault::Unused { bytes: self.packed - decoder.total_in() });
        }
        if found == expected { Ok(()) } else { at(Fault::Crc { found, expected }) }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(reader) => reader.read(buffer),
            Self::Deflated(reader) => reader.read(buffer),
        }
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer).map_err(|error| damage(error, self.read))?;
        self.crc.update(&buffer[..read]);
        self.read += read as u64;
        Ok(read)
    }
}

/// The decoder's complaint as the file's fault; the system's errors as they are.
fn damage(error: io::Error, byte: u64) -> io::Error {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    if matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) {
        let fault = Fault::Deflate { reason: error.to_string() };
        return io::Error::other(Damage { byte, fault });
    }
    error
}
