//! `hwgq verify` and the certificates of `hwgq levels`, as their users run them.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the answer must fail")]

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::tempdir;

fn hwgq(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hwgq")).args(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn what_levels_prints_verify_confirms_and_a_nudge_it_refutes() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("levels.json");
    let name = file.to_str().unwrap();
    for (law, count) in [("gaussian", 16), ("rayleigh", 5), ("half-wave", 4), ("gamma", 4)] {
        let count = count.to_string();
        let answer = hwgq(&["levels", "--law", law, "--levels", &count, "--format", "json"]);
        fs::write(&file, &answer.stdout).unwrap();
        let sheet = hwgq(&["verify", name, "--law", law, "--format", "json"]);
        assert_eq!(sheet.status.code(), Some(0), "{law}: {}", json(&sheet));
        assert_eq!(json(&sheet)["verdict"], "optimal");
        assert!(number(&json(&sheet)["residual_centroid"]) < 1e-12 || law == "half-wave");

        let mut nudged = json(&answer);
        let top = nudged["levels"].as_array().unwrap().len() - 1;
        nudged["levels"][top] = (number(&nudged["levels"][top]) * 1.01).into();
        fs::write(&file, nudged.to_string()).unwrap();
        let sheet = hwgq(&["verify", name, "--law", law, "--format", "json"]);
        assert_eq!(sheet.status.code(), Some(1), "{law}");
        assert!(number(&json(&sheet)["distortion_ratio"]) > 1.0 + 1e-7);
    }
}

#[test]
fn the_collection_knows_who_is_right() {
    let answer = json(&hwgq(&["verify", "--format", "json"]));
    let verdict = |name: &str| {
        let tables = answer["tables"].as_array().unwrap();
        tables.iter().find(|table| table["name"] == name).unwrap()["verdict"].clone()
    };
    for name in ["max-4", "caffe-3ne", "edmips-3", "turboquant-4-distortion"] {
        assert_eq!(verdict(name), "right to the last digit", "{name}");
    }
    // The steps of one zero convention under the other; faiss' shipped table is 1.8 dB off.
    assert_eq!(verdict("edmips-2-rounded"), "wrong scale");
    assert_eq!(verdict("faiss-8-distortion"), "not the optimum");
    assert_eq!(hwgq(&["verify", "max-4"]).status.code(), Some(0));
    assert_eq!(hwgq(&["verify", "nf4"]).status.code(), Some(1));
}

#[test]
fn the_symmetric_quantizer_of_the_gamma_law_is_not_its_best() {
    // Symmetric, two levels have the distortion 2/3 (reference/lloydmax_gamma_symmetric.json).
    let best = hwgq(&["levels", "--law", "gamma", "--levels", "2", "--format", "json"]);
    let best = json(&best);
    let certificate = &best["certificate"];
    assert_eq!(certificate["kind"], "search");
    assert_eq!(certificate["unique_global"], false);
    let (lower, upper) = (number(&certificate["lower_bound"]), number(&certificate["upper_bound"]));
    let distortion = number(&best["distortion"]);
    assert!(lower <= distortion && distortion <= upper && upper < 0.5990, "{certificate}");
    assert!(upper - lower < 1e-4 * upper, "{certificate}");
}

#[test]
fn every_answer_says_what_proves_it() {
    for (law, kind, unique) in [
        ("gaussian", "log-concave", true),
        ("laplace", "log-concave", true),
        ("half-wave", "log-concave", true),
        ("student-t(nu=5)", "search", false),
    ] {
        let answer = json(&hwgq(&["levels", "--law", law, "--levels", "4", "--format", "json"]));
        assert_eq!(answer["certificate"]["kind"], kind, "{law}");
        assert_eq!(answer["certificate"]["unique_global"], unique, "{law}");
        let bounds = ["lower_bound", "distortion", "upper_bound"];
        let at = |name: &str| {
            number(if name == "distortion" { &answer[name] } else { &answer["certificate"][name] })
        };
        assert!(bounds.map(at).is_sorted(), "{law}: {answer}");
    }
}

#[test]
fn tables_that_are_none_are_refused_with_what_to_do() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("table.json");
    let name = file.to_str().unwrap();
    for (text, says) in [
        ("{}", "levels"),
        ("[]", "at least one level"),
        ("[1, 1]", "not above its predecessor"),
        ("[2, 1]", "not above its predecessor"),
        ("[1, 1e999]", "levels"),
        ("{\"levels\": [0, 1], \"thresholds\": [0.5, 0.6]}", "thresholds"),
    ] {
        fs::write(&file, text).unwrap();
        let output = hwgq(&["verify", name, "--law", "gaussian"]);
        let talk = String::from_utf8(output.stderr.clone()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}: {talk}");
        assert!(talk.contains(says) && output.stdout.is_empty(), "{text}: {talk}");
    }
    for (table, says) in [("no-such-table", "neither a file"), ("faiss-8-distortion", "no levels")]
    {
        let output = hwgq(&["verify", table]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains(says), "{table}");
    }
    let output = hwgq(&["verify", "max-4", "--tolerance", "nan"]);
    assert_eq!(output.status.code(), Some(2));
}
