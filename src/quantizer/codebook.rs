//! A scalar quantizer: levels, and the thresholds between them.

use thiserror::Error;

use crate::math::Interval;

/// Where an input that equals a threshold goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ties {
    /// To the lower level: cells `(t_i, t_{i+1}]`, the paper's eq. (7).
    #[default]
    Down,
    /// To the upper level: cells `[t_i, t_{i+1})`, as `sign(0) = +1` demands (eq. 3).
    Up,
}

/// Levels `q_0 < … < q_{N-1}` and thresholds `t_1 < … < t_{N-1}`, `t_i` between `q_{i-1}` and `q_i`.
///
/// `Q(x) = q_i  if x ∈ (t_i, t_{i+1}]`, with `t_0 = -∞` and `t_N = ∞`.
///
/// The thresholds are carried and not derived: the paper's half-wave quantizer sends *every*
/// positive input at least to `q_1` (`t_1 = 0`), so it is not the nearest-level quantizer.
///
/// # References
///
/// Cai, He, Sun, Vasconcelos, CVPR 2017, eqs. (7) and (10).
#[derive(Debug, Clone, PartialEq)]
pub struct Codebook {
    // Invariant: not empty, finite, strictly increasing.
    levels: Vec<f64>,
    // Invariant: one fewer than the levels, finite, strictly increasing.
    thresholds: Vec<f64>,
    ties: Ties,
}

/// Why numbers are not a codebook.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CodebookError {
    /// No level at all.
    #[error("a codebook needs at least one level; none was given")]
    Empty,
    /// A level or threshold is NaN or infinite.
    #[error("{what} {index} is {value:?}; all must be finite numbers")]
    NotFinite {
        /// `level` or `threshold`.
        what: &'static str,
        /// Position, from 0.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// Two neighbours are equal or the wrong way round.
    #[error(
        "{what} {index} is {value:?}, not above its predecessor {before:?}; sort them and drop repeats"
    )]
    NotIncreasing {
        /// `level` or `threshold`.
        what: &'static str,
        /// Position of the offender, from 0.
        index: usize,
        /// What was given there.
        value: f64,
        /// What stands before it.
        before: f64,
    },
    /// The number of thresholds does not fit the number of levels.
    #[error("{levels} levels need {} thresholds; {thresholds} were given", levels - 1)]
    WrongCount {
        /// Levels given.
        levels: usize,
        /// Thresholds given.
        thresholds: usize,
    },
}

impl Codebook {
    /// The codebook whose thresholds are the midpoints of neighbouring levels.
    ///
    /// # Errors
    ///
    /// When the levels are empty, not finite or not strictly increasing.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::quantizer::Codebook;
    /// let max_1960 = Codebook::nearest(vec![-1.510, -0.4528, 0.4528, 1.510])?;
    /// assert_eq!(max_1960.quantize(0.9), 0.4528);
    /// # Ok::<(), hwgq::quantizer::CodebookError>(())
    /// ```
    pub fn nearest(levels: Vec<f64>) -> Result<Self, CodebookError> {
        let thresholds = levels.windows(2).map(|pair| pair[0].midpoint(pair[1])).collect();
        Self::new(levels, thresholds)
    }

    /// A codebook with thresholds of its own.
    ///
    /// # Errors
    ///
    /// When levels or thresholds are not finite or not strictly increasing, or their numbers do
    /// not fit.
    pub fn new(levels: Vec<f64>, thresholds: Vec<f64>) -> Result<Self, CodebookError> {
        if levels.is_empty() {
            return Err(CodebookError::Empty);
        }
        if thresholds.len() + 1 != levels.len() {
            return Err(CodebookError::WrongCount {
                levels: levels.len(),
                thresholds: thresholds.len(),
            });
        }
        check("level", &levels)?;
        check("threshold", &thresholds)?;
        Ok(Self { levels, thresholds, ties: Ties::Down })
    }

    /// The half-wave codebook: zero up to `threshold`, then the positive levels with their
    /// midpoints.
    ///
    /// `Q(x) = 0 if x <= threshold;  q_1 if threshold < x <= (q_1 + q_2)/2;  …`. The paper's
    /// quantizers have `threshold = 0`, those that round have `q_1/2`.
    ///
    /// # Errors
    ///
    /// When the levels are not finite, positive and strictly increasing, or the threshold is not
    /// below the first midpoint.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::quantizer::Codebook;
    /// let caffe = Codebook::half_wave(vec![0.538, 1.076, 1.614], 0.0)?;
    /// assert_eq!(caffe.quantize(1e-9), 0.538); // no dead zone
    /// # Ok::<(), hwgq::quantizer::CodebookError>(())
    /// ```
    ///
    /// # References
    ///
    /// Cai, He, Sun, Vasconcelos, CVPR 2017, eq. (10).
    pub fn half_wave(positive_levels: Vec<f64>, threshold: f64) -> Result<Self, CodebookError> {
        let midpoints = positive_levels.windows(2).map(|pair| pair[0].midpoint(pair[1]));
        let thresholds = std::iter::once(threshold).chain(midpoints).collect();
        let levels = std::iter::once(0.0).chain(positive_levels).collect();
        Self::new(levels, thresholds)
    }

    /// The same codebook with another rule for inputs that equal a threshold.
    #[must_use]
    pub fn with_ties(self, ties: Ties) -> Self {
        Self { ties, ..self }
    }

    /// The codebook of `scale·X + shift`: levels and thresholds moved alike, `scale > 0`.
    ///
    /// # Errors
    ///
    /// When the scale is so small or so large that levels meet or overflow, or it is not positive.
    pub fn stretched(&self, scale: f64, shift: f64) -> Result<Self, CodebookError> {
        let moved = |values: &[f64]| values.iter().map(|x| scale * x + shift).collect();
        let stretched = Self::new(moved(&self.levels), moved(&self.thresholds))?;
        Ok(stretched.with_ties(self.ties))
    }

    /// The codebook of `-X`.
    ///
    /// # Errors
    ///
    /// Never: the mirror image of a codebook is one.
    pub fn mirrored(&self) -> Result<Self, CodebookError> {
        let turned = |values: &[f64]| values.iter().rev().map(|x| -x).collect();
        let ties = if self.ties == Ties::Down { Ties::Up } else { Ties::Down };
        Ok(Self::new(turned(&self.levels), turned(&self.thresholds))?.with_ties(ties))
    }

    /// The highest level, where surrogates clip.
    pub fn top(&self) -> f64 {
        self.levels[self.levels.len() - 1]
    }

    /// The levels, increasing.
    pub fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// The thresholds, increasing, one fewer than the levels.
    pub fn thresholds(&self) -> &[f64] {
        &self.thresholds
    }

    /// Where an input that equals a threshold goes.
    pub fn ties(&self) -> Ties {
        self.ties
    }

    /// The number of levels, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a codebook is never empty")]
    pub fn len(&self) -> usize {
        self.levels.len()
    }

    /// The index of the level of `x`: the number of thresholds below it.
    ///
    /// `-∞` goes to 0 and `∞` to the top. NaN is above no threshold and goes to 0, as in the
    /// paper's Caffe code; [`Codebook::quantize`] hands it on instead.
    pub fn encode(&self, x: f64) -> usize {
        match self.ties {
            Ties::Down => self.thresholds.partition_point(|&threshold| threshold < x),
            Ties::Up => self.thresholds.partition_point(|&threshold| threshold <= x),
        }
    }

    /// The level of `x`; NaN for NaN, so that a broken tensor is seen and not zeroed.
    pub fn quantize(&self, x: f64) -> f64 {
        if x.is_nan() { x } else { self.levels[self.encode(x)] }
    }

    /// The cells with their levels, from left to right; together they cover the line.
    pub fn cells(&self) -> impl Iterator<Item = (Interval, f64)> + '_ {
        let lows = std::iter::once(f64::NEG_INFINITY).chain(self.thresholds.iter().copied());
        let highs = self.thresholds.iter().copied().chain(std::iter::once(f64::INFINITY));
        lows.zip(highs)
            .zip(&self.levels)
            .map(|((low, high), &level)| (Interval::new(low, high), level))
    }
}

fn check(what: &'static str, values: &[f64]) -> Result<(), CodebookError> {
    for (index, &value) in values.iter().enumerate() {
        if !value.is_finite() {
            return Err(CodebookError::NotFinite { what, index, value });
        }
        if index > 0 && value <= values[index - 1] {
            let before = values[index - 1];
            return Err(CodebookError::NotIncreasing { what, index, value, before });
        }
    }
    Ok(())
}
