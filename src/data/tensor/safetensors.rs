//! `.safetensors`: the length of a JSON header, the header, the numbers without a gap.
//!
//! Source: the format's description in <https://github.com/huggingface/safetensors>.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::decode::ByteOrder;
use super::dtype::DType;
use super::entry::{Contents, Facts, TensorEntry};
use super::error::{Problem, TensorError, shown};
use super::fault::Fault;
use super::regular::Regular;
use super::shape::{AXES_MAX, extent};

/// The longest header that is read, some 60 thousand tensors.
const HEADER_MAX: u64 = 1 << 23;

/// The most tensors; with their names they fit into memory beside the header.
const TENSORS_MAX: usize = 1 << 16;

const ALLOWED: &str = "BOOL, U8 to U64, I8 to I64, F8_E4M3, F8_E5M2, F16, BF16, F32 and F64";

/// All tensors of `file`, by where their numbers begin.
pub(super) fn entries(mut file: Regular) -> Result<Vec<TensorEntry>, TensorError> {
    read(&mut file).map_err(|problem| problem.of(file.path()))
}

fn read(file: &mut Regular) -> Result<Vec<TensorEntry>, Problem> {
    let mut length = [0; 8];
    file.fill(0, &mut length, "the length of the header")?;
    let length = u64::from_le_bytes(length);
    for (limit, reason) in [(file.length() - 8, "the file has room for"), (HEADER_MAX, "are read")]
    {
        if length > limit {
            return Err(Problem::at(0, Fault::HeaderTooLong { length, limit, reason }));
        }
    }
    let Declared(mut declared) = header(file, length)?;
    // By the bytes they take; empty tensors before what begins where they are. The sort is stable.
    declared.sort_by_key(|(_, info)| info.data_offsets);
    let start = 8 + length;
    let (data, mut end) = (file.length() - start, 0);
    let mut entries = Vec::with_capacity(declared.len());
    for (name, info) in declared {
        let [begin, stop] = info.data_offsets;
        let facts = tensor(&name, info, start, data)
            .map_err(|fault| Problem::at(start.saturating_add(begin), fault).within(&name))?;
        if begin < end {
            let fault = Fault::Overlap { name: shown(&name) };
            return Err(Problem::at(start + begin, fault));
        }
        if begin > end {
            return Err(Problem::at(start + end, Fault::Unused { bytes: begin - end }));
        }
        end = stop;
        entries.push(facts.entry(file.shared_path(), file.length()));
    }
    if end < data {
        return Err(Problem::at(start + end, Fault::Unused { bytes: data - end }));
    }
    Ok(entries)
}

/// One tensor, if it has the length it needs and lies within the `data` bytes from `start` on.
fn tensor(name: &str, info: Info, start: u64, data: u64) -> Result<Facts, Fault> {
    let [begin, stop] = info.data_offsets;
    let given = shown(&info.dtype);
    let dtype =
        DType::from_name(&info.dtype).ok_or(Fault::UnknownType { given, allowed: ALLOWED })?;
    let (values, needed) = extent(&info.shape.0, dtype)?;
    let Some(found) = stop.checked_sub(begin) else {
        let reason = format!("data_offsets [{begin}, {stop}] end before they begin");
        return Err(Fault::Header { reason });
    };
    if stop > data {
        return Err(Fault::Length { needed, found: data.saturating_sub(begin) });
    }
    if needed != found {
        return Err(Fault::Length { needed, found });
    }
    let contents = Contents::Raw { start: start + begin, order: ByteOrder::Little };
    Ok(Facts { name: name.to_owned(), shape: info.shape.0, dtype, values, contents })
}

fn header(file: &mut Regular, length: u64) -> Result<Declared, Problem> {
    let mut text = vec![0; usize::try_from(length).unwrap_or_default()];
    file.fill(8, &mut text, "the header")?;
    let text = std::str::from_utf8(&text).map_err(|error| {
        let what = "header";
        Problem::at(8 + error.valid_up_to() as u64, Fault::NotUtf8 { what })
    })?;
    if !text.starts_with('{') {
        let reason = "it begins with `{`".to_owned();
        return Err(Problem::at(8, Fault::Header { reason }));
    }
    serde_json::from_str(text).map_err(|error| {
        let before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let byte = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        Problem::at(8 + byte as u64, Fault::Header { reason: in_short(&error) })
    })
}

/// One line of bounded length, without the place, which is given as a byte.
fn in_short(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    whole
        .trim_end_matches(&place)
        .chars()
        .take(200)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// The tensors of a header in its order.
struct Declared(Vec<(String, Info)>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Info {
    dtype: String,
    shape: Axes,
    data_offsets: [u64; 2],
}

struct Axes(Vec<u64>);

/// What other programs noted; strings that are not kept.
struct Metadata;

impl<'de> Deserialize<'de> for Declared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TensorsVisitor)
    }
}

struct TensorsVisitor;

impl<'de> Visitor<'de> for TensorsVisitor {
    type Value = Declared;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("names of tensors with dtype, shape and data_offsets")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Declared, A::Error> {
        let (mut tensors, mut names) = (Vec::new(), HashSet::new());
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("{:?} stands twice", shown(&name))));
            }
            if name == "__metadata__" {
                map.next_value::<Metadata>()?;
                continue;
            }
            if tensors.len() == TENSORS_MAX {
                return Err(A::Error::custom(format!("more than {TENSORS_MAX} tensors")));
            }
            tensors.push((name, map.next_value()?));
        }
        Ok(Declared(tensors))
    }
}

impl<'de> Deserialize<'de> for Axes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(AxesVisitor)
    }
}

struct AxesVisitor;

impl<'de> Visitor<'de> for AxesVisitor {
    type Value = Axes;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a shape")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut axes: A) -> Result<Axes, A::Error> {
        let mut shape = Vec::new();
        while let Some(axis) = axes.next_element()? {
            if shape.len() == AXES_MAX {
                return Err(A::Error::custom(Fault::TooManyAxes { limit: AXES_MAX }));
            }
            shape.push(axis);
        }
        Ok(Axes(shape))
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MetadataVisitor)
    }
}

struct MetadataVisitor;

impl<'de> Visitor<'de> for MetadataVisitor {
    type Value = Metadata;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("metadata of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
        while map.next_entry::<String, String>()?.is_some() {}
        Ok(Metadata)
    }
}
