//! Named choices of the library as values of options.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::Usage;
use crate::data;
use crate::experiment::Preset;
use crate::nn::Net;
use crate::scheme::{Backward, Forward, Weights};

/// A parser for one of `all`: what is not in the list is refused with the list and the nearest.
fn named<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(|&one| name(one))).map(move |given| {
        let found = all.iter().copied().find(|&one| name(one) == given);
        found.unwrap_or(all[0])
    })
}

pub(super) fn forward() -> impl TypedValueParser<Value = Forward> {
    named(&Forward::ALL, Forward::name)
}

pub(super) fn backward() -> impl TypedValueParser<Value = Backward> {
    named(&Backward::ALL, Backward::name)
}

pub(super) fn weights() -> impl TypedValueParser<Value = Weights> {
    named(&Weights::ALL, Weights::name)
}

pub(super) fn net() -> impl TypedValueParser<Value = Net> {
    named(&Net::ALL, Net::name)
}

pub(super) fn dataset() -> impl TypedValueParser<Value = data::Name> {
    named(&data::Name::ALL, data::Name::name)
}

pub(super) fn preset() -> impl TypedValueParser<Value = Preset> {
    named(&Preset::ALL, Preset::name)
}

/// Below this Jaro-Winkler similarity two names have little in common.
const SIMILAR: f64 = 0.7;

/// What to say of a name that is none of `known`: the nearest one, and the list.
pub(super) fn unknown(what: &str, given: &str, known: &[&str]) -> Usage {
    let nearest = known
        .iter()
        .map(|name| (name, strsim::jaro_winkler(given, name)))
        .filter(|&(_, similarity)| similarity >= SIMILAR)
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let hint = nearest.map_or(String::new(), |(name, _)| format!("did you mean {name}? "));
    Usage(format!("there is no {what} {given:?}; {hint}there are {}", known.join(", ")))
}
