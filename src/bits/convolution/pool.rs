//! Max pooling of packed codes, a word of them at a time.

use rayon::prelude::*;

use super::{CodeImages, ConvolutionError, ImageSize, Window};
use crate::bits::codes::width;
use crate::bits::{Codes, Ladders};

/// The greatest code of every window, channel by channel; or, in a channel whose ladder falls, the
/// least.
///
/// The code of the greatest of several sums is the greatest of their codes where the ladder rises and
/// the least where it falls, so pooling codes with the `ladders` that made them is exactly pooling
/// the sums before. The window has one group and no padding; what does not fill a last window is
/// left out. The pixels are spread over the threads of the current `rayon` pool.
///
/// # Errors
///
/// When the window is padded, has groups, or does not fit into the image; or there is not one ladder
/// for each channel.
///
/// # Examples
///
/// ```
/// use hwgq::bits::{CodeImages, Codes, Window, max_pool};
/// let image = CodeImages::new(1, 2, 2, Codes::new(2, 4, 1, &[0, 2, 1, 1])?)?;
/// let window = Window { stride: [2, 2], ..Window::of([2, 2]) };
/// assert_eq!(max_pool(&image, &window, None)?.codes().code(0, 0), 2);
/// # Ok::<(), hwgq::bits::ConvolutionError>(())
/// ```
pub fn max_pool(
    input: &CodeImages,
    window: &Window,
    ladders: Option<&Ladders>,
) -> Result<CodeImages, ConvolutionError> {
    let size = input.size();
    if window.padding != [0, 0] || window.groups != 1 {
        return Err(ConvolutionError::NotAPool);
    }
    let [height, across] = window.positions(size.height, size.width)?;
    if let Some(ladders) = ladders.filter(|ladders| ladders.channels() != size.channels) {
        return Err(crate::bits::BitsError::WrongLadders {
            ladders: ladders.channels(),
            weights: size.channels,
        }
        .into());
    }
    let bits = input.codes().bits();
    let output = ImageSize { height, width: across, ..size };
    let mut output = CodeImages::zeros(bits, input.images(), output)?;
    let falling = falling(input.codes(), ladders);
    let stride = input.codes().stride().max(1);
    let line = (across * stride).max(1);
    let lines = output.codes_mut().bytes_mut().par_chunks_exact_mut(line).enumerate();
    lines.for_each(|(line, target)| {
        let (image, y) = (line / height, line % height);
        for (x, target) in target.chunks_exact_mut(stride).enumerate() {
            let corner = [y * window.stride[0], x * window.stride[1]];
            pool_pixel(input, window, (image, corner), &falling, target);
        }
    });
    Ok(output)
}

/// For each word of a pixel, ones in the channels whose ladder falls.
fn falling(codes: &Codes, ladders: Option<&Ladders>) -> Vec<u64> {
    let mut words = vec![0; codes.stride() / 8];
    let width = width(codes.bits());
    for channel in 0..ladders.map_or(0, Ladders::channels) {
        if ladders.is_some_and(|ladders| ladders.ladder(channel).falling) {
            let bit = channel * width;
            words[bit / 64] |= ((1 << width) - 1) << (bit % 64);
        }
    }
    words
}

fn pool_pixel(
    input: &CodeImages,
    window: &Window,
    (image, [top, left]): (usize, [usize; 2]),
    falling: &[u64],
    target: &mut [u8],
) {
    let width = width(input.codes().bits());
    let pixel = |y: usize, x: usize| {
        let (row, column) = (top + y * window.dilation[0], left + x * window.dilation[1]);
        input.codes().row(input.pixel(image, row, column)).as_chunks().0
    };
    let target = target.as_chunks_mut().0;
    target.copy_from_slice(pixel(0, 0));
    let taps = (0..window.kernel[0]).flat_map(|y| (0..window.kernel[1]).map(move |x| (y, x)));
    for (y, x) in taps.skip(1) {
        for ((target, &source), &falling) in target.iter_mut().zip(pixel(y, x)).zip(falling) {
            let (one, two) = (u64::from_le_bytes(*target), u64::from_le_bytes(source));
            let greater = greatest(one, two, width);
            // Of two codes the one that is not the greatest is the least.
            let less = one ^ two ^ greater;
            *target = (greater & !falling | less & falling).to_le_bytes();
        }
    }
}

/// The greater of each pair of codes of `width` bits.
fn greatest(one: u64, two: u64, width: usize) -> u64 {
    if width == 1 {
        return one | two;
    }
    let every_other = if width == 2 { 0x3333_3333_3333_3333 } else { 0x0F0F_0F0F_0F0F_0F0F };
    let half = |one: u64, two: u64| {
        let (one, two) = (one & every_other, two & every_other);
        // A bit above each code that the difference borrows when the second is greater.
        let guards = (every_other << 1) & !every_other & (every_other << width);
        let kept = ((one | guards) - two) & guards;
        let first = kept - (kept >> width);
        one & first | two & !first
    };
    half(one, two) | half(one >> width, two >> width) << width
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_greatest_is_taken_code_by_code(one: u64, two: u64) {
            for width in [1, 2, 4] {
                let found = greatest(one, two, width);
                let code = |word: u64, at: usize| word >> at & ((1 << width) - 1);
                for at in (0..64).step_by(width) {
                    prop_assert_eq!(code(found, at), code(one, at).max(code(two, at)));
                }
            }
        }
    }
}
