//! An experiment as its author wrote it: one TOML file with a why and what is expected.

use serde::Deserialize;

use super::claim::{ClaimDeclaration, ClaimError};
use super::error::DeclarationError;
use super::functions::Panel;
use super::ranged::{count, law};
use super::training::TrainingPlan;
use crate::density::LawSpec;

/// One file of `experiments/`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Declaration {
    /// File stem of the record and the figure: `table-2`.
    pub id: String,
    /// The figure, table or section of the paper: `Table 2`.
    pub paper: String,
    /// One line for people.
    pub title: String,
    /// What question the experiment answers, and what stands in for the paper's ImageNet.
    pub why: String,
    /// What to run.
    pub kind: Kind,
    /// What the paper says about it, each tested against our numbers.
    #[serde(default, rename = "claim")]
    pub claims: Vec<ClaimDeclaration>,
    /// Numbers that the paper, or somebody quoting it, reports.
    #[serde(default)]
    pub reported: Vec<Reported>,
    /// The file as it was read, for its digest.
    #[serde(skip)]
    pub text: String,
}

/// What an experiment computes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Kind {
    /// Forward and backward functions, drawn over an interval.
    Functions {
        /// The panels, from left to right.
        panels: Vec<Panel>,
    },
    /// Pre-activations of a trained net against the unit normal.
    Histogram(TrainingPlan),
    /// Error over epochs.
    Curves(TrainingPlan),
    /// Test accuracy at the end.
    Accuracy(TrainingPlan),
    /// Distortion against bits, with the limits of theory.
    Distortion {
        /// Bits of the largest quantizer.
        #[serde(deserialize_with = "count::<1, 12, _, _>")]
        bits_max: u32,
    },
    /// Number formats, rules and designs at equal bits.
    Compare {
        /// The law, as [`crate::density::LawSpec`] reads it.
        #[serde(deserialize_with = "law")]
        law: LawSpec,
        /// Bits of the smallest codes.
        #[serde(deserialize_with = "count::<1, 8, _, _>")]
        bits_min: u32,
        /// Bits of the largest codes.
        #[serde(deserialize_with = "count::<1, 8, _, _>")]
        bits_max: u32,
    },
    /// Forward × backward gaps under the standard normal.
    Mismatch {},
    /// Optimal levels beside published ones.
    Levels {},
    /// Distortion against rate for several laws, between the bounds of theory.
    Limits {
        /// Laws, as `hwgq levels` takes them.
        laws: Vec<String>,
        /// Bits of the largest quantizer.
        #[serde(deserialize_with = "count::<1, 9, _, _>")]
        bits_max: u32,
    },
    /// How fast iterations come to the optimal levels.
    Convergence {
        /// Sizes of quantizers.
        levels: Vec<Size>,
        /// Most rounds of an iteration.
        #[serde(deserialize_with = "count::<1, 1_000_000, _, _>")]
        rounds_max: u32,
        /// Levels of the largest quantizer whose rate of convergence is computed.
        #[serde(deserialize_with = "count::<4, 512, _, _>")]
        rates_to: u32,
    },
}

/// The size of a quantizer whose iterations are followed: 2 to 1024 levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Size(#[serde(deserialize_with = "count::<2, 1024, _, _>")] pub u32);

impl Kind {
    /// The name of the figure that draws it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Functions { .. } => "functions",
            Self::Histogram(_) => "histogram",
            Self::Curves(_) => "curves",
            Self::Accuracy(_) => "accuracy",
            Self::Distortion { .. } => "distortion",
            Self::Compare { .. } => "compare",
            Self::Mismatch {} => "mismatch",
            Self::Levels {} => "levels",
            Self::Limits { .. } => "limits",
            Self::Convergence { .. } => "convergence",
        }
    }

    /// The training behind it, if any.
    pub fn plan(&self) -> Option<&TrainingPlan> {
        match self {
            Self::Histogram(plan) | Self::Curves(plan) | Self::Accuracy(plan) => Some(plan),
            _ => None,
        }
    }
}

/// A number from the literature, for the reader's eye only: nothing is tested against it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reported {
    /// What was measured: `ResNet-18, BW + HWGQ, ImageNet top-1`.
    pub what: String,
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// How sure we are: `quoted by PACT`, `recalled, unverified`.
    pub evidence: String,
}

impl Declaration {
    /// Reads the declaration in `text`; `file` is only named in errors.
    ///
    /// # Errors
    ///
    /// When the text is not TOML, has a key that means nothing here, lacks one, or holds a value of
    /// the wrong type; with file, line and column.
    pub fn parse(file: &str, text: &str) -> Result<Self, DeclarationError> {
        let declaration: Self =
            toml::from_str(text).map_err(|error| DeclarationError::new(file, text, &error))?;
        Ok(Self { text: text.to_owned(), ..declaration })
    }

    /// Checks before any training that nets and runs are declared once, and that claims speak of them.
    ///
    /// # Errors
    ///
    /// When a net or run is repeated, or a claim names a run that is not declared.
    pub fn check(&self) -> Result<(), ClaimError> {
        let Some(plan) = self.kind.plan() else { return Ok(()) };
        let nets: Vec<&str> = plan.nets.iter().map(|net| net.name()).collect();
        let runs: Vec<&str> = plan.runs.iter().map(|run| run.name.as_str()).collect();
        let claimed = self.claims.iter().flat_map(|claim| claim.rule.runs());
        for (what, names, all) in [("net", nets.clone(), &nets), ("run", runs.clone(), &runs)]
            .into_iter()
            .chain([("run", claimed.collect(), &runs)])
        {
            for name in names {
                let found = all.iter().filter(|known| **known == name).count();
                if found != 1 {
                    return Err(ClaimError::Declared { what: format!("{what} {name:?}"), found });
                }
            }
        }
        Ok(())
    }
}
