//! A few rows of codes, copied and padded for a kernel.

use crate::bits::codes::{CodeRows, stream_len, width};

/// Words that a kernel may read beyond the digits of a row: one vector of 512 bits.
const TAIL: usize = 8;

/// Rows of digits of one or two bits, as streams of words.
///
/// A code of three or four bits becomes two rows of digits of two bits, `code = low + 4·high`; all
/// other codes are a row of digits each. What lies beyond the last digit of a row is 0, and a whole
/// vector of it:
///
/// ```text
/// row 0, digits 0 of its codes    │ d0 d1 d2 …            dK │ 0 … 0 │ stride() words
/// row 0, digits 1 of its codes    │ d0 d1 d2 …            dK │ 0 … 0 │ only of wide codes
/// row 1, …
/// ```
#[derive(Debug)]
pub(crate) struct Panel {
    digit_bits: usize,
    /// Rows of digits for each row of codes: 1 or 2.
    digits: usize,
    columns: usize,
    stride: usize,
    words: Vec<u64>,
    /// The sum of the digits of each row of digits.
    totals: Vec<i32>,
    /// A row of codes as it was copied.
    stream: Vec<u8>,
}

impl Panel {
    /// Room for rows of `columns` codes of `bits` bits, as digits of `digit_bits`.
    pub(crate) fn new(bits: u32, columns: usize, digit_bits: usize) -> Self {
        let digits = if width(bits) > 2 { 2 } else { 1 };
        let stride = (columns * digit_bits).div_ceil(64).next_multiple_of(TAIL) + TAIL;
        Self {
            digit_bits,
            digits,
            columns,
            stride,
            words: Vec::new(),
            totals: Vec::new(),
            stream: vec![0; stream_len(bits, columns).unwrap_or_default().next_multiple_of(8)],
        }
    }

    /// Takes `count` rows from `first` on.
    pub(crate) fn fill(&mut self, source: &(impl CodeRows + ?Sized), first: usize, count: usize) {
        let length = stream_len(source.bits(), self.columns).unwrap_or_default();
        self.words.resize(count * self.digits * self.stride, 0);
        self.totals.clear();
        let rows = self.words.chunks_exact_mut(self.digits * self.stride);
        for (row, target) in (first..first + count).zip(rows) {
            source.copy_row(row, &mut self.stream[..length]);
            clear_after(&mut self.stream, self.columns * width(source.bits()));
            let words = self.stream.as_chunks().0.iter().map(|&bytes| u64::from_le_bytes(bytes));
            match (width(source.bits()), self.digit_bits) {
                (1, 2) => widen(words, target),
                (4, _) => split(words, target.split_at_mut(self.stride)),
                _ => words.zip(target.iter_mut()).for_each(|(word, target)| *target = word),
            }
            let totals = target.chunks_exact(self.stride).map(|row| total(row, self.digit_bits));
            self.totals.extend(totals);
        }
    }

    /// How many rows of digits.
    pub(crate) fn rows(&self) -> usize {
        self.totals.len()
    }

    /// Bits of a digit.
    pub(crate) fn digit_bits(&self) -> usize {
        self.digit_bits
    }

    /// The digits of a row, padding and tail included.
    pub(crate) fn row(&self, row: usize) -> &[u64] {
        &self.words[row * self.stride..][..self.stride]
    }

    /// The sum of the digits of each row.
    pub(crate) fn totals(&self) -> &[i32] {
        &self.totals
    }
}

/// Clears what a stream holds beyond its first `bits` bits.
fn clear_after(stream: &mut [u8], bits: usize) {
    if let Some((last, rest)) = stream.get_mut(bits / 8..).and_then(<[u8]>::split_first_mut) {
        *last &= (1 << (bits % 8)) - 1;
        rest.fill(0);
    }
}

/// Digits of one bit as digits of two.
fn widen(words: impl Iterator<Item = u64>, target: &mut [u64]) {
    for (word, target) in words.zip(target.as_chunks_mut().0) {
        *target = [spread(word & 0xFFFF_FFFF), spread(word >> 32)];
    }
}

/// The low and the high two bits of codes of four.
fn split(words: impl Iterator<Item = u64>, (low, high): (&mut [u64], &mut [u64])) {
    for (place, word) in words.enumerate() {
        let shift = 32 * (place % 2);
        if shift == 0 {
            (low[place / 2], high[place / 2]) = (0, 0);
        }
        low[place / 2] |= gather(word) << shift;
        high[place / 2] |= gather(word >> 2) << shift;
    }
}

/// Bit `i` of the lower half moved to bit `2i`.
fn spread(word: u64) -> u64 {
    let word = (word | word << 16) & 0x0000_FFFF_0000_FFFF;
    let word = (word | word << 8) & 0x00FF_00FF_00FF_00FF;
    let word = (word | word << 4) & 0x0F0F_0F0F_0F0F_0F0F;
    let word = (word | word << 2) & 0x3333_3333_3333_3333;
    (word | word << 1) & 0x5555_5555_5555_5555
}

/// The low two bits of each four moved together, into the lower half.
fn gather(word: u64) -> u64 {
    let word = word & 0x3333_3333_3333_3333;
    let word = (word | word >> 2) & 0x0F0F_0F0F_0F0F_0F0F;
    let word = (word | word >> 4) & 0x00FF_00FF_00FF_00FF;
    let word = (word | word >> 8) & 0x0000_FFFF_0000_FFFF;
    (word | word >> 16) & 0x0000_0000_FFFF_FFFF
}

/// The sum of the digits of a row, below 2³¹ because the product was checked to fit.
#[expect(clippy::cast_possible_truncation, reason = "checked when the product was made")]
fn total(words: &[u64], digit_bits: usize) -> i32 {
    let ones: u64 = words.iter().map(|word| u64::from(word.count_ones())).sum();
    if digit_bits == 1 {
        return ones as i32;
    }
    let high = words.iter().map(|word| u64::from((word & 0xAAAA_AAAA_AAAA_AAAA).count_ones()));
    (ones + high.sum::<u64>()) as i32
}
