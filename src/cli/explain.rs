//! `hwgq explain`: what a scheme, law, figure or table is.

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::Ending;
use super::choice::unknown;
use super::output::{Format, print, print_csv, print_json};
use crate::density::{FAMILIES, Family};
use crate::experiment::{Declaration, paper};
use crate::record::{Column, Table, Values};
use crate::scheme::{Scheme, ZOO};

/// Say what a scheme, function, law, figure or table is
///
/// Schemes and functions come with their forward formula, backward formula and reference; laws with
/// their parameters; figures and tables of the paper with their question and the claims tested.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A name such as hwgq, log-tailed, half-wave or table-4; without one, all names are listed
    name: Option<String>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Anything that can be explained.
#[derive(Debug, Serialize)]
struct Entry {
    name: String,
    kind: &'static str,
    summary: String,
    /// Line by line, as printed.
    text: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let entries = entries()?;
    match &arguments.name {
        None => list(&entries, arguments.format)?,
        Some(name) => {
            let entry = entries.iter().find(|entry| entry.name == *name);
            let known: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
            let entry = entry.ok_or_else(|| unknown("entry", name, &known))?;
            match arguments.format {
                Format::Table => print(&format!("{}\n", entry.text))?,
                Format::Json => print_json(entry)?,
                Format::Csv => print_csv(&table(std::slice::from_ref(entry))?)?,
            }
        }
    }
    Ok(Ending::Done)
}

fn entries() -> Result<Vec<Entry>> {
    let schemes = ZOO.iter().map(of_scheme);
    let laws = FAMILIES.iter().map(of_law).collect::<Result<Vec<_>, _>>()?;
    let mut all: Vec<Entry> = schemes.chain(laws).collect();
    all.extend(paper()?.iter().map(of_experiment));
    Ok(all)
}

fn of_scheme(scheme: &Scheme) -> Entry {
    Entry {
        name: scheme.name.to_owned(),
        kind: "scheme",
        summary: scheme.summary.to_owned(),
        text: scheme.to_string(),
    }
}

fn of_law(family: &Family) -> Result<Entry> {
    let defaults: Vec<f64> = family.parameters.iter().map(|parameter| parameter.default).collect();
    let law = family.law(&defaults)?;
    let support = law.support();
    let summary = format!("the law {}", family.formula);
    let mut lines = vec![
        format!("{}: {summary}", family.name),
        format!("  support    ({:?}, {:?}]", support.low, support.high),
    ];
    for parameter in family.parameters {
        lines
            .push(format!("  parameter  {}, {} when not given", parameter.name, parameter.default));
    }
    for (point, mass) in law.atoms() {
        lines.push(format!("  atom       probability {mass} at {point}"));
    }
    lines.push(if law.is_log_concave() {
        "  levels     log-concave: one stationary quantizer of each size".to_owned()
    } else {
        "  levels     not log-concave: several stationary quantizers may exist".to_owned()
    });
    lines.push(format!("  design     hwgq levels --law {} --bits 2", family.name));
    Ok(Entry { name: family.name.to_owned(), kind: "law", summary, text: lines.join("\n") })
}

fn of_experiment(declaration: &Declaration) -> Entry {
    let summary = format!("{}: {}", declaration.paper, declaration.title);
    let mut lines = vec![format!("{summary}\n"), declaration.why.trim().to_owned()];
    for claim in &declaration.claims {
        lines.push(format!("\n  claim      {}\n  paper      {}", claim.claim, claim.paper));
    }
    lines.push(format!("\n  run        hwgq reproduce --only {}", declaration.id));
    Entry { name: declaration.id.clone(), kind: "experiment", summary, text: lines.join("\n") }
}

fn list(entries: &[Entry], format: Format) -> Result<()> {
    match format {
        Format::Json => print_json(&entries),
        Format::Csv => print_csv(&table(entries)?),
        Format::Table => {
            let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
            let line = |entry: &Entry| format!("{:width$}  {}\n", entry.name, entry.summary);
            print(&entries.iter().map(line).collect::<String>())
        }
    }
}

fn table(entries: &[Entry]) -> Result<Table> {
    let column = |name: &str, of: fn(&Entry) -> &str| Column {
        name: name.to_owned(),
        unit: String::new(),
        values: Values::Text(entries.iter().map(|entry| of(entry).to_owned()).collect()),
    };
    Ok(Table::new(
        "explain",
        vec![
            column("name", |entry| &entry.name),
            column("kind", |entry| entry.kind),
            column("summary", |entry| &entry.summary),
            column("text", |entry| &entry.text),
        ],
    )?)
}
