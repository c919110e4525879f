//! A stream of numbers as a sample, in memory that does not grow with the stream.

mod binning;
mod error;
mod histogram;
mod moments;

use std::ops::RangeInclusive;

pub use binning::Binning;
pub use error::SurveyError;
pub use histogram::Histogram;
use moments::{BLOCK, CentralMoments};

use super::{Density, Empirical};
use crate::math::Interval;

/// The most values that are held and sorted: 64 MiB of them. Beyond, they are binned.
pub const EXACT_MAX: usize = 1 << 23;

/// Magnitudes whose fourth powers, summed, are normal numbers.
const SCALES: RangeInclusive<f64> = 1e-70..=1e70;

/// What a first reading tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survey {
    /// Finite values.
    pub count: u64,
    /// NaN, which are not counted above.
    pub nan: u64,
    /// Infinities, which are not counted above.
    pub infinite: u64,
    /// Values that are 0, of either sign.
    pub zeros: u64,
    /// Values below 0.
    pub negatives: u64,
    /// The least value.
    pub low: f64,
    /// The greatest value.
    pub high: f64,
    /// `E X`.
    pub mean: f64,
    /// `E (X - E X)²`.
    pub variance: f64,
    /// `E (X - E X)³ / σ³`.
    pub skewness: f64,
    /// `E (X - E X)⁴ / σ⁴`, 3 for a normal law.
    pub kurtosis: f64,
}

impl Survey {
    /// `σ`, the root of the variance.
    pub fn deviation(&self) -> f64 {
        self.variance.sqrt()
    }

    /// The share of values that are 0.
    pub fn zero_share(&self) -> f64 {
        self.zeros as f64 / self.count as f64
    }
}

/// The values of a stream, or as much of them as fits.
#[derive(Debug, Clone)]
pub enum Sample {
    /// Every value.
    Exact(Empirical),
    /// Bins so narrow that what they hide is known and small.
    Binned(Histogram),
}

impl Sample {
    /// The sample as a law.
    pub fn law(&self) -> &dyn Density {
        match self {
            Self::Exact(values) => values,
            Self::Binned(histogram) => histogram,
        }
    }

    /// The share of values that are 0, if 0 is an atom as a rectifier leaves one; else 0.
    ///
    /// It is one when it has a share of at least 1 % and more than three times that of the values
    /// next to it: rounded data have zeros too, but no more than what stands beside them.
    pub fn atom_at_zero(&self) -> f64 {
        const SHARE_MIN: f64 = 0.01;
        const TIMES_MIN: f64 = 3.0;
        let points = self.points();
        let share = |low: f64, high: f64| points.moments(Interval::new(low, high)).mass;
        let (start, end) = (points.rank(0.0_f64.next_down()), points.rank(0.0));
        let zeros = share(0.0_f64.next_down(), 0.0);
        let value = |rank: Option<usize>| {
            let x = rank.and_then(|rank| points.sorted().get(rank));
            x.map_or(0.0, |x| share(x.next_down(), *x))
        };
        let beside = value(start.checked_sub(1)).max(value(Some(end)));
        if zeros >= SHARE_MIN && zeros > TIMES_MIN * beside { zeros } else { 0.0 }
    }

    /// The values, or the mean of each bin with its share.
    pub fn points(&self) -> &Empirical {
        match self {
            Self::Exact(values) => values,
            Self::Binned(histogram) => histogram.points(),
        }
    }
}

/// A first reading.
#[derive(Debug)]
pub struct Gathering {
    exact_max: usize,
    /// All finite values so far; `None` once there are more than `exact_max`.
    kept: Option<Vec<f64>>,
    finite: Vec<f64>,
    moments: CentralMoments,
    seen: u64,
    first_non_finite: Option<u64>,
    survey: Survey,
}

/// What comes after a first reading.
#[derive(Debug)]
pub enum Gathered {
    /// Nothing: every value was kept.
    Held(Survey, Sample),
    /// A second reading, which is to be given the same values.
    TooMany(Survey, Box<Binning>),
}

impl Gathering {
    /// A reading that keeps up to `exact_max` values; [`EXACT_MAX`] unless there is a reason.
    pub fn new(exact_max: usize) -> Self {
        let survey = Survey {
            count: 0,
            nan: 0,
            infinite: 0,
            zeros: 0,
            negatives: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            mean: 0.0,
            variance: 0.0,
            skewness: 0.0,
            kurtosis: 0.0,
        };
        Self {
            exact_max,
            kept: Some(Vec::new()),
            finite: Vec::new(),
            moments: CentralMoments::default(),
            seen: 0,
            first_non_finite: None,
            survey,
        }
    }

    /// The next values.
    pub fn take(&mut self, values: &[f64]) {
        for block in values.chunks(BLOCK) {
            let mut finite = std::mem::take(&mut self.finite);
            finite.clear();
            for (index, &x) in (self.seen..).zip(block) {
                if x.is_finite() {
                    finite.push(x);
                    continue;
                }
                self.first_non_finite.get_or_insert(index);
                if x.is_nan() {
                    self.survey.nan += 1;
                } else {
                    self.survey.infinite += 1;
                }
            }
            self.seen += block.len() as u64;
            self.take_finite(&finite);
            self.finite = finite;
        }
    }

    fn take_finite(&mut self, block: &[f64]) {
        let survey = &mut self.survey;
        survey.count += block.len() as u64;
        for &x in block {
            survey.low = survey.low.min(x);
            survey.high = survey.high.max(x);
            survey.zeros += u64::from(x.abs() <= 0.0);
            survey.negatives += u64::from(x < 0.0);
        }
        self.moments = self.moments.joined(CentralMoments::of(block));
        if let Some(kept) = &mut self.kept {
            if kept.len() + block.len() > self.exact_max {
                self.kept = None;
            } else {
                kept.extend_from_slice(block);
            }
        }
    }

    /// What was read; `skip_non_finite` leaves NaN and infinities out.
    ///
    /// # Errors
    ///
    /// When there are NaN or infinities that are not to be skipped, fewer than two different
    /// values, or magnitudes whose fourth powers leave the range of f64.
    pub fn finish(self, skip_non_finite: bool) -> Result<Gathered, SurveyError> {
        let mut survey = self.survey;
        let (nan, infinite) = (survey.nan, survey.infinite);
        if let Some(first) = self.first_non_finite.filter(|_| !skip_non_finite) {
            return Err(SurveyError::NonFinite { nan, infinite, count: self.seen, first });
        }
        if survey.count == 0 {
            let nothing = SurveyError::NothingFinite { count: self.seen };
            return Err(if self.seen == 0 { SurveyError::Empty } else { nothing });
        }
        if survey.low >= survey.high {
            return Err(SurveyError::Constant { value: survey.low, count: survey.count });
        }
        let largest = survey.low.abs().max(survey.high.abs());
        if !SCALES.contains(&largest) {
            return Err(SurveyError::Scale { largest });
        }
        survey.mean = self.moments.mean;
        survey.variance = self.moments.variance();
        survey.skewness = self.moments.skewness();
        survey.kurtosis = self.moments.kurtosis();
        Ok(match self.kept {
            Some(values) => Gathered::Held(survey, Sample::Exact(Empirical::new(values)?)),
            None => Gathered::TooMany(survey, Box::new(Binning::new(&survey))),
        })
    }
}
