//! The directory of a zip archive, held against every local header.
//!
//! An archive says everything twice. Readers that trust one place and writers that lie in the
//! other are how one file becomes two; so both must agree, and every byte must belong to one
//! member.
//!
//! Source: PKWARE, APPNOTE 6.3.10, sections 4.3 and 4.5.3.

use std::io::{BufReader, Read};

use super::error::{Problem, shown};
use super::fault::Fault;
use super::local::check_local;
use super::member::{Member, Method};
use super::regular::Regular;

/// The longest directory that is read.
const DIRECTORY_MAX: u64 = 1 << 23;

/// The most members: with 64 axes each they take half of the memory that a file may take.
const MEMBERS_MAX: u64 = 1 << 15;

/// Deflate makes at most 258 bytes of 2 bits.
const DEFLATE_RATIO_MAX: u64 = 1032;

/// The length of the record that ends an archive.
const END_BYTES: usize = 22;

/// A line of the directory.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) unpacked: u64,
    /// Byte of the local header.
    pub(super) offset: u64,
}

/// Where the directory is.
#[derive(Debug, Clone, Copy)]
struct Directory {
    members: u64,
    start: u64,
    bytes: u64,
}

/// All members in the order of their bytes.
pub(super) fn members(file: &mut Regular) -> Result<Vec<Member>, Problem> {
    let directory = locate(file)?;
    let mut listed = list(file, directory)?;
    twice(&listed, directory.start)?;
    listed.sort_by_key(|listed| listed.offset);
    let mut members = Vec::with_capacity(listed.len());
    let mut end = 0;
    for index in 0..listed.len() {
        let next = listed.get(index + 1).map_or(directory.start, |listed| listed.offset);
        let listed = &listed[index];
        let name = String::from_utf8(listed.name.clone())
            .map_err(|_| Problem::at(listed.offset, Fault::NotUtf8 { what: "name of a member" }))?;
        if listed.offset < end {
            return Err(Problem::at(listed.offset, Fault::Overlap { name: shown(&name) }));
        }
        if listed.offset > end {
            return Err(Problem::at(end, Fault::Unused { bytes: listed.offset - end }));
        }
        let method = method(listed).map_err(|problem| problem.within(&name))?;
        let start = check_local(file, listed, next).map_err(|problem| problem.within(&name))?;
        let Listed { crc, packed, unpacked, .. } = *listed;
        members.push(Member { name, method, crc, packed, unpacked, start });
        end = next;
    }
    if end < directory.start {
        return Err(Problem::at(end, Fault::Unused { bytes: directory.start - end }));
    }
    Ok(members)
}

/// How a member is packed, if it is in a way that arrays need.
fn method(listed: &Listed) -> Result<Method, Problem> {
    let Listed { flags, packed, unpacked, .. } = *listed;
    // Encrypted, patched, strongly encrypted, masked.
    if flags & 0x2061 != 0 {
        return archive(listed.offset, "the member is encrypted or patched".to_owned());
    }
    match listed.method {
        0 if packed == unpacked => Ok(Method::Stored),
        8 if unpacked <= packed.saturating_mul(DEFLATE_RATIO_MAX) => Ok(Method::Deflated),
        0 | 8 => archive(
            listed.offset,
            format!("{packed} packed bytes cannot be the {unpacked} bytes that are declared"),
        ),
        method => archive(
            listed.offset,
            format!("packed by method {method}; 0 (stored) and 8 (deflated) are read"),
        ),
    }
}

/// Finds the directory by the record that ends the archive, which must end the file.
fn locate(file: &mut Regular) -> Result<Directory, Problem> {
    let mut record = [0; END_BYTES];
    let at = file.length().saturating_sub(END_BYTES as u64);
    file.fill(at, &mut record, "an archive")?;
    let mut fields = Fields(&record);
    if fields.u32() != 0x0605_4b50 {
        let reason = "the record that ends an archive is not here; the file was cut short, is no \
                      archive, or something follows the archive";
        return archive(at, reason.to_owned());
    }
    let disks = [fields.u16(), fields.u16()];
    let members = [fields.u16(), fields.u16()];
    let (bytes, start, comment) = (fields.u32(), fields.u32(), fields.u16());
    let is_large = members[0] == u16::MAX || bytes == u32::MAX || start == u32::MAX;
    if disks.iter().any(|&disk| disk != 0 && !(is_large && disk == u16::MAX))
        || members[0] != members[1]
        || comment != 0
    {
        return archive(at, "an archive of several parts, or with a comment".to_owned());
    }
    let small = Directory { members: members[0].into(), start: start.into(), bytes: bytes.into() };
    let (directory, end) = if is_large { locate_large(file, at)? } else { (small, at) };
    let agrees = |small: u64, large: u64, most: u64| small == most || small == large;
    if !(agrees(small.members, directory.members, u16::MAX.into())
        && agrees(small.bytes, directory.bytes, u32::MAX.into())
        && agrees(small.start, directory.start, u32::MAX.into()))
    {
        return archive(at, "the two records that end the archive disagree".to_owned());
    }
    if directory.start.checked_add(directory.bytes) != Some(end) {
        let Directory { start, bytes, .. } = directory;
        return archive(
            at,
            format!("a directory of {bytes} bytes from {start} on does not end here"),
        );
    }
    for (given, limit, what) in [
        (directory.bytes, DIRECTORY_MAX, "bytes of directory"),
        (directory.members, MEMBERS_MAX, "members"),
    ] {
        if given > limit {
            return archive(at, format!("{given} {what}; {limit} are the most that are read"));
        }
    }
    Ok(directory)
}

/// The same from the records of 64 bits, which stand before the one at `at`.
fn locate_large(file: &mut Regular, at: u64) -> Result<(Directory, u64), Problem> {
    const LOCATOR_BYTES: usize = 20;
    const RECORD_BYTES: usize = 56;
    let Some(start) = at.checked_sub((LOCATOR_BYTES + RECORD_BYTES) as u64) else {
        return archive(at, "the 64-bit records are missing".to_owned());
    };
    let mut bytes = [0; LOCATOR_BYTES + RECORD_BYTES];
    file.fill(start, &mut bytes, "the 64-bit records")?;
    let (record, locator) = bytes.split_at(RECORD_BYTES);
    let mut fields = Fields(record);
    let (signature, size, _versions) = (fields.u32(), fields.u64(), fields.u32());
    let disks = [fields.u32(), fields.u32()];
    let members = [fields.u64(), fields.u64()];
    let directory = Directory { members: members[0], bytes: fields.u64(), start: fields.u64() };
    let mut fields = Fields(locator);
    let located = (fields.u32(), fields.u32(), fields.u64(), fields.u32());
    let is_sound = signature == 0x0606_4b50
        && size == RECORD_BYTES as u64 - 12
        && disks == [0, 0]
        && members[0] == members[1]
        && located == (0x0706_4b50, 0, start, 1);
    if is_sound {
        return Ok((directory, start));
    }
    archive(start, "the 64-bit records of the archive's end are malformed".to_owned())
}

fn list(file: &mut Regular, directory: Directory) -> Result<Vec<Listed>, Problem> {
    let mut reader = BufReader::new(file.from(directory.start)?.take(directory.bytes));
    let mut listed = Vec::new();
    let mut at = directory.start;
    for _ in 0..directory.members {
        let (line, bytes) = line(&mut reader, at)?;
        listed.push(line);
        at += bytes;
    }
    match directory.start + directory.bytes - at {
        0 => Ok(listed),
        bytes => Err(Problem::at(at, Fault::Unused { bytes })),
    }
}

/// A line of the directory, which begins at `at`, and its length.
fn line(reader: &mut dyn Read, at: u64) -> Result<(Listed, u64), Problem> {
    let mut fixed = [0; 46];
    fill(reader, &mut fixed, at)?;
    let mut fields = Fields(&fixed);
    let signature = fields.u32();
    let _versions = fields.u32();
    let (flags, method) = (fields.u16(), fields.u16());
    let _time = fields.u32();
    let (crc, packed, unpacked) = (fields.u32(), fields.u32(), fields.u32());
    let [name, extra, comment] = [fields.u16(), fields.u16(), fields.u16()].map(usize::from);
    let disk = fields.u16();
    let _attributes = [fields.u16(), fields.u16(), fields.u16()];
    let offset = fields.u32();
    if signature != 0x0201_4b50 || disk != 0 {
        return archive(at, "a line of the archive's directory does not begin here".to_owned());
    }
    let mut rest = vec![0; name + extra + comment];
    fill(reader, &mut rest, at + 46)?;
    let bytes = 46 + rest.len() as u64;
    let mut wide = [u64::from(unpacked), u64::from(packed), u64::from(offset)];
    widen(&rest[name..name + extra], &mut wide)
        .ok_or_else(|| malformed(at, "extra fields of the directory are malformed"))?;
    rest.truncate(name);
    let [unpacked, packed, offset] = wide;
    Ok((Listed { name: rest, flags, method, crc, packed, unpacked, offset }, bytes))
}

/// Replaces what 32 bits are too few for by the extra field of 64 bits; `None` if that is missing.
pub(super) fn widen(extra: &[u8], values: &mut [u64]) -> Option<()> {
    let mut rest = extra;
    let mut wide: &[u8] = &[];
    while !rest.is_empty() {
        let (header, after) = rest.split_at_checked(4)?;
        let mut fields = Fields(header);
        let (id, length) = (fields.u16(), usize::from(fields.u16()));
        let (body, after) = after.split_at_checked(length)?;
        if id == 1 {
            wide = body;
        }
        rest = after;
    }
    for value in values.iter_mut().filter(|value| **value == u64::from(u32::MAX)) {
        let (field, after) = wide.split_at_checked(8)?;
        *value = Fields(field).u64();
        wide = after;
    }
    Some(())
}

/// Refuses two members of one name.
fn twice(listed: &[Listed], at: u64) -> Result<(), Problem> {
    let mut names: Vec<&[u8]> = listed.iter().map(|listed| listed.name.as_slice()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => {
            let name = shown(&String::from_utf8_lossy(pair[0]));
            archive(at, format!("the directory lists {name:?} twice"))
        }
        None => Ok(()),
    }
}

fn fill(reader: &mut dyn Read, buffer: &mut [u8], at: u64) -> Result<(), Problem> {
    let read = super::decode::fill(reader, buffer)?;
    if read == buffer.len() {
        return Ok(());
    }
    let what = "the archive's directory";
    Err(Problem::at(at + read as u64, Fault::Truncated { what }))
}

pub(super) fn malformed(byte: u64, reason: &str) -> Problem {
    Problem::at(byte, Fault::Archive { reason: reason.to_owned() })
}

fn archive<T>(byte: u64, reason: String) -> Result<T, Problem> {
    Err(Problem::at(byte, Fault::Archive { reason }))
}

/// Little-endian numbers from the front of a record; zeros behind its end.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl Fields<'_> {
    fn bytes<const WIDTH: usize>(&mut self) -> [u8; WIDTH] {
        let Some((bytes, rest)) = self.0.split_first_chunk() else { return [0; WIDTH] };
        self.0 = rest;
        *bytes
    }

    pub(super) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.bytes())
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }
}
