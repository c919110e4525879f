//! `hwgq bench gemm|conv|pack` as their users run them: the JSON contract and what bad input is told.
//!
//! Nothing here depends on how fast the machine is.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the answer must fail")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hwgq::bits::Kernel;
use serde_json::Value;

fn bench(arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hwgq"));
    command.arg("bench").args(arguments.split_whitespace()).output().unwrap()
}

fn json(arguments: &str) -> Value {
    let output = bench(&format!("{arguments} --format json"));
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "bench {arguments}: {talk}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn rows(answer: &Value) -> &[Value] {
    answer["rows"].as_array().unwrap()
}

/// The fields of a row that are promised to every reader.
fn check_row(row: &Value) {
    for field in ["shape", "kernel", "output"] {
        assert!(row[field].is_string(), "{field} in {row}");
    }
    assert!(["codes", "i32", "f32"].contains(&row["output"].as_str().unwrap()), "{row}");
    for field in ["threads", "gmacs", "mac_per_cycle", "clock_ghz", "fraction_of_best_limit"] {
        assert!(row[field].as_f64().unwrap() > 0.0, "{field} in {row}");
    }
    let fraction = &row["fraction_of_kernel_limit"];
    assert_eq!(fraction.is_null(), row["kernel"] == "portable", "{row}");
    let rate = row["gmacs"].as_f64().unwrap() / row["clock_ghz"].as_f64().unwrap();
    let rate = rate / row["threads"].as_f64().unwrap();
    // The medians may be of different repetitions, on a machine that others use too.
    assert!((0.2..5.0).contains(&(rate / row["mac_per_cycle"].as_f64().unwrap())), "{row}");
}

/// Every kernel with both outputs, once from f32, and the product in f32.
fn check_rows(rows: &[Value], input: &[&str]) {
    rows.iter().for_each(check_row);
    let mut found: Vec<(String, String, String)> = Vec::new();
    for row in rows {
        let word = |field: &str| row[field].as_str().unwrap().to_owned();
        found.push((word("kernel"), word("input"), word("output")));
    }
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        for output in ["codes", "i32"] {
            let row = (kernel.name().to_owned(), "codes".to_owned(), output.to_owned());
            assert!(found.contains(&row), "{row:?} in {found:?}");
        }
    }
    for input in input {
        let one = found.iter().filter(|row| row.1 == *input && row.2 == "codes");
        assert_eq!(one.count(), 1, "{input} in {found:?}");
    }
    let floating = ("f32".to_owned(), "f32".to_owned(), "f32".to_owned());
    assert!(found.contains(&floating), "{found:?}");
}

#[test]
fn every_kernel_of_this_processor_has_a_row_beside_f32() {
    let answer = json("gemm --shape 8x16x40");
    check_rows(rows(&answer), &["f32"]);
    assert!(rows(&answer).iter().all(|row| row["shape"] == "8x16x40"));
    assert!(answer.get("peers").is_none(), "nobody asked for peers");
}

#[test]
fn a_convolution_has_a_row_for_the_bare_product_too() {
    let answer = json("conv --shape 5x6x8x16k3s2p1 --images 2");
    check_rows(rows(&answer), &["f32", "im2col"]);
    assert!(rows(&answer).iter().all(|row| row["shape"] == "5x6x8x16k3s2p1"));
}

#[test]
fn kernels_threads_and_bits_are_those_that_were_asked_for() {
    let answer = json("gemm --shape 9x5x70 --kernel portable --threads 2 --bits 4");
    assert_eq!(rows(&answer).len(), 4, "{answer}");
    for row in rows(&answer).iter().filter(|row| row["kernel"] != "f32") {
        assert_eq!((&row["kernel"], &row["bits"]), (&"portable".into(), &4.into()), "{row}");
    }
    assert!(rows(&answer).iter().all(|row| row["threads"] == 2), "{answer}");
}

#[test]
fn packing_is_compared_with_copying_and_with_reading() {
    let answer = json("pack --shape 20x70");
    let kernels: Vec<&str> =
        rows(&answer).iter().map(|row| row["kernel"].as_str().unwrap()).collect();
    assert_eq!(kernels, ["quantize", "signs", "memcpy", "read"]);
    for row in rows(&answer) {
        assert!(row["gb_per_s"].as_f64().unwrap() > 0.0, "{row}");
        assert!(row["gmacs"].is_null(), "nothing is multiplied: {row}");
    }
    assert_eq!(rows(&answer)[2]["ratio_to_memcpy"], 1.0);
    assert_eq!(rows(&answer)[3]["fraction_of_kernel_limit"], 1.0);
}

/// A program in the place of Python.
#[cfg(unix)]
fn python(folder: &Path, lines: &str) -> PathBuf {
    let path = folder.join("python");
    // Written by another process: a file that this one has open for writing, or a child that another
    // test is just starting, cannot be run.
    let write = r#"printf '%s\n' '#!/bin/sh' "$1" > "$0" && chmod +x "$0""#;
    let written = Command::new("sh").args(["-c", write]).arg(&path).arg(lines).status().unwrap();
    assert!(written.success());
    path
}

#[cfg(unix)]
#[test]
fn a_peer_is_compared_with_the_best_kernel_that_reads_and_writes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = python(
        folder.path(),
        r#"echo '{"versions": "torch of stone"}'
while read question; do
  echo "$question" >> "${0%/*}/asked"
  echo '{"name": "slow", "input": "packed", "seconds": 1.0}'
  echo '{"name": "slow", "input": "f32", "seconds": 2.0}'
  echo '{"name": "sick", "failed": "of this shape"}'
  echo '{"done": true}'
done"#,
    );
    let shape = "gemm --shape 8x16x40 --shape 4x4x4 --peers --python";
    let answer = json(&format!("{shape} {}", path.display()));
    assert_eq!(answer["peer_versions"], "torch of stone");
    let peers = answer["peers"].as_array().unwrap();
    assert_eq!(peers.len(), 4, "two shapes, and the sick one is left out");
    let best = |input: &str, output: &str| {
        let same = rows(&answer).iter().filter(|row| {
            row["shape"] == "8x16x40" && row["input"] == input && row["output"] == output
        });
        same.map(|row| row["gmacs"].as_f64().unwrap()).fold(0.0, f64::max)
    };
    let gmacs = 8.0 * 16.0 * 40.0 * 1e-9;
    for (peer, input, seconds) in [(&peers[0], "codes", 1.0), (&peers[1], "f32", 2.0)] {
        assert_eq!((&peer["name"], &peer["shape"]), (&"slow".into(), &"8x16x40".into()));
        assert!((peer["gmacs"].as_f64().unwrap() * seconds / gmacs - 1.0).abs() < 1e-9);
        let ratio = best(input, "codes") / (gmacs / seconds);
        assert!((peer["ratio"].as_f64().unwrap() / ratio - 1.0).abs() < 1e-9, "{peer}");
    }
    assert!(peers[1]["ratio_i32"].is_null(), "no row reads f32 and writes i32");
    let ratio = best("codes", "i32") / gmacs;
    assert!((peers[0]["ratio_i32"].as_f64().unwrap() / ratio - 1.0).abs() < 1e-9);
    let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked, "{\"m\":8,\"n\":16,\"k\":40}\n{\"m\":4,\"n\":4,\"k\":4}\n");
}

#[cfg(unix)]
#[test]
fn without_peers_it_says_so_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let missing = python(folder.path(), r#"echo '{"missing": "numpy"}'"#);
    let nowhere = folder.path().join("nowhere");
    for (path, said) in [(&missing, "has no numpy"), (&nowhere, "cannot be started")] {
        let output = bench(&format!("gemm --shape 2x2x2 --peers --python {}", path.display()));
        let talk = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{talk}");
        assert!(talk.contains("no peers") && talk.contains(said), "{talk}");
        assert!(!output.stdout.is_empty(), "ours are measured all the same");
    }
    let broken = python(folder.path(), "echo 'Traceback of old'");
    let output = bench(&format!("gemm --shape 2x2x2 --peers --python {}", broken.display()));
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && talk.contains("Traceback of old"), "{talk}");
}

#[test]
fn what_makes_no_sense_is_refused_with_what_is_allowed() {
    for (arguments, said) in [
        ("gemm --shape 3x4", "MxNxK"),
        ("gemm --shape 0x4x4", "1 to"),
        ("gemm --shape 1048576x1048576x1", "no matrix may hold more"),
        ("gemm --kernel fast", "there are portable"),
        ("gemm --threads 0", "1 to"),
        ("gemm --threads 9999999", "1 to"),
        ("gemm --bits 5", "1 to 4"),
        ("gemm --figure x.gif", ".svg"),
        ("gemm --figure x.svg --shape 2x2x2", "cannot be used with"),
        ("gemm --python python3", "--peers"),
        ("conv --shape 5x5x5", "HxWxCxN"),
        ("conv --shape 5x5x5x5k9p0", "does not fit"),
        ("conv --shape 60000x60000x60000x2", "no matrix may hold more"),
        ("conv --images 0", "1 to"),
        ("pack --shape 4x0", "1 to"),
        ("pack --shape 4294967296x4294967296", "1 to"),
        ("pack --bits 0", "1 to 4"),
    ] {
        let output = bench(arguments);
        let talk = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "bench {arguments}: {talk}");
        assert!(output.stdout.is_empty(), "bench {arguments} printed data");
        assert!(talk.contains(said), "bench {arguments}: {talk}");
    }
}
