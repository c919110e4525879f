//! `hwgq redraw`: figures and reports again from the records, or a check that they agree.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::output::say;
use super::{Ending, pages};
use crate::record::Store;

/// Draw figures and reports again from the records of a folder
///
/// A figure is a function of its record: drawn again, it is the same to the byte.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folder that holds records
    #[arg(long, value_name = "DIR", default_value = "notebooks-output")]
    out: PathBuf,
    /// Write nothing; exit with 1 if a file is not what its records redraw
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let store = Store::open(&arguments.out)?;
    let pages = pages::all(&store)?;
    if arguments.check {
        let differs = |name: &String, bytes: &Vec<u8>| {
            fs::read(store.folder().join(name)).map_or(true, |found| found != *bytes)
        };
        let stale: Vec<&String> = pages
            .iter()
            .filter(|(name, bytes)| differs(name, bytes))
            .map(|(name, _)| name)
            .collect();
        for name in &stale {
            say(&format!("{}: not what its records redraw", store.folder().join(name).display()));
        }
        say(&format!(
            "{} of {} files agree with the records",
            pages.len() - stale.len(),
            pages.len()
        ));
        return Ok(if stale.is_empty() { Ending::Done } else { Ending::Refuted });
    }
    for (name, bytes) in &pages {
        store.write_file(name, bytes)?;
    }
    say(&format!("{} files written to {}", pages.len(), store.folder().display()));
    Ok(Ending::Done)
}
