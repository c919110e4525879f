//! The sizes of a convolution layer, as they are typed.

use std::fmt;
use std::str::FromStr;

use anyhow::Result;
use serde::Serialize;

use super::Usage;
use crate::bits::{ImageSize, Window};

/// One convolution layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Layer {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    pub(super) outputs: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
}

/// The longest side, and the most numbers in a batch of images or in the weights: 256 MB as f32.
pub(super) const SIDE_MAX: usize = 1 << 16;
const NUMBERS_MAX: usize = 1 << 26;

impl Layer {
    /// A square image and kernel, padded to keep the size.
    pub(super) const fn same(side: usize, channels: usize, outputs: usize, kernel: usize) -> Self {
        let (height, width, stride, padding) = (side, side, 1, kernel / 2);
        Self { height, width, channels, outputs, kernel, stride, padding }
    }

    /// The size of an image.
    pub(super) fn input(self) -> ImageSize {
        ImageSize { height: self.height, width: self.width, channels: self.channels }
    }

    pub(super) fn window(self) -> Window {
        Window {
            stride: [self.stride; 2],
            padding: [self.padding; 2],
            ..Window::of([self.kernel; 2])
        }
    }

    /// Numbers that a window sees.
    pub(super) fn columns(self) -> usize {
        self.kernel * self.kernel * self.channels
    }

    /// Whether a batch of so many images may be measured.
    pub(super) fn check_size(self, images: usize) -> Result<()> {
        let [down, across] = self.window().positions(self.height, self.width)?;
        let product = |sizes: &[usize]| {
            sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))
        };
        let kernel = self.kernel;
        let matrices = [
            product(&[images, self.height, self.width, self.channels]),
            product(&[images, down, across, self.outputs]),
            product(&[images, down, across, kernel, kernel, self.channels]),
            product(&[self.outputs, kernel, kernel, self.channels]),
        ];
        if matrices.into_iter().all(|numbers| numbers.is_some_and(|numbers| numbers <= NUMBERS_MAX))
        {
            return Ok(());
        }
        let why = format!("--shape {self}: no matrix may hold more than {NUMBERS_MAX} numbers");
        Err(Usage(why).into())
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { height, width, channels, outputs, kernel, stride, padding } = self;
        write!(formatter, "{height}x{width}x{channels}x{outputs}k{kernel}s{stride}p{padding}")
    }
}

impl FromStr for Layer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "give HxWxCxN, for example 56x56x64x256 or 56x56x64x256k3s2p1".to_owned();
        let end = text.find(['k', 's', 'p']).unwrap_or(text.len());
        let (sizes, mut window) = text.split_at(end);
        let sizes: Option<Vec<usize>> = sizes.split('x').map(|size| size.parse().ok()).collect();
        let Some(&[height, width, channels, outputs]) = sizes.as_deref() else {
            return Err(wrong());
        };
        let mut number = |letter| -> Result<Option<usize>, String> {
            let Some(rest) = window.strip_prefix(letter) else { return Ok(None) };
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, rest) = rest.split_at(end);
            window = rest;
            digits.parse().map(Some).map_err(|_| wrong())
        };
        let kernel = number('k')?.unwrap_or(3);
        let stride = number('s')?.unwrap_or(1);
        let padding = number('p')?.unwrap_or(kernel / 2);
        if !window.is_empty() {
            return Err(wrong());
        }
        let layer = Self { height, width, channels, outputs, kernel, stride, padding };
        let sides = [height, width, channels, outputs, kernel, stride];
        if sides
            .iter()
            .chain([&padding.saturating_add(1)])
            .any(|side| !(1..=SIDE_MAX).contains(side))
        {
            return Err(format!("{layer}: sizes are 1 to {SIDE_MAX}"));
        }
        layer.window().positions(height, width).map_err(|error| error.to_string())?;
        Ok(layer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_reads_as_it_is_written() {
        for layer in [
            Layer::same(56, 64, 256, 3),
            Layer { stride: 2, padding: 0, ..Layer::same(7, 5, 6, 1) },
        ] {
            assert_eq!(layer.to_string().parse(), Ok(layer));
        }
        assert_eq!("56x56x64x256".parse(), Ok(Layer::same(56, 64, 256, 3)));
        assert_eq!("8x8x4x4k1".parse(), Ok(Layer::same(8, 4, 4, 1)));
        for bad in [
            "",
            "3x4x5",
            "3x4x5x6x7",
            "3x4x5x6q1",
            "3x4x5x6k",
            "3x4x5x6s2k3",
            "0x4x5x6",
            "3x4x5x6k9p0",
            "3x4x5x6s0",
            "3x4x5x99999",
            "3x4x5x6p99999999999999999999",
        ] {
            assert!(bad.parse::<Layer>().is_err(), "{bad}");
        }
    }
}
