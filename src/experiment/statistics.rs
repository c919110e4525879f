//! Mean and 95 % confidence interval of a handful of seeds.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean with half the width of its two-sided 95 % confidence interval.
///
/// `half_width = t(0.975; n − 1) · s / √n` with the sample deviation `s` (over n − 1), Student's
/// t because the seeds are few. NaN for fewer than two values, which tell nothing of their spread, and
/// for values that are all the same: accuracies come in steps of one image, so that equal ones tell
/// that the spread is small, but not how small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval95 {
    pub(super) mean: f64,
    pub(super) half_width: f64,
}

impl Interval95 {
    /// The interval of the mean of `values`; NaN when there are none.
    pub(super) fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let half_width = StudentsT::new(0.0, 1.0, count - 1.0).map_or(f64::NAN, |student| {
            student.inverse_cdf(0.975) * (square / (count - 1.0) / count).sqrt()
        });
        Self { mean, half_width: if half_width > 0.0 { half_width } else { f64::NAN } }
    }

    /// Whether the whole interval lies above `limit` or the whole of it does not; `None` in between,
    /// and where the spread is unknown.
    pub(super) fn above(&self, limit: f64) -> Option<bool> {
        if self.mean - self.half_width > limit {
            Some(true)
        } else if self.mean + self.half_width <= limit {
            Some(false)
        } else {
            None
        }
    }

    /// Whether the whole interval lies in `-limit..=limit` or the whole of it outside.
    pub(super) fn inside(&self, limit: f64) -> Option<bool> {
        if self.mean.abs() + self.half_width <= limit {
            Some(true)
        } else if self.mean.abs() - self.half_width > limit {
            Some(false)
        } else {
            None
        }
    }

    /// The lower end; the mean itself when the spread is unknown.
    pub(super) fn low(&self) -> f64 {
        if self.half_width.is_nan() { self.mean } else { self.mean - self.half_width }
    }

    /// The upper end; the mean itself when the spread is unknown.
    pub(super) fn high(&self) -> f64 {
        if self.half_width.is_nan() { self.mean } else { self.mean + self.half_width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_seeds_get_students_factor() {
        // 1..=5: mean 3, s = sqrt(2.5), t(0.975; 4) = 2.776445105197793 (scipy.stats.t.ppf).
        let interval = Interval95::of(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!((interval.mean - 3.0).abs() < 1e-15);
        let expected = 2.776_445_105_197_793 * (2.5_f64 / 5.0).sqrt();
        // statrs' inverse is a root finder; it was seen to be off by 1e-9, and is allowed ten times that.
        assert!((interval.half_width - expected).abs() < 1e-8, "{}", interval.half_width);
    }

    #[test]
    fn an_interval_that_straddles_the_limit_decides_nothing() {
        let interval = Interval95 { mean: 1.0, half_width: 0.5 };
        assert_eq!(interval.above(0.0), Some(true));
        assert_eq!(interval.above(1.2), None);
        assert_eq!(interval.above(2.0), Some(false));
        assert_eq!(interval.inside(2.0), Some(true));
        assert_eq!(interval.inside(1.0), None);
        assert_eq!(interval.inside(0.4), Some(false));
    }

    #[test]
    fn one_seed_has_no_spread() {
        let interval = Interval95::of(&[7.0]);
        assert!(interval.half_width.is_nan());
        assert_eq!((interval.low(), interval.high()), (7.0, 7.0));
        assert_eq!(interval.above(0.0), None, "and decides nothing");
    }
}
