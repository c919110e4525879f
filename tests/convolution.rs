//! Convolutions and pools of packed images against their definitions, for any geometry.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

#[path = "support/kernels.rs"]
mod kernels;

use hwgq::bits::{
    BITS_MAX, BitsError, CodeImages, Codes, Convolution, ConvolutionError, ImageSize, Kernel,
    Ladder, Ladders, SignMatrix, Window, max_pool,
};
use kernels::kernels;
use proptest::collection::vec;
use proptest::prelude::*;

/// A convolution with its operands as plain numbers.
#[derive(Debug, Clone)]
struct Subject {
    images: usize,
    size: ImageSize,
    window: Window,
    bits: u32,
    outputs: usize,
    /// In the order image, row, column, channel.
    codes: Vec<u8>,
    /// In the order output, kernel row, kernel column, channel of the group.
    signs: Vec<f32>,
}

impl Subject {
    fn packed_images(&self) -> CodeImages {
        let rows = self.images * self.size.pixels();
        let codes = Codes::new(self.bits, rows, self.size.channels, &self.codes).unwrap();
        CodeImages::new(self.images, self.size.height, self.size.width, codes).unwrap()
    }

    fn weights(&self) -> SignMatrix {
        SignMatrix::new(self.outputs, self.signs.len() / self.outputs, &self.signs).unwrap()
    }

    fn convolution(&self, kernel: Kernel) -> Convolution {
        let weights = self.weights();
        Convolution::with_kernel(&weights, self.bits, self.size, self.window, kernel).unwrap()
    }

    /// The code at a place that may lie beyond the edge.
    fn code(&self, image: usize, row: i64, column: i64, channel: usize) -> i32 {
        let ImageSize { height, width, channels } = self.size;
        let inside = |at: i64, size: usize| usize::try_from(at).ok().filter(|&at| at < size);
        let code = match (inside(row, height), inside(column, width)) {
            (Some(row), Some(column)) => {
                self.codes[((image * height + row) * width + column) * channels + channel]
            }
            _ => self.window.padding_code,
        };
        code.into()
    }

    /// The definition, in plain loops.
    fn naive(&self) -> Vec<i32> {
        let Window { kernel, stride, padding, dilation, groups, .. } = self.window;
        let positions = self.window.positions(self.size.height, self.size.width).unwrap();
        let (channels, outputs) = (self.size.channels / groups, self.outputs / groups);
        let at = |axis: usize, position: usize, tap: usize| {
            let seen = position * stride[axis] + tap * dilation[axis];
            i64::try_from(seen).unwrap() - i64::try_from(padding[axis]).unwrap()
        };
        let mut sums = Vec::new();
        for image in 0..self.images {
            for y in 0..positions[0] {
                for x in 0..positions[1] {
                    for output in 0..self.outputs {
                        let mut weights =
                            self.signs[output * kernel[0] * kernel[1] * channels..].iter();
                        let mut sum = 0;
                        for i in 0..kernel[0] {
                            for j in 0..kernel[1] {
                                for channel in 0..channels {
                                    let channel = output / outputs * channels + channel;
                                    let code = self.code(image, at(0, y, i), at(1, x, j), channel);
                                    sum +=
                                        if *weights.next().unwrap() >= 0.0 { code } else { -code };
                                }
                            }
                        }
                        sums.push(sum);
                    }
                }
            }
        }
        sums
    }
}

fn pair(values: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = [usize; 2]> {
    [values.clone(), values]
}

/// Channels of a group: single ones, around a byte, and whole words of two bits, where the pixels of
/// a row are one stream.
fn channels() -> impl Strategy<Value = usize> {
    prop_oneof![1..=9_usize, Just(16), Just(32), Just(64)]
}

fn subjects() -> impl Strategy<Value = Subject> {
    let general = (pair(1..=3), pair(1..=3), pair(0..=3), pair(1..=3), 1..=3_usize);
    // Windows that are pixels are read where they lie.
    let pointwise = (Just([1; 2]), Just([1; 2]), Just([0; 2]), pair(1..=3), 1..=2_usize);
    let geometry = prop_oneof![3 => general, 1 => pointwise];
    // Up to more positions than a block has.
    let sizes = (0..=2_usize, pair(0..=6), channels(), 1..=5_usize, 1..=BITS_MAX);
    (geometry, sizes, any::<u8>()).prop_flat_map(|(geometry, sizes, padding_code)| {
        let (kernel, stride, padding, dilation, groups) = geometry;
        let (images, more, channels, outputs, bits) = sizes;
        // At least one pixel, and with the padding at least one position.
        let along = |axis: usize| {
            let spanned = (kernel[axis] - 1) * dilation[axis] + 1;
            spanned.saturating_sub(2 * padding[axis]).max(1) + more[axis]
        };
        let size = ImageSize { height: along(0), width: along(1), channels: channels * groups };
        let padding_code = padding_code % (1 << bits);
        let window = Window { kernel, stride, padding, dilation, groups, padding_code };
        let outputs = outputs * groups;
        let codes = vec(0..1_u8 << bits, images * size.pixels() * size.channels);
        let signs =
            vec(prop_oneof![Just(1.0_f32), Just(-1.0)], outputs * kernel[0] * kernel[1] * channels);
        (codes, signs).prop_map(move |(codes, signs)| Subject {
            images,
            size,
            window,
            bits,
            outputs,
            codes,
            signs,
        })
    })
}

/// Ladders around zero; every third one falls.
fn ladders(bits: u32, channels: usize) -> Ladders {
    let limits: Vec<i64> = (1..1_i64 << bits).map(|step| 3 * step - (1 << bits)).collect();
    let ladder = |channel: usize| Ladder { falling: channel % 3 == 1, limits: &limits };
    Ladders::new(bits, (0..channels).map(ladder)).unwrap()
}

fn unpacked(images: &CodeImages) -> Vec<u8> {
    let codes = images.codes();
    let row = |row| (0..codes.columns()).map(move |column| codes.code(row, column));
    (0..codes.rows()).flat_map(row).collect()
}

/// The codes of sums by the ladder of each channel.
fn laddered(ladders: &Ladders, sums: &[i32]) -> Vec<u8> {
    let channels = (0..ladders.channels()).cycle();
    channels.zip(sums).map(|(channel, &sum)| ladders.ladder(channel).code(sum)).collect()
}

proptest! {
    #[test]
    fn sums_are_the_definition_whatever_the_geometry(subject in subjects()) {
        let (images, expected) = (subject.packed_images(), subject.naive());
        for kernel in kernels() {
            let mut sums = vec![i32::MIN; expected.len()];
            subject.convolution(kernel).sums(&images, &mut sums).unwrap();
            prop_assert_eq!(&sums, &expected, "{}", kernel);
        }
    }

    #[test]
    fn codes_are_those_of_the_sums_with_and_without_a_residual(
        subject in subjects(), bits in 1..=BITS_MAX, more in -9..9_i32,
    ) {
        let (images, sums) = (subject.packed_images(), subject.naive());
        let ladders = ladders(bits, subject.outputs);
        for kernel in kernels() {
            let convolution = subject.convolution(kernel);
            let size = convolution.output_size();
            let mut output = CodeImages::zeros(bits, subject.images, size).unwrap();
            convolution.codes(&images, &ladders, &mut output).unwrap();
            prop_assert_eq!(unpacked(&output), laddered(&ladders, &sums), "{}", kernel);

            let residual: Vec<i32> = (0..).map(|k| k % 7 + more).take(sums.len()).collect();
            let added: Vec<i32> = sums.iter().zip(&residual).map(|(a, b)| a + b).collect();
            convolution.codes_with_residual(&images, &residual, &ladders, &mut output).unwrap();
            prop_assert_eq!(unpacked(&output), laddered(&ladders, &added), "{}", kernel);
        }
    }

    #[test]
    fn pooled_codes_are_the_codes_of_pooled_sums(
        images in 0..=2_usize, kernel in pair(1..=3), stride in pair(1..=3), dilation in pair(1..=2),
        more in pair(0..=4), channels in channels(), bits in 1..=BITS_MAX, seed: u64,
    ) {
        let along = |axis: usize| (kernel[axis] - 1) * dilation[axis] + 1 + more[axis];
        let (height, width) = (along(0), along(1));
        let count = images * height * width * channels;
        // Sums as a multiplicative generator leaves them: any of -32 to 31.
        let sum = |k: u64| ((seed | 1).wrapping_mul(k.wrapping_mul(0x9E37_79B9_7F4A_7C15)) >> 58) as i32 - 32;
        let sums: Vec<i32> = (1..=count as u64).map(sum).collect();
        let ladders = ladders(bits, channels);
        let codes = laddered(&ladders, &sums);
        let codes = Codes::new(bits, images * height * width, channels, &codes).unwrap();
        let input = CodeImages::new(images, height, width, codes).unwrap();
        let window = Window { stride, dilation, ..Window::of(kernel) };
        let [down, across] = window.positions(height, width).unwrap();
        let mut greatest = Vec::new();
        for place in 0..images * down * across {
            let (image, y, x) = (place / across / down, place / across % down, place % across);
            for channel in 0..channels {
                let tap = |tap: usize| {
                    let (i, j) = (tap / kernel[1] * dilation[0], tap % kernel[1] * dilation[1]);
                    let (row, column) = (y * stride[0] + i, x * stride[1] + j);
                    sums[((image * height + row) * width + column) * channels + channel]
                };
                greatest.push((0..kernel[0] * kernel[1]).map(tap).max().unwrap());
            }
        }
        let pooled = max_pool(&input, &window, Some(&ladders)).unwrap();
        prop_assert_eq!(unpacked(&pooled), laddered(&ladders, &greatest));
        prop_assert_eq!(pooled.size(), ImageSize { height: down, width: across, channels });
    }
}

const SIZE: ImageSize = ImageSize { height: 5, width: 6, channels: 4 };

/// A 3 x 3 window with four outputs over images of `SIZE`.
fn small() -> Subject {
    Subject {
        images: 2,
        size: SIZE,
        window: Window { padding: [1, 1], ..Window::of([3, 3]) },
        bits: 2,
        outputs: 4,
        codes: (0..2 * SIZE.pixels() * 4)
            .map(|k| [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2][k % 11])
            .collect(),
        signs: (0..4 * 36).map(|k| if k % 5 % 2 == 0 { 1.0 } else { -1.0 }).collect(),
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let subject = small();
    let (images, expected) = (subject.packed_images(), subject.naive());
    for threads in [1, 2, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut sums = vec![0; expected.len()];
        pool.install(|| subject.convolution(Kernel::Portable).sums(&images, &mut sums)).unwrap();
        assert_eq!(sums, expected, "{threads} threads");
    }
}

#[test]
fn a_window_that_cannot_be_is_refused_by_the_constructor() {
    let (weights, good) = (small().weights(), small().window);
    let error =
        |window: Window, size: ImageSize| Convolution::new(&weights, 2, size, window).unwrap_err();
    assert_eq!(
        error(Window { kernel: [0, 3], ..good }, SIZE),
        ConvolutionError::Zero { what: "kernel" }
    );
    assert_eq!(
        error(Window { stride: [1, 0], ..good }, SIZE),
        ConvolutionError::Zero { what: "stride" }
    );
    assert_eq!(
        error(Window { dilation: [0, 1], ..good }, SIZE),
        ConvolutionError::Zero { what: "dilation" }
    );
    assert_eq!(
        error(Window { groups: 0, ..good }, SIZE),
        ConvolutionError::Zero { what: "groups" }
    );
    assert_eq!(
        error(Window { dilation: [4, 1], ..good }, SIZE),
        ConvolutionError::DoesNotFit { spanned: 9, padded: 7 }
    );
    assert_eq!(
        error(good, ImageSize { width: 0, ..SIZE }),
        ConvolutionError::DoesNotFit { spanned: 3, padded: 2 }
    );
    assert_eq!(
        error(Window { groups: 3, ..good }, SIZE),
        ConvolutionError::Groups { what: "channels", count: 4, groups: 3 }
    );
    assert_eq!(
        error(Window { groups: 8, ..good }, ImageSize { channels: 8, ..SIZE }),
        ConvolutionError::Groups { what: "outputs", count: 4, groups: 8 }
    );
    assert_eq!(
        error(Window { kernel: [3, 2], ..good }, SIZE),
        ConvolutionError::WrongWeights { given: 36, expected: 24 }
    );
    assert_eq!(
        error(Window { padding_code: 4, ..good }, SIZE),
        ConvolutionError::PaddingCode { code: 4, bits: 2, most: 3 }
    );
    let narrow = Convolution::new(&weights, 5, SIZE, good).unwrap_err();
    assert_eq!(narrow, BitsError::WrongWidth { given: 5, most: BITS_MAX }.into());
}

#[test]
fn sizes_beyond_all_numbers_are_refused_and_do_not_wrap() {
    let most = usize::MAX;
    let (weights, good) = (small().weights(), small().window);
    for window in [
        Window { kernel: [most, 3], ..good },
        Window { padding: [most, 1], ..good },
        Window { padding: [most / 2, 1], ..good },
        Window { dilation: [1, most], ..good },
        Window { kernel: [2, 2], dilation: [most, most], padding: [most, most], ..good },
    ] {
        assert!(Convolution::new(&weights, 2, SIZE, window).is_err(), "{window:?}");
    }
    assert!(CodeImages::zeros(2, most, SIZE).is_err());
    let codes = Codes::zeros(2, 0, 4).unwrap();
    assert!(CodeImages::new(most, most, 2, codes).is_err());
}

#[test]
fn images_and_outputs_of_another_kind_are_refused() {
    let subject = small();
    let (images, convolution) = (subject.packed_images(), subject.convolution(Kernel::Portable));
    let (ladders, size) = (ladders(2, 4), convolution.output_size());
    let other = ImageSize { height: 4, ..SIZE };
    let smaller = CodeImages::zeros(2, 2, other).unwrap();
    let refused = ConvolutionError::WrongImages { given: other, expected: SIZE };
    assert_eq!(convolution.sums(&smaller, &mut []), Err(refused.clone()));
    assert_eq!(convolution.codes(&images, &ladders, &mut smaller.clone()), Err(refused));

    let wide = CodeImages::zeros(4, 2, SIZE).unwrap();
    let refused = ConvolutionError::Bits(BitsError::WrongBits { given: 4, expected: 2 });
    assert_eq!(convolution.sums(&wide, &mut []), Err(refused.clone()));
    assert_eq!(convolution.codes(&images, &ladders, &mut wide.clone()), Err(refused));

    let mut one = CodeImages::zeros(2, 1, size).unwrap();
    let refused = ConvolutionError::WrongCount { given: 1, expected: 2 };
    assert_eq!(convolution.codes(&images, &ladders, &mut one), Err(refused));

    assert!(convolution.sums(&images, &mut [0; 3]).is_err());
    let mut output = CodeImages::zeros(2, 2, size).unwrap();
    let refused = ConvolutionError::WrongResidual { given: 3, expected: 2 * 30 * 4 };
    let few = convolution.codes_with_residual(&images, &[0; 3], &ladders, &mut output);
    assert_eq!(few, Err(refused));
    let most = [i32::MAX; 2 * 30 * 4];
    let beyond = convolution.codes_with_residual(&images, &most, &ladders, &mut output);
    assert_eq!(beyond, Err(ConvolutionError::ResidualOverflow));
}

#[test]
fn a_pool_with_padding_or_for_other_channels_is_refused() {
    let images = small().packed_images();
    for window in [
        Window { padding: [1, 0], ..Window::of([2, 2]) },
        Window { groups: 2, ..Window::of([2, 2]) },
    ] {
        assert_eq!(max_pool(&images, &window, None), Err(ConvolutionError::NotAPool));
    }
    let refused = BitsError::WrongLadders { ladders: 3, weights: 4 };
    let others = max_pool(&images, &Window::of([2, 2]), Some(&ladders(2, 3)));
    assert_eq!(others, Err(refused.into()));
}
