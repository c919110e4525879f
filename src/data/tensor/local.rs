//! The local header of an archive's member: the second place where an archive says everything.

use super::directory::{Fields, Listed, malformed, widen};
use super::error::Problem;
use super::fault::Fault;
use super::regular::Regular;

/// Sizes and check sum stand behind the contents, because the writer could not go back.
const DESCRIPTOR_FOLLOWS: u16 = 1 << 3;

/// Holds the local header of `listed` against the directory, and its end against `next`, where
/// the next member or the directory begins; the byte where the contents begin.
pub(super) fn check_local(file: &mut Regular, listed: &Listed, next: u64) -> Result<u64, Problem> {
    let at = listed.offset;
    let disagrees = |what: &str| {
        malformed(at, &format!("the local header has another {what} than the directory"))
    };
    let mut fixed = [0; 30];
    file.fill(at, &mut fixed, "a local header")?;
    let mut fields = Fields(&fixed);
    let signature = fields.u32();
    let _version = fields.u16();
    let (flags, method) = (fields.u16(), fields.u16());
    let _time = fields.u32();
    let (crc, packed, unpacked) = (fields.u32(), fields.u32(), fields.u32());
    let [name, extra] = [fields.u16(), fields.u16()].map(usize::from);
    if signature != 0x0403_4b50 {
        return Err(malformed(at, "the local header that the directory points to is not here"));
    }
    if flags != listed.flags || method != listed.method {
        return Err(disagrees("method or flags"));
    }
    let mut rest = vec![0; name + extra];
    file.fill(at + 30, &mut rest, "a local header")?;
    if rest[..name] != listed.name {
        return Err(disagrees("name"));
    }
    let mut sizes = [u64::from(unpacked), u64::from(packed)];
    widen(&rest[name..], &mut sizes)
        .ok_or_else(|| malformed(at, "extra fields of the local header are malformed"))?;
    let found = (crc, sizes[1], sizes[0]);
    let expected = (listed.crc, listed.packed, listed.unpacked);
    let has_descriptor = flags & DESCRIPTOR_FOLLOWS != 0;
    if found != expected && !(has_descriptor && found == (0, 0, 0)) {
        return Err(disagrees("size or check sum"));
    }
    let start = at + 30 + rest.len() as u64;
    let end = start.checked_add(listed.packed).filter(|&end| end <= next).ok_or_else(|| {
        let reason = format!(
            "{} bytes of contents do not fit before byte {next}, where something else begins",
            listed.packed
        );
        Problem::at(start, Fault::Archive { reason })
    })?;
    match next - end {
        0 if !has_descriptor => {}
        bytes if has_descriptor => check_descriptor(file, end, bytes, expected)?,
        bytes => return Err(Problem::at(end, Fault::Unused { bytes })),
    }
    Ok(start)
}

/// Check sum, packed and unpacked size behind the contents: with or without a signature, in 32 or
/// 64 bits.
fn check_descriptor(
    file: &mut Regular,
    at: u64,
    bytes: u64,
    expected: (u32, u64, u64),
) -> Result<(), Problem> {
    let refused = || malformed(at, "what follows the contents is not their size and check sum");
    let mut record = [0; 24];
    let record = match bytes {
        12 | 16 | 20 | 24 => &mut record[..usize::try_from(bytes).unwrap_or_default()],
        _ => return Err(refused()),
    };
    file.fill(at, record, "a descriptor")?;
    let mut fields = Fields(record);
    let is_signed = bytes == 16 || bytes == 24;
    if is_signed && fields.u32() != 0x0807_4b50 {
        return Err(refused());
    }
    let crc = fields.u32();
    let sizes = if bytes < 20 {
        (u64::from(fields.u32()), u64::from(fields.u32()))
    } else {
        (fields.u64(), fields.u64())
    };
    if (crc, sizes.0, sizes.1) == expected { Ok(()) } else { Err(refused()) }
}
