//! A law as it is typed: a family, and values of its parameters.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::family::{FAMILIES, Family};
use super::{Density, DensityError};

/// `gaussian`, `student-t(nu=3)`, `sphere-coordinate(d=64)`.
///
/// # Examples
///
/// ```
/// use hwgq::density::LawSpec;
/// let spec: LawSpec = "student-t(nu=3)".parse()?;
/// assert_eq!(spec.law()?.describe(), "student-t(nu=3)");
/// # Ok::<(), hwgq::density::DensityError>(())
/// ```
#[derive(Debug, Clone)]
pub struct LawSpec {
    family: &'static Family,
    // Invariant: one a parameter of the family.
    values: Vec<f64>,
}

impl LawSpec {
    /// The family.
    pub fn family(&self) -> &'static Family {
        self.family
    }

    /// The law.
    ///
    /// # Errors
    ///
    /// When a parameter is out of range.
    pub fn law(&self) -> Result<Arc<dyn Density>, DensityError> {
        self.family.law(&self.values)
    }
}

impl PartialEq for LawSpec {
    fn eq(&self, other: &Self) -> bool {
        self.family.name == other.family.name && self.values == other.values
    }
}

impl fmt::Display for LawSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.family.name)?;
        if self.values.is_empty() {
            return Ok(());
        }
        let named = self.family.parameters.iter().zip(&self.values);
        let words: Vec<String> =
            named.map(|(parameter, value)| format!("{}={value}", parameter.name)).collect();
        write!(formatter, "({})", words.join(", "))
    }
}

impl FromStr for LawSpec {
    type Err = DensityError;

    fn from_str(text: &str) -> Result<Self, DensityError> {
        let malformed = |why: String| DensityError::Malformed { given: text.to_owned(), why };
        let (name, rest) = text.split_once('(').unwrap_or((text, ")"));
        let name = name.trim();
        let family = FAMILIES.iter().find(|family| family.name == name).ok_or_else(|| {
            let known: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
            DensityError::UnknownLaw { given: name.to_owned(), known: known.join(", ") }
        })?;
        let inside = rest
            .trim_end()
            .strip_suffix(')')
            .ok_or_else(|| malformed("the closing parenthesis is missing".to_owned()))?;
        let mut values: Vec<Option<f64>> = vec![None; family.parameters.len()];
        for word in inside.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (key, value) = word
                .split_once('=')
                .ok_or_else(|| malformed(format!("{word:?} is not of the form name=value")))?;
            let place = family
                .parameters
                .iter()
                .position(|parameter| parameter.name == key.trim())
                .ok_or_else(|| malformed(no_parameter(family, key.trim())))?;
            let number = value
                .trim()
                .parse()
                .map_err(|_| malformed(format!("{:?} is not a number", value.trim())))?;
            if values[place].replace(number).is_some() {
                return Err(malformed(format!("{} is given twice", key.trim())));
            }
        }
        let defaults = family.parameters.iter().map(|parameter| parameter.default);
        let values: Vec<f64> =
            values.iter().zip(defaults).map(|(given, default)| given.unwrap_or(default)).collect();
        let spec = Self { family, values };
        // A value out of range is refused where it was typed.
        spec.law()?;
        Ok(spec)
    }
}

fn no_parameter(family: &Family, key: &str) -> String {
    let known: Vec<&str> = family.parameters.iter().map(|parameter| parameter.name).collect();
    if known.is_empty() {
        format!("{} has no parameters; stretch it with --scale and --shift", family.name)
    } else {
        format!("{} has no parameter {key:?}; it has {}", family.name, known.join(", "))
    }
}
