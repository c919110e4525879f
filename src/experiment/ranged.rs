//! Numbers of a declaration that must lie in a range, and laws; an error keeps its line and column.

use serde::{Deserialize, Deserializer, de::Error};

use crate::density::LawSpec;

/// A count from `LEAST` to `MOST`, both included.
pub(super) fn count<'de, const LEAST: u64, const MOST: u64, T, D>(from: D) -> Result<T, D::Error>
where
    T: TryFrom<u64>,
    D: Deserializer<'de>,
{
    let given = i64::deserialize(from)?;
    let fits = u64::try_from(given).ok().filter(|given| (LEAST..=MOST).contains(given));
    fits.and_then(|given| T::try_from(given).ok())
        .ok_or_else(|| D::Error::custom(format!("{given} is not in {LEAST}..={MOST}")))
}

/// The same where the number may be left out.
pub(super) fn optional_count<'de, const LEAST: u64, const MOST: u64, T, D>(
    from: D,
) -> Result<Option<T>, D::Error>
where
    T: TryFrom<u64>,
    D: Deserializer<'de>,
{
    count::<LEAST, MOST, T, D>(from).map(Some)
}

/// A learning rate: positive, at most 10.
pub(super) fn learning_rate<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let given = f64::deserialize(from)?;
    if given > 0.0 && given <= 10.0 {
        Ok(given)
    } else {
        Err(D::Error::custom(format!(
            "a learning rate of {given} is not above 0 and at most 10; try 0.02"
        )))
    }
}

/// A law as it is typed: `student-t(nu=5)`.
pub(super) fn law<'de, D: Deserializer<'de>>(from: D) -> Result<LawSpec, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

/// A number: finite.
pub(super) fn finite<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let given = f64::deserialize(from)?;
    if given.is_finite() {
        Ok(given)
    } else {
        Err(D::Error::custom(format!("{given} is not a finite number")))
    }
}

/// A tolerance: finite, not below 0.
pub(super) fn non_negative<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let given = finite(from)?;
    if given >= 0.0 { Ok(given) } else { Err(D::Error::custom(format!("{given} is below 0"))) }
}
