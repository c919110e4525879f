//! What a run leaves can be read back to the bit, survives a kill and a full disk, and never leads
//! out of its folder.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail like the test")]

mod hostile;
mod survival;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use hwgq::record::{Claim, Column, Provenance, Record, Store, StoreError, Table, Values};
use proptest::prelude::*;

fn numbers(name: &str, unit: &str, values: &[f64]) -> Column {
    Column { name: name.into(), unit: unit.into(), values: Values::Number(values.to_vec()) }
}

fn words(name: &str, values: &[&str]) -> Column {
    let values = Values::Text(values.iter().map(|&word| word.to_owned()).collect());
    Column { name: name.into(), unit: String::new(), values }
}

fn provenance() -> Provenance {
    let started = UNIX_EPOCH + Duration::from_mins(25_000_000);
    Provenance::new(b"kind = \"distortion\"", 7, "fashion-mini", 2, started, 12.25)
}

/// Two tables; the words look like numbers and the numbers are awkward.
fn record(scale: f64) -> Record {
    let levels = vec![
        words("scheme", &["1", "-0.5e3", "NaN"]),
        numbers("level", "", &[0.1 * scale, -0.0, f64::MIN_POSITIVE / 2.0]),
        numbers("error", "dB", &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ];
    let tables = vec![
        Table::new("levels", levels).unwrap(),
        Table::new("notes", vec![words("note", &["", "a,b \"c\"\nd", " π\r"])]).unwrap(),
    ];
    Record {
        id: "figure-2".into(),
        kind: "distortion".into(),
        title: "Levels \"at\" a glance".into(),
        why: "Two lines,\nwith a \\ in them.".into(),
        tables,
    }
}

/// The bits of all cells, NaN being one value; words as they are.
fn cells(tables: &[Table]) -> Vec<(String, String, Vec<String>)> {
    let of = |values: &Values| match values {
        Values::Number(numbers) => numbers
            .iter()
            .map(|x| if x.is_nan() { "NaN".into() } else { format!("{:x}", x.to_bits()) })
            .collect(),
        Values::Text(words) => words.iter().map(|word| format!("word {word}")).collect(),
    };
    let columns = tables.iter().flat_map(Table::columns);
    columns.map(|column| (column.name.clone(), column.unit.clone(), of(&column.values))).collect()
}

fn one_line(error: &StoreError) -> String {
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 1000, "{text}");
    text
}

struct Bench {
    folder: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(folder.path().join("out")).unwrap();
        Self { folder, store }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join("out").join(relative)
    }

    /// Which of the records `record(1.0)`, `record(2.0)`, … can be read.
    fn scale(&self) -> f64 {
        let (read, _) = self.store.read("figure-2").unwrap();
        read.table("levels").unwrap().numbers("level").unwrap()[0] / 0.1
    }

    /// Everything in the folder of records, hidden or not.
    fn litter(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("records")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

proptest! {
    #[test]
    fn any_table_reads_back_to_the_bit(
        rows in 0_usize..6,
        kinds in prop::collection::vec(any::<bool>(), 0..5),
        units in prop::collection::vec("([a-z%]|\\PC{0,4}|\n|,)?", 5),
        bits in prop::collection::vec(prop_oneof![any::<u64>(), Just(1_u64 << 63), Just(1)], 30),
        texts in prop::collection::vec("(\\PC|[,\"\r\n 0-9.e-]){0,6}", 30),
    ) {
        let columns = kinds.iter().enumerate().map(|(index, &is_number)| {
            let chosen = 6 * index..6 * index + rows;
            let values = if is_number {
                Values::Number(bits[chosen].iter().copied().map(f64::from_bits).collect())
            } else {
                Values::Text(texts[chosen].to_vec())
            };
            Column { name: format!("c{index}"), unit: units[index].clone(), values }
        });
        let table = Table::new("t", columns.collect()).unwrap();
        let mut csv = Vec::new();
        table.write_csv(&mut csv).unwrap();
        let read = Table::read_csv("t", &table.headings(), &csv[..]).unwrap();
        prop_assert_eq!(read.headings(), table.headings());
        prop_assert_eq!(cells(&[read]), cells(&[table]), "{}", String::from_utf8_lossy(&csv));
    }
}

#[test]
fn a_record_reads_back_with_its_provenance() {
    let bench = Bench::new();
    let seeds = [0, 7, i64::MAX as u64, u64::MAX];
    for seed in seeds {
        let (written, provenance) = (record(1.0), Provenance { seed, ..provenance() });
        bench.store.write(&written, &provenance).unwrap();
        let (read, from) = bench.store.read("figure-2").unwrap();
        assert_eq!(from, provenance);
        assert_eq!(cells(&read.tables), cells(&written.tables));
        let texts = |record: &Record| {
            [&record.id, &record.kind, &record.title, &record.why].map(String::clone)
        };
        assert_eq!(texts(&read), texts(&written));
    }
    assert_eq!(provenance().started, "2017-07-14T02:40:00Z");
    assert_eq!(bench.litter(), ["figure-2"]);
}

#[test]
fn numbers_stand_in_their_shortest_form_below_name_and_unit() {
    let bench = Bench::new();
    bench.store.write(&record(1.0), &provenance()).unwrap();
    let csv = fs::read_to_string(bench.path("records/figure-2/levels.csv")).unwrap();
    let expected =
        "scheme,level,error [dB]\n1,0.1,NaN\n-0.5e3,-0.0,inf\nNaN,1.1125369292536007e-308,-inf\n";
    assert_eq!(csv, expected);
}

#[test]
fn the_same_record_is_the_same_bytes() {
    let [first, second] = [Bench::new(), Bench::new()];
    for bench in [&first, &second] {
        bench.store.write(&record(1.0), &provenance()).unwrap();
    }
    for file in ["record.toml", "levels.csv", "notes.csv"] {
        let path = format!("records/figure-2/{file}");
        assert_eq!(fs::read(first.path(&path)).unwrap(), fs::read(second.path(&path)).unwrap());
    }
}

#[test]
fn ids_are_sorted_and_a_stranger_is_told_them() {
    let bench = Bench::new();
    for id in ["table-2", "figure-2", "figure-10"] {
        bench.store.write(&Record { id: id.into(), ..record(1.0) }, &provenance()).unwrap();
    }
    fs::create_dir(bench.path("records/empty")).unwrap();
    fs::write(bench.path("records/.DS_Store"), "").unwrap();
    assert_eq!(bench.store.ids().unwrap(), ["figure-10", "figure-2", "table-2"]);
    let error = one_line(&bench.store.read("figure-3").unwrap_err());
    assert!(error.ends_with("there are: figure-10, figure-2, table-2"), "{error}");
}

fn claim(ours: f64, spread: Option<f64>) -> Claim {
    Claim {
        id: "Table 2".into(),
        record: "table-2".to_owned(),
        claim: "HWGQ beats sign, by \"far\",\nin every network".into(),
        paper: "55.8 → 46.8".into(),
        ours,
        unit: "points".into(),
        quantity: String::new(),
        spread,
        held: true,
        decided: true,
        seconds: 0.1,
    }
}

#[test]
fn claims_read_back_and_replace_the_earlier_ones() {
    let bench = Bench::new();
    let claims =
        [claim(9.0, Some(0.1 + 0.2)), claim(-1e-300, None), claim(f64::INFINITY, Some(0.0))];
    for claims in [&claims[..], &claims[..1], &[]] {
        bench.store.write_claims(claims).unwrap();
        assert_eq!(bench.store.read_claims().unwrap(), claims);
    }
    bench.store.write_claims(&[claim(f64::NAN, None)]).unwrap();
    assert!(bench.store.read_claims().unwrap()[0].ours.is_nan());
}
