//! What is wrong with a file of tensors.

use thiserror::Error;

/// What a binary file does wrong; the error around it has the byte.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// The file ends within something.
    #[error("the file ends here, within {what}; it was cut short")]
    Truncated {
        /// Within what.
        what: &'static str,
    },
    /// The first bytes are those of another kind of file.
    #[error("this is not how {format} begins; rename the file if it is of another kind")]
    Magic {
        /// Of what the name says.
        format: &'static str,
    },
    /// A version of the format that is not known.
    #[error("version {major}.{minor} of the .npy format is not known; 1.0, 2.0 and 3.0 are")]
    Version {
        /// Before the point.
        major: u8,
        /// After it.
        minor: u8,
    },
    /// A header longer than the file, or than is ever needed.
    #[error("a header of {length} bytes; {limit} bytes are the most that {reason}")]
    HeaderTooLong {
        /// What the file says.
        length: u64,
        /// The most there may be.
        limit: u64,
        /// `the file has room for`, or `are read`.
        reason: &'static str,
    },
    /// Bytes that are no UTF-8.
    #[error("the {what} is not UTF-8")]
    NotUtf8 {
        /// What should be text.
        what: &'static str,
    },
    /// The header is not in its grammar.
    #[error("the header is malformed: {reason}")]
    Header {
        /// What was expected.
        reason: String,
    },
    /// An axis below zero.
    #[error("an axis of the shape is negative; axes count from 0")]
    NegativeAxis,
    /// More axes than anybody has.
    #[error("more than {limit} axes")]
    TooManyAxes {
        /// The most there may be.
        limit: usize,
    },
    /// The product of the axes, or the bytes they need, is beyond 64 bits.
    #[error("a shape of more than 2^64 bytes")]
    ShapeOverflows,
    /// Pickled Python objects.
    #[error("pickled Python objects are never read, they can run programs; save numbers")]
    Pickled,
    /// Records of several fields.
    #[error("a structured type; save each field as an array of its own")]
    Structured,
    /// A type that is not a real number here.
    #[error("numbers of type {given:?} are not read; {allowed} are")]
    UnknownType {
        /// As the file says.
        given: String,
        /// What is read.
        allowed: &'static str,
    },
    /// The payload is not as long as the shape says.
    #[error("the shape needs {needed} bytes from here, but there are {found}")]
    Length {
        /// What shape and type come to.
        needed: u64,
        /// What is there.
        found: u64,
    },
    /// Bytes that belong to nothing.
    #[error("{bytes} bytes that belong to no tensor; files with hidden bytes are refused")]
    Unused {
        /// How many.
        bytes: u64,
    },
    /// Two tensors share bytes.
    #[error("{name:?} begins here, within the tensor before it")]
    Overlap {
        /// The second one.
        name: String,
    },
    /// An integer that no `f64` equals.
    #[error("the integer {value} may not survive as f64; up to ±2^53 all integers do")]
    IntegerTooLarge {
        /// It.
        value: i128,
    },
    /// A boolean that is neither.
    #[error("a boolean of {value}; it is 0 or 1")]
    NotABoolean {
        /// Its byte.
        value: u8,
    },
    /// The archive contradicts itself or uses what no array needs.
    #[error("{reason}")]
    Archive {
        /// How.
        reason: String,
    },
    /// The archive's member does not unpack to what was promised.
    #[error("the member unpacks to more than the {declared} bytes that it declares")]
    Bomb {
        /// Bytes promised.
        declared: u64,
    },
    /// The compressed bytes are no deflate stream.
    #[error("the compressed bytes are damaged: {reason}")]
    Deflate {
        /// What the decoder says.
        reason: String,
    },
    /// The check sum is wrong.
    #[error(
        "the contents have CRC-32 {found:08x}, the archive says {expected:08x}; fetch the file anew"
    )]
    Crc {
        /// Of the contents.
        found: u32,
        /// Of the archive.
        expected: u32,
    },
    /// The file is not as long as it was.
    #[error("the file changed while it was read: from {before} to {now} bytes")]
    Changed {
        /// Bytes when its header was read.
        before: u64,
        /// Bytes now.
        now: u64,
    },
}

/// What a text file does wrong; the error around it has line and column.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TextFault {
    /// A word where a number should be.
    #[error("{text:?} is not a number; separate numbers by commas or blanks")]
    NotANumber {
        /// At most 64 letters of it.
        text: String,
    },
    /// A number beyond the range of `f64`.
    #[error("{text} is beyond the range of f64, which ends at 1.8e308; scale the numbers")]
    TooLarge {
        /// At most 64 letters of it.
        text: String,
    },
    /// Not a single number.
    #[error("no numbers; there must be one or more a line")]
    NoNumbers,
    /// A line longer than is held.
    #[error("more than {limit} bytes in a line; write one number a line")]
    LongLine {
        /// The most there may be.
        limit: usize,
    },
}
