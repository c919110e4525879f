//! Moments of cells to thirty digits.

use std::sync::LazyLock;

use crate::density::Density;
use crate::math::{Double, EIGHT, GaussLegendre, SIXTEEN};

/// `∫ (x - origin)ᵏ shape dx`, k = 0, 1, 2: moments up to the factor that the shape lacks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) mass: Double,
    pub(super) first: Double,
    pub(super) second: Double,
}

/// The nodes on `[-1, 1]`, each with its weight.
type Rule = Vec<(Double, Double)>;

/// With twice the nodes a rule's error is squared: 8, 16 and 32 of them do for thirty digits what
/// 4, 8 and 16 do for fifteen.
static RULES: LazyLock<[Rule; 3]> =
    LazyLock::new(|| [rule_of(&EIGHT), rule_of(&SIXTEEN), rule_of(&GaussLegendre::new(16))]);

/// The rule with its nodes polished to thirty digits by Newton's method.
fn rule_of(rough: &GaussLegendre) -> Rule {
    let degree = 2 * rough.pairs().len();
    let mut rule = Vec::with_capacity(degree);
    for &(node, _) in rough.pairs() {
        let mut node = Double::from(node);
        for _ in 0..2 {
            let (value, slope) = legendre(degree, node);
            node = node - value / slope;
        }
        let slope = legendre(degree, node).1;
        let weight = Double::from(2.0) / ((Double::ONE - node * node) * slope * slope);
        rule.push((node, weight));
        rule.push((-node, weight));
    }
    rule
}

/// The Legendre polynomial and its derivative at `x` inside (-1, 1).
fn legendre(degree: usize, x: Double) -> (Double, Double) {
    let (mut before, mut value) = (Double::ONE, x);
    for k in 2..=degree {
        let k = k as f64;
        let next = (Double::from(2.0 * k - 1.0) * x * value - Double::from(k - 1.0) * before)
            / Double::from(k);
        (before, value) = (value, next);
    }
    let slope = Double::from(degree as f64) * (before - x * value) / (Double::ONE - x * x);
    (value, slope)
}

impl Sums {
    fn add(&mut self, distance: Double, mass: Double) {
        self.mass = self.mass + mass;
        self.first = self.first + mass * distance;
        self.second = self.second + mass * distance * distance;
    }

    fn append(&mut self, other: Self) {
        self.mass = self.mass + other.mass;
        self.first = self.first + other.first;
        self.second = self.second + other.second;
    }
}

/// The moments about `origin` of the cell between two points, which may be infinite; `None` when
/// the law does not tell its shape.
pub(super) fn moments(
    law: &dyn Density,
    low: Double,
    high: Double,
    origin: Double,
) -> Option<Sums> {
    let support = law.support();
    let low = if low.to_f64() < support.low { Double::from(support.low) } else { low };
    let high = if high.to_f64() > support.high { Double::from(support.high) } else { high };
    let mut cuts = vec![low];
    let kinks = law.kinks().into_iter().map(Double::from);
    cuts.extend(kinks.filter(|&kink| low < kink && kink < high));
    cuts.push(high);
    let mut sums = Sums::default();
    for ends in cuts.windows(2) {
        sums.append(piece(law, ends[0], ends[1], origin)?);
    }
    Some(sums)
}

/// The moments of a cell without a kink inside.
fn piece(law: &dyn Density, low: Double, high: Double, origin: Double) -> Option<Sums> {
    let cut = Double::from(law.centre().unwrap_or(0.0));
    let is_open = low.to_f64().is_infinite() || high.to_f64().is_infinite();
    if is_open && low < cut && cut < high {
        let mut sums = piece(law, low, cut, origin)?;
        sums.append(piece(law, cut, high, origin)?);
        return Some(sums);
    }
    if low.to_f64() == f64::NEG_INFINITY {
        return tail(law, high, -1.0, origin);
    }
    if high.to_f64() == f64::INFINITY {
        return tail(law, low, 1.0, origin);
    }
    let (middle, half) = ((low + high).scaled(0.5), (high - low).scaled(0.5));
    let share = half.to_f64() / law.smooth_half(middle.to_f64());
    if share <= 1.0 {
        return panel(law, middle, half, share, origin);
    }
    match (is_rough(law, low), is_rough(law, high)) {
        (true, false) => return towards(law, high, low, origin),
        (false, true) => return towards(law, low, high, origin),
        _ => {}
    }
    let mut sums = piece(law, low, middle, origin)?;
    sums.append(piece(law, middle, high, origin)?);
    Some(sums)
}

fn is_rough(law: &dyn Density, end: Double) -> bool {
    law.smooth_half(end.to_f64()) <= 0.0
}

fn panel(
    law: &dyn Density,
    middle: Double,
    half: Double,
    share: f64,
    origin: Double,
) -> Option<Sums> {
    let rule = if share <= 1.0 / 512.0 {
        &RULES[0]
    } else if share <= 1.0 / 8.0 {
        &RULES[1]
    } else {
        &RULES[2]
    };
    let mut sums = Sums::default();
    let shift = middle - origin;
    for &(node, weight) in rule {
        let offset = half * node;
        sums.add(shift + offset, weight * half * law.shape(middle + offset)?);
    }
    Some(sums)
}

/// Panels that are more than any law has needed.
const PANELS_MAX: usize = 4000;

/// A panel that adds less than this to each moment is the last.
const NEGLIGIBLE: f64 = 1e-33;

/// From `end` outwards to infinity, in a direction of ±1.
fn tail(law: &dyn Density, end: Double, direction: f64, origin: Double) -> Option<Sums> {
    let mut sums = Sums::default();
    let mut from = end;
    if is_rough(law, end) {
        from = end + Double::from(direction);
        sums = if direction > 0.0 {
            piece(law, end, from, origin)?
        } else {
            piece(law, from, end, origin)?
        };
    }
    for _ in 0..PANELS_MAX {
        // The widest panel that is smooth: its half width as the law allows it at its middle.
        let mut half = law.smooth_half(from.to_f64()).max(1e-3);
        while half > law.smooth_half(from.to_f64() + direction * half) {
            half *= 0.75;
            if half < 1e-300 {
                return None;
            }
        }
        let half = Double::from(direction * half);
        let part = panel(law, from + half, half.abs(), 1.0, origin)?;
        from = from + half.scaled(2.0);
        sums.append(part);
        if is_negligible(part, sums) && sums.mass > Double::ZERO {
            return Some(sums);
        }
    }
    None
}

/// From `from` to a rough `end`, in panels that shrink as the law demands; what is left in the end
/// is lost in thirty digits.
fn towards(law: &dyn Density, from: Double, end: Double, origin: Double) -> Option<Sums> {
    let mut sums = Sums::default();
    let mut distance = from - end;
    for _ in 0..PANELS_MAX {
        let mut half = 0.5 * distance.to_f64();
        while half.abs() > law.smooth_half(end.to_f64() + (distance.to_f64() - half)) {
            half *= 0.75;
            if half.abs() < 1e-300 {
                return None;
            }
        }
        let half = Double::from(half);
        let part = panel(law, end + (distance - half), half.abs(), 1.0, origin)?;
        sums.append(part);
        distance = distance - half.scaled(2.0);
        if is_negligible(part, sums) || end + distance == end {
            return Some(sums);
        }
    }
    None
}

fn is_negligible(part: Sums, whole: Sums) -> bool {
    let small =
        |part: Double, whole: Double| part.abs().to_f64() <= NEGLIGIBLE * whole.abs().to_f64();
    small(part.mass, whole.mass)
        && small(part.first, whole.first)
        && small(part.second, whole.second)
}
