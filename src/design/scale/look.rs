//! One look at a template at one scale: distortion, and which way the scale should go.

use crate::density::Density;
use crate::design::DesignError;
use crate::math::{CompensatedSum, Interval};
use crate::quantizer::Codebook;

/// Levels to be scaled, with what every look needs to know of them.
pub(super) struct Template {
    pub(super) codebook: Codebook,
    /// Whether the thresholds are the midpoints, so that the distortion is that of the nearest level.
    pub(super) is_nearest: bool,
    /// The largest magnitude of a level.
    pub(super) largest: f64,
    /// The smallest magnitude that is not 0.
    smallest: f64,
    /// Law and template are mirror images of themselves about 0: half of the cells will do.
    is_symmetric: bool,
    /// So little of the law lies farther from 0 that it is not looked at.
    reach: f64,
}

/// The second moment that may lie beyond the reach, as a share of the whole: a part in 10¹⁶ of any
/// distortion that 2²⁰ levels can have.
const BEYOND_REACH: f64 = 1e-30;

impl Template {
    pub(super) fn new(law: &dyn Density, codebook: &Codebook) -> Self {
        let levels = codebook.levels();
        let midpoints = levels.windows(2).map(|pair| pair[0].midpoint(pair[1]));
        let mut pairs = midpoints.zip(codebook.thresholds());
        let is_nearest = pairs.all(|(midpoint, threshold)| (midpoint - threshold).abs() <= 0.0);
        let magnitudes = || levels.iter().map(|level| level.abs()).filter(|level| *level > 0.0);
        let is_mirrored = |values: &[f64]| {
            values.iter().zip(values.iter().rev()).all(|(one, other)| (one + other).abs() <= 0.0)
        };
        let is_symmetric = law.centre().is_some_and(|centre| centre.abs() <= 0.0)
            && is_mirrored(levels)
            && is_mirrored(codebook.thresholds());
        Self {
            is_nearest,
            largest: magnitudes().fold(0.0, f64::max),
            smallest: magnitudes().fold(f64::INFINITY, f64::min),
            is_symmetric,
            reach: reach(law),
            codebook: codebook.clone(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.codebook.len()
    }

    /// The scales among which the best one is looked for.
    pub(super) fn range(&self, law: &dyn Density, power: f64) -> Result<(f64, f64), DesignError> {
        let unsuited =
            |why| DesignError::Unsuited { design: "the best scale", law: law.describe(), why };
        if self.largest <= 0.0 {
            return Err(unsuited("the template has no level but 0; give it another"));
        }
        if power == 0.0 {
            return Err(unsuited("all of it lies on the point 0, where any scale will do"));
        }
        let range = (0.1 * power / self.largest, 16.0 * power / self.smallest);
        if range.0 >= f64::MIN_POSITIVE && (range.1 * self.largest).is_finite() {
            Ok(range)
        } else {
            Err(unsuited("its squares leave the range of f64; give the law a scale nearer to 1"))
        }
    }

    /// The root mean square error that every scale outside of the looks has at least.
    pub(super) fn beyond(&self, law: &dyn Density, power: f64, looks: &[Look]) -> f64 {
        let (Some(first), Some(last)) = (looks.first(), looks.last()) else { return 0.0 };
        // Below: no output reaches beyond the largest level.
        let below = power - first.scale * self.largest;
        // Above: inputs within half of the smallest level are at best sent to 0.
        let reach = 0.5 * last.scale * self.smallest;
        let above = law.moments_about(Interval::new(-reach, reach), 0.0).second.max(0.0).sqrt();
        below.min(above).max(0.0)
    }
}

/// The distance from 0, to a factor of 2, beyond which next to nothing lies.
fn reach(law: &dyn Density) -> f64 {
    let beyond = |reach: f64| {
        law.moments_about(Interval::new(f64::NEG_INFINITY, -reach), 0.0).second
            + law.moments_about(Interval::new(reach, f64::INFINITY), 0.0).second
    };
    let whole = law.moments_about(Interval::LINE, 0.0).second;
    let mut reach = 2.0 * whole.sqrt();
    for _ in 0..OCTAVES_MAX {
        if beyond(reach) <= BEYOND_REACH * whole {
            break;
        }
        reach *= 2.0;
    }
    reach
}

/// Tails that fall off no faster than `x^-3.1` are followed this far.
const OCTAVES_MAX: u32 = 120;

/// What a template does at one scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) scale: f64,
    /// `E (Q(X) - X)²`.
    pub(super) distortion: f64,
    /// `-½ dD/ds`: positive where a larger scale is better.
    pub(super) pull: f64,
    /// `Σ ℓ² P`: how fast the pull falls if the cells stay.
    pub(super) weight: f64,
}

impl Look {
    pub(super) fn at(law: &dyn Density, template: &Template, scale: f64) -> Self {
        let (levels, thresholds) = (template.codebook.levels(), template.codebook.thresholds());
        let count = levels.len();
        let start = if template.is_symmetric { count / 2 } else { 0 };
        let mut distortion = CompensatedSum::default();
        let mut pull = CompensatedSum::default();
        let mut weight = 0.0;
        let threshold = |index: usize| match index {
            0 => f64::NEG_INFINITY,
            index if index == count => f64::INFINITY,
            // A cell that ends where nothing lies is as good as a tail, and cheaper for laws whose
            // moments are added up from pieces.
            index => match scale * thresholds[index - 1] {
                end if end > template.reach => f64::INFINITY,
                end if end < -template.reach => f64::NEG_INFINITY,
                end => end,
            },
        };
        let mut low = threshold(start);
        for (index, &template_level) in levels.iter().enumerate().skip(start) {
            let (level, high) = (scale * template_level, threshold(index + 1));
            if low == f64::INFINITY || high == f64::NEG_INFINITY {
                continue;
            }
            let moments = law.moments_about(Interval::new(low, high), level);
            // The middle cell of a symmetric template is its own mirror image.
            let is_middle = count % 2 == 1 && index == count / 2;
            let copies = if template.is_symmetric && !is_middle { 2.0 } else { 1.0 };
            distortion.add(copies * moments.second.max(0.0));
            pull.add(copies * template_level * moments.first);
            weight += copies * template_level * template_level * moments.mass;
            if !template.is_nearest && index > start && low.is_finite() {
                // A threshold off the midpoint moves the error of the inputs it passes.
                let (below, above) = (scale * levels[index - 1] - low, level - low);
                let jump = below * below - above * above;
                let unscaled = thresholds[index - 1];
                pull.add(-0.5 * copies * unscaled * law.pdf(low) * jump);
            }
            low = high;
        }
        Self { scale, distortion: distortion.value(), pull: pull.value(), weight }
    }
}
