//! A law as the Blahut-Arimoto problem sees it: a core of points, and tails known by formulas.

use crate::density::{Density, integrate_density};
use crate::math::{EIGHT, Interval, Moments};

/// The law, cut for kernels of one width.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Where the core lies.
    pub(super) core: Interval,
    /// Points of the core, increasing, with their probability.
    pub(super) points: Vec<(f64, f64)>,
    /// What lies below and above the core.
    pub(super) tails: Vec<Tail>,
}

/// One tail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    /// Its probability.
    pub(super) mass: f64,
    /// Its own variance, given that the point lies in it.
    pub(super) variance: f64,
    /// `-∫ p ln p` over it.
    pub(super) entropy: f64,
    /// The part of its probability near the core, where the kernels of both overlap.
    pub(super) near: f64,
}

/// Kernels `e^{-u²/2}` are cut off at this many standard deviations, where `2.3e-11` is left.
pub(super) const REACH: f64 = 7.0;

/// Most kernel widths that a core spans; a wider law leaves more to its tails.
const WIDTHS_MAX: f64 = 8192.0;

/// The probability of a tail, if the core may be as wide as that takes.
const TAIL: f64 = 1e-9;

impl Source {
    /// Cuts `law`, whose mean and standard deviation are given, for kernels of standard deviation
    /// `kernel`.
    pub(super) fn new(law: &dyn Density, (mean, width): (f64, f64), kernel: f64) -> Self {
        let mut mass = TAIL;
        let mut core = core(law, (mean, width), mass);
        while core.width() > WIDTHS_MAX * kernel && mass < 0.1 {
            mass *= 4.0;
            core = self::core(law, (mean, width), mass);
        }
        let mut cuts = vec![core.low, core.high];
        let atoms = law.atoms();
        let inner = law.kinks().into_iter().chain(atoms.iter().map(|atom| atom.0));
        cuts.extend(inner.filter(|&cut| core.low < cut && cut < core.high));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let mut points = atoms;
        for ends in cuts.windows(2) {
            add_points(law, Interval::new(ends[0], ends[1]), kernel, 0, &mut points);
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let support = law.support();
        let mut tails = Vec::new();
        let overlap = 2.0 * REACH * kernel;
        if support.low < core.low {
            let cell = Interval::new(f64::NEG_INFINITY, core.low);
            let near = Interval::new(core.low - overlap, core.low);
            tails.extend(Tail::new(law, cell, near));
        }
        if core.high < support.high {
            let cell = Interval::new(core.high, f64::INFINITY);
            tails.extend(Tail::new(law, cell, Interval::new(core.high, core.high + overlap)));
        }
        Self { core, points, tails }
    }

    /// The probability of the core.
    pub(super) fn mass(&self) -> f64 {
        self.points.iter().map(|point| point.1).sum()
    }
}

impl Tail {
    fn new(law: &dyn Density, cell: Interval, near: Interval) -> Option<Self> {
        let end = if cell.low.is_finite() { cell.low } else { cell.high };
        let moments = law.moments_about(cell, end);
        let centroid = moments.centroid()?;
        Some(Self {
            mass: moments.mass,
            variance: (moments.second / moments.mass - centroid * centroid).max(0.0),
            entropy: integrate_density(law, cell, |ln_p, _| -libm::exp(ln_p) * ln_p),
            near: law.moments(near).mass,
        })
    }

    /// Bits, in nats, and distortion of adding normal noise of variance `noise` to the tail and
    /// decoding linearly: of all laws of a variance the normal one takes the most bits.
    pub(super) fn coded(self, noise: f64) -> (f64, f64) {
        let rate = 0.5 * libm::log1p(self.variance / noise);
        (rate, self.variance / (1.0 + self.variance / noise))
    }
}

/// The part of the line that leaves `mass` beyond each open end, atoms included in it.
fn core(law: &dyn Density, (mean, width): (f64, f64), mass: f64) -> Interval {
    let support = law.support();
    let atoms = law.atoms();
    let beyond = |x: f64, direction: f64| {
        let cell = if direction > 0.0 {
            Interval::new(x, f64::INFINITY)
        } else {
            Interval::new(f64::NEG_INFINITY, x)
        };
        law.moments(cell).mass
    };
    let end = |limit: f64, direction: f64| {
        let mut reach = width;
        while beyond(mean + direction * reach, direction) > mass && reach < 1e9 * width {
            reach *= 2.0;
        }
        let mut near = 0.0;
        while reach - near > 1e-2 * reach {
            let middle = 0.5 * (near + reach);
            if beyond(mean + direction * middle, direction) > mass {
                near = middle;
            } else {
                reach = middle;
            }
        }
        let end = mean + direction * reach;
        if (limit - end) * direction < 0.0 { limit } else { end }
    };
    let first = atoms.iter().map(|atom| atom.0).fold(f64::INFINITY, f64::min);
    let last = atoms.iter().map(|atom| atom.0).fold(f64::NEG_INFINITY, f64::max);
    Interval::new(end(support.low, -1.0).min(first), end(support.high, 1.0).max(last))
}

/// Halvings of a piece.
const DEPTH_MAX: u32 = 60;

/// Eight nodes for every two kernel widths: functions of the kernel are integrated to `1e-11` of
/// themselves. Where the density is rougher than that pieces are halved until it is seen, or until
/// the piece is a point to the kernel.
fn add_points(
    law: &dyn Density,
    piece: Interval,
    kernel: f64,
    depth: u32,
    points: &mut Vec<(f64, f64)>,
) {
    let middle = piece.low.midpoint(piece.high);
    if piece.width() > 2.0 * kernel && depth < DEPTH_MAX {
        add_points(law, Interval::new(piece.low, middle), kernel, depth + 1, points);
        add_points(law, Interval::new(middle, piece.high), kernel, depth + 1, points);
        return;
    }
    // Pieces are cut at atoms; one at the high end belongs to the cell, and is a point of its own.
    let at_end = law.atoms().into_iter().filter(|atom| piece.contains(atom.0));
    let at_end = at_end.map(|atom| Moments::atom(atom.0 - middle, atom.1)).sum();
    let moments = law.moments_about(piece, middle) - at_end;
    let Some(pull) = moments.centroid() else { return };
    let nodes: Vec<(f64, f64)> =
        EIGHT.nodes(piece, piece.width()).map(|(x, weight)| (x, weight * law.pdf(x))).collect();
    let seen: f64 = nodes.iter().map(|node| node.1).sum();
    let missed = (seen - moments.mass).abs();
    if piece.width() < 1e-5 * kernel || moments.mass < 1e-18 || depth >= DEPTH_MAX {
        points.push((middle + pull, moments.mass));
    } else if missed <= 1e-11 * moments.mass || missed <= 1e-15 {
        let share = moments.mass / seen;
        points.extend(nodes.into_iter().map(|(x, weight)| (x, share * weight)));
    } else {
        add_points(law, Interval::new(piece.low, middle), kernel, depth + 1, points);
        add_points(law, Interval::new(middle, piece.high), kernel, depth + 1, points);
    }
}
