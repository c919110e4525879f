//! Labelled grey images, and a data set cut into training, validation and test.

use thiserror::Error;

/// Images of one size with their labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    height: usize,
    width: usize,
    // Invariant: height · width bytes for each label.
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// Why bytes are not labelled images.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{labels} labels need as many images of {height} x {width} bytes; {bytes} bytes were given"
)]
pub struct ImagesError {
    labels: usize,
    height: usize,
    width: usize,
    bytes: usize,
}

impl Images {
    /// `labels.len()` images of `height` x `width` bytes, row by row, one channel.
    ///
    /// # Errors
    ///
    /// When the number of bytes does not fit.
    pub fn new(
        height: usize,
        width: usize,
        pixels: Vec<u8>,
        labels: Vec<u8>,
    ) -> Result<Self, ImagesError> {
        let needed = height.checked_mul(width).and_then(|size| size.checked_mul(labels.len()));
        if needed != Some(pixels.len()) {
            return Err(ImagesError { labels: labels.len(), height, width, bytes: pixels.len() });
        }
        Ok(Self { height, width, pixels, labels })
    }

    /// Rows of an image.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Columns of an image.
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The bytes of image `index`, row by row.
    pub fn pixels(&self, index: usize) -> &[u8] {
        let size = self.height * self.width;
        &self.pixels[index * size..][..size]
    }

    /// The bytes of all images.
    pub fn all_pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The labels.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The first `count` images, or all when there are fewer, and the rest.
    #[must_use]
    pub fn split_at(mut self, count: usize) -> (Self, Self) {
        let count = count.min(self.len());
        let rest = Self {
            height: self.height,
            width: self.width,
            pixels: self.pixels.split_off(count * self.height * self.width),
            labels: self.labels.split_off(count),
        };
        (self, rest)
    }

    /// The images at `indices`, in that order.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self {
            height: self.height,
            width: self.width,
            pixels: indices.iter().flat_map(|&index| self.pixels(index)).copied().collect(),
            labels: indices.iter().map(|&index| self.labels[index]).collect(),
        }
    }
}

/// A data set with its fixed split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// As on the command line: `digits`, `fashion-mini`, `fashion-mnist`, `mnist`.
    pub name: String,
    /// Labels are `0..classes`.
    pub classes: usize,
    /// What the weights see.
    pub train: Images,
    /// What chooses among epochs.
    pub validation: Images,
    /// What is reported.
    pub test: Images,
}

impl Dataset {
    /// Mean and standard deviation of all training bytes: inputs are `(byte - mean) / deviation`.
    pub fn normalisation(&self) -> (f32, f32) {
        let bytes = self.train.all_pixels();
        let count = bytes.len().max(1) as f64;
        let mean = bytes.iter().map(|&byte| f64::from(byte)).sum::<f64>() / count;
        let square = bytes.iter().map(|&byte| (f64::from(byte) - mean).powi(2)).sum::<f64>();
        let deviation = (square / count).sqrt();
        #[expect(clippy::cast_possible_truncation, reason = "both lie in 0..=255")]
        (mean as f32, if deviation > 0.0 { deviation as f32 } else { 1.0 })
    }
}
