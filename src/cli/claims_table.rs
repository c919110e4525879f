//! The table that a reproduction ends with: claim, paper, our number, held or not.

use anyhow::Result;

use super::output::{eight_digits, print_prose};
use crate::record::{Claim, Column, Table, Values};

/// The claims with all their fields and digits.
pub(super) fn columns(claims: &[Claim]) -> Result<Table> {
    let words = |name: &str, of: fn(&Claim) -> String| Column {
        name: name.to_owned(),
        unit: String::new(),
        values: Values::Text(claims.iter().map(of).collect()),
    };
    let numbers = |name: &str, of: fn(&Claim) -> f64| Column {
        name: name.to_owned(),
        unit: String::new(),
        values: Values::Number(claims.iter().map(of).collect()),
    };
    Ok(Table::new(
        "claims",
        vec![
            words("id", |claim| claim.id.clone()),
            words("record", |claim| claim.record.clone()),
            words("claim", |claim| claim.claim.clone()),
            words("paper", |claim| claim.paper.clone()),
            words("quantity", |claim| claim.quantity.clone()),
            numbers("ours", |claim| claim.ours),
            numbers("spread", |claim| claim.spread.unwrap_or(f64::NAN)),
            words("unit", |claim| claim.unit.clone()),
            words("held", |claim| claim.held.to_string()),
            words("decided", |claim| claim.decided.to_string()),
            numbers("seconds", |claim| claim.seconds),
        ],
    )?)
}

/// Prints the claims for people.
pub(super) fn print_claims(claims: &[Claim]) -> Result<()> {
    let row = |claim: &Claim| {
        let verdict = match (claim.held, claim.decided) {
            (true, _) => "held",
            (false, true) => "not held",
            (false, false) => "not held\n(undecided)",
        };
        let ours = format!("{}\n{}", number(claim), claim.quantity);
        vec![claim.id.clone(), claim.claim.clone(), claim.paper.clone(), ours, verdict.to_owned()]
    };
    let rows: Vec<Vec<String>> = claims.iter().map(row).collect();
    print_prose(&["id", "claim", "the paper", "ours", "verdict"], &rows)
}

fn number(claim: &Claim) -> String {
    match claim.spread {
        Some(spread) => format!("{:+.2} ± {spread:.2} {}", claim.ours, claim.unit),
        None if claim.unit.is_empty() => eight_digits(claim.ours),
        None => format!("{:+.2} {}, one seed", claim.ours, claim.unit),
    }
}
