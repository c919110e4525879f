//! A claim of the paper as a rule over a record, so that it can fail.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

use super::ranged::{finite, non_negative};
use super::statistics::Interval95;
use crate::record::{Record, Table, TableError};

/// A claim as declared.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClaimDeclaration {
    /// The claim in one sentence.
    pub claim: String,
    /// The paper's finding, marked where it is only recalled.
    pub paper: String,
    /// What the measured number is, where the rule's own words would be clumsy.
    #[serde(default)]
    pub quantity: Option<String>,
    /// What must be true of the record.
    pub rule: Rule,
}

/// What must be true of a record for a claim to hold.
///
/// The rules over runs speak of test accuracy, paired by seed: both runs of a pair saw the same
/// batches in the same order. A claim holds when it is true of the whole 95 % interval of the
/// difference, and is refuted when it is false of the whole interval; in between it is undecided.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Rule {
    /// `run` is more accurate than `than`.
    Better {
        /// The run that should win.
        run: String,
        /// The run that should lose.
        than: String,
    },
    /// `run` is no further than `within` points from `to`.
    Close {
        /// One run.
        run: String,
        /// The other.
        to: String,
        /// Largest absolute difference of the means, in points.
        #[serde(deserialize_with = "non_negative")]
        within: f64,
    },
    /// The last run is more accurate than the first, and no step on the way is surely a fall.
    Rising {
        /// The runs, at least two, from the one that should be worst.
        runs: Vec<String>,
    },
    /// `run` reaches `accuracy`.
    AtLeast {
        /// The run.
        run: String,
        /// Least mean test accuracy, in percent.
        #[serde(deserialize_with = "finite")]
        accuracy: f64,
    },
    /// One number of the record lies within `tolerance` of `value`.
    Equals {
        /// Which number.
        of: Selector,
        /// What it should be.
        #[serde(deserialize_with = "finite")]
        value: f64,
        /// Largest absolute difference.
        #[serde(deserialize_with = "non_negative")]
        tolerance: f64,
    },
    /// No number of a selection exceeds `limit`.
    AtMost {
        /// Which numbers.
        of: Selector,
        /// The limit, included.
        #[serde(deserialize_with = "finite")]
        limit: f64,
    },
    /// The selected numbers increase in the given order.
    Ascending {
        /// One number each.
        of: Vec<Selector>,
    },
}

/// Cells of one column: the rows in which other columns hold given words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Selector {
    /// The table.
    pub table: String,
    /// The column of numbers.
    pub column: String,
    /// Column → word; all must match.
    #[serde(default, rename = "where")]
    pub rows: BTreeMap<String, String>,
}

/// Why a rule cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ClaimError {
    /// The record lacks the table.
    #[error("record {record} has no table {table}")]
    NoTable {
        /// The record.
        record: String,
        /// The table asked for.
        table: String,
    },
    /// The table lacks the column.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A rule speaks of a run that is not declared, or a run or net is declared twice.
    #[error("{what} is declared {found} times; it must be once")]
    Declared {
        /// The run or net.
        what: String,
        /// How often it is declared.
        found: usize,
    },
    /// Runs that should be paired by seed have other seeds.
    #[error("{what} and its pair were not trained with the same seeds")]
    Unpaired {
        /// One of the runs.
        what: String,
    },
    /// A selection is empty, or has not the size that the rule needs.
    #[error("{what} selects {found}, the rule needs {needed}")]
    Selection {
        /// The selection, as declared.
        what: String,
        /// How many numbers it found.
        found: usize,
        /// How many make sense.
        needed: &'static str,
    },
}

/// What a rule made of a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    pub(super) ours: f64,
    pub(super) unit: &'static str,
    pub(super) quantity: String,
    pub(super) spread: Option<f64>,
    pub(super) held: bool,
    pub(super) decided: bool,
}

impl Rule {
    /// The runs that the rule speaks of.
    pub(super) fn runs(&self) -> Vec<&str> {
        match self {
            Self::Better { run, than: other } | Self::Close { run, to: other, .. } => {
                vec![run, other]
            }
            Self::Rising { runs } => runs.iter().map(String::as_str).collect(),
            Self::AtLeast { run, .. } => vec![run],
            Self::Equals { .. } | Self::AtMost { .. } | Self::Ascending { .. } => Vec::new(),
        }
    }

    /// One verdict for each net the rule speaks of, or one for the record.
    pub(super) fn judge(&self, record: &Record) -> Result<Vec<Verdict>, ClaimError> {
        match self {
            Self::Equals { of, value, tolerance } => {
                let ours = of.single(record)?;
                let quantity = format!("{}, expected {value} ± {tolerance}", of.describe());
                Ok(vec![exact(ours, quantity, (ours - value).abs() <= *tolerance)])
            }
            Self::AtMost { of, limit } => {
                // Not `f64::max`, which passes over NaN: what is no number exceeds any limit.
                let larger = |a: f64, b: f64| if a.is_nan() || a > b { a } else { b };
                let largest = of.numbers(record)?.into_iter().fold(f64::NEG_INFINITY, larger);
                let quantity = format!("largest {}, allowed {limit}", of.describe());
                Ok(vec![exact(largest, quantity, largest <= *limit)])
            }
            Self::Ascending { of } => {
                at_least_two("ascending", of.len())?;
                let values =
                    of.iter().map(|one| one.single(record)).collect::<Result<Vec<_>, _>>()?;
                let held = values.windows(2).all(|pair| pair[0] < pair[1]);
                let ratio = values.last().copied().unwrap_or(f64::NAN) / values[0];
                let ends = (of.first(), of.last());
                let name = |one: Option<&Selector>| one.map_or(String::new(), Selector::describe);
                let quantity = format!("{} over {}", name(ends.1), name(ends.0));
                Ok(vec![exact(ratio, quantity, held)])
            }
            _ => self.judge_runs(record),
        }
    }

    fn judge_runs(&self, record: &Record) -> Result<Vec<Verdict>, ClaimError> {
        let accuracies = Accuracies::of(record)?;
        accuracies.groups().into_iter().map(|group| self.judge_group(&accuracies, group)).collect()
    }

    fn judge_group(&self, all: &Accuracies, group: &str) -> Result<Verdict, ClaimError> {
        let difference = |run: &str, base: &str| -> Result<Interval95, ClaimError> {
            let (run, base) = (all.run(group, run)?, all.run(group, base)?);
            if !run.iter().map(|one| one.0).eq(base.iter().map(|one| one.0)) {
                return Err(ClaimError::Unpaired { what: group.to_owned() });
            }
            let pairs = run.iter().zip(&base).map(|(ours, theirs)| ours.1 - theirs.1);
            Ok(Interval95::of(&pairs.collect::<Vec<_>>()))
        };
        let (interval, quantity, truth, unit) = match self {
            Self::Better { run, than } => {
                let gain = difference(run, than)?;
                (gain, format!("{group}: {run} minus {than}"), gain.above(0.0), "points")
            }
            Self::Close { run, to, within } => {
                let gap = difference(run, to)?;
                let quantity = format!("{group}: {run} minus {to}, allowed ±{within}");
                (gap, quantity, gap.inside(*within), "points")
            }
            Self::Rising { runs } => {
                at_least_two("rising", runs.len())?;
                let ends = (&runs[0], &runs[runs.len() - 1]);
                let gain = difference(ends.1, ends.0)?;
                let mut truth = gain.above(0.0);
                for step in runs.windows(2) {
                    // A step that surely falls refutes the claim; one that may rise does not.
                    if difference(&step[1], &step[0])?.above(0.0) == Some(false) {
                        truth = Some(false);
                    }
                }
                (gain, format!("{group}: {} minus {}", ends.1, ends.0), truth, "points")
            }
            Self::AtLeast { run, accuracy } => {
                let accuracies: Vec<f64> = all.run(group, run)?.iter().map(|one| one.1).collect();
                let reached = Interval95::of(&accuracies);
                let quantity = format!("{group}: {run}, asked {accuracy}");
                (reached, quantity, reached.above(*accuracy), "%")
            }
            Self::Equals { .. } | Self::AtMost { .. } | Self::Ascending { .. } => {
                unreachable!("judged over the whole record")
            }
        };
        let spread = (!interval.half_width.is_nan()).then_some(interval.half_width);
        let (held, decided) = (truth == Some(true), truth.is_some());
        Ok(Verdict { ours: interval.mean, unit, quantity, spread, held, decided })
    }
}

fn at_least_two(what: &str, found: usize) -> Result<(), ClaimError> {
    let needed = "at least two, to have an order";
    let refusal = || ClaimError::Selection { what: what.to_owned(), found, needed };
    (found >= 2).then_some(()).ok_or_else(refusal)
}

fn exact(ours: f64, quantity: String, held: bool) -> Verdict {
    Verdict { ours, unit: "", quantity, spread: None, held, decided: true }
}

impl Selector {
    fn describe(&self) -> String {
        let rows: Vec<&str> = self.rows.values().map(String::as_str).collect();
        if rows.is_empty() {
            self.column.clone()
        } else {
            format!("{} of {}", self.column, rows.join(" / "))
        }
    }

    fn numbers(&self, record: &Record) -> Result<Vec<f64>, ClaimError> {
        let table = find(record, &self.table)?;
        let column = table.numbers(&self.column)?;
        let mut chosen = vec![true; table.rows()];
        for (name, word) in &self.rows {
            for (keep, cell) in chosen.iter_mut().zip(table.words(name)?) {
                *keep &= cell == word;
            }
        }
        let found: Vec<f64> =
            column.iter().zip(chosen).filter_map(|(&value, keep)| keep.then_some(value)).collect();
        if found.is_empty() {
            return Err(ClaimError::Selection {
                what: self.describe(),
                found: 0,
                needed: "at least one",
            });
        }
        Ok(found)
    }

    fn single(&self, record: &Record) -> Result<f64, ClaimError> {
        match self.numbers(record)?.as_slice() {
            &[value] => Ok(value),
            several => Err(ClaimError::Selection {
                what: self.describe(),
                found: several.len(),
                needed: "exactly one",
            }),
        }
    }
}

fn find<'a>(record: &'a Record, table: &str) -> Result<&'a Table, ClaimError> {
    record
        .table(table)
        .ok_or_else(|| ClaimError::NoTable { record: record.id.clone(), table: table.to_owned() })
}

/// Net, run, seed and test accuracy.
struct Accuracies<'a>(Vec<(&'a str, &'a str, f64, f64)>);

impl<'a> Accuracies<'a> {
    fn of(record: &'a Record) -> Result<Self, ClaimError> {
        let table = find(record, "runs")?;
        let groups = table.words("group")?.iter().zip(table.words("run")?);
        let values = table.numbers("seed")?.iter().zip(table.numbers("accuracy_test")?);
        let rows = groups.zip(values);
        let row = |((group, run), (&seed, &value)): ((&'a String, &'a String), (&f64, &f64))| {
            (group.as_str(), run.as_str(), seed, value)
        };
        Ok(Self(rows.map(row).collect()))
    }

    fn groups(&self) -> Vec<&'a str> {
        let mut groups: Vec<&str> = self.0.iter().map(|&(group, ..)| group).collect();
        groups.dedup();
        groups
    }

    /// Seeds and accuracies of a run.
    fn run(&self, group: &str, run: &str) -> Result<Vec<(f64, f64)>, ClaimError> {
        let rows = self.0.iter().filter(|row| row.0 == group && row.1 == run);
        let values: Vec<(f64, f64)> = rows.map(|&(_, _, seed, value)| (seed, value)).collect();
        if values.is_empty() {
            let what = format!("run {run} of {group}");
            return Err(ClaimError::Selection { what, found: 0, needed: "one a seed" });
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests;
