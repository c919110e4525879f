//! Broken files, and names that would lead out of the store.

use std::fs;

use hwgq::record::{Record, Table};

use super::{Bench, claim, one_line, provenance, record};

#[test]
fn no_name_leads_out_of_the_store() {
    let bench = Bench::new();
    let long = "x".repeat(101);
    let names =
        ["", ".", "..", "../x", "/x", "a/b", "a\\b", ".hidden", "-f", "a\0", "ä", "a b", &long];
    for name in names {
        let named = Record { id: name.into(), ..record(1.0) };
        let mut table = record(1.0);
        table.tables.push(Table::new(name, Vec::new()).unwrap());
        for error in [
            bench.store.write(&named, &provenance()).unwrap_err(),
            bench.store.write(&table, &provenance()).unwrap_err(),
            bench.store.read(name).unwrap_err(),
        ] {
            assert!(one_line(&error).contains("cannot name a file"), "{name:?}: {error}");
        }
    }
    assert!(bench.litter().is_empty());
    let mut twice = record(1.0);
    twice.tables.push(Table::new("LEVELS", Vec::new()).unwrap());
    let error = one_line(&bench.store.write(&twice, &provenance()).unwrap_err());
    assert!(error.contains("two tables called LEVELS"), "{error}");
}

#[test]
fn no_file_is_written_outside_the_store() {
    let bench = Bench::new();
    for path in ["../x", "/tmp/x", "a/../../x", "", "..", "a/.."] {
        let error = one_line(&bench.store.write_file(path, b"").unwrap_err());
        assert!(error.contains("leads out of"), "{path:?}: {error}");
    }
    one_line(&bench.store.write_file("a\0b", b"").unwrap_err());
    for path in ["a.svg", "./b.svg", "figures/deep/c.svg"] {
        assert_eq!(bench.store.write_file(path, b"drawn").unwrap(), bench.path(path));
        assert_eq!(fs::read(bench.path(path)).unwrap(), b"drawn");
    }
    #[cfg(unix)]
    {
        fs::create_dir(bench.folder.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("../elsewhere", bench.path("link")).unwrap();
        let error = one_line(&bench.store.write_file("link/deep/x", b"").unwrap_err());
        assert!(error.contains("leads out of"), "{error}");
        assert_eq!(fs::read_dir(bench.folder.path().join("elsewhere")).unwrap().count(), 0);
    }
}

/// What reading says after `change` of a file of the record.
fn after(file: &str, change: impl FnOnce(&str) -> String) -> String {
    let bench = Bench::new();
    bench.store.write(&record(1.0), &provenance()).unwrap();
    let path = bench.path("records/figure-2").join(file);
    let changed = change(&fs::read_to_string(&path).unwrap());
    fs::write(&path, changed).unwrap();
    one_line(&bench.store.read("figure-2").unwrap_err())
}

#[test]
fn a_broken_manifest_is_told_by_line_and_column() {
    let replace = |from: &'static str, to: &'static str| {
        move |text: &str| {
            assert!(text.contains(from), "{text}");
            text.replacen(from, to, 1)
        }
    };
    let cases = [
        (replace("format = 1", "format = 2"), "record.toml:1:1: format 2; this program reads 1"),
        (replace("id = \"figure-2\"", "id = \"x\""), "id is \"x\", but the folder is called"),
        (replace("kind = ", "kind == "), "record.toml:3:"),
        (replace("kind = ", "kid = "), "record.toml:3:1: unknown field `kid`"),
        (replace("kind = ", "id = "), "record.toml:3:1: duplicate key"),
        (replace("seed = 7", "seed = -7"), "invalid value: integer `-7`"),
        (replace("seed = 7", "seed = 1e400"), "record.toml:"),
        (replace("\"levels\"", "\"../levels\""), "table \"../levels\" cannot name a file"),
        (replace("\"levels\"", "\"/etc/passwd\""), "table \"/etc/passwd\" cannot name a file"),
        (replace("\"levels\"", "\"a\\u0000\""), "table \"a\\0\" cannot name a file"),
        (replace("\"levels\"", "\"absent\""), "absent.csv: No such file"),
        (replace("\"number\"", "\"complex\""), "unknown variant `complex`"),
        (replace("name = \"level\"", "name = \"error\""), "the header is"),
    ];
    for (change, expected) in cases {
        let error = after("record.toml", change);
        assert!(error.contains(expected), "{error}\nshould contain: {expected}");
    }
    let deep = after("record.toml", |_| format!("x = {}", "[".repeat(100_000)));
    assert!(deep.contains("record.toml:1:"), "{deep}");
    let long = after("record.toml", |text| format!("{text}#{}", "x".repeat(1 << 22)));
    assert!(long.ends_with("record.toml: larger than 4194304 bytes"), "{long}");
}

#[test]
fn a_broken_table_is_told_by_line_and_column() {
    let cases = [
        ("-0.5e3,-0.0,inf", "-0.5e3,-0.0", "levels.csv: line 3: 2 cells; the header has 3"),
        ("-0.0,inf", "1,5,inf", "levels.csv: line 3: 4 cells"),
        ("-0.0", "0x1", "levels.csv: line 3, column 2 (level): \"0x1\" is not a number"),
        ("-0.0", "", "levels.csv: line 3, column 2 (level): \"\" is not a number"),
        ("error [dB]", "error", "line 1: the header is [\"scheme\", \"level\", \"error\"]"),
        ("-0.0", "0.0", "levels.csv: its SHA-256 is not the one in record.toml"),
        ("inf\nNaN", "inf\nNaN,", "line 4"),
    ];
    for (from, to, expected) in cases {
        let error = after("levels.csv", |text| {
            assert!(text.contains(from), "{text}");
            text.replacen(from, to, 1)
        });
        assert!(error.contains(expected), "{error}\nshould contain: {expected}");
    }
}

#[test]
fn every_flipped_bit_of_a_table_is_noticed() {
    let bench = Bench::new();
    bench.store.write(&record(1.0), &provenance()).unwrap();
    let path = bench.path("records/figure-2/levels.csv");
    let sound = fs::read(&path).unwrap();
    for bit in 0..8 * sound.len() {
        let mut flipped = sound.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &flipped).unwrap();
        one_line(&bench.store.read("figure-2").unwrap_err());
    }
}

#[test]
fn every_truncated_or_flipped_manifest_is_refused_or_still_a_record() {
    let bench = Bench::new();
    bench.store.write(&record(1.0), &provenance()).unwrap();
    let path = bench.path("records/figure-2/record.toml");
    let sound = fs::read(&path).unwrap();
    let check = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        match bench.store.read("figure-2") {
            Ok((read, _)) => assert_eq!(read.id, "figure-2"),
            Err(error) => _ = one_line(&error),
        }
    };
    // Steps of 7 bits: 7 and 8 share no factor, so each of the eight bits has its turn.
    (0..sound.len()).for_each(|length| check(&sound[..length]));
    for bit in (0..8 * sound.len()).step_by(7) {
        let mut flipped = sound.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        check(&flipped);
    }
}

#[test]
#[cfg(unix)]
fn a_linked_or_endless_file_is_not_read() {
    let bench = Bench::new();
    for target in ["/dev/zero", "/etc/passwd", "levels.csv"] {
        bench.store.write(&record(1.0), &provenance()).unwrap();
        for file in ["notes.csv", "record.toml"] {
            let path = bench.path("records/figure-2").join(file);
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink(target, &path).unwrap();
            let error = one_line(&bench.store.read("figure-2").unwrap_err());
            assert!(error.ends_with("not a regular file"), "{error}");
        }
    }
}

#[test]
fn broken_claims_are_told_by_line() {
    let bench = Bench::new();
    bench.store.write_claims(&[claim(9.0, None)]).unwrap();
    let text = fs::read_to_string(bench.path("claims.csv")).unwrap();
    // The header is line 1; the claim begins on line 2.
    for (from, to) in [("9.0", "nine"), (",true", ",maybe"), (",points", ""), (",unit", ",bit")] {
        assert!(text.contains(from), "{text}");
        fs::write(bench.path("claims.csv"), text.replacen(from, to, 1)).unwrap();
        let error = one_line(&bench.store.read_claims().unwrap_err());
        assert!(error.contains("claims.csv: line 2: "), "{error}");
    }
    fs::remove_file(bench.path("claims.csv")).unwrap();
    one_line(&bench.store.read_claims().unwrap_err());
}
