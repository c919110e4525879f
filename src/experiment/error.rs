//! Why a declaration cannot be read, and why an experiment left no record.

use thiserror::Error;

use super::claim::ClaimError;
use crate::density::DensityError;
use crate::design::DesignError;
use crate::quantizer::format::FormatError;
use crate::record::TableError;
use crate::theory::RateDistortionError;
use crate::train::TrainError;

/// Why a declaration cannot be read.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DeclarationError {
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("{file}:{line}:{column}: {message}")]
    Toml {
        /// Where it was read.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong, from the parser.
        message: String,
    },
}

impl DeclarationError {
    /// Places a parser's message in its file.
    pub(super) fn new(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start).min(text.len());
        let before = &text.as_bytes()[..start];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        Self::Toml {
            file: file.to_owned(),
            line: 1 + text[..line_start].lines().count(),
            column: start - line_start + 1,
            message: error.message().replace('\n', "; "),
        }
    }
}

/// Why an experiment left no record.
#[derive(Debug, Error)]
pub enum ExperimentError {
    /// A net could not be trained.
    #[error("training {net} as {run}, seed {seed}: {source}")]
    Train {
        /// The net.
        net: &'static str,
        /// The run.
        run: String,
        /// The seed.
        seed: u64,
        /// Why.
        source: TrainError,
    },
    /// The observer asked to stop.
    #[error("stopped before the experiment was complete; its earlier record is untouched")]
    Stopped,
    /// A codebook could not be designed.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// A parameter of a law is out of range.
    #[error(transparent)]
    Law(#[from] DensityError),
    /// A number format has no such size.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A law or rate without bounds.
    #[error(transparent)]
    Limits(#[from] RateDistortionError),
    /// A table of the experiment is malformed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A claim speaks of something that the record lacks.
    #[error(transparent)]
    Claim(#[from] ClaimError),
    /// No net of the declaration has a recipe for the data set.
    #[error(
        "none of the nets of {id} has a recipe for {data} in preset {preset}; try another data set"
    )]
    NoNet {
        /// The declaration.
        id: String,
        /// The data set.
        data: String,
        /// The preset.
        preset: &'static str,
    },
}
