//! `hwgq data`: which data sets there are and where they were found.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::Ending;
use super::output::{Format, print, print_csv, print_json};
use crate::data::{Listing, Place, Search, list};
use crate::record::{Column, Table, Values};

/// Say which data sets are found, where they were looked for, and how to get them
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List every data set
    List(ListArguments),
}

#[derive(Debug, Args)]
struct ListArguments {
    /// Folder to look in first
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    train: usize,
    validation: usize,
    test: usize,
    height: usize,
    width: usize,
    classes: usize,
    found: Option<String>,
    looked_in: Vec<PathBuf>,
    how_to_get: &'static str,
    licence: &'static str,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let Verb::List(arguments) = &arguments.verb;
    let search = Search::from_environment(arguments.data_dir.clone());
    let rows: Vec<Row> = list(&search).iter().map(row).collect();
    match arguments.format {
        Format::Json => print_json(&rows)?,
        Format::Csv => print_csv(&table(&rows)?)?,
        Format::Table => {
            print(&format!("{}\n", rows.iter().map(block).collect::<Vec<_>>().join("\n\n")))?;
        }
    }
    Ok(Ending::Done)
}

fn row(listing: &Listing) -> Row {
    let facts = listing.name.facts();
    let ([train, validation, test], [height, width]) = (facts.split, facts.size);
    let found = match &listing.place {
        Place::Embedded => Some("built in".to_owned()),
        Place::Folder(folder) => Some(folder.display().to_string()),
        Place::Missing => None,
    };
    Row {
        name: listing.name.name(),
        train,
        validation,
        test,
        height,
        width,
        classes: facts.classes,
        found,
        looked_in: listing.looked_in.clone(),
        how_to_get: facts.how_to_get,
        licence: facts.licence,
    }
}

const COLUMNS: [&str; 7] =
    ["name", "images", "size", "found", "looked_in", "how_to_get", "licence"];

/// A row in words, in the order of [`COLUMNS`].
fn words(row: &Row) -> [String; 7] {
    let folders = row.looked_in.iter().map(|folder| folder.display().to_string());
    [
        row.name.to_owned(),
        format!("{} + {} + {}", row.train, row.validation, row.test),
        format!("{}×{}", row.height, row.width),
        row.found.clone().unwrap_or_else(|| "not found".to_owned()),
        folders.collect::<Vec<_>>().join("\n"),
        row.how_to_get.to_owned(),
        row.licence.to_owned(),
    ]
}

/// A row for people: a heading, and a line for each thing worth saying.
fn block(row: &Row) -> String {
    let [name, images, size, found, looked_in, how_to_get, licence] = words(row);
    let mut lines = vec![
        format!("{name}: {images} images of {size} for training, validation and test"),
        format!("  found      {found}"),
    ];
    for (index, folder) in looked_in.lines().enumerate() {
        lines.push(format!("  {:<9}  {folder}", if index == 0 { "looked in" } else { "" }));
    }
    if row.found.is_none() {
        lines.push(format!("  to get it  {how_to_get}"));
    }
    lines.push(format!("  licence    {licence}"));
    lines.join("\n")
}

fn table(rows: &[Row]) -> Result<Table> {
    let rows: Vec<[String; 7]> = rows.iter().map(words).collect();
    let column = |(index, name): (usize, &&str)| Column {
        name: (*name).to_owned(),
        unit: String::new(),
        values: Values::Text(rows.iter().map(|row| row[index].clone()).collect()),
    };
    Ok(Table::new("data", COLUMNS.iter().enumerate().map(column).collect())?)
}
