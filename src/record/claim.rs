//! A sentence of the paper beside what we measured.

use serde::{Deserialize, Serialize};

/// One row of the table that `hwgq reproduce` ends with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The figure or table of the paper: `Table 2`.
    pub id: String,
    /// The record that it was judged by: `table-2`.
    pub record: String,
    /// The claim in one sentence.
    pub claim: String,
    /// What the paper reports, and how sure we are that it does.
    pub paper: String,
    /// The number we measured.
    pub ours: f64,
    /// Its unit: `points`, `%`, empty for a pure number.
    pub unit: String,
    /// What the number is: `HWGQ minus sign, test accuracy`.
    pub quantity: String,
    /// Half the width of the 95 % confidence interval over seeds; absent for exact numbers.
    pub spread: Option<f64>,
    /// Whether our number bears the claim out, whatever lies within its spread.
    pub held: bool,
    /// Whether it bears out the claim or its opposite; if not, more seeds are needed.
    pub decided: bool,
    /// Time the experiment behind it took.
    pub seconds: f64,
}
