//! Where weights start.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::layer::Param;

/// Normal numbers of mean 0 and variance `2 / fan_in`, `fan_in` the product of the first three axes.
///
/// A layer of half-wave units then keeps the mean square of what passes through it.
///
/// # References
///
/// He, Zhang, Ren, Sun, ICCV 2015, eq. (10).
pub fn he_normal(shape: [usize; 4], random: &mut impl Rng) -> Param {
    let fan_in: usize = shape[..3].iter().product();
    let deviation = (2.0 / fan_in as f64).sqrt();
    let count = shape.iter().product();
    let draws = StandardNormal.sample_iter(random).take(count);
    #[expect(clippy::cast_possible_truncation, reason = "weights are f32")]
    let value = draws.map(|normal: f64| (deviation * normal) as f32).collect();
    Param::new(shape, value)
}
