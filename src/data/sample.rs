//! A sample: the numbers of a text file, whatever their arrangement.

use std::fs::File;
use std::io::{self, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

use super::DataError;
use super::tensor::{LINE_BYTES_MAX, Stopped, numbers};

/// The most numbers that are held: half a gibibyte of them.
const NUMBERS_MAX: usize = 1 << 26;

/// All numbers of a text file, in reading order: CSV, one a line, or a table.
///
/// Numbers are separated by commas and blanks. A `#` begins a comment; a first line of
/// names is a header. The numbers of all columns are pooled.
///
/// # Errors
///
/// When the file cannot be read, holds no numbers or too many, or something in it is not a finite
/// number; then the error has line and column.
pub fn sample(path: &Path) -> Result<Vec<f64>, DataError> {
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
