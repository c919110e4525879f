//! The law of the input, as every verb about a law asks for it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Deserialize;

use super::Usage;
use crate::density::{Affine, Density, LawSpec, Mixture};

/// Which law, and how it is stretched.
#[derive(Debug, Args)]
pub(super) struct LawArguments {
    /// The law of the input, such as gaussian, half-wave, student-t(nu=5); `hwgq explain` lists them
    #[arg(long, value_name = "LAW", default_value = "half-wave", value_parser = parse)]
    law: LawSpec,
    /// A TOML file of laws with weights, in place of one law
    #[arg(long, value_name = "FILE", conflicts_with = "law")]
    mixture: Option<PathBuf>,
    /// Multiply the input by this; a negative number mirrors the law
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    scale: Option<f64>,
    /// Add this to the input, after scaling
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    shift: Option<f64>,
}

fn parse(text: &str) -> Result<LawSpec, String> {
    text.parse().map_err(|error: crate::density::DensityError| error.to_string())
}

impl LawArguments {
    /// Whether it is the half wave, louder or softer, for which the conventions of zero are defined.
    pub(super) fn is_half_wave(&self) -> bool {
        let stays = self.shift.is_none() && self.scale.is_none_or(|scale| scale > 0.0);
        stays && self.mixture.is_none() && self.law.family().name == "half-wave"
    }

    /// The law.
    pub(super) fn law(&self) -> Result<Arc<dyn Density>> {
        let law = match &self.mixture {
            Some(path) => mixture(path)?,
            None => self.law.law()?,
        };
        if self.scale.is_none() && self.shift.is_none() {
            return Ok(law);
        }
        let stretched = Affine::new(law, self.scale.unwrap_or(1.0), self.shift.unwrap_or(0.0));
        Ok(Arc::new(stretched.map_err(|error| Usage(error.to_string()))?))
    }
}

/// The form of a mixture file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MixtureFile {
    component: Vec<Component>,
}

/// One law of a mixture: `weight · (scale · law + shift)`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Component {
    weight: f64,
    law: String,
    scale: Option<f64>,
    shift: Option<f64>,
}

/// A mixture file is a page of text; more is a mistake.
const BYTES_MAX: u64 = 1 << 20;

fn mixture(path: &std::path::Path) -> Result<Arc<dyn Density>> {
    let name = || path.display().to_string();
    let length = std::fs::metadata(path).with_context(name)?.len();
    if length > BYTES_MAX {
        anyhow::bail!(
            "{}: {length} bytes are no mixture file; at most {BYTES_MAX} are read",
            name()
        );
    }
    let text = std::fs::read_to_string(path).with_context(name)?;
    let file: MixtureFile = toml::from_str(&text).with_context(name)?;
    let mut components = Vec::with_capacity(file.component.len());
    for part in file.component {
        let law = part.law.parse::<LawSpec>().and_then(|spec| spec.law()).with_context(name)?;
        let law: Arc<dyn Density> = match (part.scale, part.shift) {
            (None, None) => law,
            (scale, shift) => Arc::new(
                Affine::new(law, scale.unwrap_or(1.0), shift.unwrap_or(0.0)).with_context(name)?,
            ),
        };
        components.push((part.weight, law));
    }
    Ok(Arc::new(Mixture::new(components).with_context(name)?))
}
