//! Kills, full disks and places that cannot be written.

use std::fs;
use std::path::Path;

use hwgq::record::{Store, Table};

use super::{Bench, numbers, one_line, provenance, record};

#[test]
fn a_rewritten_record_loses_the_tables_it_no_longer_has() {
    let bench = Bench::new();
    bench.store.write(&record(1.0), &provenance()).unwrap();
    let mut smaller = record(2.0);
    smaller.tables.truncate(1);
    bench.store.write(&smaller, &provenance()).unwrap();
    assert!((bench.scale() - 2.0).abs() < 1e-15);
    assert!(!bench.path("records/figure-2/notes.csv").exists());
}

#[test]
fn a_kill_at_any_step_leaves_the_old_record_or_the_new_one() {
    let bench = Bench::new();
    let [place, aside] = ["records/figure-2", "records/.figure-2.old"].map(|path| bench.path(path));
    // Killed while writing into the hidden folder.
    bench.store.write(&record(1.0), &provenance()).unwrap();
    fs::create_dir(bench.path("records/.figure-2.new-x")).unwrap();
    fs::write(bench.path("records/.figure-2.new-x/levels.csv"), "scheme,le").unwrap();
    assert!((bench.scale() - 1.0).abs() < 1e-15);
    assert_eq!(bench.store.ids().unwrap(), ["figure-2"]);
    // Killed after the old record stepped aside.
    fs::rename(&place, &aside).unwrap();
    assert!((bench.scale() - 1.0).abs() < 1e-15);
    assert_eq!(bench.store.ids().unwrap(), ["figure-2"]);
    // Run again, and killed before the old record was removed.
    bench.store.write(&record(2.0), &provenance()).unwrap();
    fs::create_dir(&aside).unwrap();
    fs::write(aside.join("record.toml"), "").unwrap();
    assert!((bench.scale() - 2.0).abs() < 1e-15);
    assert_eq!(bench.store.ids().unwrap(), ["figure-2"]);
    bench.store.write(&record(3.0), &provenance()).unwrap();
    assert!((bench.scale() - 3.0).abs() < 1e-15);
    assert_eq!(bench.litter(), [".figure-2.new-x", "figure-2"]);
}

/// Not a test of its own: what `a_full_disk_…` runs in another process under a limit.
#[test]
#[ignore = "started by a_full_disk_leaves_the_old_record"]
fn write_where_the_disk_is_full() {
    if !Path::new("full-disk").exists() {
        return;
    }
    let mut big = record(2.0);
    big.tables.push(Table::new("big", vec![numbers("x", "", &vec![0.1; 100_000])]).unwrap());
    let store = Store::open("out").unwrap();
    println!("RECORD {}", one_line(&store.write(&big, &provenance()).unwrap_err()));
    println!("FILE {}", one_line(&store.write_file("a.svg", &vec![0; 100_000]).unwrap_err()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_record() {
    let bench = Bench::new();
    bench.store.write(&record(1.0), &provenance()).unwrap();
    bench.store.write_file("a.svg", b"old").unwrap();
    fs::write(bench.folder.path().join("full-disk"), "").unwrap();
    // No file may grow beyond 16 blocks; the signal that would kill the process is ignored, so
    // that writing fails as it does on a full disk.
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" --exact --ignored --nocapture \
                  survival::write_where_the_disk_is_full";
    let this = std::env::current_exe().unwrap();
    let run = std::process::Command::new("sh")
        .args(["-c", script])
        .arg(this)
        .current_dir(&bench.folder)
        .output();
    let said = String::from_utf8(run.unwrap().stdout).unwrap();
    assert!(said.contains("RECORD out/records/figure-2/big.csv: File too large"), "{said}");
    assert!(said.contains("FILE out/a.svg: File too large"), "{said}");
    assert!((bench.scale() - 1.0).abs() < 1e-15);
    assert_eq!(fs::read(bench.path("a.svg")).unwrap(), b"old");
    assert_eq!(bench.litter(), ["figure-2"], "what was half written is gone");
    assert_eq!(fs::read_dir(bench.path("")).unwrap().count(), 2, "records and a.svg");
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let bench = Bench::new();
    fs::write(bench.path("file"), "mine").unwrap();
    for error in [
        Store::create(bench.path("file")).unwrap_err(),
        Store::open(bench.path("nowhere")).unwrap_err(),
        bench.store.write_file("file/a.svg", b"").unwrap_err(),
    ] {
        let error = one_line(&error);
        assert!(error.starts_with(&bench.path("").display().to_string()), "{error}");
    }
    // A file where the record should go is somebody's.
    fs::write(bench.path("records/figure-2"), "mine").unwrap();
    let error = one_line(&bench.store.write(&record(1.0), &provenance()).unwrap_err());
    assert!(error.ends_with("figure-2: not a folder; move it away"), "{error}");
    assert_eq!(fs::read(bench.path("records/figure-2")).unwrap(), b"mine");
    assert_eq!(bench.litter(), ["figure-2"]);
    #[cfg(target_os = "linux")]
    one_line(&Store::create("/proc/hwgq").unwrap_err());
}

#[test]
#[cfg(unix)]
fn files_are_as_readable_as_the_umask_lets_them_be() {
    use std::os::unix::fs::PermissionsExt as _;
    let bench = Bench::new();
    bench.store.write(&record(1.0), &provenance()).unwrap();
    bench.store.write_file("a.svg", b"").unwrap();
    fs::write(bench.path("plain"), "").unwrap();
    fs::create_dir(bench.path("folder")).unwrap();
    let mode = |path: &str| fs::metadata(bench.path(path)).unwrap().permissions().mode();
    assert_eq!(mode("a.svg"), mode("plain"));
    assert_eq!(mode("records/figure-2/record.toml"), mode("plain"));
    assert_eq!(mode("records/figure-2"), mode("folder"));
}
