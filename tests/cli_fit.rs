//! `hwgq fit` as its users run it: answers, the JSON contract, and what bad input is told.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the answer must fail")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::{TempDir, tempdir};

fn fit(file: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hwgq"));
    command.arg("fit").arg(file).args(arguments.split_whitespace());
    command.output().unwrap()
}

fn json(file: &Path, arguments: &str) -> Value {
    let output = fit(file, &format!("{arguments} --format json"));
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "fit {arguments}: {talk}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What was said of a command that should fail with `code`; nothing may be on standard output.
fn refusal(file: &Path, arguments: &str, code: i32) -> String {
    let output = fit(file, arguments);
    assert!(output.stdout.is_empty(), "fit {arguments} printed data");
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(!talk.contains("panicked"), "fit {arguments}: {talk}");
    assert_eq!(output.status.code(), Some(code), "fit {arguments}: {talk}");
    talk
}

/// An `.npy` file of doubles, as the description of that format has it.
fn npy(values: &[f64]) -> Vec<u8> {
    let mut header =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({},), }}", values.len());
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// A `.safetensors` file of doubles.
fn safetensors(tensors: &[(&str, &[f64])]) -> Vec<u8> {
    let (mut header, mut data) = (String::from("{"), Vec::new());
    for (index, (name, values)) in tensors.iter().enumerate() {
        let start = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        let comma = if index == 0 { "" } else { "," };
        write!(
            header,
            "{comma}\"{name}\":{{\"dtype\":\"F64\",\"shape\":[{}],\"data_offsets\":[{start},{}]}}",
            values.len(),
            data.len()
        )
        .unwrap();
    }
    header.push('}');
    let mut bytes = u64::try_from(header.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

/// Heavier tails than a normal law has, the same every time: the logit of a fine grid.
fn logistic(count: u32) -> Vec<f64> {
    let share = |index: u32| (f64::from(index) + 0.5) / f64::from(count);
    (0..count).map(|index| (share(index) / (1.0 - share(index))).ln()).collect()
}

struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempdir().unwrap() }
    }

    fn with(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn method<'a>(tensor: &'a Value, name: &str) -> &'a Value {
    let methods = tensor["methods"].as_array().unwrap();
    methods.iter().find(|method| method["method"] == name).unwrap()
}

#[test]
fn the_fields_of_the_answer_are_a_contract() {
    let files = Files::new();
    let answer = json(&files.with("logistic.npy", &npy(&logistic(4000))), "--bits 3");
    assert_eq!(keys(&answer), ["file", "bits", "tensors", "skipped"]);
    let tensor = &answer["tensors"][0];
    assert_eq!(
        keys(tensor),
        [
            "name",
            "shape",
            "dtype",
            "moments",
            "path",
            "histogram",
            "laws",
            "laws_unfit",
            "half_gaussian",
            "assuming_gaussian_costs_db",
            "methods",
            "methods_left_out"
        ]
    );
    assert_eq!(
        keys(&tensor["moments"]),
        [
            "count",
            "nan",
            "infinite",
            "zeros",
            "atom_at_zero",
            "negatives",
            "min",
            "max",
            "mean",
            "sd",
            "variance",
            "skewness",
            "kurtosis"
        ]
    );
    assert_eq!(keys(&tensor["path"]), ["kind", "bin_width"]);
    assert_eq!(keys(&tensor["histogram"]), ["edges", "densities"]);
    assert_eq!(
        keys(&tensor["laws"][0]),
        ["family", "law", "parameters", "mean_log_likelihood", "aic", "ks", "ks_p_value"]
    );
    assert_eq!(keys(&tensor["laws_unfit"][0]), ["family", "why"]);
    assert_eq!(keys(&tensor["half_gaussian"]), ["passes", "ks", "ks_max", "sigma"]);
    assert_eq!(
        keys(&tensor["methods"][0]),
        [
            "method",
            "origin",
            "clip",
            "levels",
            "thresholds",
            "distortion",
            "distortion_uncertainty",
            "sqnr_db",
            "below_best_db"
        ]
    );
}

#[test]
fn a_logistic_tensor_is_recognised_and_the_gaussian_costs_something() {
    let files = Files::new();
    let file = files.with("logistic.npy", &npy(&logistic(4000)));
    let answer = json(&file, "--bits 3");
    let tensor = &answer["tensors"][0];
    assert_eq!(tensor["name"], "logistic");
    assert_eq!(tensor["laws"][0]["family"], "logistic");
    let s = tensor["laws"][0]["parameters"]["s"].as_f64().unwrap();
    assert!((s - 1.0).abs() < 1e-3, "{s}");
    let cost = tensor["assuming_gaussian_costs_db"].as_f64().unwrap();
    assert!((0.1..1.0).contains(&cost), "{cost} dB");
    let best = method(tensor, "optimal for the data");
    assert_eq!(best["levels"].as_array().unwrap().len(), 8);
    assert_eq!(best["below_best_db"], 0.0);
    for name in [
        "min-max",
        "percentile 99.9",
        "percentile 99.99",
        "mse (exact)",
        "entropy (KL)",
        "aciq gaussian",
        "aciq laplace",
        "octav",
        "sawb-like",
        "gaussian step",
    ] {
        assert!(method(tensor, name)["below_best_db"].as_f64().unwrap() > 0.0, "{name}");
        assert_eq!(method(tensor, name)["levels"].as_array().unwrap().len(), 7, "symmetric codes");
    }
    let densities = tensor["histogram"]["densities"].as_array().unwrap();
    let edges = tensor["histogram"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), densities.len() + 1);
    let width = edges[1].as_f64().unwrap() - edges[0].as_f64().unwrap();
    let mass: f64 = densities.iter().map(|density| density.as_f64().unwrap() * width).sum();
    assert!((mass - 1.0).abs() < 2e-3, "six deviations hold nearly everything: {mass}");
}

#[test]
fn the_same_file_gives_the_same_bytes() {
    let files = Files::new();
    let file = files.with("logistic.npy", &npy(&logistic(3000)));
    for format in ["table", "json", "csv"] {
        let arguments = format!("--format {format} --bits 2");
        assert_eq!(fit(&file, &arguments).stdout, fit(&file, &arguments).stdout, "{format}");
    }
}

#[test]
fn every_tensor_is_fitted_and_one_that_cannot_be_is_said_to_be_skipped() {
    let files = Files::new();
    let (bell, half) =
        (logistic(500), logistic(600).iter().map(|x| x.max(0.0)).collect::<Vec<_>>());
    let bytes = safetensors(&[("conv.weight", &bell), ("step", &[3.0; 9]), ("relu", &half)]);
    let file = files.with("net.safetensors", &bytes);
    let answer = json(&file, "--bits 2");
    let names: Vec<&str> =
        answer["tensors"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["conv.weight", "relu"]);
    assert_eq!(answer["skipped"][0]["name"], "step");
    assert!(answer["skipped"][0]["why"].as_str().unwrap().contains("all 9 values are 3"));
    let relu = &answer["tensors"][1];
    assert!(relu["half_gaussian"]["ks"].as_f64().unwrap() > 0.0);
    assert_eq!(method(relu, "hwgq (t1 = 0)")["thresholds"][0], 0.0);
    assert_eq!(method(relu, "min-max")["levels"].as_array().unwrap().len(), 4, "unsigned codes");

    let one = json(&file, "--bits 2 --tensor relu");
    assert_eq!(one["tensors"].as_array().unwrap().len(), 1);
    let talk = refusal(&file, "--tensor conv", 1);
    assert!(
        talk.contains("no tensor \"conv\"") && talk.contains("conv.weight, step, relu"),
        "{talk}"
    );
    let talk = refusal(&file, "--tensor step", 1);
    assert!(talk.contains("all 9 values are 3"), "{talk}");
}

#[test]
fn numbers_that_are_none_are_counted_and_refused_or_left_out() {
    let files = Files::new();
    let mut values = logistic(200);
    values[5] = f64::NAN;
    values[9] = f64::INFINITY;
    let file = files.with("broken.npy", &npy(&values));
    let talk = refusal(&file, "", 1);
    assert!(talk.contains("1 NaN and 1 infinite among 200 values"), "{talk}");
    assert!(talk.contains("position 5") && talk.contains("--skip-non-finite"), "{talk}");
    let answer = json(&file, "--skip-non-finite");
    let moments = &answer["tensors"][0]["moments"];
    assert_eq!(
        (&moments["count"], &moments["nan"], &moments["infinite"]),
        (&198.into(), &1.into(), &1.into())
    );
}

#[test]
fn tensors_that_cannot_be_quantized_are_refused_with_the_reason() {
    let files = Files::new();
    for (name, values, bits, said) in [
        ("empty", vec![], 2, "there is no value"),
        ("constant", vec![2.0; 50], 2, "all 50 values are 2"),
        ("few", vec![1.0, 2.0, 3.0, 1.0], 2, "3 different values"),
        ("huge", vec![1e200, 1.0], 2, "multiply the data by a constant"),
        ("tiny", vec![1e-200, -1e-200], 2, "multiply the data by a constant"),
    ] {
        let talk = refusal(
            &files.with(&format!("{name}.npy"), &npy(&values)),
            &format!("--bits {bits}"),
            1,
        );
        assert!(talk.contains(said) && talk.contains(name), "{talk}");
    }
    // As many values as levels lose nothing, which no number of decibels says.
    let answer = json(&files.with("four.npy", &npy(&[1.0, 2.0, 3.0, 5.0])), "--bits 2");
    assert_eq!(method(&answer["tensors"][0], "optimal for the data")["sqnr_db"], Value::Null);
    assert_eq!(method(&answer["tensors"][0], "optimal for the data")["distortion"], 0.0);
}

#[test]
fn data_on_one_side_of_zero_only_are_fitted_too() {
    let files = Files::new();
    let negative: Vec<f64> = logistic(300).iter().map(|x| -x.abs() - 0.1).collect();
    let answer = json(&files.with("negative.npy", &npy(&negative)), "--bits 3");
    assert_eq!(answer["tensors"][0]["half_gaussian"], Value::Null);
    let far: Vec<f64> = logistic(300).iter().map(|x| 1e6 + x).collect();
    let answer = json(&files.with("far.npy", &npy(&far)), "--bits 3");
    let sd = answer["tensors"][0]["moments"]["sd"].as_f64().unwrap();
    assert!((sd - 1.8).abs() < 0.05, "{sd}");
}

#[test]
fn a_figure_is_written_for_one_tensor_and_for_no_more() {
    let files = Files::new();
    let bell = logistic(800);
    let both = files.with("net.safetensors", &safetensors(&[("a", &bell), ("b", &bell)]));
    let figure = files.folder.path().join("fit.svg");
    let to = format!("--bits 3 --figure {}", figure.display());
    let talk = refusal(&both, &to, 2);
    assert!(talk.contains("name it with --tensor") && !figure.exists(), "{talk}");
    let output = fit(&both, &format!("{to} --tensor b"));
    assert!(output.status.success());
    assert!(fs::read_to_string(&figure).unwrap().starts_with("<svg"));
    let talk = refusal(&both, "--tensor b --figure fit.png", 2);
    assert!(talk.contains("end the name in .svg"), "{talk}");
}

#[test]
fn arguments_out_of_range_are_misuse() {
    let files = Files::new();
    let file = files.with("a.npy", &npy(&logistic(50)));
    for arguments in ["--bits 1", "--bits 9", "--bits x", "--array a --tensor a", "--format xml"] {
        refusal(&file, arguments, 2);
    }
    let talk = refusal(&files.folder.path().join("none.npy"), "", 1);
    assert!(talk.contains("none.npy"), "{talk}");
}

#[test]
fn text_is_fitted_like_a_tensor() {
    let files = Files::new();
    let text = logistic(400).iter().map(|x| format!("{x:?}")).collect::<Vec<_>>().join("\n");
    let csv = json(&files.with("a.csv", text.as_bytes()), "--bits 2");
    let npy = json(&files.with("b.npy", &npy(&logistic(400))), "--bits 2");
    assert_eq!(csv["tensors"][0]["methods"], npy["tensors"][0]["methods"]);
}
