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
    /// Every local minimum that was found, as `(scale, distortion)`, by increasing scale.
    pub minima: Vec<(f64, f64)>,
    /// No scale has less distortion; 0 where nothing is proved.
    pub lower_bound: f64,
}

/// Points of the scan in each octave of the scale.
const POINTS_PER_OCTAVE: u32 = 64;

/// The proof stops when no scale can have a root mean square error a hundredth below the best.
const SHARE: f64 = 0.99;

/// Cells that the proof may look at beyond those of the scan.
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
/// error a hundredth below the best; `lower_bound` tells how far it came. Codebooks with thresholds
/// of their own are scanned without that proof.
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
    let scan = Scan::new(law, &template, (low, high));
    let minima = scan.minima();
    // A sample under thresholds of its own has jumps, so that a look of the scan may be the best.
    let best = minima.iter().copied().chain(scan.least()).min_by(|a, b| a.1.total_cmp(&b.1));
    let (scale, _) = best.ok_or(DesignError::EmptyCell { cell: 0, cells: template.len() })?;
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

    /// The look of least distortion.
    fn least(&self) -> Option<(f64, f64)> {
        let all = self.looks.iter().map(|look| (look.scale, look.distortion));
        all.min_by(|a, b| a.1.total_cmp(&b.1))
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

    /// A distortion that no scale undercuts.
    ///
    /// Let `g = √D` and `r = √(E X²)`. Then `|dg/d ln s| <= r + g`, so that `ln(r + g)` is
    /// Lipschitz with constant 1, and between two looks `δ` apart
    /// `r + g >= √((r + g_1)(r + g_2)) e^{-δ/2}`.
    fn lower_bound(&self, power: f64, best: f64) -> f64 {
        let least = best.sqrt();
        let target = SHARE * least;
        let between = |one: (f64, f64), other: (f64, f64)| {
            let mean = ((power + one.1) * (power + other.1)).sqrt();
            mean * (one.0 / other.0).sqrt() - power
        };
        // Rounding may not decide: a look is trusted to a part in 10¹².
        let seen = |look: &Look| (look.scale, look.distortion.max(0.0).sqrt() * (1.0 - 1e-12));
        let mut bound = least.min(self.template.beyond(self.law, power, &self.looks));
        let spent_max = PROOF_CELLS_MAX / self.template.len();
        let mut spent = 0;
        for pair in self.looks.windows(2) {
            let mut open = vec![(seen(&pair[0]), seen(&pair[1]))];
            while let Some((one, other)) = open.pop() {
                let here = between(one, other);
                let is_done = here >= target || spent >= spent_max;
                if is_done || other.0 <= one.0 * (1.0 + 1e-12) {
                    bound = bound.min(here.max(0.0));
                    continue;
                }
                let middle = Look::at(self.law, self.template, (one.0 * other.0).sqrt());
                spent += 1;
                open.push((seen(&middle), other));
                open.push((one, seen(&middle)));
            }
        }
        bound * bound
    }
}

/// 2^14 octaves are more than f64 has.
const LOOKS_MAX: f64 = 64.0 * 16_384.0;
