//! Moments of the cells of any law with a density: sums of positive terms, at any width.

use super::Density;
use crate::math::{EIGHT, FOUR, GaussLegendre, Interval, Moments, SIXTEEN};

/// `∫ (x - middle)ᵏ p dx` over a cell that is smooth: `half <= law.smooth_half(middle)`.
pub(super) fn moments_around<D: Density + ?Sized>(law: &D, middle: f64, half: f64) -> Moments {
    let mut moments = Moments::ZERO;
    for &(node, weight) in rule(half / law.smooth_half(middle)).pairs() {
        let u = half * node;
        let parts = law.pdf_parts(middle, u);
        moments.mass += weight * parts.even;
        moments.first += weight * u * parts.odd;
        moments.second += weight * u * u * parts.even;
    }
    moments.weighted(2.0 * half)
}

/// The cheapest rule for a cell that takes up `share` of what sixteen nodes can do.
fn rule(share: f64) -> &'static GaussLegendre {
    // A smooth cell falls by e^{±4}. n nodes miss the term 2n of the exponential series, which for
    // the second moment is 10⁻²⁰ of it with 8 nodes on an eighth and 10⁻¹⁷ with 4 on a 512th.
    if share <= 1.0 / 512.0 {
        &FOUR
    } else if share <= 1.0 / 8.0 {
        &EIGHT
    } else {
        &SIXTEEN
    }
}

/// `∫ (x - origin)ᵏ p dx` over any cell of a law without atoms.
pub(super) fn moments_about<D: Density + ?Sized>(law: &D, cell: Interval, origin: f64) -> Moments {
    let part = cell.intersection(law.support());
    if part.is_empty() {
        return Moments::ZERO;
    }
    let kinks = law.kinks();
    let mut cuts = vec![part.low];
    cuts.extend(kinks.into_iter().filter(|&kink| part.low < kink && kink < part.high));
    cuts.push(part.high);
    cuts.windows(2).map(|ends| piece(law, Interval::new(ends[0], ends[1]), origin)).sum()
}

/// The moments of a cell without a kink inside.
fn piece<D: Density + ?Sized>(law: &D, piece: Interval, origin: f64) -> Moments {
    let Interval { low, high } = piece;
    if piece.width().is_infinite() {
        // A tail is measured relative to its end, which had better not be the thin one.
        let cut = law.centre().unwrap_or(0.0);
        if low < cut && cut < high {
            return self::piece(law, Interval::new(low, cut), origin)
                + self::piece(law, Interval::new(cut, high), origin);
        }
    }
    if high.is_infinite() {
        return tail(law, low, 1.0, origin);
    }
    if low.is_infinite() {
        return tail(law, high, -1.0, origin);
    }
    let (middle, half) = (low.midpoint(high), 0.5 * piece.width());
    if half <= law.smooth_half(middle) {
        // The ends minus the origin are exact where it matters, when the origin lies in the cell.
        let shift = 0.5 * ((low - origin) + (high - origin));
        moments_around(law, middle, half).affine(1.0, shift)
    } else if half <= 2.5 * law.smooth_half(middle) && is_rough(law, low) {
        // Only the nearness of a rough end keeps the cell from being smooth.
        outward(law, low, 1.0, piece.width(), origin)
    } else if half <= 2.5 * law.smooth_half(middle) && is_rough(law, high) {
        outward(law, high, -1.0, piece.width(), origin)
    } else if is_void(law, piece) {
        Moments::ZERO
    } else if low < middle && middle < high {
        self::piece(law, Interval::new(low, middle), origin)
            + self::piece(law, Interval::new(middle, high), origin)
    } else {
        // Nothing lies between the ends but a rounding.
        let mass = piece.width() * law.pdf(middle);
        Moments::atom(middle - origin, mass)
    }
}

/// Whether the density has fallen to 0 where the piece begins, seen from the centre of the law, or
/// from where it begins.
///
/// Without this a piece of width 10³⁰ would be cut into as many as there are smooth cells in it.
fn is_void<D: Density + ?Sized>(law: &D, piece: Interval) -> bool {
    let support = law.support();
    let mut ends = [support.low, support.high].into_iter();
    let centre = law.centre().or_else(|| ends.find(|end| end.is_finite()));
    centre.is_some_and(|centre| {
        let (near, outward) =
            if piece.low >= centre { (piece.low, 1.0) } else { (piece.high, -1.0) };
        let distance = (near - centre) * outward;
        // On its side of that point a law here rises to one mode, if at all, and falls for good.
        distance > 0.0
            && law.pdf(near) <= 0.0
            && law.ln_pdf_change(near, outward * 1e-6 * distance) < 0.0
    })
}

/// `ln ∫ p dx` of a density that still lacks its constant, to the last digit; differences of
/// logarithms of Γ lose two.
pub(super) fn ln_mass<D: Density + ?Sized>(law: &D) -> f64 {
    libm::log(law.moments(Interval::LINE).mass)
}

fn is_rough<D: Density + ?Sized>(law: &D, end: f64) -> bool {
    law.smooth_half(end) <= 0.0
}

/// The moments about `origin` of all that lies beyond `end` in a direction of ±1.
///
/// Where the density is smooth at its end, a tail is a row of smooth cells, each as wide as may be:
/// they widen with a power law, and a few do for an exponential one.
fn tail<D: Density + ?Sized>(law: &D, end: f64, direction: f64, origin: f64) -> Moments {
    let density = law.pdf(end);
    if is_rough(law, end) || !(density > 0.0 && density.is_finite()) {
        return outward(law, end, direction, f64::INFINITY, origin);
    }
    let offset = end - origin;
    let (mut reached, mut sum) = (0.0, Moments::ZERO);
    for _ in 0..PANELS_MAX {
        let mut half = law.smooth_half(end + direction * reached);
        for _ in 0..64 {
            let allowed = law.smooth_half(end + direction * (reached + half));
            if half <= allowed {
                break;
            }
            half = allowed.max(0.75 * half);
        }
        let mut part = Moments::ZERO;
        for (distance, weight) in
            SIXTEEN.nodes(Interval::new(reached, reached + 2.0 * half), 2.0 * half)
        {
            // Relative to its end, which may lie where the density itself underflows soon.
            let mass = weight * libm::exp(law.ln_pdf_change(end, direction * distance));
            if mass > 0.0 {
                part = part + Moments::atom(offset + direction * distance, mass);
            }
        }
        sum = sum + part;
        reached += 2.0 * half;
        if is_negligible(part, sum) && sum.mass > 0.0 {
            break;
        }
    }
    sum.weighted(density)
}

/// Whether a panel no longer adds to what the others have summed up to.
fn is_negligible(part: Moments, sum: Moments) -> bool {
    part.mass <= NEGLIGIBLE * sum.mass
        && part.first.abs() <= NEGLIGIBLE * (sum.mass * sum.second).sqrt()
        && part.second <= NEGLIGIBLE * sum.second
}

/// Panels that are more than any law has needed: `e^{±700}` are the ends of f64.
const PANELS_MAX: u32 = 1400;

/// The narrowest panel, in units of `w`.
const PANEL_MIN: f64 = 1e-3;

/// A panel that adds less than this to each moment is the last.
const NEGLIGIBLE: f64 = 1e-19;

/// Moments about `origin` of the points up to `reach` away from a rough `end` in a direction of ±1.
///
/// With `x = end ± e^w` poles at the end, algebraic ones included, and tails, power laws included,
/// both fall off exponentially in `w`; sixteen nodes a unit of `w` see a smooth function.
fn outward<D: Density + ?Sized>(
    law: &D,
    end: f64,
    direction: f64,
    reach: f64,
    origin: f64,
) -> Moments {
    // About the origin from the start: to move moments from a far end to it would cost digits.
    let offset = end - origin;
    // A panel of w from `distance` on that spans a smooth cell of x.
    let panel_width = |distance: f64| {
        let smooth = law.smooth_half(end + direction * distance);
        libm::log1p(2.0 * smooth / distance).clamp(PANEL_MIN, 1.0)
    };
    let panel = |low: f64, width: f64| {
        let mut moments = Moments::ZERO;
        for (w, weight) in SIXTEEN.nodes(Interval::new(low, low + width), width) {
            let distance = libm::exp(w);
            let mass = weight * distance * law.pdf(end + direction * distance);
            // A product that overflows where the mass is 0 would be no number.
            if mass > 0.0 {
                moments = moments + Moments::atom(offset + direction * distance, mass);
            }
        }
        moments
    };
    // From the far end of a finite cell inwards; a tail in both directions from its own scale.
    let start = if reach.is_finite() { libm::log(reach) } else { 0.0 };
    let mut sum = Moments::ZERO;
    let mut sweep = |step: f64| {
        let mut w = start;
        for _ in 0..PANELS_MAX {
            let width = panel_width(libm::exp(w));
            let part = panel(if step > 0.0 { w } else { w - width }, width);
            w += step * width;
            sum = sum + part;
            if is_negligible(part, sum) && sum.mass > 0.0 {
                break;
            }
        }
    };
    if reach.is_infinite() {
        sweep(1.0);
    }
    sweep(-1.0);
    sum
}
