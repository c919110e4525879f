//! `hwgq fit`: which law suits data, and what every way to quantize them costs.

mod answer;
mod page;

use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;

use self::answer::{Answer, Skipped, TensorAnswer};
use super::output::{Format, print, print_csv, print_json, say};
use super::{Ending, Usage};
use crate::data::{TensorEntry, tensors};
use crate::density::{EXACT_MAX, Gathered, Gathering, Sample, Survey, SurveyError};
use crate::experiment::{SampleFit, fit_record};
use crate::figure;
use crate::record::replace_file;

/// Fit laws to your own numbers and compare every way to quantize them
///
/// Reads .npy, .npz, .safetensors and text. Prints histogram, moments, laws by likelihood, the
/// exact optimal codebook, the codebook of the best law, the Gaussian one, and calibrators, each
/// with its signal-to-noise ratio; all tensors of the file unless one is named. Up to 2²³ values
/// are held and sorted; more are read twice and binned, with the error of that printed.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file of numbers
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The array of an .npz to fit, alone
    #[arg(long, value_name = "NAME")]
    array: Option<String>,
    /// The tensor to fit, alone
    #[arg(long, value_name = "NAME", conflicts_with = "array")]
    tensor: Option<String>,
    /// Bits of a code: 2^B levels
    #[arg(long, value_name = "B", default_value_t = 4,
          value_parser = clap::value_parser!(u32).range(2..=8))]
    bits: u32,
    /// Leave NaN and infinities out instead of refusing them
    #[arg(long)]
    skip_non_finite: bool,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Draw the fit of one tensor to this file
    #[arg(long, value_name = "FILE.svg")]
    figure: Option<PathBuf>,
}

impl Arguments {
    /// The tensors that were asked for, at least one.
    fn entries(&self) -> Result<Vec<TensorEntry>> {
        let all = tensors(&self.file)?;
        let Some(name) = self.array.as_ref().or(self.tensor.as_ref()) else {
            if all.is_empty() {
                return Err(anyhow!("{}: there is no tensor in it", self.file.display()));
            }
            return Ok(all);
        };
        let known: Vec<&str> = all.iter().take(NAMES_MAX).map(TensorEntry::name).collect();
        let more = if all.len() > NAMES_MAX { ", …" } else { "" };
        let file = self.file.display();
        let missing =
            || anyhow!("{file}: there is no tensor {name:?}; there are {}{more}", known.join(", "));
        Ok(vec![all.iter().find(|entry| entry.name() == name).cloned().ok_or_else(missing)?])
    }
}

/// Names that a message lists; a model has thousands.
const NAMES_MAX: usize = 20;

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let path = || arguments.file.display().to_string();
    if let Some(figure) = &arguments.figure
        && figure.extension().is_none_or(|ending| ending != "svg")
    {
        let name = figure.display();
        return Err(Usage(format!("--figure {name}: figures are SVG; end the name in .svg")).into());
    }
    let entries = arguments.entries()?;
    if let (Some(_), [_, _, ..]) = (&arguments.figure, &entries[..]) {
        let count = entries.len();
        let why = format!("--figure draws one tensor of {count}; name it with --tensor");
        return Err(Usage(why).into());
    }
    let (mut fitted, mut skipped) = (Vec::new(), Vec::new());
    for entry in &entries {
        match fit_entry(arguments, entry) {
            Ok(fit) => fitted.push(TensorAnswer::new(entry, fit)),
            // Among many tensors one that cannot be fitted, such as a constant, is ordinary.
            Err(error) if entries.len() > 1 && !is_of_file(&error) => {
                skipped.push(Skipped { name: entry.name().to_owned(), why: format!("{error:#}") });
            }
            Err(error) => return Err(error.context(path())),
        }
    }
    if fitted.is_empty() {
        let first =
            skipped.first().map_or(String::new(), |one| format!("{}: {}", one.name, one.why));
        return Err(anyhow!(
            "{}: none of {} tensors can be fitted; {first}",
            path(),
            entries.len()
        ));
    }
    if let (Some(figure), Some(tensor)) = (&arguments.figure, fitted.first()) {
        let drawing = figure::draw(&fit_record(&tensor.name, &tensor.fit)?)?;
        replace_file(figure, drawing.svg().as_bytes())?;
        say(&format!("figure written to {}", figure.display()));
    }
    let answer = Answer { file: path(), bits: arguments.bits, tensors: fitted, skipped };
    match arguments.format {
        Format::Json => print_json(&answer.contract())?,
        Format::Csv => print_csv(&answer.table()?)?,
        Format::Table => print(&page::page(&answer)?)?,
    }
    Ok(Ending::Done)
}

/// Whether the file is at fault and not the numbers of one tensor.
fn is_of_file(error: &anyhow::Error) -> bool {
    error.is::<crate::data::TensorError>()
}

fn fit_entry(arguments: &Arguments, entry: &TensorEntry) -> Result<SampleFit> {
    let named = || format!("tensor {:?}", entry.name());
    let (survey, sample) = gather(entry, arguments.skip_non_finite)?;
    SampleFit::new(&survey, &sample, arguments.bits).with_context(named)
}

/// The values of a tensor, read once, or twice when they are many.
fn gather(entry: &TensorEntry, skip_non_finite: bool) -> Result<(Survey, Sample)> {
    let named = |error: SurveyError| {
        anyhow::Error::new(error).context(format!("tensor {:?}", entry.name()))
    };
    let mut reading = Gathering::new(EXACT_MAX);
    entry.stream(&mut |values| {
        reading.take(values);
        ControlFlow::Continue(())
    })?;
    match reading.finish(skip_non_finite).map_err(named)? {
        Gathered::Held(survey, sample) => Ok((survey, sample)),
        Gathered::TooMany(survey, mut binning) => {
            entry.stream(&mut |values| {
                binning.take(values);
                ControlFlow::Continue(())
            })?;
            Ok((survey, binning.finish().map_err(named)?))
        }
    }
}
