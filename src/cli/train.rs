//! `hwgq train`: one net, one way of quantizing it.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Serialize;

use super::choice::{backward, dataset, forward, net, weights};
use super::output::{Format, print, print_csv, print_json, say};
use super::progress::Bar;
use super::reproduce::cores;
use super::{Ending, Usage, interrupt, pages};
use crate::data::{self, Dataset, Search};
use crate::experiment::{Observer, training_records};
use crate::figure::draw;
use crate::nn::Net;
use crate::record::{Clock, Provenance, Store};
use crate::scheme::{Backward, Forward, Weights};
use crate::train::{
    EpochReport, Outcome, Progress, State, TrainError, TrainSpec, Trainer, dump, dump_activations,
};

/// Train one net and report how it went
///
/// Writes the history, histograms of every quantizer's input and output, their figures, and a
/// checkpoint. Ctrl-C leaves a checkpoint that --resume continues to the same bits.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The net
    #[arg(long, value_parser = net(), default_value = "mlp")]
    net: Net,
    /// Forward function of the activations
    #[arg(long, value_parser = forward(), default_value = "hwgq")]
    activation: Forward,
    /// Positive levels of a half-wave quantizer; 3 are 2 bits
    #[arg(long, value_name = "M", default_value_t = STANDARD.positive_levels)]
    positive_levels: usize,
    /// Backward function [default: the one that goes with the activation]
    #[arg(long, value_parser = backward())]
    backward: Option<Backward>,
    /// Precision of the weights
    #[arg(long, value_parser = weights(), default_value = "binary")]
    weights: Weights,
    /// The images
    #[arg(long, value_parser = dataset(), default_value = "digits")]
    data: data::Name,
    /// Folder to look in first for images that are not built in
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Passes over the training images
    #[arg(long, value_name = "N", default_value_t = STANDARD.epochs)]
    epochs: usize,
    /// Images in a batch
    #[arg(long, value_name = "N", default_value_t = STANDARD.batch)]
    batch: usize,
    /// Learning rate of the first step; it falls linearly to 0
    #[arg(long, value_name = "RATE", default_value_t = STANDARD.learning_rate)]
    learning_rate: f64,
    /// Units of a hidden layer of the mlp
    #[arg(long, value_name = "N", default_value_t = STANDARD.hidden)]
    hidden: usize,
    /// Channels of the first convolution of vgg-small
    #[arg(long, value_name = "N", default_value_t = STANDARD.width)]
    width: usize,
    /// Chooses the first weights and the order of the images
    #[arg(long, value_name = "N", default_value_t = STANDARD.seed, value_parser = clap::value_parser!(u64).range(..=1 << 52))]
    seed: u64,
    /// Threads; results do not depend on their number [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder that results are written to
    #[arg(long, value_name = "DIR", default_value = "train-output")]
    out: PathBuf,
    /// Go on from this checkpoint; the net and its training are those of the checkpoint
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "net", "activation", "positive_levels", "backward", "weights", "epochs", "batch",
        "learning_rate", "hidden", "width", "seed",
    ])]
    resume: Option<PathBuf>,
    /// Only write the trace of three steps on the first batch (.npz), for comparison with PyTorch;
    /// needs images of 28×28: --data fashion-mini
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    dump: Option<PathBuf>,
    /// After the training, write what each activation reads on a batch of the validation images
    /// (.npz, f32)
    #[arg(long, value_name = "FILE", conflicts_with = "dump")]
    dump_activations: Option<PathBuf>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What the options are when they are left out.
const STANDARD: TrainSpec = TrainSpec::new(Net::Mlp);

const CHECKPOINT: &str = "checkpoint.safetensors";

/// The contract of `--format json`.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    spec: &'a TrainSpec,
    data: &'a str,
    /// On the validation part, after the last epoch.
    accuracy_last: f64,
    /// On the validation part, after its best epoch.
    accuracy_best_validation: f64,
    epoch_best_validation: usize,
    /// On the test part, with the weights of the last epoch.
    accuracy_test: f64,
    /// Mean of the last epoch, in nats.
    loss: f64,
    /// Training images over all the time taken, validation included.
    images_per_second: f64,
    seconds: f64,
    out: &'a Path,
    epochs: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    epoch: usize,
    loss: f64,
    train_accuracy: f64,
    validation_accuracy: f64,
}

pub(super) fn run(arguments: &Arguments) -> Result<Ending> {
    let spec = arguments.spec();
    spec.check().map_err(|error| Usage(error.to_string()))?;
    let data = data::load(arguments.data, &Search::from_environment(arguments.data_dir.clone()))?;
    if let Some(path) = &arguments.dump {
        return write_dump(&spec, &data, path);
    }
    let threads = arguments.threads.map_or_else(cores, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    interrupt::watch()?;
    // Made before the training, so that a folder that cannot be written costs no time.
    let store = Store::create(&arguments.out)?;
    if let Some(path) = &arguments.dump_activations {
        try_writing(path).with_context(|| path.display().to_string())?;
    }
    let mut trainer = match &arguments.resume {
        Some(checkpoint) => Trainer::resume(State::read(checkpoint)?, &data)?,
        None => Trainer::new(spec, &data)?,
    };
    let clock = Clock::System;
    let (started, stopwatch) = (clock.now(), clock.start());
    let begun = trainer.state().step;
    let trained = pool.install(|| train(&mut trainer));
    let seconds = stopwatch.seconds();
    let checkpoint = store.folder().join(CHECKPOINT);
    let outcome = match trained {
        Ok(outcome) => outcome,
        Err(TrainError::Interrupted { step, steps }) => {
            trainer.state_mut().write(&checkpoint)?;
            say(&format!(
                "stopped after step {step} of {steps}; go on with --data {} --resume {}",
                data.name,
                checkpoint.display()
            ));
            return Ok(Ending::Interrupted);
        }
        // What diverged does not take the place of an earlier checkpoint.
        Err(error) => return Err(error.into()),
    };
    trainer.state_mut().write(&checkpoint)?;
    if let Some(path) = &arguments.dump_activations {
        write_activations(trainer.state_mut(), &data, path)?;
    }
    let spec = &trainer.state().spec;
    let specification = serde_json::to_vec(spec)?;
    let provenance =
        Provenance::new(&specification, spec.seed, &data.name, threads, started, seconds);
    for record in training_records(spec, &outcome)? {
        let drawing = draw(&record).with_context(|| format!("figure of {}", record.id))?;
        store.write(&record, &provenance)?;
        for (name, bytes) in pages::figures(&record, &drawing)? {
            store.write_file(name, &bytes)?;
        }
    }
    let images = (trainer.state().step - begun) * spec.batch as u64;
    arguments.print(&answer(arguments, spec, &data, &outcome, images, seconds))?;
    Ok(Ending::Done)
}

impl Arguments {
    fn spec(&self) -> TrainSpec {
        TrainSpec {
            activation: self.activation,
            positive_levels: self.positive_levels,
            backward: self.backward,
            weights: self.weights,
            epochs: self.epochs,
            batch: self.batch,
            learning_rate: self.learning_rate,
            hidden: self.hidden,
            width: self.width,
            seed: self.seed,
            ..TrainSpec::new(self.net)
        }
    }

    fn print(&self, answer: &Answer) -> Result<()> {
        match self.format {
            Format::Json => print_json(answer),
            Format::Csv => {
                let store = Store::open(&self.out)?;
                let (record, _) = store.read("history")?;
                record.table("epochs").map_or(Ok(()), print_csv)
            }
            Format::Table => print(&summary(answer)),
        }
    }
}

/// Trains to the end with a live line of epoch, loss, accuracy and images a second.
fn train(trainer: &mut Trainer) -> Result<Outcome, TrainError> {
    let state = trainer.state();
    let bar = Bar::new((state.steps() - state.step) * state.spec.batch as u64);
    let outcome = trainer.run(&mut |progress| match progress {
        Progress::Step { images, .. } if !bar.advance(images as u64) => ControlFlow::Break(()),
        Progress::Step { .. } => ControlFlow::Continue(()),
        Progress::Epoch { epoch, epochs, report } => {
            bar.say(format!(
                "epoch {epoch}/{epochs}, loss {:.4}, validation {:.2} %",
                report.train_loss,
                100.0 * report.validation_accuracy
            ));
            ControlFlow::Continue(())
        }
    });
    bar.finish();
    outcome
}

fn write_dump(spec: &TrainSpec, data: &Dataset, path: &Path) -> Result<Ending> {
    let indices: Vec<usize> = (0..spec.batch.min(data.train.len())).collect();
    dump(spec, &data.train.select(&indices), data.normalisation(), path)?;
    let bytes = fs::metadata(path).with_context(|| path.display().to_string())?.len();
    say(&format!("three steps on {} images: {}, {bytes} bytes", indices.len(), path.display()));
    Ok(Ending::Done)
}

/// Fails where [`write_activations`] would fail after the training.
fn try_writing(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(io::Error::other("not a regular file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    tempfile::tempfile_in(folder.unwrap_or(Path::new("."))).map(drop)
}

fn write_activations(state: &mut State, data: &Dataset, path: &Path) -> Result<()> {
    let indices: Vec<usize> = (0..state.spec.batch.min(data.validation.len())).collect();
    let images = data.validation.select(&indices);
    dump_activations(&mut state.network, &images, state.normalisation, path)?;
    say(&format!("activations of {} images: {}", images.len(), path.display()));
    Ok(())
}

fn answer<'a>(
    arguments: &'a Arguments,
    spec: &'a TrainSpec,
    data: &'a Dataset,
    outcome: &Outcome,
    images: u64,
    seconds: f64,
) -> Answer<'a> {
    let epoch = |(index, report): (usize, &EpochReport)| Row {
        epoch: index + 1,
        loss: report.train_loss,
        train_accuracy: report.train_accuracy,
        validation_accuracy: report.validation_accuracy,
    };
    Answer {
        spec,
        data: &data.name,
        accuracy_last: outcome.accuracy_last,
        accuracy_best_validation: outcome.accuracy_best_validation,
        epoch_best_validation: outcome.epoch_best_validation,
        accuracy_test: outcome.accuracy_test,
        loss: outcome.history.last().map_or(f64::NAN, |epoch| epoch.train_loss),
        images_per_second: images as f64 / seconds,
        seconds,
        out: &arguments.out,
        epochs: outcome.history.iter().enumerate().map(epoch).collect(),
    }
}

fn summary(answer: &Answer) -> String {
    let percent = |accuracy: f64| format!("{:.2} %", 100.0 * accuracy);
    let rows = [
        ("test accuracy", percent(answer.accuracy_test)),
        ("last validation", percent(answer.accuracy_last)),
        (
            "best validation",
            format!(
                "{} (epoch {} of {})",
                percent(answer.accuracy_best_validation),
                answer.epoch_best_validation,
                answer.epochs.len()
            ),
        ),
        ("loss", format!("{:.6}", answer.loss)),
        ("speed", format!("{:.0} images/s", answer.images_per_second)),
        ("written to", answer.out.display().to_string()),
    ];
    let lines: Vec<String> =
        rows.iter().map(|(name, value)| format!(" {name:<16} {value}")).collect();
    format!("{}\n", lines.join("\n"))
}
