//! How much memory a file can make the reader take, measured in a process of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::slice;

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
        let look = || match look_through(Path::new(path)) {
            Ok(count) => format!("{count} numbers"),
            Err(error) => one_line(&error),
        };
        // Numbers are asked for more than once, and a second time costs no more.
        let (first, outcome) = (look(), look());
        assert_eq!(first, outcome);
        println!("CHILD\t{}\t{outcome}", peak());
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
    // As many members, letters and axes as there may be.
    let cube = npy("|u1", &format!("({})", "1,".repeat(64)), &[7]);
    let members = |count: u64, array: &[u8]| {
        let name = |index| format!("{index}.{}.npy", "weight".repeat(12));
        let lines: Vec<Line> =
            (0..count).map(|index| Line::deflated(&name(index), array)).collect();
        zip(&lines)
    };
    // A path that is no shorter for each of the entries.
    let deep = vec!["folder".repeat(33); 15].join("/");
    fs::create_dir_all(files.path(&deep)).unwrap();
    // One word, each byte of which would be three of a replacement character.
    let mut word = b"x\n".to_vec();
    word.resize((1 << 24) + 1, 0xff);
    word.push(b'\n');
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
        (files.write("members.npz", &members(1 << 15, &cube)), "32768 numbers"),
        (files.write("more.npz", &members((1 << 15) + 1, &empty)), "32768 are the most that are"),
        (files.write(&format!("{deep}/deep.npz"), &members(1 << 15, &empty)), "0 numbers"),
        (files.write("word.csv", &word), "is not a number"),
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

/// What a child says of `paths`: its peak in KiB, and the outcome of each.
fn child(files: &Files, paths: &[PathBuf]) -> Vec<(u64, String)> {
    let lines: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let list = files.write("list", lines.join("\n").as_bytes());
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "memory::child_reads_what_it_is_told", "--nocapture"])
        .env(LIST, list)
        .output()
        .unwrap();
    let talk = String::from_utf8(child.stdout).unwrap();
    assert!(child.status.success(), "{talk}{}", String::from_utf8_lossy(&child.stderr));
    let said: Vec<(u64, String)> = talk
        .lines()
        .filter_map(|line| line.split_once("CHILD\t"))
        .map(|(_, line)| line.split_once('\t').unwrap())
        .map(|(peak, outcome)| (peak.parse().unwrap(), outcome.to_owned()))
        .collect();
    assert_eq!(said.len(), paths.len(), "{talk}");
    said
}

fn is_bounded(peak: u64, path: &Path, outcome: &str) {
    let name = path.file_name().unwrap_or_default().display();
    assert!((1..LIMIT_KIB).contains(&peak), "{peak} KiB after {name}: {outcome}");
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_takes_64_mebibytes() {
    let files = Files::new();
    for (path, expected) in large(&files) {
        // One a process: what the allocator keeps of one file is not counted for the next.
        let (peak, outcome) = child(&files, slice::from_ref(&path)).remove(0);
        is_bounded(peak, &path, &outcome);
        assert!(outcome.contains(expected), "{}: {outcome}", path.display());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn all_lies_together_do_not_take_64_mebibytes() {
    let files = Files::new();
    let write = |(index, case): (usize, &hostile::Case)| {
        // Numbered, because many have the same name.
        let folder = files.path(&index.to_string());
        fs::create_dir(&folder).unwrap();
        let path = folder.join(case.name);
        fs::write(&path, &case.bytes).unwrap();
        path
    };
    let paths: Vec<PathBuf> = hostile::cases().iter().enumerate().map(write).collect();
    for (path, (peak, outcome)) in paths.iter().zip(child(&files, &paths)) {
        is_bounded(peak, path, &outcome);
    }
}
