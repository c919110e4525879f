//! A matrix of small codes as streams of bits, and anything else that has rows of codes.

use super::error::{BitsError, check_length};

/// The most bits of a code: sixteen levels, the most of the paper's Table 4.
pub const BITS_MAX: u32 = 4;

/// `rows` x `columns` codes of `bits` bits each, row after row, each row a stream of bits.
///
/// Code `k` of a row takes the `w` bits from `w·k` on, lowest first, where `w` is 1, 2 or 4: codes
/// of three bits are stored as four. A row takes whole words of eight bytes, and what lies beyond
/// its last code is 0:
///
/// ```text
/// codes of two bits    c0 = 2   c1 = 0   c2 = 3   c3 = 1   c4 = 2
///                    ┌─────────────────────────────┬──────────────┬───────────────────────────┐
///                    │           byte 0            │    byte 1    │        bytes 2 to 7       │
///            bit     │  7  6   5  4   3  2   1  0  │  7 … 2  1  0 │                           │
///                    │  0  1   1  1   0  0   1  0  │  0 … 0  1  0 │  0            …        0  │
///                    │   c3     c2     c1     c0   │  padding c4  │          padding          │
///                    └─────────────────────────────┴──────────────┴───────────────────────────┘
/// ```
///
/// One layout serves the input of a product, its fused output, and images: a row may be a pixel, or
/// a row of pixels.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, section 4.2: with uniform levels `i·Δ` the arithmetic is
/// on the small integers `i`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    // Invariant: in `1..=BITS_MAX`.
    bits: u32,
    rows: usize,
    columns: usize,
    // Invariant: `rows` times `stride(bits, columns)`, each code at most `code_max(bits)`, padding 0.
    bytes: Vec<u8>,
}

impl Codes {
    /// The matrix of `codes`, which lie row after row.
    ///
    /// # Errors
    ///
    /// When codes of so many bits cannot be packed, the codes do not fill the matrix, or one is
    /// `2^bits` or more.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::bits::Codes;
    /// let codes = Codes::new(2, 1, 5, &[2, 0, 3, 1, 2])?;
    /// assert_eq!(codes.row(0), [0b0111_0010, 0b10, 0, 0, 0, 0, 0, 0]);
    /// assert_eq!((codes.code(0, 2), codes.code(0, 4)), (3, 2));
    /// # Ok::<(), hwgq::bits::BitsError>(())
    /// ```
    pub fn new(bits: u32, rows: usize, columns: usize, codes: &[u8]) -> Result<Self, BitsError> {
        let mut packed = Self::zeros(bits, 0, columns)?;
        check_length(rows, columns, codes.len())?;
        let most = code_max(bits);
        if let Some(place) = codes.iter().position(|&code| u32::from(code) > most) {
            let (row, column, code) = (place / columns, place % columns, codes[place]);
            return Err(BitsError::CodeOutOfRange { row, column, code, bits, most });
        }
        let (stride, width) = (packed.stride(), width(bits));
        packed.rows = rows;
        packed.bytes = vec![0; rows * stride];
        // Without columns there are no bytes, and no rows to fill.
        let targets = packed.bytes.chunks_exact_mut(stride.max(1));
        for (row, target) in codes.chunks_exact(columns.max(1)).zip(targets) {
            pack(row, width, target);
        }
        Ok(packed)
    }

    /// A matrix of zeros, to be written by [`Product::codes`](super::Product::codes).
    ///
    /// # Errors
    ///
    /// When codes of so many bits cannot be packed, or the matrix exceeds the address space.
    pub fn zeros(bits: u32, rows: usize, columns: usize) -> Result<Self, BitsError> {
        check_bits(bits)?;
        let bytes = stride(bits, columns).and_then(|stride| stride.checked_mul(rows));
        let bytes = bytes.filter(|&bytes| isize::try_from(bytes).is_ok());
        let bytes = bytes.ok_or(BitsError::TooLarge { rows, columns })?;
        Ok(Self { bits, rows, columns, bytes: vec![0; bytes] })
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
        let bit = column * width(self.bits);
        self.row(row)[bit / 8] >> (bit % 8) & ((1 << width(self.bits)) - 1)
    }

    /// The stream of a row with its padding, whole words of eight bytes.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn row(&self, row: usize) -> &[u8] {
        let stride = self.stride();
        &self.bytes[row * stride..][..stride]
    }

    /// Unpacks a row: code `k` into `codes[k]`, as far as there are places.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn copy_codes(&self, row: usize, codes: &mut [u8]) {
        let width = width(self.bits);
        for (&byte, codes) in self.row(row).iter().zip(codes.chunks_mut(8 / width)) {
            for (code, at) in codes.iter_mut().zip((0..8).step_by(width)) {
                *code = byte >> at & ((1 << width) - 1);
            }
        }
    }

    /// The streams of `count` rows from `first` on, with their padding.
    pub(super) fn some_rows(&self, first: usize, count: usize) -> &[u8] {
        let stride = self.stride();
        &self.bytes[first * stride..][..count * stride]
    }

    /// Bytes from one row to the next.
    pub fn stride(&self) -> usize {
        // It was found when the bytes were allocated.
        stride(self.bits, self.columns).unwrap_or_default()
    }

    /// All rows. Whoever writes keeps the padding 0 and the codes in range.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

/// Rows of codes, which need not lie in memory as a matrix: a [`Codes`], or the windows of an image.
///
/// `copy_row` of the same row gives the same codes each time. What it writes beyond the last code of
/// the last byte does not matter.
pub trait CodeRows: Sync {
    /// Bits of a code, in `1..=BITS_MAX`, stored as in [`Codes`].
    fn bits(&self) -> u32;

    /// How many rows.
    fn rows(&self) -> usize;

    /// How many codes a row has.
    fn columns(&self) -> usize;

    /// Copies the stream of row `row` to the front of `stream`, which is `⌈columns·width/8⌉` bytes
    /// long and holds zeros or an earlier row.
    fn copy_row(&self, row: usize, stream: &mut [u8]);

    /// All rows as they lie in memory, and the bytes from one to the next, if they do: then they need
    /// not be copied.
    fn in_memory(&self) -> Option<(&[u8], usize)> {
        None
    }
}

impl CodeRows for Codes {
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
        let length = stream.len();
        stream.copy_from_slice(&self.row(row)[..length]);
    }

    fn in_memory(&self) -> Option<(&[u8], usize)> {
        Some((&self.bytes, self.stride()))
    }
}

/// The greatest code of `bits` bits.
pub(super) fn code_max(bits: u32) -> u32 {
    (1 << bits) - 1
}

/// Bits that a code takes in a stream: a power of two, so that no code straddles a byte.
pub(super) fn width(bits: u32) -> usize {
    match bits {
        1 => 1,
        2 => 2,
        _ => 4,
    }
}

/// Packs codes into the front of a stream, `width` bits each; the last byte is filled up with 0.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "so that it is compiled for the instructions of its caller"
)]
#[expect(clippy::cast_possible_truncation, reason = "the codes are gathered in the last byte")]
pub(super) fn pack(codes: &[u8], width: usize, stream: &mut [u8]) {
    // All codes of a byte are moved at once.
    match width {
        1 => pack_bytes(codes, stream, |codes| {
            // Code k, at bit 8k, goes to bit 56 + k, and no two meet elsewhere.
            (u64::from_le_bytes(codes).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
        }),
        2 => pack_bytes(codes, stream, |codes| {
            let pairs = u32::from_le_bytes(codes) | u32::from_le_bytes(codes) >> 6;
            (pairs | pairs >> 12) as u8
        }),
        _ => pack_bytes(codes, stream, |codes| {
            (u16::from_le_bytes(codes) | u16::from_le_bytes(codes) >> 4) as u8
        }),
    }
}

/// Packs `N` codes a byte.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn pack_bytes<const N: usize>(codes: &[u8], stream: &mut [u8], byte: impl Fn([u8; N]) -> u8) {
    let (whole, rest) = codes.as_chunks::<N>();
    for (target, codes) in stream.iter_mut().zip(whole) {
        *target = byte(*codes);
    }
    if let (Some(target), false) = (stream.get_mut(whole.len()), rest.is_empty()) {
        let mut padded = [0; N];
        padded[..rest.len()].copy_from_slice(rest);
        *target = byte(padded);
    }
}

/// Bytes that hold the codes of a row.
pub(super) fn stream_len(bits: u32, columns: usize) -> Option<usize> {
    columns.checked_mul(width(bits)).map(|bits| bits.div_ceil(8))
}

/// Bytes from one row of a matrix to the next.
fn stride(bits: u32, columns: usize) -> Option<usize> {
    stream_len(bits, columns)?.checked_next_multiple_of(8)
}

pub(super) fn check_bits(bits: u32) -> Result<(), BitsError> {
    if (1..=BITS_MAX).contains(&bits) {
        Ok(())
    } else {
        Err(BitsError::WrongWidth { given: bits, most: BITS_MAX })
    }
}
