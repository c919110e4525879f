//! Floor 6: pictures, each a pure function of a record.

mod accuracy;
mod axis;
mod clip;
mod columns;
mod compare;
mod convergence;
mod curves;
mod distortion;
mod drawing;
mod error;
mod fit;
mod functions;
mod grid;
mod histogram;
mod legend;
mod levels;
mod limits;
mod mark;
mod mismatch;
mod panel;
mod roofline;
mod sheet;
mod stroke;
mod theme;

use std::fmt::Debug;

pub use accuracy::Accuracy;
pub use compare::Compare;
pub use convergence::Convergence;
pub use curves::Curves;
pub use distortion::Distortion;
pub use drawing::Drawing;
pub use error::FigureError;
pub use fit::Fit;
pub use functions::Functions;
pub use histogram::Histogram;
pub use levels::Levels;
pub use limits::Limits;
pub use mismatch::Mismatch;
pub use roofline::Roofline;

use crate::record::Record;

/// A kind of picture.
///
/// The laws, which `tests/figures.rs` checks for every one of [`FIGURES`]: the same record gives
/// the same bytes; every datum of the record lies inside the axes; a record that cannot be drawn
/// (a missing or empty table, a number that is not finite) is an error and never a panic.
pub trait Figure: Debug + Sync {
    /// The kind of record it draws.
    fn kind(&self) -> &'static str;

    /// Draws `record`.
    ///
    /// # Errors
    ///
    /// When a table or column is missing or empty, a number has no place on its axis, or there is
    /// more than fits on a figure.
    fn draw(&self, record: &Record) -> Result<Drawing, FigureError>;
}

/// Every figure there is; adding to this list is all it takes to add one.
pub const FIGURES: &[&dyn Figure] = &[
    &Functions,
    &Histogram,
    &Curves,
    &Accuracy,
    &Distortion,
    &Mismatch,
    &Levels,
    &Fit,
    &Limits,
    &Convergence,
    &Compare,
    &Roofline,
];

/// Draws `record` as its kind demands.
///
/// # Errors
///
/// When no figure draws this kind of record, and whenever [`Figure::draw`] fails.
pub fn draw(record: &Record) -> Result<Drawing, FigureError> {
    match FIGURES.iter().find(|figure| figure.kind() == record.kind) {
        Some(figure) => figure.draw(record),
        None => Err(FigureError::UnknownKind {
            kind: record.kind.clone(),
            known: FIGURES.iter().map(|figure| figure.kind()).collect::<Vec<_>>().join(", "),
        }),
    }
}
