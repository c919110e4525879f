//! A tensor that stays in its file until its numbers are asked for.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::csv;
use super::decode::{ByteOrder, decode};
use super::dtype::DType;
use super::error::{Problem, TensorError};
use super::member::Member;
use super::regular::Regular;

/// A tensor of a file: what is known without its numbers, and the way to them.
#[derive(Debug, Clone)]
pub struct TensorEntry {
    name: String,
    shape: Vec<u64>,
    dtype: DType,
    values: Option<u64>,
    file: Arc<Path>,
    file_bytes: u64,
    contents: Contents,
}

/// Where the numbers are.
#[derive(Debug, Clone)]
pub(super) enum Contents {
    /// In the file as they are, from `start` on.
    Raw { start: u64, order: ByteOrder },
    /// In a member of an archive, behind a header of `header` bytes.
    Member { member: Box<Member>, header: u64, order: ByteOrder },
    /// Written out.
    Text,
}

/// What a header says of a tensor, held against the file.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) shape: Vec<u64>,
    pub(super) dtype: DType,
    pub(super) values: u64,
    pub(super) contents: Contents,
}

impl Facts {
    pub(super) fn entry(self, file: Arc<Path>, file_bytes: u64) -> TensorEntry {
        let Self { name, shape, dtype, values, contents } = self;
        TensorEntry { name, shape, dtype, values: Some(values), file, file_bytes, contents }
    }
}

/// The one entry of a text file.
pub(super) fn text(file: &Regular) -> TensorEntry {
    TensorEntry {
        name: file.stem(),
        shape: Vec::new(),
        dtype: DType::Decimal,
        values: None,
        file: file.shared_path(),
        file_bytes: file.length(),
        contents: Contents::Text,
    }
}

impl TensorEntry {
    /// Its name in the archive; of a file of one tensor the name of the file, without ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its axes, outermost first; none for a scalar, and for text.
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// How its numbers are written.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// How many numbers it has; `None` for text, which is not counted before it is read.
    pub fn values(&self) -> Option<u64> {
        self.values
    }

    /// Hands on all numbers in the order of the file, at most [`CHUNK`](super::CHUNK) at a time,
    /// until `take` breaks.
    ///
    /// Numbers are exact; NaN and infinities are handed on. Every call reads the file anew, with
    /// less than 4 MiB of memory (text: less than the longest line that is allowed, 16 MiB, more).
    ///
    /// # Errors
    ///
    /// When the file cannot be read, its length changed, or a number is refused; what is wrong
    /// with packed contents is known only at their end, so after an error what was taken is void.
    pub fn stream(
        &self,
        take: &mut dyn FnMut(&[f64]) -> ControlFlow<()>,
    ) -> Result<(), TensorError> {
        let mut file = Regular::reopen(&self.file, self.file_bytes)?;
        match &self.contents {
            Contents::Text => csv::stream(&mut file, take),
            Contents::Raw { start, order } => {
                self.raw(&mut file, *start, *order, take).map_err(|problem| problem.of(&self.file))
            }
            Contents::Member { member, header, order } => self
                .packed(&mut file, member, *header, *order, take)
                .map_err(|problem| problem.within(member.name()).of(&self.file)),
        }
    }

    fn raw(
        &self,
        file: &mut Regular,
        start: u64,
        order: ByteOrder,
        take: &mut dyn FnMut(&[f64]) -> ControlFlow<()>,
    ) -> Result<(), Problem> {
        let count = self.values.unwrap_or_default();
        decode(file.from(start)?, self.dtype, order, count, start, take).map(|_| ())
    }

    fn packed(
        &self,
        file: &mut Regular,
        member: &Member,
        header: u64,
        order: ByteOrder,
        take: &mut dyn FnMut(&[f64]) -> ControlFlow<()>,
    ) -> Result<(), Problem> {
        let count = self.values.unwrap_or_default();
        let mut unpacked = member.unpack(file)?;
        unpacked.skip(header)?;
        match decode(&mut unpacked, self.dtype, order, count, header, take)? {
            ControlFlow::Continue(()) => unpacked.finish(),
            ControlFlow::Break(()) => Ok(()),
        }
    }
}
