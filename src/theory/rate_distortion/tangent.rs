//! One slope of the rate-distortion function: a line below it and a point above.

use super::output::Channel;
use super::source::{REACH, Source};
use crate::density::Density;
use crate::math::Interval;
use std::f64::consts::PI;

/// What one slope tells; rates in nats, the logarithms that slopes live on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tangent {
    /// `β`: the function falls by this with the distortion.
    pub(super) slope: f64,
    /// `R(D) >= height - slope·D` for every `D`.
    height: f64,
    /// A test channel's rate.
    pub(super) rate: f64,
    /// The distortion of the same.
    pub(super) distortion: f64,
}

/// Rounds of adding outputs where the condition of the lower bound fails.
const EXCHANGES_MAX: u32 = 5;

/// A failure of less than this is none, in nats.
const EXCESS: f64 = 1e-8;

/// Up to this many outputs more can be added, where it matters most: at low rates.
const EXCHANGED_MAX: usize = 450;

/// The weight of the density between the core and the rest of a tail in the lower bound.
const BRIDGE: f64 = 1e-9;

impl Tangent {
    /// A line and a point; sharp ones take up to seven times as long.
    pub(super) fn new(
        law: &dyn Density,
        (mean, variance): (f64, f64),
        slope: f64,
        is_sharp: bool,
    ) -> Self {
        let kernel = (0.5 / slope).sqrt();
        let source = Source::new(law, (mean, variance.sqrt()), kernel);
        let mass = source.mass();
        let points: Vec<(f64, f64)> =
            source.points.iter().map(|&(x, weight)| (x, weight / mass)).collect();
        let mut outputs = grid(source.core, kernel);
        let mut exchanges = if is_sharp { 0 } else { EXCHANGES_MAX };
        loop {
            let channel = Channel::new(&points, &outputs, slope);
            let output = channel.solve();
            let seen = channel.seen(&output);
            let excess = Excess::new(&points, &seen, source.core, slope);
            let more = excess.peaks(&outputs, 1e-3 * kernel);
            if more.is_empty() || exchanges == EXCHANGES_MAX || outputs.len() > EXCHANGED_MAX {
                let growth = channel.growth(&seen);
                let core = Core { points: &points, output: &output, seen: &seen, growth: &growth };
                let distortion = channel.distortion(&output, &seen);
                return core.tangent(&source, slope, distortion, &excess);
            }
            outputs.extend(more);
            outputs.sort_by(f64::total_cmp);
            exchanges += 1;
        }
    }

    /// No code of this rate has less distortion.
    pub(super) fn distortion_below(&self, rate: f64) -> f64 {
        (self.height - rate) / self.slope
    }

    /// No code of this distortion has a lower rate.
    pub(super) fn rate_below(&self, distortion: f64) -> f64 {
        self.height - self.slope * distortion
    }
}

/// Possible outputs: half a kernel apart, a little more where there are very many; fewer leave a
/// ripple in sums of kernels, `1e-4` at 1½ of them.
fn grid(core: Interval, kernel: f64) -> Vec<f64> {
    let widths = core.width() / kernel;
    let pitch = if widths > 1500.0 { 0.75 } else { 0.5 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bounded count")]
    let steps = (widths / pitch).ceil().clamp(96.0, 1e6) as usize;
    (0..=steps).map(|step| core.low + core.width() * (step as f64 / steps as f64)).collect()
}

/// The solved core.
struct Core<'a> {
    points: &'a [(f64, f64)],
    output: &'a [f64],
    seen: &'a [f64],
    growth: &'a [f64],
}

impl Core<'_> {
    fn tangent(&self, source: &Source, slope: f64, distortion: f64, excess: &Excess) -> Tangent {
        let mass = source.mass();
        let mut height = 0.0;
        let mut sum = 0.0;
        for (&(x, weight), seen) in self.points.iter().zip(self.seen) {
            let ln_seen = libm::log(*seen);
            sum -= weight * ln_seen;
            height -= weight * (ln_seen + libm::log(excess.near(x)));
        }
        height = mass * (height - libm::log(mass));
        let spread: f64 = self
            .output
            .iter()
            .zip(self.growth)
            .filter(|(q, c)| *q * *c > 0.0)
            .map(|(q, c)| q * c * libm::log(*c))
            .sum();
        let rate = -slope * distortion + sum - spread;
        // Which part it is, then the part: I(X; Y) <= H(T) + I(X; Y | T).
        let mut total_rate = mass * (rate - libm::log(mass));
        let mut total_distortion = mass * distortion;
        for tail in &source.tails {
            let (rate, distortion) = tail.coded(0.5 / slope);
            total_rate += tail.mass * (rate - libm::log(tail.mass));
            total_distortion += tail.mass * distortion;
            // λp = √(β/π) has E λ(X) e^{-β(X-y)²} = 1: Shannon's lower bound. Between it and the
            // core next to nothing, so that their kernels do not add up.
            height += tail.entropy + 0.5 * tail.mass * libm::log(slope / PI);
            height += tail.near * libm::log(BRIDGE);
        }
        height -= libm::log1p(4.0 * BRIDGE);
        Tangent { slope, height, rate: total_rate, distortion: total_distortion }
    }
}

/// `c(y) = E e^{-β(X-y)²}/Z(X)` on a fine grid: what the lower bound must not let exceed 1.
struct Excess {
    low: f64,
    pitch: f64,
    reach: f64,
    /// At each point of the grid, no less than anywhere within half a pitch.
    values: Vec<f64>,
}

impl Excess {
    fn new(points: &[(f64, f64)], seen: &[f64], core: Interval, slope: f64) -> Self {
        let kernel = (0.5 / slope).sqrt();
        let reach = REACH * kernel;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a bounded count"
        )]
        let steps = (8.0 * core.width() / kernel).ceil().clamp(1280.0, 1e7) as usize;
        let pitch = core.width() / steps as f64;
        let mut values = Vec::with_capacity(steps + 1);
        let (mut from, mut to) = (0, 0);
        for step in 0..=steps {
            let y = core.low + pitch * step as f64;
            while from < points.len() && points[from].0 < y - reach {
                from += 1;
            }
            while to < points.len() && points[to].0 <= y + reach {
                to += 1;
            }
            let terms = points[from..to].iter().zip(&seen[from..to]);
            let value: f64 = terms
                .map(|(&(x, weight), seen)| weight / seen * libm::exp(-slope * (x - y) * (x - y)))
                .sum();
            values.push(value);
        }
        // Between two points of a grid this fine the function is a parabola, whose bend the second
        // difference tells; twice what it can rise is allowed for.
        let rise = |at: usize| {
            let (before, after) = (values[at.max(1) - 1], values[(at + 1).min(steps)]);
            0.25 * (before - 2.0 * values[at] + after).abs()
        };
        let values = (0..=steps).map(|at| values[at] + rise(at)).collect();
        Self { low: core.low, pitch, reach, values }
    }

    /// The largest value within reach of the kernel of `x`.
    fn near(&self, x: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the grid"
        )]
        let index =
            |y: f64| (((y - self.low) / self.pitch).max(0.0) as usize).min(self.values.len() - 1);
        let window = &self.values[index(x - self.reach)..=index(x + self.reach + self.pitch)];
        window.iter().copied().fold(f64::MIN_POSITIVE, f64::max)
    }

    /// Where the condition fails most, one place a hill, none nearer than `apart` to an output.
    fn peaks(&self, outputs: &[f64], apart: f64) -> Vec<f64> {
        let last = self.values.len() - 1;
        let is_peak = |at: usize| {
            self.values[at] > 1.0 + EXCESS
                && self.values[at] >= self.values[at.max(1) - 1]
                && self.values[at] >= self.values[(at + 1).min(last)]
        };
        let place = |at: usize| {
            let (before, here, after) =
                (self.values[at.max(1) - 1], self.values[at], self.values[(at + 1).min(last)]);
            let bend = before - 2.0 * here + after;
            let by = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
            let by = if at == 0 || at == last { 0.0 } else { by.clamp(-0.5, 0.5) };
            self.low + self.pitch * (at as f64 + by)
        };
        let is_new = |y: &f64| {
            let above = outputs.partition_point(|output| output < y);
            let near = outputs[above.saturating_sub(1)..].iter().take(2);
            near.fold(f64::INFINITY, |least, output| f64::min(least, (output - y).abs())) > apart
        };
        (0..=last).filter(|&at| is_peak(at)).map(place).filter(is_new).collect()
    }
}
