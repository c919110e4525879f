//! A matrix of small codes as bit planes.

use super::codes::{BITS_MAX, code_max};
use super::error::{BitsError, check_length};
use super::word::{COLUMNS, rows_of, words_in};

/// `rows` x `columns` codes of `bits` bits each; plane `p` of a row holds bit `p` of each code.
///
/// ```text
/// codes of a row     2  0  3  1      (column 0 first)
/// plane 1            1  0  1  0      one word for 64 columns
/// plane 0            0  0  1  1
/// ```
///
/// The planes of a row lie next to each other, plane 0 first, each `⌈columns/64⌉` words of 64 bits;
/// what the last word of a plane has beyond the last column is 0.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, section 4.2: with uniform levels `i·Δ` the arithmetic is
/// on the small integers `i`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePlanes {
    // Invariant: in `1..=BITS_MAX`.
    bits: u32,
    rows: usize,
    columns: usize,
    // Invariant: `rows` times `bits` times `words_in(columns)`, padding 0.
    words: Vec<u64>,
}

impl CodePlanes {
    /// The planes of `codes`, which lie row after row.
    ///
    /// # Errors
    ///
    /// When there are no planes of so many bits, the codes do not fill the matrix, or one is
    /// `2^bits` or more.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::bits::CodePlanes;
    /// let codes = CodePlanes::new(2, 1, 4, &[2, 0, 3, 1])?;
    /// assert_eq!((codes.code(0, 2), codes.code(0, 3)), (3, 1));
    /// # Ok::<(), hwgq::bits::BitsError>(())
    /// ```
    pub fn new(bits: u32, rows: usize, columns: usize, codes: &[u8]) -> Result<Self, BitsError> {
        if !(1..=BITS_MAX).contains(&bits) {
            return Err(BitsError::WrongWidth { given: bits, most: BITS_MAX });
        }
        check_length(rows, columns, codes.len())?;
        let most = code_max(bits);
        if let Some(place) = codes.iter().position(|&code| u32::from(code) > most) {
            let (row, column, code) = (place / columns, place % columns, codes[place]);
            return Err(BitsError::CodeOutOfRange { row, column, code, bits, most });
        }
        let mut words = Vec::with_capacity(rows * bits as usize * words_in(columns));
        for row in rows_of(codes, columns) {
            for plane in 0..bits {
                words.extend(row.chunks(COLUMNS).map(|codes| plane_word(codes, plane)));
            }
        }
        Ok(Self { bits, rows, columns, words })
    }

    /// Bits of a code.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many codes a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The code at a place, below `2^bits`.
    ///
    /// # Panics
    ///
    /// When the place lies outside the matrix.
    pub fn code(&self, row: usize, column: usize) -> u8 {
        assert!(row < self.rows && column < self.columns, "no code at ({row}, {column})");
        let bits = self.planes(row).zip(0_u32..).map(|(plane, place)| {
            let bit = plane[column / COLUMNS] >> (column % COLUMNS) & 1;
            u8::from(bit == 1) << place
        });
        bits.sum()
    }

    /// The planes of a row, plane 0 first.
    pub(super) fn planes(&self, row: usize) -> impl Iterator<Item = &[u64]> + Clone {
        let length = words_in(self.columns);
        let first = row * self.bits as usize * length;
        (0..self.bits as usize).map(move |plane| &self.words[first + plane * length..][..length])
    }
}

/// Bit `plane` of up to 64 codes as a word.
fn plane_word(codes: &[u8], plane: u32) -> u64 {
    let (eights, rest) = codes.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let eights = eights.iter().chain(std::iter::once(&last)).zip((0..COLUMNS).step_by(8));
    eights.fold(0, |word, (&eight, place)| word | gather(eight, plane) << place)
}

/// Bit `plane` of eight codes as the lowest bits of a word.
fn gather(codes: [u8; 8], plane: u32) -> u64 {
    // Bit k stands at place 8k. The factor has a one at each 56 - 7j, so the product has one at
    // each 56 + 8k - 7j: no two of these places are equal (7 and 8 have no common factor), so
    // nothing carries, and those from 56 to 63 are k = j: bit k at place 56 + k.
    const SPREAD: u64 = 0x0102_0408_1020_4080;
    let bits = u64::from_le_bytes(codes) >> plane & 0x0101_0101_0101_0101;
    bits.wrapping_mul(SPREAD) >> 56
}
