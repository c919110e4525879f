//! A sample: the numbers of a text file, whatever their arrangement, or of a file of one tensor.

use std::fs::File;
use std::io::{self, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

use super::DataError;
use super::tensor::{LINE_BYTES_MAX, Stopped, numbers, tensors};

/// The most numbers that are held: half a gibibyte of them.
const NUMBERS_MAX: usize = 1 << 26;

/// All numbers of a text file, in reading order: CSV, one a line, or a table; or those of the one
/// tensor of an `.npy`, `.npz` or `.safetensors` file.
///
/// Numbers are separated by commas and blanks. A `#` begins a comment; a first line of
/// names is a header. The numbers of all columns are pooled.
///
/// # Errors
///
/// When the file cannot be read, holds no numbers or too many, or several tensors, or something in
/// it is not a finite number; then the error says where.
pub fn sample(path: &Path) -> Result<Vec<f64>, DataError> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    if matches!(ending, Some("npy" | "npz" | "safetensors")) {
        return of_tensor(path);
    }
    let failed = |error| DataError::File { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let mut values = Vec::new();
    let read = numbers(&mut BufReader::new(file), &mut |written| {
        let (line, column) = (written.line, written.column);
        let path = || path.to_owned();
        if !written.value.is_finite() {
            let text = written.excerpt();
            return ControlFlow::Break(DataError::NotFinite { path: path(), line, column, text });
        }
        if values.len() == NUMBERS_MAX {
            let (what, advice) = ("numbers", "draw a smaller sample");
            let limit = NUMBERS_MAX;
            return ControlFlow::Break(DataError::TooMuch {
                path: path(),
                line,
                limit,
                what,
                advice,
            });
        }
        values.push(written.value);
        ControlFlow::Continue(())
    });
    if let ControlFlow::Break(error) = read.map_err(|stopped| unread(path, stopped))? {
        return Err(error);
    }
    if values.is_empty() {
        return Err(DataError::NoNumbers { path: path.to_owned() });
    }
    Ok(values)
}

fn of_tensor(path: &Path) -> Result<Vec<f64>, DataError> {
    let found = tensors(path)?;
    let [tensor] = &found[..] else {
        let names = found.iter().map(|tensor| tensor.name().to_owned()).collect();
        return Err(DataError::NotOneTensor { path: path.to_owned(), names });
    };
    let announced = tensor.values().unwrap_or(0);
    if announced > NUMBERS_MAX as u64 {
        let (path, limit) = (path.to_owned(), NUMBERS_MAX);
        return Err(DataError::LargeTensor { path, values: announced, limit });
    }
    let mut values: Vec<f64> = Vec::new();
    let mut faulty = None;
    tensor.stream(&mut |chunk| {
        faulty = chunk.iter().position(|value| !value.is_finite());
        if let Some(place) = faulty {
            faulty = Some(values.len() + place);
            values.push(chunk[place]);
            return ControlFlow::Break(());
        }
        values.extend(chunk);
        ControlFlow::Continue(())
    })?;
    let path = path.to_owned();
    match (faulty, values.last()) {
        (Some(index), Some(&value)) => Err(DataError::NotFiniteAt { path, index, value }),
        (_, None) => Err(DataError::NoNumbers { path }),
        (None, _) => Ok(values),
    }
}

fn unread(path: &Path, stopped: Stopped) -> DataError {
    let path = path.to_owned();
    match stopped {
        Stopped::Io(error) => DataError::File { path, error },
        Stopped::NotANumber { line, column, text } => {
            DataError::NotANumber { path, line, column, text }
        }
        Stopped::LongLine { line } => DataError::TooMuch {
            path,
            line,
            limit: LINE_BYTES_MAX,
            what: "bytes in a line",
            advice: "write one number a line",
        },
    }
}
