//! Numbers to packed codes, through any thresholds.

use pulp::{Arch, NullaryFnOnce};
use rayon::prelude::*;

use super::codes::{BITS_MAX, CodeRows, Codes, code_max, pack, width};
use super::error::{BitsError, check_length};
use super::kernel::Ranker;

/// Bytes of codes that a thread writes at a time.
const BLOCK_BYTES: usize = 1 << 14;

/// Values that are quantized together: so many that a processor has stored a vector of counts before
/// it loads another part of it.
const CHUNK: usize = 128;

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
    let Quantized { bits, quantizer, .. } = Quantized::new(values, thresholds, rows, columns)?;
    let mut codes = Codes::zeros(bits, rows, columns)?;
    let width = width(bits);
    let (stride, columns) = if (columns * width).is_multiple_of(64) {
        // Rows without padding are one row.
        (BLOCK_BYTES, BLOCK_BYTES * 8 / width)
    } else {
        (codes.stride(), columns)
    };
    let rows = (BLOCK_BYTES / stride).max(1);
    let blocks = codes.bytes_mut().par_chunks_mut(rows * stride);
    blocks.zip(values.par_chunks(rows * columns)).for_each(|(bytes, values)| {
        for (values, bytes) in values.chunks(columns).zip(bytes.chunks_mut(stride)) {
            quantizer.row(values, bytes);
        }
    });
    Ok(codes)
}

/// Numbers as rows of codes that are quantized when they are read: what [`quantize`] would pack, for
/// a product that reads each row once.
///
/// # Examples
///
/// ```
/// use hwgq::bits::{Product, Quantized, SignMatrix};
/// let input = Quantized::new(&[-1.0, 0.1, 0.807, 9.0], &[0.0, 0.807, 1.345], 1, 4)?;
/// let weights = SignMatrix::new(1, 4, &[1.0, 1.0, -1.0, 1.0])?;
/// let mut sums = [0];
/// Product::new(&weights, 2)?.sums(&input, &mut sums)?;
/// assert_eq!(sums, [0 + 1 - 1 + 3]);
/// # Ok::<(), hwgq::bits::BitsError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Quantized<'a> {
    bits: u32,
    rows: usize,
    columns: usize,
    // Invariant: `rows` times `columns`.
    values: &'a [f32],
    quantizer: Quantizer<'a>,
}

impl<'a> Quantized<'a> {
    /// `values`, which lie row after row, through these thresholds.
    ///
    /// # Errors
    ///
    /// As [`quantize`].
    pub fn new(
        values: &'a [f32],
        thresholds: &'a [f32],
        rows: usize,
        columns: usize,
    ) -> Result<Self, BitsError> {
        let bits = usize::BITS - thresholds.len().leading_zeros();
        let sorted =
            thresholds.is_sorted() && thresholds.iter().all(|threshold| !threshold.is_nan());
        if !(1..=BITS_MAX).contains(&bits) || !sorted {
            let (given, most) = (thresholds.len(), code_max(BITS_MAX) as usize);
            return Err(BitsError::NotThresholds { given, most });
        }
        check_length(rows, columns, values.len())?;
        Ok(Self { bits, rows, columns, values, quantizer: Quantizer::new(bits, thresholds) })
    }
}

impl CodeRows for Quantized<'_> {
    fn bits(&self) -> u32 {
        self.bits
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn copy_row(&self, row: usize, stream: &mut [u8]) {
        let values = &self.values[row * self.columns..][..self.columns];
        // A row is quantized in whole words, and the last one may have to be cut.
        let (words, rest) = stream.split_at_mut(stream.len() / 8 * 8);
        let (whole, values) =
            values.split_at((words.len() * 8 / width(self.bits)).min(values.len()));
        self.quantizer.row(whole, words);
        if !rest.is_empty() {
            let mut last = [0; 8];
            self.quantizer.row(values, &mut last);
            rest.copy_from_slice(&last[..rest.len()]);
        }
    }
}

/// How a row is quantized.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quantizer<'a> {
    /// By instructions for it.
    Ranker(Ranker),
    /// By any, with these thresholds and the bits that a code takes in the stream.
    Any(&'a [f32], usize),
}

impl<'a> Quantizer<'a> {
    /// Through 1 to 15 thresholds, which rise, to codes of `bits` bits.
    pub(super) fn new(bits: u32, thresholds: &'a [f32]) -> Self {
        Ranker::new(thresholds).map_or(Self::Any(thresholds, width(bits)), Self::Ranker)
    }

    /// Writes the codes of `values` to as many whole words of eight bytes as hold them.
    pub(super) fn row(&self, values: &[f32], stream: &mut [u8]) {
        match *self {
            Self::Ranker(ref ranker) => ranker.rank(values, stream),
            Self::Any(thresholds, width) => {
                Arch::new().dispatch(Row { values, thresholds, width, stream });
            }
        }
    }
}

/// The codes of a row, compiled once for each instruction set.
struct Row<'a> {
    values: &'a [f32],
    thresholds: &'a [f32],
    width: usize,
    stream: &'a mut [u8],
}

impl NullaryFnOnce for Row<'_> {
    type Output = ();

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "else it is compiled for the oldest processor")]
    #[expect(clippy::cast_possible_truncation, reason = "there are 15 thresholds at most")]
    fn call(self) {
        let targets = self.stream.chunks_mut(CHUNK * self.width / 8);
        for (values, target) in self.values.chunks(CHUNK).zip(targets) {
            let mut padded = [f32::NAN; CHUNK];
            let values = values.first_chunk().unwrap_or_else(|| {
                padded[..values.len()].copy_from_slice(values);
                &padded
            });
            // Counts as wide as the numbers, so that they share their lanes.
            let mut counts = [0_u32; CHUNK];
            for threshold in self.thresholds {
                for (count, value) in counts.iter_mut().zip(values) {
                    *count += u32::from(threshold < value);
                }
            }
            pack(&counts.map(|count| count as u8), self.width, target);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_row_is_the_same_by_every_instruction_set(
            values in vec(prop_oneof![-4.0..4.0_f32, Just(0.5), any::<f32>()], 0..1200),
            mut thresholds in vec(prop_oneof![-4.0..4.0_f32, Just(0.5), Just(f32::INFINITY)], 1..16),
        ) {
            thresholds.sort_by(f32::total_cmp);
            let bits = usize::BITS - thresholds.len().leading_zeros();
            let width = width(bits);
            let mut expected = vec![0_u8; (values.len() * width).div_ceil(64) * 8];
            for (value, place) in values.iter().zip((0..).step_by(width)) {
                let code = thresholds.iter().filter(|&threshold| threshold < value).count();
                expected[place / 8] |= u8::try_from(code).unwrap() << (place % 8);
            }
            // Not zeros, so that what is left out shows.
            let mut stream = vec![0xFF; expected.len()];
            Quantizer::new(bits, &thresholds).row(&values, &mut stream);
            prop_assert_eq!(&stream, &expected, "the fastest");
            stream.fill(0xFF);
            Quantizer::Any(&thresholds, width).row(&values, &mut stream);
            prop_assert_eq!(&stream, &expected, "any, as this processor can");
            stream.fill(0xFF);
            let (values, thresholds) = (values.as_slice(), thresholds.as_slice());
            Row { values, thresholds, width, stream: &mut stream }.call();
            prop_assert_eq!(&stream, &expected, "any, as every processor can");
        }
    }
}
