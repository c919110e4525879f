//! Floor 8: the command line, one verb a file.

mod bench;
mod bounds;
mod choice;
mod claims_table;
mod compare;
mod data;
mod explain;
mod fit;
mod interrupt;
mod law;
mod levels;
mod mismatch;
mod output;
mod pages;
mod progress;
mod redraw;
mod reproduce;
mod train;
mod verify;

use std::fmt;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Understand, verify and reproduce low-precision quantization.
///
/// Start with `hwgq reproduce` (every figure and table of the paper, on embedded images),
/// `hwgq levels --law half-wave --bits 2` (an optimal quantizer) or `hwgq explain hwgq`.
#[derive(Debug, Parser)]
#[command(name = "hwgq", version, propagate_version = true, subcommand_required = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Reproduce(reproduce::Arguments),
    Levels(levels::Arguments),
    Verify(verify::Arguments),
    Fit(fit::Arguments),
    Compare(compare::Arguments),
    Bench(bench::Arguments),
    Bounds(bounds::Arguments),
    Mismatch(mismatch::Arguments),
    Train(train::Arguments),
    Explain(explain::Arguments),
    Data(data::Arguments),
    Redraw(redraw::Arguments),
}

/// How a command that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// As asked.
    Done,
    /// It ran, and what it checked is not so.
    Refuted,
    /// Stopped by Ctrl-C, with everything finished so far on disk.
    Interrupted,
}

/// The arguments make no sense: exit code 2, like a misspelt option.
#[derive(Debug)]
struct Usage(String);

impl fmt::Display for Usage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Runs the program on the arguments of the process.
///
/// Exit codes: 0 done, 1 failed or refuted, 2 misused, 130 interrupted.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match arguments.verb {
        Verb::Reproduce(arguments) => reproduce::run_verb(&arguments),
        Verb::Levels(arguments) => levels::run(&arguments),
        Verb::Verify(arguments) => verify::run(&arguments),
        Verb::Fit(arguments) => fit::run(&arguments),
        Verb::Compare(arguments) => compare::run(&arguments),
        Verb::Bench(arguments) => bench::run(&arguments),
        Verb::Bounds(arguments) => bounds::run(&arguments),
        Verb::Mismatch(arguments) => mismatch::run(&arguments),
        Verb::Train(arguments) => train::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Data(arguments) => data::run(&arguments),
        Verb::Redraw(arguments) => redraw::run(&arguments),
    };
    match ended {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Refuted) => ExitCode::FAILURE,
        Ok(Ending::Interrupted) => ExitCode::from(interrupt::EXIT_CODE),
        Err(error) => {
            output::say(&format!("error: {}", one_line(&error)));
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// The error and its causes on one line, each cause once.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string().replace('\n', "; ");
        if line.is_empty() {
            line = text;
        } else if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
    }
    line
}
