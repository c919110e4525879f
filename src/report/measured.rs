//! A claim's number with its spread, and the time it took.

use super::digits::{Digits, decimals_for};
use crate::record::Claim;

/// `1.20 ± 0.31 points`: our number, its 95 % interval in two digits, and the unit.
pub(super) fn number(claim: &Claim) -> String {
    let spread = claim.spread.filter(|spread| spread.is_finite() && *spread > 0.0);
    let text = match spread {
        Some(spread) => {
            let digits = Digits::Decimals(decimals_for(spread, 2));
            format!("{} ± {}", digits.write(claim.ours), digits.write(spread))
        }
        None => Digits::of(&[claim.ours], &claim.unit).write(claim.ours),
    };
    match (claim.unit.as_str(), spread) {
        ("", _) => text,
        (unit, Some(_)) => format!("{text} {unit}"),
        // Numbers with a unit come from seeds: without a spread there was only one.
        (unit, None) => format!("{text} {unit} (no spread: one seed)"),
    }
}

/// `0.4 s`, `35 s`, `12 min`, `2.5 h`.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        _ if !seconds.is_finite() => super::digits::NOTHING.to_owned(),
        _ if seconds < 0.05 => "< 0.1 s".to_owned(),
        _ if seconds < 9.95 => format!("{seconds:.1} s"),
        _ if seconds < 119.5 => format!("{seconds:.0} s"),
        _ if seconds < 119.5 * 60.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(ours: f64, spread: Option<f64>, unit: &str) -> Claim {
        Claim {
            id: "Table 2".to_owned(),
            record: "table-2".to_owned(),
            claim: "2-bit HWGQ is more accurate than sign".to_owned(),
            paper: "by a wide margin (recalled)".to_owned(),
            ours,
            unit: unit.to_owned(),
            quantity: "HWGQ minus sign".to_owned(),
            spread,
            held: true,
            decided: true,
            seconds: 1.0,
        }
    }

    #[test]
    fn a_number_has_the_digits_that_its_spread_supports() {
        assert_eq!(number(&claim(1.204_9, Some(0.313), "points")), "1.20 ± 0.31 points");
        assert_eq!(number(&claim(-12.04, Some(4.0), "points")), "−12.0 ± 4.0 points");
    }

    #[test]
    fn an_exact_number_stands_alone() {
        assert_eq!(number(&claim(0.538_811_923_4, None, "")), "0.53881");
    }

    #[test]
    fn one_seed_has_no_spread_to_show() {
        assert_eq!(
            number(&claim(1.2, Some(f64::NAN), "points")),
            "1.20 points (no spread: one seed)"
        );
    }

    #[test]
    fn durations_have_units_of_their_size() {
        let texts = [0.01, 0.44, 35.2, 720.0, 9000.0, f64::NAN].map(duration);
        assert_eq!(texts, ["< 0.1 s", "0.4 s", "35 s", "12 min", "2.5 h", "–"]);
    }
}
