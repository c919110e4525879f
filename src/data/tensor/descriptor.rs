//! The Python dictionary that opens an `.npy` file, and nothing else of Python.

use super::decode::ByteOrder;
use super::dtype::DType;
use super::error::Problem;
use super::fault::Fault;
use super::shape::AXES_MAX;

/// What the dictionary says. The order of the axes is not kept: numbers come in that of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Descriptor {
    pub(super) dtype: DType,
    pub(super) order: ByteOrder,
    pub(super) shape: Vec<u64>,
}

const ALLOWED: &str = "b1, i1 to i8, u1 to u8, f2, f4 and f8, behind <, > or |,";

/// Reads `text`, which stands at `byte` of the file.
pub(super) fn parse(text: &str, byte: u64) -> Result<Descriptor, Problem> {
    let mut cursor = Cursor { text: text.as_bytes(), at: 0 };
    let parsed = cursor.dictionary();
    // A fault is where the cursor stands.
    parsed.map_err(|fault| Problem::at(byte + cursor.at as u64, fault))
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn dictionary(&mut self) -> Result<Descriptor, Fault> {
        let (mut kind, mut is_fortran, mut shape) = (None, None, None);
        self.expect(b'{')?;
        while !self.accept(b'}') {
            self.blanks();
            let start = self.at;
            let key = self.string()?;
            self.expect(b':')?;
            self.blanks();
            let is_new = match key {
                "descr" => kind.replace(self.kind()?).is_none(),
                "fortran_order" => is_fortran.replace(self.boolean()?).is_none(),
                "shape" => shape.replace(self.shape()?).is_none(),
                _ => false,
            };
            if !is_new {
                self.at = start;
                return malformed("each of the keys descr, fortran_order and shape stands once");
            }
            if !self.accept(b',') {
                self.expect(b'}')?;
                break;
            }
        }
        self.blanks();
        if self.at < self.text.len() {
            return malformed("nothing but blanks may follow the closing brace");
        }
        let (Some((dtype, order)), Some(_), Some(shape)) = (kind, is_fortran, shape) else {
            return malformed("one of the keys descr, fortran_order and shape is missing");
        };
        Ok(Descriptor { dtype, order, shape })
    }

    /// Byte order and type: `'<f4'`.
    fn kind(&mut self) -> Result<(DType, ByteOrder), Fault> {
        if matches!(self.text.get(self.at), Some(b'[' | b'(')) {
            return Err(Fault::Structured);
        }
        let start = self.at;
        let given = self.string()?;
        let found = match given.split_at_checked(1) {
            Some((_, code)) if code.starts_with('O') => {
                self.at = start;
                return Err(Fault::Pickled);
            }
            Some(("<", code)) => DType::from_code(code).map(|dtype| (dtype, ByteOrder::Little)),
            Some((">", code)) => DType::from_code(code).map(|dtype| (dtype, ByteOrder::Big)),
            Some(("|", code)) => DType::from_code(code)
                .filter(|dtype| dtype.bytes() == 1)
                .map(|dtype| (dtype, ByteOrder::Little)),
            _ => None,
        };
        found.ok_or_else(|| {
            self.at = start;
            let given = super::error::shown(given);
            Fault::UnknownType { given, allowed: ALLOWED }
        })
    }

    fn boolean(&mut self) -> Result<bool, Fault> {
        for (word, value) in [("True", true), ("False", false)] {
            if self.text[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        malformed("fortran_order is True or False")
    }

    /// `()`, `(3,)` or `(3, 4)`.
    fn shape(&mut self) -> Result<Vec<u64>, Fault> {
        let mut shape = Vec::new();
        self.expect(b'(')?;
        while !self.accept(b')') {
            if shape.len() == AXES_MAX {
                return Err(Fault::TooManyAxes { limit: AXES_MAX });
            }
            shape.push(self.axis()?);
            if !self.accept(b',') {
                // `(3)` is a number in parentheses and no tuple.
                if shape.len() == 1 {
                    return malformed("a comma must follow the only axis of a shape");
                }
                self.expect(b')')?;
                break;
            }
        }
        Ok(shape)
    }

    fn axis(&mut self) -> Result<u64, Fault> {
        self.blanks();
        if self.text.get(self.at) == Some(&b'-') {
            return Err(Fault::NegativeAxis);
        }
        let start = self.at;
        let mut axis = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.text.get(self.at) {
            let longer = axis.checked_mul(10).and_then(|a| a.checked_add(u64::from(digit - b'0')));
            axis = longer.ok_or(Fault::ShapeOverflows)?;
            self.at += 1;
        }
        if self.at == start {
            return malformed("an axis is a whole number");
        }
        // Python 2 wrote long integers so.
        if self.text.get(self.at) == Some(&b'L') {
            self.at += 1;
        }
        Ok(axis)
    }

    /// A string without escapes, in either kind of quotes.
    fn string(&mut self) -> Result<&'a str, Fault> {
        let rest = &self.text[self.at..];
        if let Some((&quote @ (b'\'' | b'"'), inside)) = rest.split_first()
            && let Some(length) = inside.iter().position(|&byte| byte == quote || byte == b'\\')
            && inside[length] == quote
            && let Ok(string) = std::str::from_utf8(&inside[..length])
        {
            self.at += length + 2;
            return Ok(string);
        }
        malformed("a string in quotes was expected")
    }

    fn blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn accept(&mut self, byte: u8) -> bool {
        self.blanks();
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.accept(byte) {
            return Ok(());
        }
        malformed(&format!("{:?} was expected", char::from(byte)))
    }
}

fn malformed<T>(reason: &str) -> Result<T, Fault> {
    Err(Fault::Header { reason: reason.to_owned() })
}
