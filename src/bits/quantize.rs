//! Numbers to packed codes, through any thresholds.

use rayon::prelude::*;

use super::codes::{BITS_MAX, Codes, code_max, width};
use super::error::{BitsError, check_length};

/// Rows' bytes that a thread takes at a time.
const BLOCK_BYTES: usize = 1 << 14;

/// The codes of `values`, which lie row after row: `code = #{ t : threshold_t < value }`.
///
/// A value on a threshold belongs to the cell below it, as in a
/// [`Codebook`](crate::quantizer::Codebook). NaN is above no threshold and has code 0. The codes have
/// the fewest bits that hold the number of thresholds: 3 thresholds make codes of two bits.
///
/// # Errors
///
/// When the values do not fill the matrix, or the thresholds are none or more than 15, hold NaN, or
/// fall.
///
/// # Examples
///
/// ```
/// use hwgq::bits::quantize;
/// let half_wave = [0.0, 0.807, 1.345];
/// let codes = quantize(&[-1.0, 0.1, 0.807, 9.0], &half_wave, 1, 4)?;
/// assert_eq!([0, 1, 2, 3].map(|column| codes.code(0, column)), [0, 1, 1, 3]);
/// # Ok::<(), hwgq::bits::BitsError>(())
/// ```
pub fn quantize(
    values: &[f32],
    thresholds: &[f32],
    rows: usize,
    columns: usize,
) -> Result<Codes, BitsError> {
    let bits = usize::BITS - thresholds.len().leading_zeros();
    let sorted = thresholds.is_sorted() && thresholds.iter().all(|threshold| !threshold.is_nan());
    if !(1..=BITS_MAX).contains(&bits) || !sorted {
        let (given, most) = (thresholds.len(), code_max(BITS_MAX) as usize);
        return Err(BitsError::NotThresholds { given, most });
    }
    check_length(rows, columns, values.len())?;
    let mut codes = Codes::zeros(bits, rows, columns)?;
    let (stride, width) = (codes.stride().max(1), width(bits));
    let rows = (BLOCK_BYTES / stride).max(1);
    let blocks = codes.bytes_mut().par_chunks_mut(rows * stride);
    blocks.zip(values.par_chunks((rows * columns).max(1))).for_each(|(bytes, values)| {
        for (values, bytes) in values.chunks_exact(columns).zip(bytes.chunks_exact_mut(stride)) {
            for (values, byte) in values.chunks(8 / width).zip(bytes) {
                let places = (0..8).step_by(width);
                let codes = values.iter().map(|value| code_of(*value, thresholds));
                *byte = codes.zip(places).fold(0, |byte, (code, at)| byte | code << at);
            }
        }
    });
    Ok(codes)
}

fn code_of(value: f32, thresholds: &[f32]) -> u8 {
    thresholds.iter().map(|&threshold| u8::from(threshold < value)).sum()
}
