//! `hwgq levels` as its users run it: spacings, tables to paste, extreme scales, and watching.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the answer must fail")]
#![expect(clippy::float_cmp, reason = "printed numbers are read back to the same bits")]

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::tempdir;

fn hwgq(arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hwgq"));
    command.args(arguments.split_whitespace()).output().unwrap()
}

fn json(arguments: &str) -> Value {
    let output = hwgq(arguments);
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "hwgq {arguments}: {talk}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn every_table_to_paste_is_read_back_as_what_was_designed() {
    let folder = tempdir().unwrap();
    for law in ["gaussian", "laplace", "half-wave", "rayleigh"] {
        let answer = json(&format!("levels --law {law} --bits 3 --format json"));
        for language in ["json", "csv"] {
            let file = folder.path().join(format!("table.{language}"));
            let text = hwgq(&format!("levels --law {law} --bits 3 --emit {language}")).stdout;
            fs::write(&file, &text).unwrap();
            let sheet = json(&format!("verify {} --law {law} --format json", file.display()));
            assert_eq!(sheet["verdict"], "optimal", "{law}, {language}");
            let optimum = number(&answer["distortion"]);
            assert!((number(&sheet["distortion"]) / optimum - 1.0).abs() < 1e-14, "{law}");
            if language == "json" {
                let table: Value = serde_json::from_slice(&text).unwrap();
                assert_eq!(table["levels"], answer["levels"]);
                assert_eq!(table["thresholds"], answer["thresholds"]);
            }
        }
        // What --format csv prints is a table of levels too.
        let file = folder.path().join("answer.csv");
        fs::write(&file, hwgq(&format!("levels --law {law} --bits 3 --format csv")).stdout)
            .unwrap();
        let sheet = hwgq(&format!("verify {} --law {law}", file.display()));
        assert!(sheet.status.success(), "{law}: {sheet:?}");
    }
}

#[test]
fn a_single_precision_table_is_the_double_one_rounded_once() {
    let levels = |precision: &str| {
        let table =
            json(&format!("levels --law laplace --bits 4 --emit json --precision {precision}"));
        numbers(&table["levels"])
    };
    for (single, double) in levels("f32").into_iter().zip(levels("f64")) {
        #[expect(clippy::cast_possible_truncation, reason = "rounding is what is tested")]
        let (single, rounded) = (single as f32, double as f32);
        assert_eq!(single, rounded);
    }
}

#[test]
fn spacings_cost_what_they_constrain() {
    let designed = |spacing: &str| {
        let answer =
            json(&format!("levels --law gaussian --bits 3 --spacing {spacing} --format json"));
        let certificate = &answer["certificate"];
        assert!(number(&certificate["lower_bound"]) <= number(&answer["distortion"]), "{spacing}");
        (number(&answer["distortion"]), numbers(&answer["levels"]))
    };
    let (free, _) = designed("lloyd-max");
    let (uniform, _) = designed("uniform");
    let (power, levels) = designed("power-of-two");
    let (companding, _) = designed("companding");
    assert!(free < uniform && uniform < power && free < companding);
    let step = levels[1] - levels[0];
    assert!(step == 0.5, "the free step is 0.586 (Max 1960, table II), its power of two {step}");
}

#[test]
fn power_of_two_steps_do_not_scale_with_the_law() {
    for (scale, step) in [(1.0, 0.5), (1.3, 0.5), (3.0, 2.0), (1e-3, 0.000_488_281_25)] {
        let answer =
            json(&format!("levels --scale {scale} --bits 2 --spacing power-of-two --format json"));
        let levels = numbers(&answer["levels"]);
        assert_eq!(levels[2] - levels[1], step, "half wave times {scale}");
    }
}

#[test]
fn entropy_coding_meets_the_rate_and_stays_above_shannon() {
    let answer = json("levels --law laplace --spacing entropy-coded --rate 1.5 --format json");
    assert!((number(&answer["entropy_bits"]) - 1.5).abs() < 1e-8);
    let distortion = number(&answer["distortion"]);
    assert!(number(&answer["certificate"]["lower_bound"]) < distortion);
    // The fixed-rate quantizer of two bits is no better than this one of one and a half.
    let fixed = json("levels --law laplace --bits 2 --format json");
    assert!(distortion < number(&fixed["distortion"]));
}

#[test]
fn scales_near_the_ends_of_f64_keep_every_digit_and_invent_none() {
    for law in ["gaussian", "half-wave", "laplace"] {
        let plain = json(&format!("levels --law {law} --bits 2 --format json"));
        for scale in [1e300, 1e-300] {
            let far = json(&format!("levels --law {law} --bits 2 --scale {scale:e} --format json"));
            let pairs = numbers(&plain["levels"]).into_iter().zip(numbers(&far["levels"]));
            for (one, other) in pairs {
                assert!((one * scale - other).abs() <= 2.0 * f64::EPSILON * other.abs(), "{law}");
            }
            // The square of the scale is no f64: no number is better than 0 or infinity.
            assert!(far["distortion"].is_null() && far["certificate"]["upper_bound"].is_null());
            let (here, there) = (number(&plain["sqnr_db"]), number(&far["sqnr_db"]));
            assert!((here - there).abs() < 1e-12, "{law}: {here} {there}");
        }
    }
}

#[test]
fn watching_ends_at_the_optimum() {
    let output = hwgq("levels --law gaussian --levels 4 --watch");
    let text = String::from_utf8(output.stdout).unwrap();
    let last = text.lines().last().unwrap();
    let distortion: f64 = last.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!((distortion - 0.117_481_847_829).abs() < 1e-11, "{last}");
}

#[test]
fn what_does_not_go_together_is_said() {
    for (arguments, says) in [
        ("levels", "--levels"),
        ("levels --spacing entropy-coded", "--rate"),
        ("levels --spacing entropy-coded --rate 1 --bits 2", "leave out"),
        ("levels --bits 2 --rate 1", "entropy-coded"),
        ("levels --watch", "--levels"),
        ("levels --bits 2 --zero cell --law gaussian", "half-wave"),
    ] {
        let output = hwgq(arguments);
        let talk = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {talk}");
        assert!(talk.contains(says) && output.stdout.is_empty(), "{arguments}: {talk}");
    }
    for (arguments, says) in [
        ("levels --spacing entropy-coded --rate 99", "12"),
        ("levels --law half-wave --spacing companding --bits 2", "atoms"),
        ("levels --bits 2 --zero free --spacing power-of-two", "zero convention"),
    ] {
        let output = hwgq(arguments);
        let talk = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments}: {talk}");
        assert!(talk.contains(says), "{arguments}: {talk}");
    }
}

#[test]
fn the_bench_of_designs_proves_the_default_law_to_the_last_digit() {
    let answer = json("bench design --levels 4,256 --format json");
    for row in answer["rows"].as_array().unwrap() {
        assert!(number(&row["worst_relative_error"]) < 2e-15, "{row}");
        assert!(number(&row["rounds"]) < 10.0, "{row}");
    }
    // A law with an atom that no zero convention covers has no proof, and says so by null.
    let shifted = json("bench design --law half-wave --shift 1 --levels 4 --format json");
    assert!(shifted["rows"][0]["worst_relative_error"].is_null());
}
