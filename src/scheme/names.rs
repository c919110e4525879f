//! From what was typed to the value it names, or to the nearest name.

use thiserror::Error;

/// A name that nothing has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown {what} `{given}`; {}known: {}", suggestion(*.nearest), .allowed.join(", "))]
pub struct UnknownName {
    /// What kind of thing was asked for: `activation`.
    pub what: &'static str,
    /// What was given.
    pub given: String,
    /// Every name there is.
    pub allowed: Vec<&'static str>,
    /// The most similar one, when it is similar enough to have been meant.
    pub nearest: Option<&'static str>,
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("did you mean `{name}`? "))
}

/// Below this Jaro-Winkler similarity two names have little in common.
const SIMILAR: f64 = 0.7;

/// The value among `all` whose name was given.
pub(super) fn find_named<T: Copy>(
    what: &'static str,
    given: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, UnknownName> {
    if let Some(&found) = all.iter().find(|&&value| name(value) == given) {
        return Ok(found);
    }
    let allowed: Vec<&'static str> = all.iter().map(|&value| name(value)).collect();
    let nearest = allowed
        .iter()
        .map(|known| (*known, strsim::jaro_winkler(given, known)))
        .filter(|&(_, similarity)| similarity >= SIMILAR)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(known, _)| known);
    Err(UnknownName { what, given: given.to_owned(), allowed, nearest })
}
