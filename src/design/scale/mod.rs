//! The scale at which a template of levels has the least distortion of all.

mod look;
mod offset;

use look::{Look, Template};
pub use offset::best_scale_and_offset;

use super::{DesignError, Designed, distortion};
use crate::density::Density;
use crate::math::{Interval, bracketed_root};
use crate::quantizer::Codebook;

/// A template at its best scale, with what is known of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaled {
    /// The codebook; its residual is how far the scale is from the one its own cells ask for,
    /// times the largest level.
    pub designed: Designed,
    /// The factor, positive.
    pub scale: f64,
    /// What was added after scaling; 0 where only the scale is free.
    pub offset: f64,
    /// Every local minimum that was found (with a free offset the best alone), as `(scale, distortion)`, by increasing scale.
    pub minima: Vec<(f64, f64)>,
    /// No scale has less distortion; 0 where nothing is proved.
    pub lower_bound: f64,
}

/// Points of the scan in each octave of the scale.
const POINTS_PER_OCTAVE: u32 = 64;

/// The proof stops when no scale can have a root mean square error a hundredth below the best.
const SHARE: f64 = 0.99;

/// The same for samples, whose distortion has a ripple of many shallow minima.
const SHARE_OF_SAMPLES: f64 = 0.999_99;

/// Distortions so near to each other, relatively, are equal.
const TIE: f64 = 1e-13;

/// Cells that the proof may look at beyond those of the scan; sixteen times as many for samples.
const PROOF_CELLS_MAX: usize = 1 << 18;

/// The scale of least distortion for the levels of `template`, thresholds scaled alike.
///
/// Exponent formats have a local minimum in every octave, so that no descent will do. All scales
/// are scanned, from those at which the largest level is a tenth of the root mean square of the
/// law to those at which every level but the smallest lies far outside, 64 in an octave, by the
/// sign of
///
/// ```text
/// dD/ds = -2 Σ ℓ_i ∫_cell (x - sℓ_i) dP
/// ```
///
/// (the thresholds contribute nothing when they are midpoints), and every change of sign is
/// followed to the last digit. A minimum and a maximum within a 64th of an octave may be missed,
/// but not one that matters: `√D` is a distance, which moves with `ln s` no faster than
/// `√(E Q²) <= √(E X²) + √D`, so that two looks bound everything between them. Where that leaves
/// room for a better scale, it is looked at more closely, until none can have a root mean square
/// error a hundredth below the best (for samples a part in 10⁵); `lower_bound` tells how far it came. Codebooks with thresholds
/// of their own are scanned without that proof. Of minima that tie to thirteen digits the one of
/// least scale is taken.
///
/// # Errors
///
/// When the law sits on the point 0, the template has no level but 0, or the law is so wide or
/// narrow that squares leave the range of f64.
///
/// # Examples
///
/// ```
/// use hwgq::density::Gaussian;
/// use hwgq::design::best_scale;
/// use hwgq::quantizer::Codebook;
/// let ternary = Codebook::nearest(vec![-1.0, 0.0, 1.0])?;
/// let best = best_scale(&Gaussian::STANDARD, &ternary)?;
/// assert!((best.scale - 1.224_006_361_924_961_5).abs() < 1e-14); // Max 1960, three levels
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn best_scale(law: &dyn Density, template: &Codebook) -> Result<Scaled, DesignError> {
    if let Some(affine) = law.as_affine().filter(|affine| affine.shift() == 0.0) {
        let factor = affine.scale();
        let template = if factor < 0.0 { template.mirrored()? } else { template.clone() };
        let found = best_scale(affine.law(), &template)?;
        return found.stretched(factor);
    }
    let template = Template::new(law, template);
    let power = law.moments_about(Interval::LINE, 0.0).second.sqrt();
    let (low, high) = template.range(law, power)?;
    let mut scan = Scan::new(law, &template, (low, high));
    let found = scan.least(&scan.minima()).sqrt();
    if template.is_nearest {
        scan.refine(power, found);
    }
    let minima = scan.minima();
    let least = scan.least(&minima);
    let scan_best = || scan.looks.iter().find(|look| look.distortion <= least);
    // Octaves of a wide float tie to the last digits: the lowest of them, whatever the rounding.
    let tied = minima.iter().find(|(_, distortion)| *distortion <= least * (1.0 + TIE));
    // A sample under thresholds of its own has jumps, so that a look of the scan may be the best.
    let scale = tied.map(|(scale, _)| *scale).or_else(|| scan_best().map(|look| look.scale));
    let scale = scale.ok_or(DesignError::EmptyCell { cell: 0, cells: template.len() })?;
    let codebook = template.codebook.stretched(scale, 0.0)?;
    let distortion = distortion(law, &codebook);
    let look = Look::at(law, &template, scale);
    let lower_bound = if template.is_nearest { scan.lower_bound(power, distortion) } else { 0.0 };
    let residual = (look.pull / look.weight).abs() * template.largest;
    let rounds = u32::try_from(scan.looks.len()).unwrap_or(u32::MAX);
    let designed = Designed { codebook, distortion, rounds, residual };
    Ok(Scaled { designed, scale, offset: 0.0, minima, lower_bound })
}

/// The best scale among the powers of two, for fixed-point numbers.
///
/// # Errors
///
/// As for [`best_scale`].
pub fn best_power_of_two(law: &dyn Density, template: &Codebook) -> Result<Scaled, DesignError> {
    let look = Template::new(law, template);
    let power = law.moments_about(Interval::LINE, 0.0).second.sqrt();
    let (low, high) = look.range(law, power)?;
    let exponents = low.log2().floor()..=high.log2().ceil();
    let mut found: Vec<(f64, f64)> = Vec::new();
    let mut exponent = *exponents.start();
    while exponent <= *exponents.end() {
        let scale = libm::exp2(exponent);
        found.push((scale, distortion(law, &template.stretched(scale, 0.0)?)));
        exponent += 1.0;
    }
    let best = found.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1));
    let (scale, distortion) = best.ok_or(DesignError::EmptyCell { cell: 0, cells: look.len() })?;
    let is_least = |place: usize| {
        let around = &found[place.saturating_sub(1)..(place + 2).min(found.len())];
        around.iter().all(|near| found[place].1 <= near.1)
    };
    let minima = (0..found.len()).filter(|&place| is_least(place)).map(|place| found[place]);
    let minima: Vec<(f64, f64)> = minima.collect();
    let codebook = template.stretched(scale, 0.0)?;
    let rounds = u32::try_from(found.len()).unwrap_or(u32::MAX);
    // All of them were looked at but for those at which nothing fits.
    let designed = Designed { codebook, distortion, rounds, residual: 0.0 };
    Ok(Scaled { designed, scale, offset: 0.0, minima, lower_bound: distortion })
}

impl Scaled {
    /// The same for the law multiplied by `factor`; a mirrored template was used when it is
    /// negative.
    fn stretched(self, factor: f64) -> Result<Self, DesignError> {
        let size = factor.abs();
        let codebook = self.designed.codebook.stretched(size, 0.0)?;
        let codebook = if factor < 0.0 { codebook.mirrored()? } else { codebook };
        let square = |x: f64| size * (size * x);
        Ok(Self {
            designed: Designed {
                codebook,
                distortion: square(self.designed.distortion),
                residual: size * self.designed.residual,
                ..self.designed
            },
            scale: size * self.scale,
            offset: factor * self.offset,
            minima: self.minima.iter().map(|&(at, least)| (size * at, square(least))).collect(),
            lower_bound: square(self.lower_bound),
        })
    }
}

/// Looks at a template over all scales.
struct Scan<'a> {
    law: &'a dyn Density,
    template: &'a Template,
    /// By increasing scale.
    looks: Vec<Look>,
}

impl<'a> Scan<'a> {
    fn new(law: &'a dyn Density, template: &'a Template, (low, high): (f64, f64)) -> Self {
        let per_octave = f64::from(POINTS_PER_OCTAVE);
        let count = ((high / low).log2() * per_octave).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded")]
        let count = count.clamp(1.0, LOOKS_MAX) as u32;
        let at = |index: u32| low * libm::exp2(f64::from(index) / per_octave);
        let looks = (0..=count).map(|index| Look::at(law, template, at(index))).collect();
        Self { law, template, looks }
    }

    /// The least distortion seen, in a minimum or in a look.
    fn least(&self, minima: &[(f64, f64)]) -> f64 {
        let looks = self.looks.iter().map(|look| look.distortion);
        looks.chain(minima.iter().map(|minimum| minimum.1)).fold(f64::INFINITY, f64::min)
    }

    /// Every scale between two looks at which the pull turns from outwards to inwards.
    fn minima(&self) -> Vec<(f64, f64)> {
        let mut minima = Vec::new();
        for pair in self.looks.windows(2) {
            if pair[0].pull <= 0.0 || pair[1].pull > 0.0 {
                continue;
            }
            let pull = |scale: f64| Look::at(self.law, self.template, scale).pull;
            if let Some(root) = bracketed_root(pull, pair[0].scale, pair[1].scale) {
                minima.push((root.x, Look::at(self.law, self.template, root.x).distortion));
            }
        }
        minima
    }

    /// Looks between looks until nowhere a scale could have a root mean square error below
    /// [`SHARE`] of `least`, or the cells that may be spent are.
    fn refine(&mut self, power: f64, mut least: f64) {
        let is_sample = self.law.as_empirical().is_some();
        let (share, cells) = if is_sample {
            (SHARE_OF_SAMPLES, 16 * PROOF_CELLS_MAX)
        } else {
            (SHARE, PROOF_CELLS_MAX)
        };
        let mut budget = cells / self.template.len();
        loop {
            let is_open = |pair: &&[Look]| {
                between(power, pair[0], pair[1]) < share * least
                    && pair[1].scale > pair[0].scale * (1.0 + 1e-12)
            };
            let open = self.looks.windows(2).filter(is_open);
            let middles: Vec<f64> =
                open.map(|pair| (pair[0].scale * pair[1].scale).sqrt()).collect();
            if middles.is_empty() || middles.len() > budget {
                return;
            }
            budget -= middles.len();
            for scale in middles {
                let look = Look::at(self.law, self.template, scale);
                least = least.min(look.distortion.sqrt());
                self.looks.push(look);
            }
            self.looks.sort_by(|a, b| a.scale.total_cmp(&b.scale));
        }
    }

    /// A distortion that no scale undercuts, given the best.
    fn lower_bound(&self, power: f64, best: f64) -> f64 {
        let inside = self.looks.windows(2).map(|pair| between(power, pair[0], pair[1]));
        let outside = self.template.beyond(self.law, power, &self.looks);
        let least = inside.fold(outside.min(best.sqrt()), f64::min).max(0.0);
        least * least
    }
}

/// A root mean square error that no scale between two looks undercuts.
///
/// Let `g = √D` and `r = √(E X²)`. Then `|dg/d ln s| <= r + g`, so that `ln(r + g)` is Lipschitz
/// with constant 1, and between two looks `δ` apart `r + g >= √((r + g_1)(r + g_2)) e^{-δ/2}`.
fn between(power: f64, one: Look, other: Look) -> f64 {
    // Rounding may not decide: a look is trusted to a part in 10¹².
    let seen = |look: Look| power + look.distortion.max(0.0).sqrt() * (1.0 - 1e-12);
    (seen(one) * seen(other)).sqrt() * (one.scale / other.scale).sqrt() - power
}

/// 2^14 octaves are more than f64 has.
const LOOKS_MAX: f64 = 64.0 * 16_384.0;
