//! What became of a claim: held, not held, or undecided.

use crate::record::Claim;

/// The outcome of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Our number bears the claim out.
    Held,
    /// Our number contradicts the claim.
    NotHeld,
    /// The spread of our number allows both.
    Undecided,
}

impl Verdict {
    /// The verdict on `claim`.
    pub(super) fn of(claim: &Claim) -> Self {
        match (claim.held, claim.decided) {
            (true, _) => Self::Held,
            (false, true) => Self::NotHeld,
            (false, false) => Self::Undecided,
        }
    }

    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::NotHeld => "not held",
            Self::Undecided => "undecided",
        }
    }

    /// A sign for quick eyes, which colour alone would not be.
    pub(super) fn sign(self) -> char {
        match self {
            Self::Held => '✓',
            Self::NotHeld => '✗',
            Self::Undecided => '?',
        }
    }
}

/// How the claims fared, in a sentence.
pub(super) fn summary(claims: &[Claim]) -> String {
    let count = |verdict| claims.iter().filter(|claim| Verdict::of(claim) == verdict).count();
    let (held, not_held) = (count(Verdict::Held), count(Verdict::NotHeld));
    let claims = match claims.len() {
        0 => return "No claim was tested.".to_owned(),
        1 => "1 claim".to_owned(),
        claims => format!("{claims} claims"),
    };
    let undecided = match count(Verdict::Undecided) {
        0 => String::new(),
        undecided => format!("; {undecided} stayed undecided, within the spread over seeds"),
    };
    format!("Of {claims}, {held} held and {not_held} did not{undecided}.")
}
