//! Quantiles to the last digit, for the codes that are made of them.

use std::f64::consts::PI;

use crate::math::{bracketed_root, normal as law};

/// `Φ⁻¹(p)`, p from ½ to 1.
pub(super) fn normal(p: f64) -> f64 {
    let x = law::quantile(p);
    // One round of Newton's method on the upper tail, which is known to the last digit.
    x + (law::survival(x) - (1.0 - p)) / law::pdf(x)
}

/// The quantile of Student's t with ν = 5, p from ½ to 1, in units of its own scale.
///
/// With `x = √5 tan θ` the distribution is `½ + (θ + sin θ cos θ (1 + ⅔ cos² θ))/π`.
pub(super) fn student_5(p: f64) -> f64 {
    let beyond = |theta: f64| {
        let (sin, cos) = (libm::sin(theta), libm::cos(theta));
        theta + sin * cos * (1.0 + 2.0 / 3.0 * cos * cos) - PI * (p - 0.5)
    };
    let root = bracketed_root(beyond, 0.0, 0.5 * PI);
    root.map_or(f64::INFINITY, |root| 5.0_f64.sqrt() * libm::tan(root.x))
}
