//! Rules of the literature that name a codebook for a law outright, without a search.

use std::ops::RangeInclusive;

use super::draw::draw;
use super::{Design as _, Exact};
use crate::density::{Density, Empirical};
use crate::math::{CompensatedSum, Interval};
use crate::quantizer::Codebook;

/// A rule, at all the sizes it has.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `twn`.
    pub name: &'static str,
    /// What it does.
    pub formula: &'static str,
    /// Who proposed it, where.
    pub citation: &'static str,
    /// The sizes, in bits of a code.
    pub bits: RangeInclusive<u32>,
    codebook: fn(&dyn Density, u32) -> Option<Codebook>,
}

impl Rule {
    /// The codebook for a law; `None` for a size it does not have, or a law it is not meant for
    /// (rules for weights want both signs, rules for activations none below 0).
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::density::Gaussian;
    /// let xnor = hwgq::design::RULES.iter().find(|rule| rule.name == "xnor").unwrap();
    /// let codebook = xnor.codebook(&Gaussian::STANDARD, 1).unwrap();
    /// // E|X| = √(2/π), XNOR-Net.
    /// assert!((codebook.levels()[1] - 0.797_884_560_802_865_4).abs() < 1e-15);
    /// ```
    pub fn codebook(&self, law: &dyn Density, bits: u32) -> Option<Codebook> {
        self.bits.contains(&bits).then(|| (self.codebook)(law, bits)).flatten()
    }
}

/// Every rule; adding to this list is all it takes to add one.
pub const RULES: &[Rule] = &[
    Rule {
        name: "xnor",
        formula: "E|X| · sign(x)",
        citation: "Rastegari et al., XNOR-Net, ECCV 2016",
        bits: 1..=1,
        codebook: |law, _| xnor(law),
    },
    Rule {
        name: "twn",
        formula: "α · sign(x) beyond 0.7 E|X|, else 0; α = E(|X|, given that)",
        citation: "Li, Zhang and Liu, Ternary weight networks, 2016",
        bits: 2..=2,
        codebook: |law, _| twn(law),
    },
    Rule {
        name: "dorefa",
        formula: "2 round((2^b - 1)(tanh x/(2 max tanh|x|) + ½))/(2^b - 1) - 1, times the factor of least distortion",
        citation: "Zhou et al., DoReFa-Net, 2016: weights, which a batch norm rescales",
        bits: 2..=8,
        codebook: dorefa_weights,
    },
    Rule {
        name: "dorefa-activation",
        formula: "round((2^b - 1) clip(x, 0, 1))/(2^b - 1)",
        citation: "Zhou et al., DoReFa-Net, 2016: activations",
        bits: 1..=8,
        codebook: |law, bits| dorefa_activations(law, bits),
    },
    Rule {
        name: "k-means",
        formula: "the best levels for 16384 values drawn from the law (seed 0)",
        citation: "Han, Mao and Dally, Deep compression, ICLR 2016: weight sharing, which starts k-means from equal steps; here the best of all starts",
        bits: 1..=8,
        codebook: k_means,
    },
];

const SAMPLE: usize = 1 << 14;
const SEED: u64 = 0;

const BELOW: Interval = Interval::new(f64::NEG_INFINITY, 0.0);
const ABOVE: Interval = Interval::new(0.0, f64::INFINITY);

fn has_both_signs(law: &dyn Density) -> bool {
    let support = law.support();
    support.low < 0.0 && support.high > 0.0 && law.moments(BELOW).first < 0.0
}

/// `E |X|`.
fn mean_magnitude(law: &dyn Density) -> f64 {
    law.moments(ABOVE).first - law.moments(BELOW).first
}

fn xnor(law: &dyn Density) -> Option<Codebook> {
    let level = mean_magnitude(law);
    has_both_signs(law).then(|| Codebook::new(vec![-level, level], vec![0.0]).ok()).flatten()
}

fn twn(law: &dyn Density) -> Option<Codebook> {
    let threshold = 0.7 * mean_magnitude(law);
    let above = law.moments(Interval::new(threshold, f64::INFINITY));
    let below = law.moments(Interval::new(f64::NEG_INFINITY, -threshold));
    let level = (above.first - below.first) / (above.mass + below.mass);
    let codebook = || Codebook::new(vec![-level, 0.0, level], vec![-threshold, threshold]).ok();
    has_both_signs(law).then(codebook).flatten()
}

fn dorefa_weights(law: &dyn Density, bits: u32) -> Option<Codebook> {
    if !has_both_signs(law) {
        return None;
    }
    let steps = f64::from((1_u32 << bits) - 1);
    let support = law.support();
    let largest = libm::tanh(support.high.max(-support.low));
    let level = |index: u32| 2.0 * f64::from(index) / steps - 1.0;
    let levels: Vec<f64> = (0..1_u32 << bits).map(level).collect();
    let threshold =
        |index: u32| libm::atanh(largest * ((2.0 * f64::from(index) - 1.0) / steps - 1.0));
    let thresholds: Vec<f64> = (1..1_u32 << bits).map(threshold).collect();
    let unscaled = Codebook::new(levels, thresholds.clone()).ok()?;
    let (mut product, mut square) = (CompensatedSum::default(), CompensatedSum::default());
    for (cell, level) in unscaled.cells() {
        let moments = law.moments(cell);
        product.add(level * moments.first);
        square.add(level * level * moments.mass);
    }
    let factor = product.value() / square.value();
    let levels = unscaled.levels().iter().map(|level| factor * level).collect();
    Codebook::new(levels, thresholds).ok()
}

fn dorefa_activations(law: &dyn Density, bits: u32) -> Option<Codebook> {
    let steps = f64::from((1_u32 << bits) - 1);
    let levels = (0..1_u32 << bits).map(|index| f64::from(index) / steps).collect();
    let has_none_below = law.moments(Interval::new(f64::NEG_INFINITY, -0.0)).first >= 0.0;
    has_none_below.then(|| Codebook::nearest(levels).ok()).flatten()
}

fn k_means(law: &dyn Density, bits: u32) -> Option<Codebook> {
    // The best levels of a sample are the optimum there, which has a row of its own.
    if law.as_empirical().is_some() {
        return None;
    }
    let sample = Empirical::new(draw(law, SAMPLE, SEED).ok()?).ok()?;
    Exact.design(&sample, 1 << bits).ok().map(|designed| designed.codebook)
}
