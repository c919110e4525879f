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
    /// All pixels, and the bytes of each.
    pixels: &'a [u8],
    stride: usize,
    /// Bits that a tap sees, and bytes that a row of taps sees where neighbouring pixels lie beside
    /// each other without a gap and all of each is seen.
    tap: usize,
    dense_line: Option<usize>,
    /// Bytes from one row of taps to the next.
    pitch: usize,
    /// The last position whose window lies inside the image, where there is one.
    last: [usize; 2],
    /// A byte of nothing but the padding code.
    padding: u8,
}

impl<'a> Windows<'a> {
    pub(super) fn new(images: &'a CodeImages, window: &'a Window, positions: [usize; 2]) -> Self {
        let (codes, size) = (images.codes(), images.size());
        let (width, stride) = (width(codes.bits()), codes.stride());
        let tap = size.channels / window.groups * width;
        let is_dense = window.groups == 1 && window.dilation[1] == 1 && tap == 8 * stride;
        let rows = images.images() * positions[0] * positions[1];
        let reach = |axis: usize| (window.kernel[axis] - 1) * window.dilation[axis];
        let last = size.height.checked_sub(1 + reach(0)).zip(size.width.checked_sub(1 + reach(1)));
        // A window larger than the image is never inside, and its run of taps never dense.
        let is_dense = is_dense && last.is_some();
        Self {
            images,
            window,
            positions,
            group: 0,
            range: (0, rows),
            pixels: codes.some_rows(0, codes.rows()),
            stride,
            tap,
            dense_line: is_dense.then_some(window.kernel[1] * stride),
            pitch: window.dilation[0] * size.width * stride,
            last: last.map_or([0; 2], |(row, column)| [row, column]),
            padding: repeated(window.padding_code, width),
        }
    }

    /// What some rows see of one group.
    pub(super) fn part(self, group: usize, first: usize, count: usize) -> Self {
        Self { group, range: (first, count), ..self }
    }

    /// The byte of the first tap, if all of the window lies inside the image.
    #[inline]
    fn inside(&self, image: usize, top: isize, left: isize) -> Option<usize> {
        let (top, left) = (usize::try_from(top).ok()?, usize::try_from(left).ok()?);
        let fits = top <= self.last[0] && left <= self.last[1];
        fits.then(|| self.images.pixel(image, top, left) * self.stride)
    }

    /// Where the row of the image begins that tap row `tap` sees; `None` beyond its edge.
    fn line(&self, image: usize, top: isize, tap: usize) -> Option<usize> {
        let y = top + (tap * self.window.dilation[0]).cast_signed();
        let y = usize::try_from(y).ok().filter(|&y| y < self.images.size().height)?;
        Some(self.images.pixel(image, y, 0))
    }

    /// Copies what a row of taps sees where pixels are dense, and perhaps lie beyond the edge.
    fn copy_dense(&self, line: Option<usize>, left: isize, target: &mut [u8]) {
        let (pixels, taps) = (self.images.size().width, self.window.kernel[1]);
        let Some(line) = line else { return target.fill(self.padding) };
        let before = left.min(0).unsigned_abs().min(taps);
        let start = left.max(0).unsigned_abs().min(pixels);
        let inside = (pixels - start).min(taps - before);
        let source = &self.pixels[(line + start) * self.stride..][..inside * self.stride];
        if inside == taps {
            return copy(source, target);
        }
        target[..before * self.stride].fill(self.padding);
        target[before * self.stride..][..source.len()].copy_from_slice(source);
        target[(before + inside) * self.stride..].fill(self.padding);
    }

    /// Copies what a row of taps sees, tap by tap, from bit `at` of the stream on.
    fn copy_taps(&self, line: Option<usize>, left: isize, at: usize, stream: &mut [u8]) {
        for tap in 0..self.window.kernel[1] {
            let column = left + (tap * self.window.dilation[1]).cast_signed();
            let column = usize::try_from(column).ok();
            let column = column.filter(|&column| column < self.images.size().width);
            let at = at + tap * self.tap;
            if let Some((line, column)) = line.zip(column) {
                let pixel = &self.pixels[(line + column) * self.stride..][..self.stride];
                copy_bits(pixel, self.group * self.tap, stream, at, self.tap);
            } else {
                fill_bits(self.padding, stream, at, self.tap);
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

    /// Where a window is a pixel, and every pixel is one: a 1 x 1 convolution is a product.
    fn in_memory(&self) -> Option<(&[u8], usize)> {
        let Window { kernel, stride, padding, groups, .. } = *self.window;
        let is_pixel = (kernel, stride, padding, groups) == ([1; 2], [1; 2], [0; 2], 1);
        is_pixel.then(|| (&self.pixels[self.range.0 * self.stride..], self.stride))
    }

    fn copy_row(&self, row: usize, stream: &mut [u8]) {
        let row = self.range.0 + row;
        let [down, across] = self.positions;
        let (line, x) = (row / across, row % across);
        let (image, y) = (line / down, line % down);
        let corner = |axis: usize, position: usize| {
            // Sizes were checked to be far below the largest number.
            (position * self.window.stride[axis]).cast_signed()
                - self.window.padding[axis].cast_signed()
        };
        let (top, left) = (corner(0, y), corner(1, x));
        if let Some(length) = self.dense_line {
            if let Some(first) = self.inside(image, top, left) {
                // Most positions: nothing to ask of each row of taps.
                for (tap, target) in stream.chunks_exact_mut(length).enumerate() {
                    copy(&self.pixels[first + tap * self.pitch..][..length], target);
                }
                return;
            }
            for (tap, target) in stream.chunks_exact_mut(length).enumerate() {
                self.copy_dense(self.line(image, top, tap), left, target);
            }
        } else {
            for tap in 0..self.window.kernel[0] {
                let at = tap * self.window.kernel[1] * self.tap;
                self.copy_taps(self.line(image, top, tap), left, at, stream);
            }
        }
    }
}

/// Copies a run of pixels. A run is short, and calling `memcpy` takes as long as copying a hundred
/// bytes; those of 32, 64, 128 and 256 two-bit channels under one, three or five taps are moves
/// without a call.
fn copy(source: &[u8], target: &mut [u8]) {
    fn fixed<const LENGTH: usize>(source: &[u8], target: &mut [u8]) {
        if let (Some(source), Some(target)) = (source.first_chunk(), target.first_chunk_mut()) {
            let source: &[u8; LENGTH] = source;
            *target = *source;
        }
    }
    match target.len() {
        8 => fixed::<8>(source, target),
        16 => fixed::<16>(source, target),
        24 => fixed::<24>(source, target),
        32 => fixed::<32>(source, target),
        48 => fixed::<48>(source, target),
        64 => fixed::<64>(source, target),
        80 => fixed::<80>(source, target),
        96 => fixed::<96>(source, target),
        128 => fixed::<128>(source, target),
        _ => target.copy_from_slice(source),
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

/// Writes `count` bits from bit `to` of `target` on, a byte again and again.
fn fill_bits(byte: u8, target: &mut [u8], to: usize, count: usize) {
    for done in (0..count).step_by(8) {
        copy_bits(&[byte], 0, target, to + done, (count - done).min(8));
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
            fill_bits(repeated(code, 2), &mut written, 2 * to, 2 * count);
            for place in 0..36 {
                let found = written[place / 4] >> (2 * (place % 4)) & 3;
                let inside = (to..to + count).contains(&place);
                prop_assert_eq!(found, if inside { code } else { 3 });
            }
        }
    }
}
