//! The zero of a function between two points where its signs differ.

/// Most bisections that could be needed: f64 has 2^64 values between any two ends.
const ROUNDS_MAX: u32 = 128;

/// A zero, with the work it took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Root {
    /// Where the function vanishes, to the last digit that its own rounding allows.
    pub x: f64,
    /// The value of the function there.
    pub residual: f64,
    /// Evaluations of the function.
    pub rounds: u32,
}

/// The zero of a continuous `function` between `low` and `high`, closed in until no f64 lies
/// between; `None` when the function has the same sign at both ends or is not a number.
///
/// Inverse quadratic interpolation where the three last points look like a parabola, bisection
/// everywhere else.
///
/// # Examples
///
/// ```
/// use hwgq::math::bracketed_root;
/// let root = bracketed_root(|x| x * x - 2.0, 0.0, 2.0).unwrap();
/// assert!((root.x - 2.0_f64.sqrt()).abs() <= f64::EPSILON);
/// ```
///
/// # References
///
/// Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear
/// function without using derivatives", Advances in Engineering Software 28, 1997.
pub fn bracketed_root(mut function: impl FnMut(f64) -> f64, low: f64, high: f64) -> Option<Root> {
    // `a` is the newest point, the zero lies between `a` and `b`, `c` is the point before.
    let (mut a, mut b) = (high, low);
    let (mut at_a, mut at_b) = (function(a), function(b));
    let same_sign = (at_a > 0.0 && at_b > 0.0) || (at_a < 0.0 && at_b < 0.0);
    if same_sign || at_a.is_nan() || at_b.is_nan() {
        return None;
    }
    let mut fraction = 0.5;
    for rounds in 2..ROUNDS_MAX {
        let (x, residual) = if at_a.abs() < at_b.abs() { (a, at_a) } else { (b, at_b) };
        let tolerance = f64::EPSILON * x.abs().max(f64::MIN_POSITIVE);
        if residual == 0.0 || (b - a).abs() <= tolerance {
            return Some(Root { x, residual, rounds });
        }
        // At least one step of the tolerance, so that each round shrinks the bracket.
        let least = 0.5 * tolerance / (b - a).abs();
        let next = a + f64::clamp(fraction, least.min(0.5), 1.0 - least.min(0.5)) * (b - a);
        let at_next = function(next);
        if at_next.is_nan() {
            return None;
        }
        let c = if (at_next > 0.0) == (at_a > 0.0) {
            (a, at_a)
        } else {
            let previous = (b, at_b);
            (b, at_b) = (a, at_a);
            previous
        };
        (a, at_a) = (next, at_next);
        fraction = next_fraction((a, at_a), (b, at_b), c);
    }
    None
}

/// Where between `a` (0) and `b` (1) to look next.
fn next_fraction((a, at_a): (f64, f64), (b, at_b): (f64, f64), (c, at_c): (f64, f64)) -> f64 {
    let position = (a - b) / (c - b);
    let height = (at_a - at_b) / (at_c - at_b);
    // Inside this region the parabola through the three points is monotone on the bracket.
    if height.powi(2) < position && (1.0 - height).powi(2) < 1.0 - position {
        at_a / (at_b - at_a) * at_c / (at_b - at_c)
            + (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
    } else {
        0.5
    }
}

/// The zero between `low` and `high` of a function that comes with its slope, as `(value, slope)`;
/// `None` as for [`bracketed_root`].
///
/// Newton's method from `start`, kept inside the bracket; a bisection wherever it would leave it or
/// does not halve the value. The slope may be rough: it only costs rounds.
pub fn newton_root(
    mut function: impl FnMut(f64) -> (f64, f64),
    (low, at_low): (f64, f64),
    (high, at_high): (f64, f64),
    start: f64,
) -> Option<Root> {
    let is_below = |value: f64| (value > 0.0) == (at_low > 0.0);
    if is_below(at_high) && at_high != 0.0 || at_low.is_nan() || at_high.is_nan() {
        return None;
    }
    let (mut low, mut high, mut x) = (low, high, start);
    let mut before = f64::INFINITY;
    for rounds in 1..ROUNDS_MAX {
        let (residual, slope) = function(x);
        if residual.is_nan() {
            return None;
        }
        (low, high) = if is_below(residual) { (x, high) } else { (low, x) };
        let step = residual / slope;
        let next = x - step;
        let is_done = residual == 0.0 || step.abs() <= 2.0 * f64::EPSILON * x.abs();
        if is_done || high - low <= f64::EPSILON * x.abs() {
            // What the last step still moves is in its own last digits.
            let x = if is_done && low <= next && next <= high { next } else { x };
            return Some(Root { x, residual, rounds });
        }
        let is_good = low < next && next < high && residual.abs() <= 0.5 * before;
        x = if is_good { next } else { low.midpoint(high) };
        before = if is_good { residual.abs() } else { f64::INFINITY };
    }
    None
}
