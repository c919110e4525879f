//! A few rows of codes, as a kernel reads them.

use crate::bits::codes::{CodeRows, stream_len, width};
use crate::bits::levels::Levels;

/// Bytes that a kernel may read beyond the vector that holds the last digit of a row.
pub(super) const TAIL: usize = 128;

/// Rows of digits come in whole tiles: what a tile has beyond the last row is read, and dropped.
pub(super) const TILE_ROWS: usize = 4;

/// Rows of digits of one or two bits, as streams of bytes.
///
/// A code of three or four bits becomes two rows of digits of two bits, `code = low + 4·high`, and so
/// does a code that counts for a level other than itself, `level = low + 4·high`; all other codes are
/// a row of digits each. What lies beyond the last digit of a row is 0:
///
/// ```text
/// row 0, low digits of its codes     │ d0 d1 d2 …         dK │ 0 … 0 │ 64 bytes of 0 │
/// row 0, high digits of its codes    │ d0 d1 d2 …         dK │ 0 … 0 │ 64 bytes of 0 │ wide codes
/// row 1, …                           ╰──── whole vectors of 64 bytes ────╯
/// …
/// rows up to a whole tile of four    │ anything                                      │
/// ```
///
/// A kernel that does not mind what lies beyond the last digit reads rows where they are, if they are
/// in memory, or one right after the other, if the source writes them so.
#[derive(Debug)]
pub(crate) struct Panel<'a> {
    digit_bits: usize,
    /// Rows of digits for each row of codes: 1 or 2.
    digits: usize,
    columns: usize,
    /// Bytes from row to row.
    stride: usize,
    rows: usize,
    bytes: Vec<u8>,
    /// Whether anything may lie beyond the last digit of a row: then rows may be read where they are, or
    /// one may follow the other.
    may_borrow: bool,
    /// Of rows that follow each other, the bytes from row to row.
    dense: Option<usize>,
    /// Rows that are read where they are, with [`TAIL`] bytes more, and the bytes from row to row.
    borrowed: Option<(&'a [u8], usize)>,
    /// Of wide codes, the row as it was copied.
    stream: Vec<u8>,
    /// Of codes that count for other levels, how to find these.
    translation: Option<Translation>,
}

/// The levels of codes.
#[derive(Debug)]
struct Translation {
    /// For a byte of codes, the levels of all of them, four bits each.
    levels: Box<[u32; 256]>,
    /// Bytes of levels for each byte of codes.
    bytes: usize,
    /// The levels of a row.
    stream: Vec<u8>,
}

impl<'a> Panel<'a> {
    /// Room for rows of `columns` codes of `bits` bits, as digits of `digit_bits`; of two bits where
    /// codes are `translated` to levels.
    pub(crate) fn new(
        bits: u32,
        columns: usize,
        digit_bits: usize,
        translated: Option<&Levels>,
    ) -> Self {
        let stream = stream_len(bits, columns).unwrap_or_default();
        let translation = translated.map(|levels| Translation::new(levels, columns));
        Self {
            digit_bits,
            digits: if width(bits) > 2 || translation.is_some() { 2 } else { 1 },
            columns,
            stride: (columns * digit_bits).div_ceil(8).next_multiple_of(64) + TAIL,
            rows: 0,
            bytes: Vec::new(),
            may_borrow: false,
            dense: None,
            borrowed: None,
            stream: vec![0; stream.next_multiple_of(8)],
            translation,
        }
    }

    /// The same for a kernel that does not mind what lies beyond the last digit of a row.
    pub(super) fn borrowing(self) -> Self {
        Self { may_borrow: true, ..self }
    }

    /// Takes `count` rows from `first` on.
    pub(crate) fn fill(
        &mut self,
        source: &'a (impl CodeRows + ?Sized),
        first: usize,
        count: usize,
    ) {
        let width = width(source.bits());
        let is_direct = self.is_direct(width);
        (self.borrowed, self.dense) = (None, None);
        if self.may_borrow && is_direct && self.take_whole(source, first, count) {
            self.rows = count;
            return;
        }
        let length = (self.columns * width).div_ceil(8);
        // The bits of the last byte that belong to a code.
        let last = u8::MAX >> ((8 - self.columns * width % 8) % 8);
        self.rows = count * self.digits;
        self.bytes.resize(self.rows.next_multiple_of(TILE_ROWS) * self.stride, 0);
        let targets = self.bytes.chunks_exact_mut(self.digits * self.stride);
        for (row, target) in (first..first + count).zip(targets) {
            let stream = if is_direct { &mut target[..length] } else { &mut self.stream[..length] };
            source.copy_row(row, stream);
            if let Some(byte) = stream.last_mut() {
                *byte &= last;
            }
            match (&mut self.translation, width, self.digit_bits) {
                (Some(translation), ..) => {
                    let levels = translation.apply(&self.stream[..length], self.columns);
                    split(levels, target.split_at_mut(self.stride));
                }
                (None, 1, 2) => widen(&self.stream, target),
                (None, 4, _) => split(&self.stream, target.split_at_mut(self.stride)),
                _ => {}
            }
        }
    }

    /// Takes rows where they are, or one after the other, if the source can.
    fn take_whole(
        &mut self,
        source: &'a (impl CodeRows + ?Sized),
        first: usize,
        count: usize,
    ) -> bool {
        let rows = count.next_multiple_of(TILE_ROWS);
        if let Some((bytes, stride)) = source.in_memory() {
            let bytes = bytes.get(first * stride..(first + rows) * stride + TAIL);
            self.borrowed = bytes.map(|bytes| (bytes, stride));
            return self.borrowed.is_some();
        }
        let stride = self.columns * self.digit_bits / 8;
        let length = rows * stride + TAIL;
        self.bytes.resize(self.bytes.len().max(length), 0);
        let is_dense = source.copy_rows(first, count, &mut self.bytes[..count * stride]);
        self.dense = is_dense.then_some(stride);
        is_dense
    }

    /// Whether codes of this width are the digits.
    fn is_direct(&self, width: usize) -> bool {
        width == self.digit_bits && self.translation.is_none()
    }

    /// How many rows of digits.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes from row to row.
    pub(super) fn stride(&self) -> usize {
        let own = self.dense.unwrap_or(self.stride);
        self.borrowed.map_or(own, |(_, stride)| stride)
    }

    /// All rows, up to a whole tile of them; with [`TAIL`] bytes more where they are borrowed or follow
    /// each other.
    pub(super) fn bytes(&self) -> &[u8] {
        self.borrowed.map_or(&self.bytes, |(bytes, _)| bytes)
    }

    /// The sum of the digits of a row, modulo 2³².
    pub(crate) fn total(&self, row: usize) -> i32 {
        let bits = self.columns * self.digit_bits;
        let weigh = |(place, word): (usize, u64)| {
            // Where a row is borrowed or dense, anything may follow its last digit.
            let word = match bits - 64 * place {
                left @ 0..64 => word & ((1 << left) - 1),
                _ => word,
            };
            let high = if self.digit_bits == 1 { 0 } else { word & 0xAAAA_AAAA_AAAA_AAAA };
            (word.count_ones() + high.count_ones()).cast_signed()
        };
        let words = self.words(row).take(bits.div_ceil(64));
        words.enumerate().map(weigh).fold(0, i32::wrapping_add)
    }

    /// The words of a row, padding and tail included.
    pub(super) fn words(&self, row: usize) -> impl Iterator<Item = u64> + Clone {
        let row = &self.bytes()[row * self.stride()..][..self.stride()];
        row.as_chunks().0.iter().map(|&bytes| u64::from_le_bytes(bytes))
    }
}

impl Translation {
    fn new(levels: &Levels, columns: usize) -> Self {
        let (width, integers) = (width(levels.bits()), levels.integers());
        let level = |byte: usize, place: usize| {
            let code = byte >> (width * place) & ((1 << width) - 1);
            // Codes of three bits are stored as four, of which the upper half does not occur.
            u32::from(integers[code % integers.len()]) << (4 * place)
        };
        let levels = std::array::from_fn(|byte| (0..8 / width).map(|at| level(byte, at)).sum());
        let stream = vec![0; columns.div_ceil(2).next_multiple_of(8)];
        Self { levels: Box::new(levels), bytes: 4 / width, stream }
    }

    /// The levels of the codes of a row, four bits each; 0 beyond them.
    fn apply(&mut self, codes: &[u8], columns: usize) -> &[u8] {
        let found = |byte: u8| self.levels[usize::from(byte)].to_le_bytes();
        // Of known lengths, each a plain store.
        match self.bytes {
            1 => self.stream.iter_mut().zip(codes).for_each(|(to, &byte)| *to = found(byte)[0]),
            2 => {
                let levels = self.stream.as_chunks_mut().0.iter_mut();
                levels.zip(codes).for_each(|(to, &byte)| *to = [found(byte)[0], found(byte)[1]]);
            }
            _ => {
                let levels = self.stream.as_chunks_mut().0.iter_mut();
                levels.zip(codes).for_each(|(to, &byte)| *to = found(byte));
            }
        }
        let end = columns.div_ceil(2);
        if columns % 2 == 1 {
            self.stream[end - 1] &= 0x0F;
        }
        self.stream[end..].fill(0);
        &self.stream
    }
}

/// Digits of one bit as digits of two.
fn widen(stream: &[u8], target: &mut [u8]) {
    for (&bytes, target) in stream.as_chunks().0.iter().zip(target.as_chunks_mut().0) {
        *target = spread(u32::from_le_bytes(bytes)).to_le_bytes();
    }
}

/// The low and the high two bits of codes of four.
fn split(stream: &[u8], (low, high): (&mut [u8], &mut [u8])) {
    let targets = low.as_chunks_mut().0.iter_mut().zip(high.as_chunks_mut().0);
    for (&bytes, (low, high)) in stream.as_chunks().0.iter().zip(targets) {
        let word = u64::from_le_bytes(bytes);
        *low = gather(word).to_le_bytes();
        *high = gather(word >> 2).to_le_bytes();
    }
}

/// Bit `i` moved to bit `2i`.
fn spread(half: u32) -> u64 {
    let word = u64::from(half);
    let word = (word | word << 16) & 0x0000_FFFF_0000_FFFF;
    let word = (word | word << 8) & 0x00FF_00FF_00FF_00FF;
    let word = (word | word << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    let word = (word | word << 2) & 0x3333_3333_3333_3333;
    (word | word << 1) & 0x5555_5555_5555_5555
}

/// The low two bits of each four, moved together.
fn gather(word: u64) -> u32 {
    let word = word & 0x3333_3333_3333_3333;
    let word = (word | word >> 2) & 0x0F0F_0F0F_0F0F_0F0F;
    let word = (word | word >> 4) & 0x00FF_00FF_00FF_00FF;
    let word = (word | word >> 8) & 0x0000_FFFF_0000_FFFF;
    ((word | word >> 16) & 0x0000_0000_FFFF_FFFF) as u32
}
