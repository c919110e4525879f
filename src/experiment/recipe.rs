//! How long and how wide to train: one recipe for each preset, data set and net.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::DeclarationError;
use super::ranged::{count, learning_rate, optional_count};

/// How much time a reproduction may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Every figure and table in under 90 seconds on two cores.
    Quick,
    /// Longer training, more seeds, wider nets.
    Full,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 2] = [Self::Quick, Self::Full];

    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }
}

/// Everything about a training run that the experiment itself does not vary.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipe {
    /// Passes over the training images.
    #[serde(deserialize_with = "count::<1, 100_000, _, _>")]
    pub epochs: usize,
    /// Repetitions, with seeds `seed, seed + 1, …`.
    #[serde(deserialize_with = "count::<1, 1000, _, _>")]
    pub seeds: u64,
    /// Images in a batch.
    #[serde(deserialize_with = "count::<2, 65_536, _, _>")]
    pub batch: usize,
    /// Learning rate of the first step.
    #[serde(deserialize_with = "learning_rate")]
    pub learning_rate: f64,
    /// Units of a hidden fully connected layer (mlp).
    #[serde(default, deserialize_with = "optional_count::<1, 16_384, _, _>")]
    pub hidden: Option<usize>,
    /// Channels of the first convolution (vgg-small).
    #[serde(default, deserialize_with = "optional_count::<1, 512, _, _>")]
    pub width: Option<usize>,
}

/// Recipes by preset, data set and net; a net that is absent does not suit the data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Recipes(BTreeMap<String, BTreeMap<String, BTreeMap<String, Recipe>>>);

impl Recipes {
    /// Reads the recipes in `text`; `file` is only named in errors.
    ///
    /// # Errors
    ///
    /// When the text is not TOML, or a recipe has an unknown key, lacks one, or holds a value of the
    /// wrong type; with file, line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, DeclarationError> {
        toml::from_str(text).map_err(|error| DeclarationError::new(file, text, &error))
    }

    /// The recipe of `net` on `data`, if the preset has one.
    pub fn find(&self, preset: Preset, data: &str, net: &str) -> Option<&Recipe> {
        self.0.get(preset.name())?.get(data)?.get(net)
    }
}
