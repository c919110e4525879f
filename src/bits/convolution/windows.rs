//! The windows of images as rows of codes, copied one by one and never all at once.

use super::{CodeImages, Window};
use crate::bits::CodeRows;
use crate::bits::codes::width;

/// Every position of a window over every image, in the order image, row, column; what a position
/// sees is a row of codes in the order kernel row, kernel column, channel of the group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Windows<'a> {
    images: &'a CodeImages,
    window: &'a Window,
    positions: [usize; 2],
    /// Of the channels.
    group: usize,
    /// The first row, and how many there are.
    range: (usize, usize),
    /// Whether neighbouring pixels lie beside each other without a gap, and all of each is seen.
    is_dense: bool,
}

impl<'a> Windows<'a> {
    pub(super) fn new(images: &'a CodeImages, window: &'a Window, positions: [usize; 2]) -> Self {
        let codes = images.codes();
        let channels = codes.columns() * width(codes.bits());
        let is_dense =
            window.groups == 1 && window.dilation[1] == 1 && channels == 8 * codes.stride();
        let rows = images.images() * positions[0] * positions[1];
        Self { images, window, positions, group: 0, range: (0, rows), is_dense }
    }

    /// What some rows see of one group.
    pub(super) fn part(self, group: usize, first: usize, count: usize) -> Self {
        Self { group, range: (first, count), ..self }
    }

    /// Bits of what a tap sees.
    fn tap_bits(&self) -> usize {
        self.images.size().channels / self.window.groups * width(self.bits())
    }

    /// Copies what a row of taps sees that lies inside the image, where pixels are dense.
    fn copy_run(&self, (image, row): (usize, usize), left: isize, target: &mut [u8]) {
        let (pixels, stride) = (self.images.size().width, self.images.codes().stride());
        let taps = self.window.kernel[1];
        let before = left.min(0).unsigned_abs().min(taps);
        let start = left.max(0).unsigned_abs().min(pixels);
        let inside = (pixels - start).min(taps - before);
        let padding = repeated(self.window.padding_code, width(self.bits()));
        let first = self.images.pixel(image, row, start);
        let source = self.images.codes().some_rows(first, inside);
        if inside == taps {
            target.copy_from_slice(source);
            return;
        }
        target[..before * stride].fill(padding);
        target[before * stride..][..inside * stride].copy_from_slice(source);
        target[(before + inside) * stride..].fill(padding);
    }

    /// Copies what a row of taps sees, tap by tap, from bit `at` of the stream on.
    fn copy_taps(&self, place: Option<(usize, usize)>, left: isize, at: usize, stream: &mut [u8]) {
        let (bits, pixels) = (self.tap_bits(), self.images.size().width);
        for tap in 0..self.window.kernel[1] {
            let column = left + (tap * self.window.dilation[1]).cast_signed();
            let column = usize::try_from(column).ok().filter(|&column| column < pixels);
            let at = at + tap * bits;
            if let Some(((image, row), column)) = place.zip(column) {
                let pixel = self.images.codes().row(self.images.pixel(image, row, column));
                copy_bits(pixel, self.group * bits, stream, at, bits);
            } else {
                fill_bits(self.window.padding_code, width(self.bits()), stream, at, bits);
            }
        }
    }
}

impl CodeRows for Windows<'_> {
    fn bits(&self) -> u32 {
        self.images.codes().bits()
    }

    fn rows(&self) -> usize {
        self.range.1
    }

    fn columns(&self) -> usize {
        self.window.columns(self.images.size()).unwrap_or_default()
    }

    fn copy_row(&self, row: usize, stream: &mut [u8]) {
        let row = self.range.0 + row;
        let [down, across] = self.positions;
        let (image, y, x) = (row / across / down, row / across % down, row % across);
        let corner = |axis: usize, position: usize| {
            // Sizes were checked to be far below the largest number.
            (position * self.window.stride[axis]).cast_signed()
                - self.window.padding[axis].cast_signed()
        };
        let (top, left) = (corner(0, y), corner(1, x));
        let line = self.window.kernel[1] * self.tap_bits();
        for tap in 0..self.window.kernel[0] {
            let y = top + (tap * self.window.dilation[0]).cast_signed();
            let y = usize::try_from(y).ok().filter(|&y| y < self.images.size().height);
            match y {
                Some(y) if self.is_dense => {
                    let target = &mut stream[tap * line / 8..][..line / 8];
                    self.copy_run((image, y), left, target);
                }
                None if self.is_dense => stream[tap * line / 8..][..line / 8]
                    .fill(repeated(self.window.padding_code, width(self.bits()))),
                _ => self.copy_taps(y.map(|y| (image, y)), left, tap * line, stream),
            }
        }
    }
}

/// A byte of nothing but this code.
fn repeated(code: u8, width: usize) -> u8 {
    (0..8).step_by(width).fold(0, |byte, at| byte | code << at)
}

/// Copies `count` bits from bit `from` of `source` to bit `to` of `target`, and leaves its other
/// bits alone.
fn copy_bits(source: &[u8], from: usize, target: &mut [u8], to: usize, count: usize) {
    if from.is_multiple_of(8) && to.is_multiple_of(8) && count.is_multiple_of(8) {
        target[to / 8..][..count / 8].copy_from_slice(&source[from / 8..][..count / 8]);
        return;
    }
    let byte = |at: usize| u16::from(source.get(at).copied().unwrap_or_default());
    let mut done = 0;
    while done < count {
        let (from, to) = (from + done, to + done);
        let pair = byte(from / 8) | byte(from / 8 + 1) << 8;
        // No more than the byte of the target has left.
        let some = (8 - to % 8).min(count - done);
        let mask = ((1_u16 << some) - 1) << (to % 8);
        #[expect(clippy::cast_possible_truncation, reason = "masked to a byte")]
        let (bits, mask) = (((pair >> (from % 8)) << (to % 8) & mask) as u8, mask as u8);
        target[to / 8] = target[to / 8] & !mask | bits;
        done += some;
    }
}

/// Writes `count` bits of nothing but this code, from bit `to` of `target` on.
fn fill_bits(code: u8, width: usize, target: &mut [u8], to: usize, count: usize) {
    let byte = [repeated(code, width)];
    for done in (0..count).step_by(8) {
        copy_bits(&byte, 0, target, to + done, (count - done).min(8));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bit(bytes: &[u8], at: usize) -> bool {
        bytes[at / 8] >> (at % 8) & 1 == 1
    }

    proptest! {
        #[test]
        fn bits_are_copied_and_their_neighbours_left_alone(
            source in prop::collection::vec(any::<u8>(), 9),
            target in prop::collection::vec(any::<u8>(), 9),
            from in 0..36_usize, to in 0..36_usize, count in 0..=36_usize,
        ) {
            let mut written = target.clone();
            copy_bits(&source, from, &mut written, to, count);
            for at in 0..72 {
                let inside = (to..to + count).contains(&at);
                let expected = if inside { bit(&source, at - to + from) } else { bit(&target, at) };
                prop_assert_eq!(bit(&written, at), expected, "bit {}", at);
            }
        }

        #[test]
        fn padding_is_the_same_code_everywhere(
            code in 0..4_u8, to in 0..18_usize, count in 0..=18_usize,
        ) {
            let mut written = [0xFF; 9];
            fill_bits(code, 2, &mut written, 2 * to, 2 * count);
            for place in 0..36 {
                let found = written[place / 4] >> (2 * (place % 4)) & 3;
                let inside = (to..to + count).contains(&place);
                prop_assert_eq!(found, if inside { code } else { 3 });
            }
        }
    }
}
