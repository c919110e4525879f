//! A second reading: equal bins, with count, sum and sum of squares of what falls into each.

use super::{Histogram, Sample, Survey, SurveyError};

/// The most bins: 24 MiB of them.
const BINS_MAX: f64 = (1_u32 << 20) as f64;

/// Bins reach this many standard deviations from the mean. By Chebyshev's inequality no more than
/// one value in 4096 lies beyond; those are kept as they are.
const REACH: f64 = 64.0;

/// Values in `(low, low + width]`, about the middle of the bin.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: u64,
    first: f64,
    second: f64,
}

/// Bins while they are filled.
#[derive(Debug)]
pub struct Binning {
    survey: Survey,
    /// A power of two, so that edges are multiples of it without rounding.
    width: f64,
    /// The low end of the first bin in widths.
    start: f64,
    bins: Vec<Bin>,
    zeros: u64,
    tail: Vec<f64>,
    count: u64,
    overflowed: bool,
}

impl Binning {
    pub(super) fn new(survey: &Survey) -> Self {
        let reach = REACH * survey.deviation();
        let low = survey.low.max(survey.mean - reach);
        let high = survey.high.min(survey.mean + reach);
        // Two bins less: the ends of the range lie within bins.
        let width = power_of_two_above((high - low) / (BINS_MAX - 2.0));
        // Where f64 is coarser than that, its own grid: edges and middles must be numbers.
        let largest = low.abs().max(high.abs());
        let width = width.max(power_of_two_above(4.0 * (largest.next_up() - largest)));
        let start = (low / width).ceil() - 1.0;
        let bins = (high / width).ceil() - start;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 1 to BINS_MAX"
        )]
        let bins = vec![Bin::default(); bins.clamp(1.0, BINS_MAX) as usize];
        let (zeros, tail, count) = (0, Vec::new(), 0);
        Self { survey: *survey, width, start, bins, zeros, tail, count, overflowed: false }
    }

    /// The next values; NaN and infinities are passed over.
    pub fn take(&mut self, values: &[f64]) {
        for &x in values.iter().filter(|x| x.is_finite()) {
            self.count += 1;
            if x.abs() <= 0.0 {
                // Zero is where rectifiers put their atom: a threshold must be able to stand there.
                self.zeros += 1;
                continue;
            }
            let position = (x / self.width).ceil() - 1.0;
            let index = position - self.start;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "compared with 0, and casts of floats saturate"
            )]
            match self.bins.get_mut(index as usize).filter(|_| index >= 0.0) {
                Some(bin) => {
                    let offset = x - (position + 0.5) * self.width;
                    bin.count += 1;
                    bin.first += offset;
                    bin.second += offset * offset;
                }
                None => self.keep(x),
            }
        }
    }

    fn keep(&mut self, x: f64) {
        // The same values as in the first reading are never more.
        if self.tail.len() as u64 > self.survey.count / 4096 + 1 {
            self.overflowed = true;
        } else {
            self.tail.push(x);
        }
    }

    /// The sample.
    ///
    /// # Errors
    ///
    /// When these were not the values that were surveyed.
    pub fn finish(self) -> Result<Sample, SurveyError> {
        let same = self.count == self.survey.count && self.zeros == self.survey.zeros;
        if self.overflowed || !same {
            return Err(SurveyError::Changed);
        }
        let mut points = Vec::with_capacity(self.tail.len() + 1);
        if self.zeros > 0 {
            points.push((0.0, self.zeros as f64, 0.0));
        }
        points.extend(self.tail.into_iter().map(|x| (x, 1.0, 0.0)));
        for (index, bin) in self.bins.iter().enumerate().filter(|(_, bin)| bin.count > 0) {
            let count = bin.count as f64;
            let low = (self.start + index as f64) * self.width;
            let offset = bin.first / count;
            let mean = (low + 0.5 * self.width + offset).clamp(low.next_up(), low + self.width);
            points.push((mean, count, (bin.second - offset * bin.first).max(0.0)));
        }
        drop(self.bins);
        let count = self.survey.count as f64;
        Ok(Sample::Binned(Histogram::new(points, self.width, count)?))
    }
}

/// The least power of two that is not below a positive number.
fn power_of_two_above(x: f64) -> f64 {
    let (fraction, exponent) = libm::frexp(x);
    // The fraction lies in [½, 1).
    libm::ldexp(1.0, if fraction > 0.5 { exponent } else { exponent - 1 })
}
