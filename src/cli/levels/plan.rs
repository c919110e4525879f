//! What `hwgq levels` was asked for, designed, with its evidence.

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::super::Usage;
use super::{Size, ZeroName};
use crate::density::Density;
use crate::design::{
    Certificate, Companding, Design as _, Designed, EntropyCoded, Spacing, certified,
};
use crate::theory::RateDistortion;

/// How the levels are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum SpacingName {
    /// Every level at the centroid of its cell
    #[default]
    LloydMax,
    /// Levels one step apart: mid-rise for an even number, mid-tread for an odd one
    Uniform,
    /// The same with a power of two as the step
    PowerOfTwo,
    /// Uniform behind the compressor ∫p^{1/3} of Panter and Dite
    Companding,
    /// Least distortion at an entropy (ECSQ): give --rate or --lambda
    EntropyCoded,
}

impl SpacingName {
    /// Whether a half-wave quantizer of this kind holds zero apart.
    pub(super) fn keeps_zero(self) -> bool {
        matches!(self, Self::LloydMax | Self::Uniform | Self::PowerOfTwo)
    }

    /// The name on the command line and in the answer.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LloydMax => "lloyd-max",
            Self::Uniform => "uniform",
            Self::PowerOfTwo => "power-of-two",
            Self::Companding => "companding",
            Self::EntropyCoded => "entropy-coded",
        }
    }
}

/// How much an entropy coder may spend.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct Price {
    /// Entropy-coded: bits a sample after entropy coding, 0.01 to 12
    #[arg(long, value_name = "BITS")]
    rate: Option<f64>,
    /// Entropy-coded: how much distortion a bit is worth, in the unit of the input squared
    #[arg(long, value_name = "L")]
    lambda: Option<f64>,
}

/// The codebook, and what proves it.
pub(super) fn plan(
    law: &dyn Density,
    spacing: SpacingName,
    zero: Option<ZeroName>,
    size: &Size,
    price: &Price,
) -> Result<(Designed, Certificate)> {
    let spent = price.rate.map(EntropyCoded::Rate).or(price.lambda.map(EntropyCoded::Lambda));
    let of_size = |spacing: Option<Spacing>| {
        if spent.is_some() {
            return Err(usage("--rate and --lambda go with --spacing entropy-coded"));
        }
        let levels = size.levels().ok_or_else(|| usage(NEEDS_SIZE))?;
        if let Some(spacing) = spacing {
            return Ok(certified(law, spacing, zero.map(ZeroName::convention), levels)?);
        }
        let designed = Companding::PanterDite.design(law, levels)?;
        let free = certified(law, Spacing::LloydMax, None, levels)?.1;
        let certificate = Certificate::stationary(&designed, free.lower_bound);
        Ok((designed, certificate))
    };
    match spacing {
        SpacingName::LloydMax => of_size(Some(Spacing::LloydMax)),
        SpacingName::Uniform => of_size(Some(Spacing::Uniform)),
        SpacingName::PowerOfTwo => of_size(Some(Spacing::PowerOfTwo)),
        SpacingName::Companding => of_size(None),
        SpacingName::EntropyCoded => {
            let spent = spent.ok_or_else(|| usage(NEEDS_PRICE))?;
            if size.levels().is_some() {
                return Err(usage(OWN_SIZE));
            }
            let found = spent.design(law)?;
            let bound = shannon(law, found.rate_bits);
            let certificate = Certificate::stationary(&found.designed, bound);
            Ok((found.designed, certificate))
        }
    }
}

const NEEDS_PRICE: &str = "--spacing entropy-coded needs --rate BITS or --lambda L";
const OWN_SIZE: &str = "--spacing entropy-coded finds the number of levels itself; leave out --levels and --bits, or use --rate";
const NEEDS_SIZE: &str = "how many levels? Give --levels N or --bits B";

fn usage(text: &str) -> anyhow::Error {
    Usage(text.to_owned()).into()
}

/// What no code of that rate can beat; 0 where it is not computed.
fn shannon(law: &dyn Density, rate_bits: f64) -> f64 {
    let bound = RateDistortion::new(law).and_then(|mut bound| bound.at_rate(rate_bits));
    bound.map_or(0.0, |bound| bound.lower)
}
