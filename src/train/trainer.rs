//! The training loop.

use std::ops::ControlFlow;

use super::error::TrainError;
use super::evaluation::{accuracy, fill};
use super::optimiser::Sgd;
use super::spec::TrainSpec;
use super::state::{EpochReport, State};
use super::telemetry::{LayerActivations, activations};
use crate::data::{Dataset, Images};
use crate::nn::{Mode, Shape};

/// What an observer is told. Counts only: clocks are the observer's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress {
    /// A step is done.
    Step {
        /// Steps done.
        step: u64,
        /// Steps of the run.
        steps: u64,
        /// Images in the step.
        images: usize,
        /// Its loss, in nats.
        loss: f64,
    },
    /// An epoch is done and the validation part was looked at.
    Epoch {
        /// Epochs done.
        epoch: usize,
        /// Epochs of the run.
        epochs: usize,
        /// What it came to.
        report: EpochReport,
    },
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Every epoch.
    pub history: Vec<EpochReport>,
    /// Validation accuracy after the last epoch.
    pub accuracy_last: f64,
    /// Best validation accuracy of any epoch.
    pub accuracy_best_validation: f64,
    /// The first epoch that reached it, from 1.
    pub epoch_best_validation: usize,
    /// Test accuracy of the weights of the last epoch, which nothing was chosen by.
    pub accuracy_test: f64,
    /// What the activations of the trained network look like on the first validation images.
    pub activations: Vec<LayerActivations>,
}

/// A run and its data.
#[derive(Debug)]
pub struct Trainer<'a> {
    state: State,
    data: &'a Dataset,
}

/// Trains `spec` on `data` from beginning to end.
///
/// # Errors
///
/// When the specification or the data do not fit, the loss is not finite, or the observer breaks.
pub fn run(
    spec: TrainSpec,
    data: &Dataset,
    observer: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Outcome, TrainError> {
    Trainer::new(spec, data)?.run(observer)
}

impl<'a> Trainer<'a> {
    /// The run before its first step.
    ///
    /// # Errors
    ///
    /// When the specification or the data do not fit.
    pub fn new(spec: TrainSpec, data: &'a Dataset) -> Result<Self, TrainError> {
        let input = Shape { height: data.train.height(), width: data.train.width(), channels: 1 };
        let state = State {
            network: State::network(&spec, input, data.classes)?,
            spec,
            dataset: data.name.clone(),
            input,
            classes: data.classes,
            train_images: data.train.len(),
            normalisation: data.normalisation(),
            step: 0,
            loss_sum: 0.0,
            correct: 0,
            history: Vec::new(),
        };
        check_data(&state, data)?;
        Ok(Self { state, data })
    }

    /// The run where `state` left it: the same bits come out as if it had never stopped.
    ///
    /// # Errors
    ///
    /// When `data` is not what the run began with.
    pub fn resume(state: State, data: &'a Dataset) -> Result<Self, TrainError> {
        let print = |name: &str, images: usize, shape: Shape, classes: usize, normalisation| {
            let Shape { height, width, .. } = shape;
            format!(
                "`{name}`, {images} training images of {height} x {width}, {classes} classes, mean and deviation {normalisation:?}"
            )
        };
        let State { input, classes, train_images, normalisation, .. } = state;
        let given = print(&state.dataset, train_images, input, classes, normalisation);
        let shape = Shape { height: data.train.height(), width: data.train.width(), channels: 1 };
        let expected =
            print(&data.name, data.train.len(), shape, data.classes, data.normalisation());
        if given != expected {
            return Err(TrainError::OtherData { given, expected });
        }
        check_data(&state, data)?;
        Ok(Self { state, data })
    }

    /// The run as it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The run as it stands, for checkpoints and for looking at the network.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// The run as it stands, when it is over.
    pub fn into_state(self) -> State {
        self.state
    }

    /// Trains from where the run stands to its end.
    ///
    /// # Errors
    ///
    /// When the loss is not finite, or the observer breaks; then the run stands after the step
    /// that it was told of, and can go on.
    pub fn run(
        &mut self,
        observer: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Outcome, TrainError> {
        let (steps, steps_an_epoch) = (self.state.steps(), self.state.steps_an_epoch());
        let interrupted = |step| TrainError::Interrupted { step, steps };
        while self.state.step < steps {
            let order = self.state.order(self.state.step / steps_an_epoch);
            let batches = order.chunks_exact(self.state.spec.batch);
            #[expect(clippy::cast_possible_truncation, reason = "less than the images of an epoch")]
            let behind = (self.state.step % steps_an_epoch) as usize;
            for batch in batches.skip(behind) {
                let loss = self.step(batch)?;
                let step = self.state.step;
                let last = step.is_multiple_of(steps_an_epoch);
                // The epoch is closed before anybody can break off, so that it is never lost.
                let report = last.then(|| self.close_epoch());
                let told = Progress::Step { step, steps, images: batch.len(), loss };
                observer(told).is_continue().then_some(()).ok_or_else(|| interrupted(step))?;
                if let Some(report) = report {
                    let (epoch, epochs) = (self.state.history.len(), self.state.spec.epochs);
                    let told = Progress::Epoch { epoch, epochs, report };
                    observer(told).is_continue().then_some(()).ok_or_else(|| interrupted(step))?;
                }
            }
        }
        Ok(self.outcome())
    }

    /// One step on the training images at `batch`; its loss.
    fn step(&mut self, batch: &[usize]) -> Result<f64, TrainError> {
        let (step, steps) = (self.state.step, self.state.steps());
        let State { spec, network, normalisation, .. } = &mut self.state;
        fill(network, &self.data.train, batch, *normalisation);
        network.forward(Mode::Train);
        let labels: Vec<u8> = batch.iter().map(|&index| self.data.train.labels()[index]).collect();
        let loss = network.backward(&labels);
        let rate = spec.schedule.rate(spec.learning_rate, step, steps);
        if !loss.mean.is_finite() {
            let layer = network.first_not_finite().map(str::to_owned);
            return Err(TrainError::NotFinite { loss: loss.mean, step, steps, layer, rate });
        }
        #[expect(clippy::cast_possible_truncation, reason = "networks are trained in f32")]
        let sgd = Sgd {
            rate: rate as f32,
            momentum: spec.momentum as f32,
            decay: spec.weight_decay as f32,
        };
        sgd.step(network);
        self.state.step += 1;
        self.state.loss_sum += loss.mean;
        self.state.correct += loss.correct as u64;
        Ok(loss.mean)
    }

    fn close_epoch(&mut self) -> EpochReport {
        let state = &mut self.state;
        let steps = state.steps_an_epoch() as f64;
        let report = EpochReport {
            train_loss: state.loss_sum / steps,
            train_accuracy: state.correct as f64 / (steps * state.spec.batch as f64),
            validation_accuracy: accuracy(
                &mut state.network,
                &self.data.validation,
                state.normalisation,
            ),
        };
        state.loss_sum = 0.0;
        state.correct = 0;
        state.history.push(report);
        report
    }

    fn outcome(&mut self) -> Outcome {
        let State { network, normalisation, history, .. } = &mut self.state;
        // A checked run has at least one epoch. Of equal ones the first counts.
        let validation = history.iter().map(|epoch| epoch.validation_accuracy);
        let (epoch_best, best) =
            validation.enumerate().fold((0, -1.0), |best, (epoch, accuracy)| {
                if accuracy > best.1 { (epoch, accuracy) } else { best }
            });
        Outcome {
            accuracy_last: history[history.len() - 1].validation_accuracy,
            accuracy_best_validation: best,
            epoch_best_validation: epoch_best + 1,
            accuracy_test: accuracy(network, &self.data.test, *normalisation),
            activations: activations(network, &self.data.validation, *normalisation),
            history: history.clone(),
        }
    }
}

fn check_data(state: &State, data: &Dataset) -> Result<(), TrainError> {
    let advice = ", or a smaller batch";
    let parts: [(&'static str, &Images, usize, &'static str); 3] = [
        ("training", &data.train, state.spec.batch, advice),
        ("validation", &data.validation, 1, ""),
        ("test", &data.test, 1, ""),
    ];
    for (part, images, least, advice) in parts {
        let dataset = data.name.clone();
        if images.len() < least {
            return Err(TrainError::TooFewImages {
                dataset,
                part,
                images: images.len(),
                least,
                advice,
            });
        }
        let (height, width) = (images.height(), images.width());
        if (height, width) != (state.input.height, state.input.width) {
            let why = format!(
                "its images are {height} x {width}, those of the training part {} x {}",
                state.input.height, state.input.width
            );
            return Err(TrainError::Misfit { dataset, part, why });
        }
        if let Some(label) =
            images.labels().iter().find(|&&label| usize::from(label) >= data.classes)
        {
            let why =
                format!("it has a label {label}, but there are {} classes, from 0", data.classes);
            return Err(TrainError::Misfit { dataset, part, why });
        }
    }
    Ok(())
}
