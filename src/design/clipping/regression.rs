//! Clip by a linear rule on two moments, fitted to laws: the idea of SAWB.

use super::{Code, Folded};
use crate::density::{Density, Gaussian, Laplace, Logistic, Uniform};
use crate::design::{DesignError, distortion};
use crate::math::{Interval, golden_section};

/// `clip = root_mean_square · √E X² + mean · E|X|`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SawbCoefficients {
    /// Of the root of the mean square.
    pub root_mean_square: f64,
    /// Of the mean magnitude, negative.
    pub mean: f64,
}

impl SawbCoefficients {
    /// The clip for a sample; `None` without values, and where the line has fallen below 0.
    pub fn clip(self, folded: &Folded<'_>) -> Option<f64> {
        let clip = self.root_mean_square * folded.root_mean_square() + self.mean * folded.mean();
        (clip > 0.0).then_some(clip.min(folded.top()))
    }
}

/// The laws that the line is drawn through.
const LAWS: [&dyn Density; 4] =
    [&Gaussian::STANDARD, &Laplace::STANDARD, &Logistic, &Uniform::STANDARD];

/// The coefficients for a code.
///
/// For each of four symmetric laws (Gaussian, Laplace, logistic, uniform) the clip of least mean squared error is found; the coefficients are the least
/// squares of `clip/E|X| = root_mean_square · √E X²/E|X| + mean`. "Like" SAWB, because the paper
/// fits to two more (triangle, von Mises) and prints coefficients for few bits.
///
/// # Errors
///
/// When the bits are none that a code can have.
///
/// # References
///
/// Choi et al., "Accurate and efficient 2-bit quantized neural networks", `SysML` 2019, section 3.
pub fn sawb_coefficients(code: Code) -> Result<SawbCoefficients, DesignError> {
    // A symmetric law is its own fold: unsigned codes for one side are signed ones of a bit more.
    let both = Code { bits: code.bits + u32::from(!code.signed), signed: true };
    let mut points = Vec::new();
    for law in LAWS {
        let all = law.moments(Interval::new(0.0, f64::INFINITY));
        let (mean, root) = (all.centroid().unwrap_or(0.0), (all.second / all.mass).sqrt());
        points.push((root / mean, best_clip(law, both)? / mean));
    }
    let count = points.len() as f64;
    let average = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (average(|point| point.0), average(|point| point.1));
    let slope = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>()
        / points.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>();
    Ok(SawbCoefficients { root_mean_square: slope, mean: y - slope * x })
}

/// The clip of least mean squared error for a symmetric law of unit variance.
fn best_clip(law: &dyn Density, code: Code) -> Result<f64, DesignError> {
    code.codebook(1.0)?;
    let error = |clip: f64| {
        code.codebook(clip).map_or(f64::INFINITY, |codebook| distortion(law, &codebook))
    };
    // 14 deviations are beyond the best clip of a Laplace law at nine bits.
    let high = law.support().high.min(14.0 + f64::from(code.bits));
    Ok(golden_section(error, 0.2, high, 1e-6).x)
}
