//! The least value of a function of one number.

/// A minimum, with the place where it was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minimum {
    /// Where the function is least among the points that were looked at.
    pub x: f64,
    /// The value there.
    pub value: f64,
}

/// `(√5 - 1)/2`: the share of a bracket that is kept.
const KEPT: f64 = 0.618_033_988_749_894_8;

/// More rounds than bring any bracket of f64 down to neighbouring numbers near its minimum.
const ROUNDS_MAX: u32 = 200;

/// The minimum of a function with a single valley between `low` and `high`, to a width of
/// `tolerance`; of several valleys, one.
///
/// A smooth minimum is flat, so that its place is known to half the digits of its value: a
/// tolerance below `1e-8` of `x` buys nothing.
///
/// # Examples
///
/// ```
/// use hwgq::math::golden_section;
/// let found = golden_section(|x| (x - 0.3).powi(2), 0.0, 1.0, 1e-9);
/// assert!((found.x - 0.3).abs() < 1e-8);
/// ```
///
/// # References
///
/// Kiefer, "Sequential minimax search for a maximum", Proc. AMS 4, 1953.
pub fn golden_section(
    mut function: impl FnMut(f64) -> f64,
    low: f64,
    high: f64,
    tolerance: f64,
) -> Minimum {
    let (mut low, mut high) = (low, high);
    let mut at = |x: f64| Minimum { x, value: function(x) };
    let mut left = at(high - KEPT * (high - low));
    let mut right = at(low + KEPT * (high - low));
    for _ in 0..ROUNDS_MAX {
        if high - low <= tolerance {
            break;
        }
        if left.value <= right.value {
            (high, right) = (right.x, left);
            left = at(high - KEPT * (high - low));
        } else {
            (low, left) = (left.x, right);
            right = at(low + KEPT * (high - low));
        }
    }
    if left.value <= right.value { left } else { right }
}
