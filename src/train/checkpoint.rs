//! A run on disk: one safetensors file, written whole or not at all.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::error::CheckpointError;
use super::spec::TrainSpec;
use super::state::{EpochReport, State};
use crate::nn::Shape;
use crate::record::{read_file, replace_file};

/// What is not an array: JSON under the one metadata key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    spec: TrainSpec,
    dataset: String,
    height: usize,
    width: usize,
    classes: usize,
    train_images: usize,
    step: u64,
}

const KEY: &str = "hwgq-checkpoint";
const VERSION: u32 = 1;

/// A checkpoint of the largest network that can be specified is smaller.
const BYTES_MAX: u64 = 8 << 30;

/// Arrays as little-endian bytes, in the order of their names, so that equal runs give equal files.
#[derive(Default)]
struct Arrays(Vec<(String, Dtype, Vec<usize>, Vec<u8>)>);

impl Arrays {
    fn push_f32(&mut self, name: String, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.push((name, Dtype::F32, shape.to_vec(), bytes));
    }

    fn push_f64(&mut self, name: String, shape: &[usize], values: &[f64]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.push((name, Dtype::F64, shape.to_vec(), bytes));
    }

    fn of(state: &mut State) -> Self {
        let mut arrays = Self::default();
        state.network.visit_params(&mut |name, param| {
            arrays.push_f32(format!("value/{name}"), &param.shape, &param.value);
            arrays.push_f32(format!("velocity/{name}"), &param.shape, &param.velocity);
        });
        state.network.visit_memory(&mut |name, memory| {
            arrays.push_f64(format!("memory/{name}"), &[memory.len()], memory);
        });
        let (mean, deviation) = state.normalisation;
        arrays.push_f32("normalisation".to_owned(), &[2], &[mean, deviation]);
        let running = [state.loss_sum, state.correct as f64];
        arrays.push_f64("epoch_so_far".to_owned(), &[2], &running);
        let rows = state
            .history
            .iter()
            .flat_map(|epoch| [epoch.train_loss, epoch.train_accuracy, epoch.validation_accuracy]);
        let history: Vec<f64> = rows.collect();
        arrays.push_f64("history".to_owned(), &[state.history.len(), 3], &history);
        arrays
    }
}

impl State {
    /// Writes the run to `path`, replacing what was there only when all of it is written.
    ///
    /// # Errors
    ///
    /// When the file system refuses.
    pub fn write(&mut self, path: &Path) -> Result<(), CheckpointError> {
        let file = |source| CheckpointError::File { path: path.to_owned(), source };
        let format = |why: &dyn ToString| CheckpointError::Format {
            path: path.to_owned(),
            why: why.to_string(),
        };
        let header = Header {
            version: VERSION,
            spec: self.spec.clone(),
            dataset: self.dataset.clone(),
            height: self.input.height,
            width: self.input.width,
            classes: self.classes,
            train_images: self.train_images,
            step: self.step,
        };
        let header = serde_json::to_string(&header).map_err(|error| format(&error))?;
        let arrays = Arrays::of(self);
        let views = arrays.0.iter().map(|(name, dtype, shape, bytes)| {
            TensorView::new(*dtype, shape.clone(), bytes).map(|view| (name.as_str(), view))
        });
        let views: Vec<_> = views.collect::<Result<_, _>>().map_err(|error| format(&error))?;
        let metadata = HashMap::from([(KEY.to_owned(), header)]);
        let bytes = serialize(views, Some(metadata)).map_err(|error| format(&error))?;
        replace_file(path, &bytes).map_err(file)
    }

    /// Reads a run that [`State::write`] wrote.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no checkpoint, or holds anything but exactly what its
    /// specification asks for, in finite numbers.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        let file = |source| CheckpointError::File { path: path.to_owned(), source };
        // A link may lead to a checkpoint, but only to a regular file.
        let place = fs::canonicalize(path).map_err(file)?;
        let bytes = read_file(&place, BYTES_MAX).map_err(file)?;
        parse(&bytes).map_err(|why| CheckpointError::Format { path: path.to_owned(), why })
    }
}

fn parse(bytes: &[u8]) -> Result<State, String> {
    let text = |error: &dyn ToString| error.to_string();
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| text(&error))?;
    let header = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
    let header = header.ok_or_else(|| format!("it has no metadata `{KEY}`"))?;
    let header: Header = serde_json::from_str(header).map_err(|error| text(&error))?;
    if header.version != VERSION {
        return Err(format!("it has version {}, this program reads {VERSION}", header.version));
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| text(&error))?;
    let input = Shape { height: header.height, width: header.width, channels: 1 };
    let network = State::network(&header.spec, input, header.classes);
    let mut state = State {
        network: network.map_err(|error| text(&error))?,
        spec: header.spec,
        dataset: header.dataset,
        input,
        classes: header.classes,
        train_images: header.train_images,
        normalisation: (0.0, 1.0),
        step: header.step,
        loss_sum: 0.0,
        correct: 0,
        history: Vec::new(),
    };
    let per_epoch = state.steps_an_epoch();
    if per_epoch == 0 || state.step > state.steps() {
        return Err(format!("step {} of {}", state.step, state.steps()));
    }
    let mut reader = Reader { tensors: &tensors, taken: 0, error: None };
    state.network.visit_params(&mut |name, param| {
        reader.read_f32(&format!("value/{name}"), &param.shape, &mut param.value);
        reader.read_f32(&format!("velocity/{name}"), &param.shape, &mut param.velocity);
    });
    state.network.visit_memory(&mut |name, memory| {
        reader.read_f64(&format!("memory/{name}"), &[memory.len()], memory);
    });
    let (mut normalisation, mut so_far) = ([0.0; 2], [0.0; 2]);
    reader.read_f32("normalisation", &[2], &mut normalisation);
    reader.read_f64("epoch_so_far", &[2], &mut so_far);
    #[expect(clippy::cast_possible_truncation, reason = "at most the epochs of the specification")]
    let epochs = (state.step / per_epoch) as usize;
    let mut history = vec![0.0; 3 * epochs];
    reader.read_f64("history", &[epochs, 3], &mut history);
    reader.finish()?;
    state.normalisation = (normalisation[0], normalisation[1]);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count, exact in f64; `as` saturates on a forged one"
    )]
    let correct = so_far[1] as u64;
    (state.loss_sum, state.correct) = (so_far[0], correct);
    let report = |row: &[f64; 3]| EpochReport {
        train_loss: row[0],
        train_accuracy: row[1],
        validation_accuracy: row[2],
    };
    state.history = history.as_chunks().0.iter().map(report).collect();
    Ok(state)
}

/// Takes arrays out of a file and remembers the first thing that is wrong.
struct Reader<'a> {
    tensors: &'a SafeTensors<'a>,
    taken: usize,
    error: Option<String>,
}

impl Reader<'_> {
    fn bytes(&mut self, name: &str, dtype: Dtype, shape: &[usize]) -> Option<&[u8]> {
        let found = match self.tensors.tensor(name) {
            Ok(found) if found.dtype() == dtype && found.shape() == shape => Ok(found.data()),
            Ok(found) => Err(format!(
                "`{name}` is {:?} {:?}, not {dtype:?} {shape:?}",
                found.dtype(),
                found.shape()
            )),
            Err(_) => Err(format!("`{name}` is missing")),
        };
        self.taken += 1;
        found.map_err(|why| self.error.get_or_insert(why).clone()).ok()
    }

    fn check_finite(&mut self, name: &str, finite: bool) {
        if !finite {
            self.error.get_or_insert(format!("`{name}` holds numbers that are not finite"));
        }
    }

    fn read_f32(&mut self, name: &str, shape: &[usize], values: &mut [f32]) {
        let Some(bytes) = self.bytes(name, Dtype::F32, shape) else { return };
        for (value, &bytes) in values.iter_mut().zip(bytes.as_chunks().0) {
            *value = f32::from_le_bytes(bytes);
        }
        self.check_finite(name, values.iter().all(|value| value.is_finite()));
    }

    fn read_f64(&mut self, name: &str, shape: &[usize], values: &mut [f64]) {
        let Some(bytes) = self.bytes(name, Dtype::F64, shape) else { return };
        for (value, &bytes) in values.iter_mut().zip(bytes.as_chunks().0) {
            *value = f64::from_le_bytes(bytes);
        }
        self.check_finite(name, values.iter().all(|value| value.is_finite()));
    }

    fn finish(self) -> Result<(), String> {
        match self.error {
            Some(why) => Err(why),
            None if self.taken == self.tensors.len() => Ok(()),
            None => Err(format!(
                "it has {} arrays, the specification asks for {}",
                self.tensors.len(),
                self.taken
            )),
        }
    }
}
