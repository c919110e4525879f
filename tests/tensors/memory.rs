//! How much memory a file can make the reader take, measured in a process of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files::{Files, Line, look_through, npy, npy_around, one_line, safetensors, zip};
use crate::hostile;

/// The bound that is promised.
const LIMIT_KIB: u64 = 64 << 10;

/// Holds the files that the child reads, one a line.
const LIST: &str = "HWGQ_TEST_TENSOR_FILES";

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "how a test tells its own binary what to do")]
#[test]
fn child_reads_what_it_is_told() {
    let Ok(list) = env::var(LIST) else { return };
    for path in fs::read_to_string(list).unwrap().lines() {
        let outcome = match look_through(Path::new(path)) {
            Ok(count) => format!("{count} numbers"),
            Err(error) => one_line(&error),
        };
        println!("CHILD\t{}\t{path}\t{outcome}", peak());
    }
}

/// Files that ask for much memory, or are long.
fn large(files: &Files) -> Vec<(PathBuf, &'static str)> {
    let mib = |count: u64| count << 20;
    let f8 = |count: u64| npy("<f8", &format!("({count},)"), &[]);
    let start = f8(mib(32));
    let start_length = start.len() as u64;
    let bomb = npy("|u1", &format!("({},)", mib(192)), &vec![0; 192 << 20]);
    let hidden = {
        let array = npy("|u1", "(8,)", &[0; 8]);
        let packed = crate::files::deflate(&npy("|u1", "(8,)", &vec![0; 64 << 20]));
        Line { contents: packed, ..Line::deflated("a.npy", &array) }
    };
    let axes = "1,".repeat(1 << 21);
    let many_axes = format!("{{\"a\":{{\"dtype\":\"F32\",\"shape\":[{axes}1]}}}}");
    let sound = |name: &str| {
        format!("\"{name}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}")
    };
    let many: Vec<String> =
        (0..60_000).map(|index| sound(&format!("{index}.{}", "weight".repeat(12)))).collect();
    let nested = format!("{{\"a\":{}", "[".repeat(1 << 20));
    let name = sound(&"x".repeat((1 << 22) - 100));
    let long_names = format!("{{{name},{name}}}");
    let notes: Vec<String> = (0..500_000).map(|index| format!("\"{index}\":\"\"")).collect();
    let notes = format!("{{\"__metadata__\":{{{}}}}}", notes.join(","));
    let long_header = [b"\x93NUMPY\x02\x00\xff\xff\xff\x3f{".as_slice()].concat();
    let mut digits = vec![b'1'; 40 << 20];
    digits.push(b'\n');
    let twice = zip(&vec![Line::stored("a.npy", &[]); 20_000]);
    let empty = npy("<f4", "(0,)", &[]);
    let members: Vec<Line> = (0..60_000)
        .map(|index| Line::deflated(&format!("{index}.{}.npy", "weight".repeat(12)), &empty))
        .collect();
    vec![
        (files.sparse("long.npy", &start, start_length + mib(256)), "33554432 numbers"),
        (files.sparse("terabyte.npy", &f8(1 << 40), mib(1)), "the shape needs"),
        (files.sparse("header.npy", &long_header, 1 << 31), "are the most that are read"),
        (files.sparse("zeros.safetensors", &(1_u64 << 30).to_le_bytes(), 1 << 31), "are read"),
        (files.sparse("zeros.npz", b"PK\x03\x04", 1 << 31), "the record that ends an archive"),
        (files.sparse("zeros.csv", b"1,2\n", 1 << 31), "more than 16777216 bytes in a line"),
        (files.write("digits.csv", &digits), "more than 16777216 bytes in a line"),
        (files.write("bomb.npz", &zip(&[Line::deflated("a.npy", &bomb)])), "201326592 numbers"),
        (files.write("hidden.npz", &zip(&[hidden])), "unpacks to more than the 136 bytes"),
        (files.write("axes.safetensors", &safetensors(&many_axes, &[])), "more than 64 axes"),
        (
            files.write("many.safetensors", &safetensors(&format!("{{{}}}", many.join(",")), &[])),
            "0 numbers",
        ),
        (files.write("nested.safetensors", &safetensors(&nested, &[])), "malformed"),
        (files.write("names.safetensors", &safetensors(&long_names, &[])), "stands twice"),
        (files.write("notes.safetensors", &safetensors(&notes, &[])), "0 numbers"),
        (files.write("members.npz", &zip(&members)), "0 numbers"),
        (files.write("twice.npz", &twice), "lists \"a.npy\" twice"),
        (
            files.write(
                "axes.npy",
                &npy_around(&format!("{{'shape': ({}", "1,".repeat(30_000)), &[]),
            ),
            "more than 64 axes",
        ),
    ]
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_takes_64_mebibytes() {
    let files = Files::new();
    let large = large(&files);
    let mut paths: Vec<PathBuf> = large.iter().map(|(path, _)| path.clone()).collect();
    for (index, case) in hostile::cases().iter().enumerate() {
        // Numbered, because many have the same name.
        let folder = files.path(&index.to_string());
        fs::create_dir(&folder).unwrap();
        let path = folder.join(case.name);
        fs::write(&path, &case.bytes).unwrap();
        paths.push(path);
    }
    let lines: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let list = files.write("list", lines.join("\n").as_bytes());
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "memory::child_reads_what_it_is_told", "--nocapture"])
        .env(LIST, list)
        .output()
        .unwrap();
    let talk = String::from_utf8(child.stdout).unwrap();
    assert!(child.status.success(), "{talk}{}", String::from_utf8_lossy(&child.stderr));
    let said: Vec<Vec<&str>> = talk
        .lines()
        .filter_map(|line| line.split_once("CHILD\t"))
        .map(|(_, line)| line.split('\t').collect())
        .collect();
    assert_eq!(said.len(), paths.len(), "{talk}");
    for line in &said {
        let [peak, path, outcome] = line.as_slice() else { panic!("{line:?}") };
        println!("{peak} KiB after {path}: {outcome}");
        let peak: u64 = peak.parse().unwrap();
        assert!((1..LIMIT_KIB).contains(&peak), "{peak} KiB after {path}: {outcome}");
    }
    for ((path, expected), line) in large.iter().zip(&said) {
        assert!(line[2].contains(expected), "{}: {}", path.display(), line[2]);
    }
}
