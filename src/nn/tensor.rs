//! Images of channels in memory: pixels row by row, channels running fastest, a border around.

/// Height, width and channels of one image; a plain vector of features is `1 x 1 x features`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Numbers in a pixel.
    pub channels: usize,
}

impl Shape {
    /// A vector of features.
    pub const fn features(channels: usize) -> Self {
        Self { height: 1, width: 1, channels }
    }

    /// Numbers in an image.
    pub const fn len(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Whether an image holds no number.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Where the pixels of an image lie: `[height + 2·border][width + 2·border][channels]`.
///
/// A convolution reads zeros in the border of its input, so nobody may write there; some backward
/// passes leave junk in the border of the gradient that they write, where nobody reads. Which of
/// the two is in [`super::Borders`], and [`super::Network`] keeps them apart, so a border never has
/// to be cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The image without its border.
    pub shape: Shape,
    /// Pixels added on each of the four sides.
    pub border: usize,
}

impl Layout {
    /// Pixels from one row to the next.
    pub const fn row_pixels(self) -> usize {
        self.shape.width + 2 * self.border
    }

    /// Numbers from one image to the next.
    pub const fn image_len(self) -> usize {
        (self.shape.height + 2 * self.border) * self.row_pixels() * self.shape.channels
    }

    /// Where the pixel `(row, column)` of an image begins, counted in numbers from its start.
    pub const fn pixel(self, row: usize, column: usize) -> usize {
        ((row + self.border) * self.row_pixels() + column + self.border) * self.shape.channels
    }

    /// The numbers of row `row` of `image`, border left out.
    pub fn row(self, image: &[f32], row: usize) -> &[f32] {
        &image[self.pixel(row, 0)..][..self.shape.width * self.shape.channels]
    }

    /// The numbers of row `row` of `image`, border left out.
    pub fn row_mut(self, image: &mut [f32], row: usize) -> &mut [f32] {
        &mut image[self.pixel(row, 0)..][..self.shape.width * self.shape.channels]
    }
}

/// A batch of images of one layout.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    layout: Layout,
    // Invariant: a whole number of images.
    data: Vec<f32>,
}

impl Tensor {
    /// `images` images of zeros.
    pub fn zeros(images: usize, shape: Shape, border: usize) -> Self {
        let layout = Layout { shape, border };
        Self { layout, data: vec![0.0; images * layout.image_len()] }
    }

    /// A batch without border from its numbers, in the order image, row, column, channel.
    ///
    /// # Panics
    ///
    /// When the numbers are not a whole number of images.
    pub fn compact(shape: Shape, data: Vec<f32>) -> Self {
        assert!(data.len().is_multiple_of(shape.len()), "not a whole number of images");
        Self { layout: Layout { shape, border: 0 }, data }
    }

    /// Changes the number of images; what is added is zero.
    pub fn set_images(&mut self, images: usize) {
        self.data.resize(images * self.layout.image_len(), 0.0);
    }

    /// How many images.
    pub fn images(&self) -> usize {
        self.data.len() / self.layout.image_len()
    }

    /// Where the pixels of each image lie.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// The size of an image.
    pub fn shape(&self) -> Shape {
        self.layout.shape
    }

    /// All numbers, borders included.
    pub fn data(&self) -> &[f32] {
        &self.data
    }

    /// All numbers, borders included.
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// The numbers of image `index`, border included.
    pub fn image(&self, index: usize) -> &[f32] {
        &self.data[index * self.layout.image_len()..][..self.layout.image_len()]
    }

    /// The numbers of image `index`, border included.
    pub fn image_mut(&mut self, index: usize) -> &mut [f32] {
        let length = self.layout.image_len();
        &mut self.data[index * length..][..length]
    }

    /// The rows of all images without their borders, image by image.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        let layout = self.layout;
        self.data
            .chunks_exact(layout.image_len())
            .flat_map(move |image| (0..layout.shape.height).map(move |row| layout.row(image, row)))
    }

    /// The numbers in the order image, row, column, channel, without borders.
    pub fn to_compact(&self) -> Vec<f32> {
        self.rows().flatten().copied().collect()
    }
}
