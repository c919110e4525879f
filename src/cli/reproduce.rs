//! `hwgq reproduce`: every figure and table of the paper, on real images.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Serialize;

use super::choice::{dataset, preset, unknown};
use super::interrupt;
use super::output::{Format, print_csv, print_json, say};
use super::progress::Bar;
use super::{Ending, Usage, claims_table, pages};
use crate::data::{self, Search};
use crate::experiment::{
    Context, Declaration, ExperimentError, Preset, images_to_train, paper, recipes, run,
};
use crate::record::{Claim, Clock, Provenance, Store, read_file};

/// Regenerate the paper's figures and tables, and say which claims hold
///
/// Runs every declaration of experiments/paper on small real images, writes records (CSV with
/// provenance), figures (SVG and PNG), REPORT.md and report.html, and prints the claims beside our
/// numbers.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How much time to take: quick is under 90 seconds on two cores with the digits
    #[arg(long, value_parser = preset(), default_value = "quick")]
    preset: Preset,
    /// The images to train on
    #[arg(long, value_parser = dataset(), default_value = "digits")]
    data: data::Name,
    /// Folder to look in first for images that are not built in
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Folder that records, figures and reports are written to
    #[arg(long, value_name = "DIR", default_value = "notebooks-output")]
    out: PathBuf,
    /// First seed; the repetitions take the ones that follow
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1 << 52))]
    seed: u64,
    /// Threads; results do not depend on their number [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Only these, by id: table-2,figure-4 (see `hwgq explain`)
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Folder of declarations (*.toml) to run in place of the paper's
    #[arg(long, value_name = "DIR")]
    experiments: Option<PathBuf>,
    /// Exit with 1 if a claim is not held, undecided ones included
    #[arg(long)]
    strict: bool,
    /// Form of the claims on standard output
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The contract of `--format json`.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    preset: &'static str,
    data: &'static str,
    seed: u64,
    out: &'a Path,
    seconds: f64,
    claims: &'a [Claim],
}

pub(super) fn run_verb(arguments: &Arguments) -> Result<Ending> {
    let stopwatch = Clock::System.start();
    let declarations = arguments.declarations()?;
    let data = data::load(arguments.data, &Search::from_environment(arguments.data_dir.clone()))?;
    let store = Store::create(&arguments.out)?;
    let context = Context::new(arguments.preset, data, recipes()?, arguments.seed);
    interrupt::watch()?;
    let bar = Bar::new(images_to_train(&declarations, &context));
    let (mut claims, mut halted) = (Vec::new(), None);
    for declaration in &declarations {
        bar.say(format!("{}: {}", declaration.paper, declaration.title));
        match arguments.run_one(declaration, &context, &store, &bar) {
            Ok(judged) => claims.extend(judged),
            Err(error) => {
                if let Some(ExperimentError::NoNet { .. }) = error.downcast_ref() {
                    bar.note(&format!("skipped: {error:#}"));
                } else {
                    halted = Some(error);
                    break;
                }
            }
        }
    }
    bar.finish();
    // Whatever ended the run, what was finished before is kept whole.
    keep_claims(&store, &claims)?;
    for (name, bytes) in pages::all(&store)? {
        store.write_file(name, &bytes)?;
    }
    if let Some(error) = halted {
        if let Some(ExperimentError::Stopped) = error.downcast_ref() {
            say(&format!("{error:#}"));
            return Ok(Ending::Interrupted);
        }
        return Err(error);
    }
    arguments.print(&claims, stopwatch.seconds())?;
    let held = claims.iter().all(|claim| claim.held);
    Ok(if arguments.strict && !held { Ending::Refuted } else { Ending::Done })
}

impl Arguments {
    /// What to run, in order.
    fn declarations(&self) -> Result<Vec<Declaration>> {
        let mut all = match &self.experiments {
            None => paper()?,
            Some(folder) => read_declarations(folder)?,
        };
        for (index, declaration) in all.iter().enumerate() {
            if all[..index].iter().any(|before| before.id == declaration.id) {
                let id = &declaration.id;
                return Err(Usage(format!(
                    "two declarations have the id {id:?}; a record has one"
                ))
                .into());
            }
        }
        for id in &self.only {
            let known: Vec<&str> = all.iter().map(|known| known.id.as_str()).collect();
            if !known.contains(&id.as_str()) {
                return Err(unknown("experiment", id, &known).into());
            }
        }
        all.retain(|declaration| self.only.is_empty() || self.only.contains(&declaration.id));
        Ok(all)
    }

    fn threads(&self) -> usize {
        self.threads.map_or_else(cores, usize::from)
    }

    /// Runs one declaration and keeps its record; its claims, judged.
    fn run_one(
        &self,
        declaration: &Declaration,
        context: &Context,
        store: &Store,
        bar: &Bar,
    ) -> Result<Vec<Claim>> {
        let named = || declaration.id.clone();
        let (started, stopwatch) = (Clock::System.now(), Clock::System.start());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads()).build()?;
        let (record, mut claims) =
            pool.install(|| run(declaration, context, bar)).with_context(named)?;
        let seconds = stopwatch.seconds();
        for claim in &mut claims {
            claim.seconds = seconds;
        }
        let data = if declaration.kind.plan().is_some() { context.data.name.as_str() } else { "" };
        let provenance = Provenance::new(
            self.specification(declaration, context).as_bytes(),
            self.seed,
            data,
            self.threads(),
            started,
            seconds,
        );
        store.write(&record, &provenance)?;
        Ok(claims)
    }

    /// Everything that the numbers of a record follow from, but the images.
    fn specification(&self, declaration: &Declaration, context: &Context) -> String {
        let Context { recipes, .. } = context;
        format!(
            "{}\npreset = {}\nseed = {}\n{recipes:?}",
            declaration.text,
            self.preset.name(),
            self.seed
        )
    }

    fn print(&self, claims: &[Claim], seconds: f64) -> Result<()> {
        match self.format {
            Format::Json => print_json(&Answer {
                preset: self.preset.name(),
                data: self.data.name(),
                seed: self.seed,
                out: &self.out,
                seconds,
                claims,
            })?,
            Format::Csv => print_csv(&claims_table::columns(claims)?)?,
            Format::Table => claims_table::print_claims(claims)?,
        }
        let held = claims.iter().filter(|claim| claim.held).count();
        say(&format!(
            "{held} of {} claims held, seed {}, {seconds:.0} s; the report is {}",
            claims.len(),
            self.seed,
            self.out.join("report.html").display()
        ));
        Ok(())
    }
}

/// Threads that the machine runs at once.
pub(super) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Longest declaration that is read.
const BYTES_MAX: u64 = 1 << 20;

/// Every `*.toml` of a folder, by name.
fn read_declarations(folder: &Path) -> Result<Vec<Declaration>> {
    let named = || folder.display().to_string();
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(named)? {
        let path = entry.with_context(named)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Usage(format!("{} holds no declaration (*.toml)", named())).into());
    }
    files.iter().map(|path| read_declaration(path)).collect()
}

fn read_declaration(path: &Path) -> Result<Declaration> {
    let name = path.display().to_string();
    // A link may lead to a declaration, but only to a regular file.
    let bytes = fs::canonicalize(path).and_then(|path| read_file(&path, BYTES_MAX));
    let text = String::from_utf8(bytes.with_context(|| name.clone())?);
    Ok(Declaration::parse(&name, &text.with_context(|| name.clone())?)?)
}

/// Keeps `fresh` beside the claims on records that were not made this time, in paper order.
fn keep_claims(store: &Store, fresh: &[Claim]) -> Result<()> {
    let order: Vec<String> = paper()?.into_iter().map(|declaration| declaration.id).collect();
    let place =
        |claim: &Claim| order.iter().position(|id| *id == claim.record).unwrap_or(order.len());
    let mut all =
        if store.folder().join("claims.csv").exists() { store.read_claims()? } else { Vec::new() };
    all.retain(|old| fresh.iter().all(|new| new.record != old.record));
    all.extend_from_slice(fresh);
    all.sort_by_key(place);
    Ok(store.write_claims(&all)?)
}
