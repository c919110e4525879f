//! The program as its users run it: answers, exit codes, and what bad input is told.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the answer must fail")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

fn hwgq(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hwgq"));
    command.args(arguments.split_whitespace()).env_remove("HWGQ_DATA");
    command
}

fn output(arguments: &str) -> Output {
    hwgq(arguments).output().unwrap()
}

fn json(arguments: &str) -> Value {
    let output = output(arguments);
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "hwgq {arguments}: {talk}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Exit code and what was said of a command that should fail; nothing may be on standard output.
fn refusal(arguments: &str) -> (i32, String) {
    let output = output(arguments);
    assert!(output.stdout.is_empty(), "hwgq {arguments} printed data");
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(!talk.contains("panicked"), "hwgq {arguments}: {talk}");
    (output.status.code().unwrap(), talk)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// A folder of experiments that holds `text`, and where its results go.
fn experiments(text: &str) -> (TempDir, String) {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("one.toml"), text).unwrap();
    let arguments = format!(
        "reproduce --experiments {} --out {}",
        folder.path().display(),
        folder.path().join("out").display()
    );
    (folder, arguments)
}

#[test]
fn levels_answers_with_the_fields_that_it_promises() {
    let answer = json("levels --law half-wave --bits 2 --spacing uniform --format json");
    let fields = [
        "law",
        "levels",
        "thresholds",
        "probabilities",
        "distortion",
        "sqnr_db",
        "entropy_bits",
        "rounds",
        "residual",
    ];
    for field in fields {
        assert!(answer.get(field).is_some(), "{field}");
    }
    let levels = numbers(&answer["levels"]);
    assert_eq!(answer["positive_levels"], 3, "two bits are zero and three positive levels");
    assert_eq!(levels.len(), 4);
    // Published: 0.538 (Caffe); the exact step to 15 digits from the reference tables.
    assert!((levels[1] - 0.538_811_923_399_690).abs() < 1e-14, "{}", levels[1]);
    assert_eq!(numbers(&answer["thresholds"])[0].to_bits(), 0, "t₁ = 0");
    let mass: f64 = numbers(&answer["probabilities"]).iter().sum();
    assert!((mass - 1.0).abs() < 4.0 * f64::EPSILON, "{mass}");
}

#[test]
fn the_three_zero_conventions_differ_as_published() {
    let first = |zero: &str| {
        let answer =
            json(&format!("levels --bits 2 --spacing uniform --zero {zero} --format json"));
        numbers(&answer["levels"])[1]
    };
    assert!((first("non-positive") - 0.538_811_923_399_690).abs() < 1e-14);
    assert!((first("cell") - 0.650_769_703_996_838_6).abs() < 1e-14);
    let free = json("levels --levels 4 --zero free --format json");
    // Reference: the unconstrained optimum of max(0, X) with three levels above the lowest.
    assert!((numbers(&free["levels"])[0] - 0.029_532_709_954_944_91).abs() < 1e-12);
}

#[test]
fn csv_and_json_carry_the_same_digits() {
    let answer = json("levels --law gaussian --levels 16 --format json");
    let csv = String::from_utf8(output("levels --law gaussian --levels 16 --format csv").stdout);
    let csv = csv.unwrap();
    let column: Vec<f64> =
        csv.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect();
    assert!(csv.starts_with("index,level,low,high,probability\n"), "{csv}");
    assert_eq!(column, numbers(&answer["levels"]));
}

#[test]
fn a_sample_gets_its_own_optimal_codebook() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("sample.csv");
    fs::write(&path, "value\n0\n1\n10\n11\n").unwrap();
    let answer = json(&format!("levels --sample {} --levels 2 --format json", path.display()));
    assert_eq!(numbers(&answer["levels"]), [0.5, 10.5], "the two pairs");
    assert_eq!(answer["distortion"].as_f64(), Some(0.25));
    fs::write(&path, "1e300\n-1e300\n").unwrap();
    let (code, talk) = refusal(&format!("levels --sample {} --levels 2", path.display()));
    assert!(code == 1 && talk.contains("multiply the sample"), "{talk}");
    fs::write(&path, "0\n1\nnan\n").unwrap();
    let (code, talk) = refusal(&format!("levels --sample {} --levels 2", path.display()));
    assert_eq!(code, 1);
    assert!(talk.contains(":3:"), "the line is named: {talk}");
}

#[test]
fn mismatch_answers_with_the_fields_that_it_promises() {
    let answer = json("mismatch --format json");
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 16 * 5, "sixteen forwards, five backwards");
    let row = rows
        .iter()
        .find(|row| row["forward"] == "hwgq-uniform-m3" && row["backward"] == "clipped-relu")
        .unwrap();
    // The reference table of gradient mismatch has 0.026357874….
    assert!((row["value_gap"].as_f64().unwrap() - 0.026_357_874_0).abs() < 1e-9);
    for field in ["tail_share", "mean_abs_gap", "cosine", "mean_slope", "smoothed_bias"] {
        assert!(row[field].is_f64(), "{field}");
    }
}

#[test]
fn explain_knows_schemes_laws_figures_and_tables() {
    for name in ["hwgq", "log-tailed", "half-wave", "figure-2", "table-4"] {
        let output = output(&format!("explain {name}"));
        assert!(output.status.success(), "{name}");
        assert!(String::from_utf8(output.stdout).unwrap().lines().count() >= 3, "{name}");
    }
    let (code, talk) = refusal("explain hwqg");
    assert_eq!(code, 2);
    assert!(talk.contains("did you mean hwgq?"), "{talk}");
}

#[test]
fn data_list_says_what_is_built_in_and_where_it_looked() {
    let answer = json("data list --data-dir /nowhere --format json");
    let rows = answer.as_array().unwrap();
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(row("digits")["found"], "built in");
    assert_eq!(row("fashion-mini")["train"], 5000);
    let looked = row("mnist")["looked_in"].to_string();
    assert!(looked.contains("/nowhere"), "{looked}");
}

#[test]
fn misspelt_choices_are_answered_with_the_nearest_and_exit_code_2() {
    for (arguments, hint) in [
        ("train --net vgg-smal", "vgg-small"),
        ("train --activation hwqg", "hwgq"),
        ("train --backward cliped", "clipped"),
        ("reproduce --data digit", "digits"),
        ("reproduce --only tabel-4", "table-4"),
        ("levels --law gausian --bits 2", "gaussian"),
        ("levels --bitz 2", "--bits"),
    ] {
        let (code, talk) = refusal(arguments);
        assert_eq!(code, 2, "hwgq {arguments}: {talk}");
        assert!(talk.contains(hint), "hwgq {arguments}: {talk}");
    }
}

#[test]
fn senseless_sizes_are_refused_before_any_work() {
    for arguments in [
        "levels",
        "levels --bits 2 --levels 4",
        "levels --levels 0",
        "levels --bits 99",
        "levels --law gaussian --zero cell --bits 2",
        "train --epochs 0",
        "train --batch 1",
        "train --learning-rate nan",
        "train --threads 0",
        "train --positive-levels 0",
        "train --activation relu --backward clipped",
        "train --resume checkpoint.safetensors --epochs 3",
    ] {
        let (code, talk) = refusal(arguments);
        assert_eq!(code, 2, "hwgq {arguments}: {talk}");
    }
}

#[test]
fn what_cannot_be_written_or_read_is_one_line_and_exit_code_1() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let broken = folder.path().join("broken");
    fs::write(&broken, "not a checkpoint").unwrap();
    for arguments in [
        format!("reproduce --only levels --out {}/out", file.display()),
        format!("train --epochs 1 --out {}/out", file.display()),
        format!("train --out {} --resume {}", folder.path().display(), broken.display()),
        format!("redraw --out {}", folder.path().display()),
        "levels --levels 2 --sample /nowhere/sample.csv".to_owned(),
        "train --data mnist --data-dir /nowhere".to_owned(),
        "train --net lenet --data digits".to_owned(),
        "train --resume /dev/zero".to_owned(),
        format!("train --data fashion-mini --hidden 8 --dump {}", folder.path().display()),
    ] {
        let (code, talk) = refusal(&arguments);
        assert_eq!(code, 1, "hwgq {arguments}: {talk}");
        assert_eq!(talk.trim_end().lines().count(), 1, "hwgq {arguments}: {talk}");
        assert!(talk.starts_with("error: "), "hwgq {arguments}: {talk}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "in the way", "and nothing was lost");
}

#[test]
fn a_declaration_that_makes_no_sense_is_told_with_line_and_column() {
    let good = "id = 'x'\npaper = 'Table 1'\ntitle = 't'\nwhy = 'w'\n";
    for (rest, place, hint) in [
        ("colour = 1\n[kind.mismatch]\n", ":5:1:", "colour"),
        ("[kind.distortion]\nbits-max = 99\n", ":6:", "99 is not in 1..=12"),
        ("[kind.accuracy]\nnets = ['mpl']\nrun = []\n", ":6:9:", "mlp"),
        ("[kind.distortion]\nbits-max = 'two'\n", ":6:12:", "string"),
        (
            "[kind.mismatch]\n[[claim]]\nclaim = ''\npaper = ''\n\
             rule = { close = { run = 'a', to = 'b', within = nan } }\n",
            ":9:",
            "NaN is not a finite number",
        ),
        ("[kind", ":5:", ""),
    ] {
        let (_folder, arguments) = experiments(&format!("{good}{rest}"));
        let (code, talk) = refusal(&arguments);
        assert_eq!(code, 1, "{talk}");
        assert!(talk.contains(&format!("one.toml{place}")), "{rest}: {talk}");
        assert!(talk.contains(hint), "{rest}: {talk}");
        assert_eq!(talk.trim_end().lines().count(), 1, "{talk}");
    }
}

#[test]
fn runs_that_make_no_sense_are_told_before_any_training() {
    let run = |name: &str| {
        format!("[[kind.accuracy.run]]\nname = '{name}'\nweights = 'binary'\nactivation = 'hwgq'\n")
    };
    let head = "id = 'x'\npaper = 'p'\ntitle = 't'\nwhy = 'w'\n[kind.accuracy]\nnets = ['mlp']\n";
    let claim =
        "[[claim]]\nclaim = ''\npaper = ''\nrule = { at-least = { run = 'b', accuracy = 1.0 } }\n";
    for (text, hint) in [
        (format!("{head}{}{}", run("a"), run("a")), "run \"a\" is declared 2 times"),
        (format!("{head}{}{claim}", run("a")), "run \"b\" is declared 0 times"),
    ] {
        let (_folder, arguments) = experiments(&text);
        let (code, talk) = refusal(&arguments);
        assert_eq!(code, 1, "{talk}");
        assert!(talk.contains(hint), "{talk}");
    }
}

/// A small experiment: two runs of a tiny net would be too long for a test only with many epochs.
const TINY: &str = "
id = 'tiny'
paper = 'Table 2'
title = 'Two activations'
why = 'To see the whole way in a second.'
[kind.accuracy]
nets = ['mlp']
[[kind.accuracy.run]]
name = 'sign'
weights = 'binary'
activation = 'sign'
[[kind.accuracy.run]]
name = 'hwgq'
weights = 'binary'
activation = 'hwgq'
[[claim]]
claim = 'hwgq reaches 99.99 percent'
paper = 'nobody says so'
rule = { at-least = { run = 'hwgq', accuracy = 99.99 } }
[[claim]]
claim = 'hwgq reaches 90 percent'
paper = 'nobody says so'
rule = { at-least = { run = 'hwgq', accuracy = 90.0 } }
";

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn reproduce_leaves_records_figures_and_a_report_that_redraw_to_the_byte() {
    let (folder, arguments) = experiments(TINY);
    let out = folder.path().join("out");
    let answer = json(&format!("{arguments} --threads 1 --format json"));
    let claims = answer["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 2);
    for field in ["id", "claim", "paper", "ours", "spread", "held", "seconds"] {
        assert!(claims[0].get(field).is_some(), "{field}");
    }
    assert_eq!((&claims[0]["held"], &claims[1]["held"]), (&Value::Bool(false), &Value::Bool(true)));
    assert_eq!(output(&format!("{arguments} --strict")).status.code(), Some(1), "strict");

    let redraw = format!("redraw --out {}", out.display());
    assert!(output(&format!("{redraw} --check")).status.success(), "as committed");
    let figure = read(&out, "figures/tiny.svg");
    fs::write(out.join("figures/tiny.svg"), "tampered").unwrap();
    assert_eq!(output(&format!("{redraw} --check")).status.code(), Some(1), "and noticed");
    assert!(output(&redraw).status.success());
    assert_eq!(read(&out, "figures/tiny.svg"), figure);
}

#[test]
fn the_tables_do_not_depend_on_the_number_of_threads() {
    let (one, arguments_one) = experiments(TINY);
    let (three, arguments_three) = experiments(TINY);
    json(&format!("{arguments_one} --threads 1 --seed 7 --format json"));
    json(&format!("{arguments_three} --threads 3 --seed 7 --format json"));
    for name in ["records/tiny/runs.csv", "records/tiny/summary.csv", "figures/tiny.svg"] {
        let name = format!("out/{name}");
        assert_eq!(read(one.path(), &name), read(three.path(), &name), "{name}");
    }
}

#[test]
fn train_answers_with_the_fields_that_it_promises() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("out");
    let answer = json(&format!(
        "train --epochs 3 --hidden 32 --batch 32 --out {} --format json",
        out.display()
    ));
    for field in
        ["accuracy_last", "accuracy_best_validation", "accuracy_test", "loss", "images_per_second"]
    {
        assert!(answer[field].is_f64(), "{field}");
    }
    assert_eq!(answer["epochs"].as_array().unwrap().len(), 3);
    assert!(answer["accuracy_test"].as_f64().unwrap() > 0.5, "it learnt something");
    for name in [
        "checkpoint.safetensors",
        "records/history/epochs.csv",
        "records/activations/fit.csv",
        "figures/history.png",
    ] {
        assert!(!read(&out, name).is_empty(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_checkpoint_that_can_be_gone_on_from() {
    use std::time::Duration;
    let folder = tempdir().unwrap();
    let out = folder.path().join("out");
    // Hours of training, so that the signal always comes in the middle of it.
    let mut child =
        hwgq(&format!("train --epochs 100000 --hidden 256 --threads 1 --out {}", out.display()))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
    // The folder is made when Ctrl-C is already watched for.
    while !out.exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    // That it goes on to the same bits is tested in tests/training.rs; here, that it is complete.
    let state = hwgq::train::State::read(&out.join("checkpoint.safetensors")).unwrap();
    assert_eq!(state.spec.epochs, 100_000);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = hwgq("levels --law gaussian --levels 65536")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

#[test]
fn nothing_but_data_goes_to_a_pipe() {
    let output = output("levels --bits 2");
    assert!(!output.stdout.contains(&0x1b), "no escape sequences");
    assert!(output.stderr.is_empty(), "and no talk");
}

#[test]
fn compare_ranks_formats_at_equal_bits() {
    let answer = json("compare --law gaussian --bits 4 --format json");
    let rows = answer["rows"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    let sqnr = |name: &str| row(name)["sqnr_db"].as_f64().unwrap();
    // The reference table of formats.
    for (name, expected) in [("nf", 20.044), ("fp4-e2m1", 18.967), ("int", 18.898), ("sf", 19.481)]
    {
        assert!((sqnr(name) - expected).abs() < 5e-4, "{name}: {}", sqnr(name));
    }
    assert_eq!(row("fp4-e3m0")["local_minima"], 4);
    let best = row("lloyd-max");
    assert_eq!(best["below_lloyd_max_db"].as_f64(), Some(0.0));
    // An entropy coder is worth 2.33 dB at 4 bits: 0.641 and 0.2546 bit from R(D).
    assert_eq!(row("ecsq")["rank"], 1);
    assert!((row("ecsq")["below_lloyd_max_db"].as_f64().unwrap() + 2.327_171).abs() < 1e-5);
    assert!((best["above_shannon_db"].as_f64().unwrap() - 3.860_096).abs() < 1e-5);
    let distortions: Vec<f64> =
        rows.iter().map(|row| row["distortion"].as_f64().unwrap()).collect();
    assert!(distortions.is_sorted_by(|a, b| *a <= b * (1.0 + 1e-9)), "the best first");
    for row in rows {
        let rate = 0.5 * (1.0 / row["distortion"].as_f64().unwrap()).log2();
        assert!((row["gap_bits"].as_f64().unwrap() - (4.0 - rate)).abs() < 1e-12);
        assert!(row["entropy_gap_bits"].as_f64().unwrap() > 0.0, "nothing beats R(D): {row}");
    }
}

#[test]
fn compare_suits_its_zoo_to_the_law() {
    let answer = json("compare --law half-wave --bits 2 --format json");
    let rows = answer["rows"].as_array().unwrap();
    let distortion = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        row["distortion"].as_f64().unwrap()
    };
    // Reference: the paper's uniform quantizer, rounding with a zero cell, free levels.
    assert!((distortion("hwgq") - 0.043_220_657_817_6).abs() < 1e-12);
    assert!((distortion("uint") - 0.023_429_987_194_4).abs() < 1e-12);
    assert!((distortion("lloyd-max") - 0.021_544_660_227_8).abs() < 1e-12);
    assert!(rows.iter().all(|row| row["name"] != "twn"), "a rule for weights");
    let csv = String::from_utf8(output("compare --bits 1..2 --format csv").stdout).unwrap();
    assert!(csv.starts_with("bits [bit],rank,size,quantizer,sort,levels,scale,"), "{csv}");
}

#[test]
fn compare_refuses_what_makes_no_sense() {
    for (bits, told) in [
        ("0", "1 to 8"),
        ("9", "1 to 8"),
        ("1..99999999999", "1 to 8"),
        ("5..3", "write 3..5"),
        ("four", "1 to 8"),
        ("..", "1 to 8"),
    ] {
        let (code, talk) = refusal(&format!("compare --law gaussian --bits {bits}"));
        assert!(code == 2 && talk.contains(told), "{bits}: {talk}");
    }
    let (code, talk) = refusal("compare --law gaussian --bits 2 --figure ranking.png");
    assert!(code == 2 && talk.contains("SVG"), "{talk}");
    let (code, talk) = refusal("compare --law cauchy");
    assert!(code == 2 && talk.contains("laplace"), "{talk}");
    let (code, talk) = refusal("compare --law student-t(nu=2)");
    assert!(code == 2 && talk.contains("nu"), "{talk}");
    let folder = tempdir().unwrap();
    let path = folder.path().join("none").join("ranking.svg");
    let (code, talk) = refusal(&format!("compare --bits 1 --figure {}", path.display()));
    assert!(code == 1 && talk.contains("ranking.svg"), "the file is named: {talk}");
}

#[test]
fn a_comparison_is_drawn_from_its_record() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("ranking.svg");
    let arguments = format!("compare --law laplace --bits 2..3 --figure {}", path.display());
    let on = |threads| hwgq(&arguments).env("RAYON_NUM_THREADS", threads).output().unwrap();
    let (one, other) = (on("1"), on("3"));
    assert!(one.status.success() && one.stdout == other.stdout, "the same on any threads");
    assert!(fs::read_to_string(path).unwrap().starts_with("<svg"));
    let declared = include_str!("../experiments/teaching/compare-gaussian.toml");
    let (folder, arguments) = experiments(declared);
    assert!(output(&arguments).status.success(), "its claim holds");
    let record = folder.path().join("out/records/compare-gaussian/compare.csv");
    assert!(fs::read_to_string(record).unwrap().contains("fp8-e5m2"));
}
