//! Why numbers cannot be packed, or packed matrices cannot be multiplied.

use thiserror::Error;

/// Why numbers cannot be packed, or packed matrices cannot be multiplied.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BitsError {
    /// The numbers do not fill the matrix.
    #[error(
        "{rows} rows of {columns} numbers were announced, but {given} numbers given; pass rows x columns of them"
    )]
    WrongLength {
        /// Rows announced.
        rows: usize,
        /// Columns announced.
        columns: usize,
        /// Numbers given.
        given: usize,
    },
    /// A number without a sign.
    #[error("row {row}, column {column} is NaN, which has no sign; look for where it arose")]
    NotANumber {
        /// Row of the first NaN, from 0.
        row: usize,
        /// Its column, from 0.
        column: usize,
    },
    /// A width for which there are no codes.
    #[error("codes of {given} bits were asked for; allowed are 1 to {most}")]
    WrongWidth {
        /// Bits asked for.
        given: u32,
        /// The most bits.
        most: u32,
    },
    /// A code that its bits cannot hold.
    #[error(
        "row {row}, column {column} holds code {code}, but {bits} bits hold 0 to {most}; use more bits or fewer levels"
    )]
    CodeOutOfRange {
        /// Row of the first such code, from 0.
        row: usize,
        /// Its column, from 0.
        column: usize,
        /// The code.
        code: u8,
        /// Bits of a code.
        bits: u32,
        /// The greatest code that they hold.
        most: u32,
    },
    /// A weight for which there are no planes.
    #[error("row {row}, column {column} holds the weight {weight}; allowed are -8 to 7")]
    WeightOutOfRange {
        /// Row of the first such weight, from 0.
        row: usize,
        /// Its column, from 0.
        column: usize,
        /// The weight.
        weight: i8,
    },
    /// More than memory can hold.
    #[error("{rows} rows of {columns} codes exceed the address space; use fewer rows at a time")]
    TooLarge {
        /// Rows asked for.
        rows: usize,
        /// Codes in a row.
        columns: usize,
    },
    /// Limits that are no ladder.
    #[error(
        "channel {channel} needs {steps} limits that never fall, for codes of {bits} bits; repeat the last limit where there are fewer levels"
    )]
    NotALadder {
        /// The channel, from 0.
        channel: usize,
        /// Bits of a code.
        bits: u32,
        /// Limits that a ladder has.
        steps: usize,
    },
    /// Thresholds that are not those of a quantizer.
    #[error(
        "{given} thresholds were given; a quantizer has 1 to {most} of them, none NaN, none below the one before"
    )]
    NotThresholds {
        /// Thresholds given.
        given: usize,
        /// The most thresholds.
        most: usize,
    },
    /// Levels that codes cannot count for.
    #[error(
        "{given} levels were given; a quantizer has 2 to 16 of them, finite, none negative, not all 0; move it up where one is negative"
    )]
    NotLevels {
        /// Levels given.
        given: usize,
    },
    /// A multiple of the step beyond a code of four bits.
    #[error("levels up to {given} steps were asked for; allowed are 1 to {most}")]
    LevelTooGreat {
        /// Steps asked for.
        given: u8,
        /// The most steps.
        most: u8,
    },
    /// A kernel of no name.
    #[error("no kernel is called `{given}`; there are portable, avx2, popcount and lookup")]
    UnknownKernel {
        /// The name.
        given: String,
    },
    /// A kernel whose instructions are missing.
    #[error("this processor has not the instructions of the kernel `{kernel}`; use `portable`")]
    Unavailable {
        /// Its name.
        kernel: &'static str,
    },
    /// Sums over nothing.
    #[error("weight rows of no numbers were given; a product sums over one column at least")]
    NoColumns,
    /// The codes have another width than the product or its output was made for.
    #[error("codes of {given} bits were given where {expected} are due")]
    WrongBits {
        /// Bits of the codes given.
        given: u32,
        /// Bits of those that are due.
        expected: u32,
    },
    /// Ladders for other channels.
    #[error("{ladders} ladders meet {weights} weight rows; each row is a channel with one ladder")]
    WrongLadders {
        /// Ladders given.
        ladders: usize,
        /// Rows of the weights.
        weights: usize,
    },
    /// The sums of a product run over different lengths.
    #[error("weight rows of {weights} numbers meet input rows of {inputs}; they must be equal")]
    InnerMismatch {
        /// Columns of the weights.
        weights: usize,
        /// Columns of the inputs.
        inputs: usize,
    },
    /// The worst sum does not fit.
    #[error(
        "a sum of {columns} numbers up to {most} may exceed {}; split the columns or use fewer bits",
        i32::MAX
    )]
    Overflow {
        /// Numbers in a sum.
        columns: usize,
        /// The greatest magnitude of one of them.
        most: u32,
    },
    /// The output does not hold the product.
    #[error(
        "{inputs} input rows times {weights} weight rows were given an output of {output} numbers; it must hold inputs x weights"
    )]
    WrongOutput {
        /// Rows of the inputs.
        inputs: usize,
        /// Rows of the weights.
        weights: usize,
        /// Numbers in the output.
        output: usize,
    },
}

/// Whether `given` numbers fill `rows` rows of `columns`.
pub(super) fn check_length(rows: usize, columns: usize, given: usize) -> Result<(), BitsError> {
    if rows.checked_mul(columns) == Some(given) {
        Ok(())
    } else {
        Err(BitsError::WrongLength { rows, columns, given })
    }
}
