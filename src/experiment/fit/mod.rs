//! What a sample is like, which law suits it, and what every way to quantize it costs.

mod half_gaussian;
mod method;
mod tables;

pub use half_gaussian::{HalfGaussian, KOLMOGOROV_MAX};
pub use method::{Method, Origin};
pub use tables::fit_record;

use crate::density::fit::{Fitted, Misfit, fit};
use crate::density::{Sample, Survey};
use crate::design::DesignError;
use crate::math::Interval;

/// A bin for people: `(low, high]` and the probability in it per unit of `x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
    /// Probability divided by the width.
    pub density: f64,
}

/// Everything that `hwgq fit` says of one tensor.
#[derive(Debug, Clone)]
pub struct SampleFit {
    /// Counts and moments.
    pub survey: Survey,
    /// The share of zeros if they are an atom, as a rectifier leaves one; else 0.
    pub atom_at_zero: f64,
    /// The width of the bins, when there were too many values to be held.
    pub bin_width: Option<f64>,
    /// Equal bins within six deviations of the mean. An atom at 0 is not in them.
    pub bins: Vec<Bin>,
    /// Laws, the best first.
    pub laws: Vec<Fitted>,
    /// Families that cannot be fitted, with the reason.
    pub unfit: Vec<(&'static str, Misfit)>,
    /// Whether it is half-Gaussian; `None` without values above 0.
    pub half_gaussian: Option<HalfGaussian>,
    /// Codebooks, the optimum first.
    pub methods: Vec<Method>,
    /// Codebooks that could not be made, with the reason.
    pub left_out: Vec<String>,
}

/// Bins for people.
const BINS: usize = 64;
/// Deviations from the mean to which they reach.
const REACH: f64 = 6.0;

impl SampleFit {
    /// Of a sample, quantized to `bits` bits, 2 to 8.
    ///
    /// # Errors
    ///
    /// When the sample has fewer different values than there are levels.
    pub fn new(survey: &Survey, sample: &Sample, bits: u32) -> Result<Self, DesignError> {
        let (laws, unfit) = fit(survey, sample);
        let (methods, left_out) = method::methods(survey, sample, laws.first(), bits)?;
        let bin_width = match sample {
            Sample::Exact(_) => None,
            Sample::Binned(histogram) => Some(histogram.width()),
        };
        Ok(Self {
            survey: *survey,
            atom_at_zero: sample.atom_at_zero(),
            bin_width,
            bins: bins(survey, sample),
            laws,
            unfit,
            half_gaussian: HalfGaussian::of(sample),
            methods,
            left_out,
        })
    }

    /// The optimum.
    pub fn best(&self) -> &Method {
        // The first of the methods, which always exists.
        &self.methods[0]
    }

    /// How many decibels a method is below the optimum; 0 where both lose nothing.
    pub fn below_best_db(&self, method: &Method) -> f64 {
        let ratio = method.distortion / self.best().distortion;
        if ratio.is_nan() { 0.0 } else { 10.0 * libm::log10(ratio) }
    }

    /// The codebook of the normal law that one would assume.
    pub fn gaussian(&self) -> Option<&Method> {
        let of_law = self.methods.iter().filter(|method| method.origin == Origin::Law);
        of_law.into_iter().find(|method| method::GAUSSIAN.contains(&method.name.as_str()))
    }

    /// The best of the calibrators.
    pub fn best_calibrator(&self) -> Option<&Method> {
        let rules = self.methods.iter().filter(|method| method.origin == Origin::Calibrator);
        rules.min_by(|one, other| one.distortion.total_cmp(&other.distortion))
    }
}

fn bins(survey: &Survey, sample: &Sample) -> Vec<Bin> {
    let reach = REACH * survey.deviation();
    let low = survey.low.max(survey.mean - reach);
    let high = survey.high.min(survey.mean + reach);
    let width = (high - low) / BINS as f64;
    let zeros = sample.atom_at_zero();
    let edge = |index: usize| if index == BINS { high } else { low + index as f64 * width };
    let bin = |index: usize| {
        // The least value of all belongs to the first bin, which is open at its low end.
        let low = if index == 0 { low.next_down() } else { edge(index) };
        let cell = Interval::new(low, edge(index + 1));
        let atom = if cell.contains(0.0) { zeros } else { 0.0 };
        let mass = (sample.law().moments(cell).mass - atom).max(0.0);
        Bin { low: edge(index), high: cell.high, density: mass / cell.width() }
    };
    (0..BINS).map(bin).filter(|bin| bin.low < bin.high).collect()
}
