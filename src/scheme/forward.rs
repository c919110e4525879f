//! The activation functions of the forward pass, by name.

use serde::{Deserialize, Serialize};

use super::Backward;
use crate::density::Gaussian;
use crate::design::{CAFFE_UNIFORM, Design, DesignError, HalfWave, Spacing, Zero};
use crate::quantizer::{Codebook, CodebookError, Ties};
use crate::surrogate::{HardTanh, Relu, Surrogate};

/// What a layer applies to its normalised pre-activations in the forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forward {
    /// `max(0, x)`, not quantized.
    Relu,
    /// `max(-1, min(1, x))`, not quantized.
    HardTanh,
    /// `+1 if x >= 0, else -1`, the paper's eq. (3).
    Sign,
    /// The paper's quantizer: levels `i·Δ`, and every positive input goes at least to `Δ`.
    Hwgq,
    /// The same convention at zero with Lloyd-Max levels.
    HwgqLloyd,
    /// Levels `i·Δ` with rounding: inputs up to `Δ/2` go to zero.
    HwgqZeroCell,
}

impl Forward {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Relu, Self::HardTanh, Self::Sign, Self::Hwgq, Self::HwgqLloyd, Self::HwgqZeroCell];

    /// As it is typed: `relu`, `hard-tanh`, `sign`, `hwgq`, `hwgq-lloyd`, `hwgq-zero-cell`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::HardTanh => "hard-tanh",
            Self::Sign => "sign",
            Self::Hwgq => "hwgq",
            Self::HwgqLloyd => "hwgq-lloyd",
            Self::HwgqZeroCell => "hwgq-zero-cell",
        }
    }

    /// The codebook that networks train with; `None` for activations that are not quantized.
    ///
    /// Two sets of levels go by the name of the two-bit HWGQ, and both ship. The released networks
    /// use 0.538, 1.076, 1.614, found by Lloyd's algorithm on a sample; the exact step is
    /// 0.538 811 923 4. Their distortions differ by a factor of 1.000 01, far below anything that
    /// training can see, so networks get the released constants and stay comparable to the
    /// published ones; [`Forward::exact_codebook`] gives the optimum, which the theory needs. For
    /// every other function and size the two are the same.
    ///
    /// The sign has its two levels whatever the number of positive levels.
    ///
    /// # Errors
    ///
    /// When there is no such size: 0 positive levels, or more than a codebook may hold.
    pub fn codebook(self, positive_levels: usize) -> Result<Option<Codebook>, DesignError> {
        if self == Self::Hwgq && positive_levels == CAFFE_UNIFORM.len() {
            return Ok(Some(Codebook::half_wave(CAFFE_UNIFORM.to_vec(), 0.0)?));
        }
        self.exact_codebook(positive_levels)
    }

    /// The codebook of least distortion for a standard normal input, at every size.
    ///
    /// # Errors
    ///
    /// When there is no such size: 0 positive levels, or more than a codebook may hold.
    ///
    /// # Examples
    ///
    /// ```
    /// use hwgq::scheme::Forward;
    /// let two = Forward::HwgqLloyd.exact_codebook(2)?.unwrap();
    /// assert!((two.levels()[1] - 0.453).abs() < 5e-4); // the released Caffe models
    /// assert!((two.levels()[2] - 1.51).abs() < 5e-3);
    /// # Ok::<(), hwgq::design::DesignError>(())
    /// ```
    pub fn exact_codebook(self, positive_levels: usize) -> Result<Option<Codebook>, DesignError> {
        let half_wave = |spacing, zero| {
            let levels = positive_levels.saturating_add(1);
            let designed = HalfWave { spacing, zero }.design(&Gaussian::STANDARD, levels)?;
            Ok(Some(designed.codebook))
        };
        match self {
            Self::Relu | Self::HardTanh => Ok(None),
            Self::Sign => Ok(Some(sign()?)),
            Self::Hwgq => half_wave(Spacing::Uniform, Zero::NonPositive),
            Self::HwgqLloyd => half_wave(Spacing::LloydMax, Zero::NonPositive),
            Self::HwgqZeroCell => half_wave(Spacing::Uniform, Zero::Cell),
        }
    }

    /// The function that the activation would be at full precision: itself where it is not
    /// quantized, the hard tanh for the sign, the rectifier for the half waves.
    pub fn full_precision(self) -> Box<dyn Surrogate> {
        match self {
            Self::HardTanh | Self::Sign => Box::new(HardTanh),
            Self::Relu | Self::Hwgq | Self::HwgqLloyd | Self::HwgqZeroCell => Box::new(Relu),
        }
    }

    /// The backward function it is usually trained with.
    pub const fn default_backward(self) -> Backward {
        match self {
            Self::Sign | Self::HardTanh => Backward::HardTanh,
            Self::Relu => Backward::Relu,
            Self::Hwgq | Self::HwgqLloyd | Self::HwgqZeroCell => Backward::Clipped,
        }
    }
}

/// `sign(x) = +1 if x >= 0, else -1`.
fn sign() -> Result<Codebook, CodebookError> {
    Ok(Codebook::nearest(vec![-1.0, 1.0])?.with_ties(Ties::Up))
}
