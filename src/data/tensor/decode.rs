//! Bytes to numbers, exactly.

use std::io::{self, Read};
use std::ops::ControlFlow;

use super::CHUNK;
use super::dtype::DType;
use super::error::Problem;
use super::fault::Fault;

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// The least.
    Little,
    /// The most.
    Big,
}

/// All integers up to here are numbers of `f64`.
const INTEGER_MAX: i128 = 1 << 53;

/// Hands on `count` numbers from `reader`, the first of which stands at `byte`.
pub(super) fn decode(
    reader: &mut dyn Read,
    dtype: DType,
    order: ByteOrder,
    count: u64,
    byte: u64,
    take: &mut dyn FnMut(&[f64]) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Problem> {
    let width = usize::try_from(dtype.bytes()).unwrap_or_default();
    let room = usize::try_from(count).unwrap_or(CHUNK).min(CHUNK);
    let (mut bytes, mut numbers) = (vec![0; room * width], Vec::with_capacity(room));
    let (mut left, mut at) = (count, byte);
    while left > 0 {
        let now = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        let bytes = &mut bytes[..now * width];
        let read = fill(reader, bytes)?;
        if read < bytes.len() {
            let what = "a tensor's numbers";
            return Err(Problem::at(at + read as u64, Fault::Truncated { what }));
        }
        numbers.clear();
        convert(bytes, dtype, order, &mut numbers)
            .map_err(|fault| Problem::at(at + (numbers.len() * width) as u64, fault))?;
        if take(&numbers).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        left -= now as u64;
        at += bytes.len() as u64;
    }
    Ok(ControlFlow::Continue(()))
}

/// Reads until `buffer` is full or there is no more; how many bytes there were.
pub(super) fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Appends every number of `bytes`; what was appended before a fault tells where it is.
fn convert(bytes: &[u8], dtype: DType, order: ByteOrder, into: &mut Vec<f64>) -> Result<(), Fault> {
    macro_rules! plain {
        ($kind:ty) => {
            each(bytes, order, into, |bytes| Ok(f64::from(<$kind>::from_le_bytes(bytes))))
        };
    }
    macro_rules! bits {
        ($kind:ty, $exponent:literal, $mantissa:literal, $special:expr) => {
            each(bytes, order, into, |bytes| {
                let bits = u64::from(<$kind>::from_le_bytes(bytes));
                Ok(float(bits, $exponent, $mantissa, $special))
            })
        };
    }
    match dtype {
        DType::Bool => each(bytes, order, into, |[value]| match value {
            0 => Ok(0.0),
            1 => Ok(1.0),
            _ => Err(Fault::NotABoolean { value }),
        }),
        DType::U8 => plain!(u8),
        DType::U16 => plain!(u16),
        DType::U32 => plain!(u32),
        DType::I8 => plain!(i8),
        DType::I16 => plain!(i16),
        DType::I32 => plain!(i32),
        DType::F32 => plain!(f32),
        DType::F64 => plain!(f64),
        DType::U64 => each(bytes, order, into, |bytes| integer(u64::from_le_bytes(bytes).into())),
        DType::I64 => each(bytes, order, into, |bytes| integer(i64::from_le_bytes(bytes).into())),
        DType::F8E4M3 => bits!(u8, 4, 3, Special::NanAlone),
        DType::F8E5M2 => bits!(u8, 5, 2, Special::Ieee),
        DType::F16 => bits!(u16, 5, 10, Special::Ieee),
        DType::BF16 => bits!(u16, 8, 7, Special::Ieee),
        // Text is not decoded here.
        DType::Decimal => Ok(()),
    }
}

fn each<const WIDTH: usize>(
    bytes: &[u8],
    order: ByteOrder,
    into: &mut Vec<f64>,
    number: impl Fn([u8; WIDTH]) -> Result<f64, Fault>,
) -> Result<(), Fault> {
    for &bytes in bytes.as_chunks::<WIDTH>().0 {
        let mut bytes = bytes;
        if order == ByteOrder::Big {
            bytes.reverse();
        }
        into.push(number(bytes)?);
    }
    Ok(())
}

fn integer(value: i128) -> Result<f64, Fault> {
    if value.abs() > INTEGER_MAX {
        return Err(Fault::IntegerTooLarge { value });
    }
    Ok(value as f64)
}

/// What the largest exponent means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Special {
    /// Infinity and NaN.
    Ieee,
    /// More numbers, and NaN where all bits of the mantissa are set.
    NanAlone,
}

/// The number of sign, `exponent` bits and `mantissa` bits, with the usual bias.
fn float(bits: u64, exponent: u32, mantissa: u32, special: Special) -> f64 {
    let fraction = bits & ((1 << mantissa) - 1);
    let power = (bits >> mantissa) & ((1 << exponent) - 1);
    let sign = (bits >> (mantissa + exponent)) << 63;
    let (fraction_max, power_max) = ((1 << mantissa) - 1, (1 << exponent) - 1);
    let bias = (1_u64 << (exponent - 1)) - 1;
    let is_special = power == power_max && (special == Special::Ieee || fraction == fraction_max);
    let wide_fraction = fraction << (52 - mantissa);
    let magnitude = if is_special {
        f64::from_bits(0x7ff << 52 | wide_fraction)
    } else if power == 0 {
        // Subnormal: a multiple of the least number, which is a power of two.
        fraction as f64 * f64::from_bits((1023 + 1 - bias - u64::from(mantissa)) << 52)
    } else {
        f64::from_bits((1023 + power - bias) << 52 | wide_fraction)
    };
    f64::from_bits(magnitude.to_bits() | sign)
}
