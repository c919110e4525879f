//! Every rule on planted records: held, refuted, undecided, and senseless.

use super::*;
use crate::experiment::tables::{number, text};

/// A record of one net with the given runs and their accuracies, seeds from 0.
fn record(runs: &[(&str, &[f64])]) -> Record {
    let rows: Vec<(&str, usize, f64)> = runs
        .iter()
        .flat_map(|(run, values)| values.iter().enumerate().map(move |(seed, &v)| (*run, seed, v)))
        .collect();
    let table = Table::new(
        "runs",
        vec![
            text("group", rows.iter().map(|_| "net")),
            text("run", rows.iter().map(|row| row.0)),
            number("seed", "", rows.iter().map(|row| row.1 as f64)),
            number("accuracy_test", "%", rows.iter().map(|row| row.2)),
        ],
    );
    Record {
        id: "planted".to_owned(),
        kind: "accuracy".to_owned(),
        title: String::new(),
        why: String::new(),
        tables: vec![table.unwrap()],
    }
}

/// Held, refuted (`Some(false)`), or undecided.
fn truth(rule: &Rule, record: &Record) -> Option<bool> {
    let verdicts = rule.judge(record).unwrap();
    assert_eq!(verdicts.len(), 1, "one net, one verdict");
    verdicts[0].decided.then_some(verdicts[0].held)
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

const LOW: &[f64] = &[90.0, 91.0, 92.0];
/// Above `LOW` by 2.9, 3.0 and 3.1, seed by seed.
const HIGH: &[f64] = &[92.9, 94.0, 95.1];
/// Above `LOW` by −1, 0.1 and 1.
const SAME: &[f64] = &[89.0, 91.1, 93.0];

#[test]
fn better_is_decided_by_the_paired_difference() {
    let record = record(&[("low", LOW), ("high", HIGH), ("same", SAME)]);
    let better =
        |run: &str, than: &str| Rule::Better { run: run.to_owned(), than: than.to_owned() };
    assert_eq!(truth(&better("high", "low"), &record), Some(true));
    assert_eq!(truth(&better("low", "high"), &record), Some(false));
    assert_eq!(truth(&better("same", "low"), &record), None);
    let verdict = &better("high", "low").judge(&record).unwrap()[0];
    assert!((verdict.ours - 3.0).abs() < 1e-12, "the mean of the differences");
    // s = 0.1, t(0.975; 2) = 4.302652729911275 (scipy.stats.t.ppf), over √3.
    let spread = 4.302_652_729_911_275 * 0.1 / 3.0_f64.sqrt();
    assert!((verdict.spread.unwrap() - spread).abs() < 1e-8, "{:?}", verdict.spread);
}

#[test]
fn close_needs_the_whole_interval_inside() {
    let record = record(&[("low", LOW), ("high", HIGH), ("same", SAME)]);
    let close =
        |run: &str, within| Rule::Close { run: run.to_owned(), to: "low".to_owned(), within };
    assert_eq!(truth(&close("high", 4.0), &record), Some(true));
    assert_eq!(truth(&close("high", 2.0), &record), Some(false));
    assert_eq!(truth(&close("same", 1.0), &record), None);
}

#[test]
fn rising_is_refuted_by_a_sure_fall_on_the_way() {
    let top: Vec<f64> =
        HIGH.iter().zip([1.0, 1.1, 0.9]).map(|(value, more)| value + more).collect();
    let record = record(&[("low", LOW), ("high", HIGH), ("top", &top), ("same", SAME)]);
    let rising = |names: &[&str]| Rule::Rising { runs: owned(names) };
    assert_eq!(truth(&rising(&["low", "high", "top"]), &record), Some(true));
    assert_eq!(truth(&rising(&["low", "same", "high"]), &record), Some(true), "may have risen");
    assert_eq!(truth(&rising(&["low", "top", "high"]), &record), Some(false));
    assert_eq!(truth(&rising(&["low", "same"]), &record), None);
    assert!(rising(&["low"]).judge(&record).is_err(), "one run has no order");
}

#[test]
fn equal_differences_decide_nothing() {
    let record = record(&[("low", LOW), ("again", LOW)]);
    let rule = Rule::Better { run: "low".to_owned(), than: "again".to_owned() };
    assert_eq!(truth(&rule, &record), None);
}

#[test]
fn other_seeds_are_not_paired() {
    let record = record(&[("low", LOW), ("short", &LOW[..2])]);
    let rule = Rule::Better { run: "low".to_owned(), than: "short".to_owned() };
    assert!(matches!(rule.judge(&record), Err(ClaimError::Unpaired { .. })));
    let rule = Rule::Better { run: "low".to_owned(), than: "nobody".to_owned() };
    assert!(matches!(rule.judge(&record), Err(ClaimError::Selection { found: 0, .. })));
}

/// A record with one table of words and numbers.
fn numbers(values: &[f64]) -> Record {
    let names = (0..values.len()).map(|index| index.to_string());
    let columns = vec![text("name", names), number("x", "", values.iter().copied())];
    Record { tables: vec![Table::new("t", columns).unwrap()], ..record(&[]) }
}

fn selector(name: Option<&str>) -> Selector {
    Selector {
        table: "t".to_owned(),
        column: "x".to_owned(),
        rows: name.map(|name| ("name".to_owned(), name.to_owned())).into_iter().collect(),
    }
}

#[test]
fn what_is_no_number_exceeds_every_limit() {
    let at_most = Rule::AtMost { of: selector(None), limit: 2.0 };
    assert_eq!(truth(&at_most, &numbers(&[1.0, 2.0])), Some(true), "the limit is included");
    assert_eq!(truth(&at_most, &numbers(&[1.0, 2.1])), Some(false));
    for values in [[f64::NAN, 1.0], [1.0, f64::NAN]] {
        assert_eq!(truth(&at_most, &numbers(&values)), Some(false), "{values:?}");
    }
}

#[test]
fn equals_and_ascending_look_at_single_numbers() {
    let record = numbers(&[1.0, 2.0, 3.0]);
    let equals = |value| Rule::Equals { of: selector(Some("1")), value, tolerance: 0.25 };
    assert_eq!(truth(&equals(2.25), &record), Some(true));
    assert_eq!(truth(&equals(2.5), &record), Some(false));
    let all = Rule::Equals { of: selector(None), value: 1.0, tolerance: 1.0 };
    assert!(all.judge(&record).is_err(), "three numbers are not one");
    let ascending = |names: &[&str]| Rule::Ascending {
        of: names.iter().map(|name| selector(Some(name))).collect(),
    };
    assert_eq!(truth(&ascending(&["0", "1", "2"]), &record), Some(true));
    assert_eq!(truth(&ascending(&["0", "2", "1"]), &record), Some(false));
    assert!(ascending(&[]).judge(&record).is_err());
}
