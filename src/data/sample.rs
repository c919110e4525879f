//! A sample: the numbers of a text file, whatever their arrangement.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use super::DataError;

/// The most numbers that are held: half a gibibyte of them.
const NUMBERS_MAX: usize = 1 << 26;

/// The longest line that is held.
const LINE_BYTES_MAX: usize = 1 << 24;

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
    let mut reader = BufReader::new(file);
    let mut numbers = Vec::new();
    let mut text = Vec::new();
    let mut header_may_follow = true;
    for line in 1.. {
        text.clear();
        // One byte more than allowed, to tell a long line from the longest.
        let mut limited = reader.by_ref().take(LINE_BYTES_MAX as u64 + 1);
        if limited.read_until(b'\n', &mut text).map_err(failed)? == 0 {
            break;
        }
        let too_much = |limit, what, advice| {
            Err(DataError::TooMuch { path: path.to_owned(), line, limit, what, advice })
        };
        if text.len() > LINE_BYTES_MAX {
            return too_much(LINE_BYTES_MAX, "bytes in a line", "write one number a line");
        }
        let content = content(&text, line == 1);
        if content.trim_ascii().is_empty() {
            continue;
        }
        let is_header = header_may_follow && !words(content).any(|word| word.looks_like_a_number());
        header_may_follow = false;
        if is_header {
            continue;
        }
        for word in words(content) {
            numbers.push(word.finite(path, line)?);
        }
        if numbers.len() > NUMBERS_MAX {
            return too_much(NUMBERS_MAX, "numbers", "draw a smaller sample");
        }
    }
    if numbers.is_empty() {
        return Err(DataError::NoNumbers { path: path.to_owned() });
    }
    Ok(numbers)
}

/// The line without its comment and, on the first line, the byte order mark of a spreadsheet.
fn content(line: &[u8], is_first: bool) -> &[u8] {
    let marked = if is_first { line.strip_prefix(b"\xef\xbb\xbf") } else { None };
    let line = marked.unwrap_or(line);
    line.split(|&byte| byte == b'#').next().unwrap_or(line)
}

/// The words of a line; a cell with nothing in it is an empty word, so that a gap in a table is
/// reported and not closed up.
fn words(line: &[u8]) -> impl Iterator<Item = Word<'_>> {
    line.split(|&byte| byte == b',').flat_map(move |cell| {
        let is_gap = cell.trim_ascii().is_empty();
        cell.split(u8::is_ascii_whitespace)
            .filter(|text| !text.is_empty())
            .chain(is_gap.then_some(&cell[..0]))
            // The distance of two addresses in one line is where the word begins.
            .map(move |text| Word { start: text.as_ptr().addr() - line.as_ptr().addr(), text })
    })
}

/// What stands between two separators, with the byte of the line where it begins.
struct Word<'a> {
    start: usize,
    text: &'a [u8],
}

impl Word<'_> {
    /// Its number, which may be NaN or infinite.
    fn number(&self) -> Option<f64> {
        std::str::from_utf8(self.text).ok()?.parse().ok()
    }

    /// Whether it is one, or was meant as one: `1;2` and `-` are no names of columns.
    fn looks_like_a_number(&self) -> bool {
        self.number().is_some()
            || matches!(self.text.first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.'))
    }

    fn finite(&self, path: &Path, line: usize) -> Result<f64, DataError> {
        let (path, column) = (path.to_owned(), self.start + 1);
        let text = String::from_utf8_lossy(self.text).chars().take(64).collect();
        match self.number() {
            Some(number) if number.is_finite() => Ok(number),
            Some(_) => Err(DataError::NotFinite { path, line, column, text }),
            None => Err(DataError::NotANumber { path, line, column, text }),
        }
    }
}
