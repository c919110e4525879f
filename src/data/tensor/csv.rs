//! Numbers of a text file, whatever their arrangement.

use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;

use super::CHUNK;
use super::error::TensorError;
use super::fault::TextFault;
use super::regular::Regular;

/// The longest line that is held.
pub(in crate::data) const LINE_BYTES_MAX: usize = 1 << 24;

/// A number as it was found.
#[derive(Debug, Clone, Copy)]
pub(in crate::data) struct Written<'a> {
    pub(in crate::data) value: f64,
    pub(in crate::data) text: &'a [u8],
    /// From 1.
    pub(in crate::data) line: usize,
    /// In bytes, from 1.
    pub(in crate::data) column: usize,
}

impl Written<'_> {
    /// At most 64 letters of it.
    pub(in crate::data) fn excerpt(&self) -> String {
        excerpt(self.text)
    }
}

/// Why no more numbers come.
#[derive(Debug)]
pub(in crate::data) enum Stopped {
    /// The system's fault.
    Io(io::Error),
    /// A word where a number should be; at most 64 letters of it.
    NotANumber { line: usize, column: usize, text: String },
    /// A line longer than [`LINE_BYTES_MAX`].
    LongLine { line: usize },
}

/// Hands on every number of `reader` in reading order, until `take` breaks.
///
/// Numbers are separated by commas and blanks. A `#` begins a comment; a first line of names is a
/// header. NaN and infinities are handed on, also those that a number was too large for.
pub(in crate::data) fn numbers<B>(
    reader: &mut dyn BufRead,
    take: &mut dyn FnMut(Written<'_>) -> ControlFlow<B>,
) -> Result<ControlFlow<B>, Stopped> {
    let mut text = Vec::new();
    let mut header_may_follow = true;
    for line in 1.. {
        text.clear();
        // One byte more than allowed, to tell a long line from the longest.
        let mut limited = io::Read::take(&mut *reader, LINE_BYTES_MAX as u64 + 1);
        if limited.read_until(b'\n', &mut text).map_err(Stopped::Io)? == 0 {
            break;
        }
        if text.len() > LINE_BYTES_MAX {
            return Err(Stopped::LongLine { line });
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
        for Word { start, text } in words(content) {
            let Some(value) = number(text) else {
                let (column, text) = (start + 1, excerpt(text));
                return Err(Stopped::NotANumber { line, column, text });
            };
            let written = Written { value, text, line, column: start + 1 };
            if let ControlFlow::Break(why) = take(written) {
                return Ok(ControlFlow::Break(why));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Hands on the numbers of `file` in chunks.
pub(super) fn stream(
    file: &mut Regular,
    take: &mut dyn FnMut(&[f64]) -> ControlFlow<()>,
) -> Result<(), TensorError> {
    let path = file.path().to_owned();
    let unread = |error| TensorError::File { path: path.clone(), error };
    let refused =
        |line, column, fault| TensorError::Text { path: path.clone(), line, column, fault };
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut taken = false;
    let mut reader = BufReader::new(file.from(0).map_err(unread)?);
    let read = numbers(&mut reader, &mut |written| {
        // A number that overflowed is not the number in the file.
        if written.value.is_infinite() && written.text.iter().any(u8::is_ascii_digit) {
            let fault = TextFault::TooLarge { text: written.excerpt() };
            return ControlFlow::Break(Err(refused(written.line, written.column, fault)));
        }
        chunk.push(written.value);
        if chunk.len() < CHUNK {
            return ControlFlow::Continue(());
        }
        taken = true;
        let asked = take(&chunk).map_break(Ok);
        chunk.clear();
        asked
    });
    match read {
        Err(Stopped::Io(error)) => Err(unread(error)),
        Err(Stopped::NotANumber { line, column, text }) => {
            Err(refused(line, column, TextFault::NotANumber { text }))
        }
        Err(Stopped::LongLine { line }) => {
            Err(refused(line, 1, TextFault::LongLine { limit: LINE_BYTES_MAX }))
        }
        Ok(ControlFlow::Break(outcome)) => outcome,
        Ok(ControlFlow::Continue(())) if chunk.is_empty() && !taken => {
            Err(refused(1, 1, TextFault::NoNumbers))
        }
        Ok(ControlFlow::Continue(())) => {
            if !chunk.is_empty() {
                _ = take(&chunk);
            }
            Ok(())
        }
    }
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
    /// Whether it is a number, or was meant as one: `1;2` and `-` are no names of columns.
    fn looks_like_a_number(&self) -> bool {
        number(self.text).is_some()
            || matches!(self.text.first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.'))
    }
}

/// Its number, which may be NaN or infinite.
fn number(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn excerpt(text: &[u8]) -> String {
    // No letter has more than four bytes; what is no letter becomes three for each of its bytes,
    // which of a long line would be more than the line itself.
    let text = &text[..text.len().min(4 * 64)];
    String::from_utf8_lossy(text).chars().take(64).collect()
}
