//! The sizes of a product, as they are typed.

use std::fmt;
use std::str::FromStr;

/// `MxNxK`: `M` rows of `K` codes times `N` rows of `K` weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Rows of the input.
    pub(super) m: usize,
    /// Rows of the weights.
    pub(super) n: usize,
    /// Products in a sum.
    pub(super) k: usize,
}

impl Shape {
    pub(super) const fn new(m: usize, n: usize, k: usize) -> Self {
        Self { m, n, k }
    }

    /// Multiply-adds.
    pub(super) fn macs(self) -> f64 {
        self.m as f64 * self.n as f64 * self.k as f64
    }
}

/// The longest side, and the most numbers in one of the three matrices: 256 MB as f32.
const SIDE_MAX: usize = 1 << 20;
const NUMBERS_MAX: usize = 1 << 26;

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}x{}", self.m, self.n, self.k)
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sizes: Option<Vec<usize>> = text.split('x').map(|size| size.parse().ok()).collect();
        let Some([m, n, k]) = sizes.as_deref() else {
            return Err("give three sizes MxNxK, for example 3136x256x576".to_owned());
        };
        if let Some(side) = [m, n, k].into_iter().find(|side| !(1..=SIDE_MAX).contains(*side)) {
            return Err(format!("size {side}: sizes are 1 to {SIDE_MAX}"));
        }
        if [m * k, n * k, m * n].into_iter().any(|numbers| numbers > NUMBERS_MAX) {
            return Err(format!("no matrix may hold more than {NUMBERS_MAX} numbers"));
        }
        Ok(Self::new(*m, *n, *k))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_reads_as_it_is_written() {
        let shape = Shape::new(3136, 256, 576);
        assert_eq!(shape.to_string().parse(), Ok(shape));
        for bad in
            ["", "3x4", "3x4x5x6", "3x4x0", "3x4x-1", "axbxc", "1x1x1048577", "99999x99999x1"]
        {
            assert!(bad.parse::<Shape>().is_err(), "{bad}");
        }
    }
}
