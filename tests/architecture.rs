//! The floors of `src/lib.rs`, enforced: a module names only lower floors.

#![expect(clippy::unwrap_used, reason = "a test that cannot read the tree must fail")]

use std::fs;
use std::path::{Path, PathBuf};

/// Every room with its floor. Moving a wall means moving a line here, with a decision record.
const FLOORS: &[(&str, u32)] = &[
    ("math", 0),
    ("bits", 0),
    ("density", 1),
    ("quantizer", 1),
    ("design", 2),
    ("surrogate", 2),
    ("theory", 3),
    ("scheme", 3),
    ("nn", 4),
    ("data", 4),
    ("record", 4),
    ("train", 5),
    ("experiment", 6),
    ("figure", 6),
    ("report", 7),
    ("cli", 8),
];

const LINES_MAX: usize = 400;

fn floor(room: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|&(_, floor)| floor)
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file below `folder` with its text, in a fixed order.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The room a file belongs to: `density` for `src/density/gaussian.rs`; `None` for the roots.
fn room(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(source()).unwrap();
    let first = inside.components().next()?.as_os_str().to_str()?;
    (inside.components().count() > 1).then(|| first.to_owned())
}

/// The code of a file, comments left out, on one line.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default().trim());
    lines.collect::<Vec<_>>().join(" ")
}

/// The rooms named after `crate::` in code; comments do not count.
fn named_rooms(text: &str) -> Vec<String> {
    let code = code(text);
    let mut named = Vec::new();
    for after in code.split("crate::").skip(1) {
        let after = after.trim_start();
        let parts: Vec<&str> = match after.strip_prefix('{') {
            // A group: what stands at its own depth, up to its closing brace.
            Some(inside) => {
                let mut depth = 0_i32;
                let own = inside.split_inclusive([',', '{', '}']).scan((), |(), part| {
                    let at = depth;
                    depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
                    (at >= 0).then_some((at, part))
                });
                own.filter(|(at, _)| *at == 0).map(|(_, part)| part).collect()
            }
            None => vec![after],
        };
        for part in parts {
            let letters = part.trim().chars();
            let name: String = letters.take_while(|l| l.is_alphanumeric() || *l == '_').collect();
            if floor(&name).is_some() {
                named.push(name);
            }
        }
    }
    named
}

#[test]
fn a_module_names_only_lower_floors() {
    let mut arrows = Vec::new();
    for (path, text) in files(&source()) {
        let Some(here) = room(&path) else { continue };
        let Some(own) = floor(&here) else {
            panic!("{} is in a room without a floor: add {here} to FLOORS", path.display())
        };
        assert!(!code(&text).contains("super::super::super"), "{}: use crate::", path.display());
        for there in named_rooms(&text) {
            let beyond = there != here && floor(&there).unwrap() >= own;
            // A picture is a function of a record, so it may know nothing else.
            let distracted =
                here == "figure" && !["figure", "record", "math"].contains(&there.as_str());
            if beyond || distracted {
                arrows.push(format!("{}: {here} names {there}", path.display()));
            }
        }
    }
    assert!(arrows.is_empty(), "arrows that go up, sideways or astray:\n{}", arrows.join("\n"));
}

#[test]
fn the_arrow_finder_sees_every_way_of_naming_a_room() {
    let text = "use crate::nn::Layer;\nuse crate::{\n    math::{self, Interval},\n    theory::Report,\n};\nlet x = crate::cli::run();\n// crate::data is only talked about\n";
    assert_eq!(named_rooms(text), ["nn", "math", "theory", "cli"]);
}

#[test]
fn every_room_of_the_library_has_a_floor_and_every_floor_a_room() {
    let library = fs::read_to_string(source().join("lib.rs")).unwrap();
    let mut rooms: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod "))
        .map(|line| line.trim_end_matches(';'))
        .collect();
    let mut floors: Vec<&str> = FLOORS.iter().map(|&(name, _)| name).collect();
    rooms.sort_unstable();
    floors.sort_unstable();
    assert_eq!(rooms, floors);
}

#[test]
fn every_file_says_what_it_holds_and_holds_one_noun() {
    for (path, text) in files(&source()) {
        assert!(text.starts_with("//! "), "{} does not open with a sentence", path.display());
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines: is it still one noun?", path.display());
    }
    let main = fs::read_to_string(source().join("main.rs")).unwrap();
    assert!(main.lines().count() <= 30, "main.rs only hands over to the command line");
}

/// The files that may hold `unsafe`: intrinsics and inner loops in assembly (decision 2).
const UNSAFE: &str = "src/bits/kernel/";

#[test]
fn unsafe_code_stays_in_the_kernels_each_use_under_its_reason() {
    for (path, text) in files(&source()) {
        let inside = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
        let is_kernel = inside.to_string_lossy().replace('\\', "/").starts_with(UNSAFE);
        // A function that is unsafe to call says what it asks for instead.
        let uses = code(&text).matches("unsafe {").count();
        let reasons = text.lines().filter(|line| line.trim().starts_with("// SAFETY: ")).count();
        let others = code(&text).replace("unsafe_code", "").matches("unsafe").count();
        assert!(is_kernel || others == 0, "{} holds unsafe code", path.display());
        assert!(reasons >= uses, "{}: {uses} uses, {reasons} reasons", path.display());
    }
}
