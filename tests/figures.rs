//! What every figure promises, checked for every kind of figure there is.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its record has failed")]

#[path = "support/synthetic_records.rs"]
mod synthetic_records;

use std::collections::BTreeSet;

use hwgq::figure::{self, FIGURES, FigureError};
use hwgq::record::{Column, Record, Table, Values};
use proptest::prelude::*;
use resvg::tiny_skia::Pixmap;
use resvg::usvg;

/// Every column of numbers that a figure draws, with whether NaN means "nothing to draw".
const DRAWN: &[(&str, &str, &str, bool)] = &[
    ("functions", "curves", "x", false),
    ("functions", "curves", "y", false),
    ("histogram", "histogram", "low", false),
    ("histogram", "histogram", "high", false),
    ("histogram", "histogram", "density", false),
    ("histogram", "fit", "ks", true),
    ("histogram", "fit", "mean", true),
    ("histogram", "fit", "deviation", true),
    ("curves", "epochs", "epoch", false),
    ("curves", "epochs", "train_error", false),
    ("curves", "epochs", "validation_error", false),
    ("accuracy", "summary", "mean", false),
    ("accuracy", "summary", "low", true),
    ("accuracy", "summary", "high", true),
    ("accuracy", "runs", "accuracy_test", false),
    ("distortion", "distortion", "bits", false),
    ("distortion", "distortion", "distortion", false),
    ("distortion", "distortion", "sqnr", false),
    ("distortion", "bounds", "bits", false),
    ("distortion", "bounds", "distortion", false),
    ("mismatch", "mismatch", "value_gap", false),
    ("mismatch", "mismatch", "smoothed_bias", false),
    ("levels", "levels", "positive_levels", false),
    ("levels", "levels", "ours", false),
    ("levels", "levels", "published", true),
    ("compare", "compare", "bits", false),
    ("compare", "compare", "rank", false),
    ("compare", "compare", "below_lloyd_max", true),
    ("fit", "histogram", "low", false),
    ("fit", "histogram", "high", false),
    ("fit", "histogram", "density", false),
    ("fit", "laws", "x", false),
    ("fit", "laws", "density", false),
    ("fit", "levels", "level", false),
    ("fit", "methods", "sqnr", true),
    ("limits", "designs", "rate", false),
    ("limits", "designs", "distortion", false),
    ("limits", "designs", "excess", false),
    ("limits", "bounds", "rate", false),
    ("limits", "bounds", "low", false),
    ("limits", "bounds", "high", false),
    ("limits", "bounds", "excess_low", false),
    ("limits", "bounds", "excess_high", false),
    ("convergence", "rounds", "round", false),
    ("convergence", "rounds", "distance", false),
    ("convergence", "rates", "levels", false),
    ("convergence", "rates", "gap", false),
    ("convergence", "rates", "law", false),
    ("roofline", "depth", "length", false),
    ("roofline", "depth", "mac_per_cycle", false),
    ("roofline", "depth", "limit", true),
    ("roofline", "size", "macs", false),
    ("roofline", "size", "time", false),
];

/// The record with the columns of one table replaced.
fn with_columns(
    record: &Record,
    table: &str,
    change: impl FnOnce(Vec<Column>) -> Vec<Column>,
) -> Record {
    let mut record = record.clone();
    let place = record.tables.iter().position(|known| known.name() == table).unwrap();
    let columns = change(record.tables[place].columns().to_vec());
    record.tables[place] = Table::new(table, columns).unwrap();
    record
}

/// The record with one number replaced.
fn with_number(record: &Record, table: &str, column: &str, row: usize, value: f64) -> Record {
    with_columns(record, table, |mut columns| {
        let changed = columns.iter_mut().find(|known| known.name == column).unwrap();
        let Values::Number(values) = &mut changed.values else { panic!("{column} holds words") };
        values[row] = value;
        columns
    })
}

/// The synthetic records with each drawn column of theirs.
fn drawn_columns() -> impl Iterator<Item = (Record, &'static str, &'static str, bool)> {
    synthetic_records::all().into_iter().flat_map(|record| {
        let kind = record.kind.clone();
        let of_kind = DRAWN.iter().filter(move |drawn| drawn.0 == kind);
        of_kind.map(move |&(_, table, column, optional)| (record.clone(), table, column, optional))
    })
}

/// Fails unless everything of the picture lies on the sheet and marks can be seen.
fn check_picture(record: &Record, svg: &str) {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
    let bounds = tree.root().abs_bounding_box();
    let (width, height) = (tree.size().width(), tree.size().height());
    // The viewBox is shown at a quarter of its size; bounding boxes are in shown pixels.
    let inside = bounds.left() >= -0.01
        && bounds.top() >= -0.01
        && bounds.right() <= width + 0.01
        && bounds.bottom() <= height + 0.01;
    assert!(inside, "{} leaves its {width} × {height} sheet: {bounds:?}", record.id);
}

#[test]
fn every_figure_has_a_synthetic_record_and_drawn_columns() {
    let kinds: BTreeSet<&str> = FIGURES.iter().map(|figure| figure.kind()).collect();
    assert_eq!(kinds.len(), FIGURES.len(), "no two figures draw the same kind");
    let records = synthetic_records::all();
    assert_eq!(kinds, records.iter().map(|record| record.kind.as_str()).collect());
    assert_eq!(kinds, DRAWN.iter().map(|drawn| drawn.0).collect());
}

#[test]
fn the_same_record_gives_the_same_bytes() {
    for record in synthetic_records::all() {
        let (one, other) = (figure::draw(&record).unwrap(), figure::draw(&record).unwrap());
        assert_eq!(one, other, "{}", record.id);
        assert_eq!(one.png().unwrap(), other.png().unwrap(), "{}", record.id);
    }
}

#[test]
fn a_drawing_is_self_contained() {
    for record in synthetic_records::all() {
        let drawing = figure::draw(&record).unwrap();
        let svg = drawing.svg();
        check_picture(&record, svg);
        assert_eq!(svg.matches("http").count(), 1, "only the name space is an address");
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
        for needs_a_font_or_a_file in ["<text", "font-", "<image", "href", "<style", "<script"] {
            assert!(
                !svg.contains(needs_a_font_or_a_file),
                "{} in {}",
                needs_a_font_or_a_file,
                record.id
            );
        }
        assert!(svg.contains(&format!("<title>{}</title>", record.title)), "{}", record.id);
        assert!(!drawing.caption().is_empty());
    }
}

#[test]
fn a_png_is_wide_and_not_blank() {
    for record in synthetic_records::all() {
        let png = figure::draw(&record).unwrap().png().unwrap();
        let pixmap = Pixmap::decode_png(&png).unwrap();
        assert_eq!(pixmap.width(), 1350);
        assert!(
            (400..2400).contains(&pixmap.height()),
            "{} is {} high",
            record.id,
            pixmap.height()
        );
        let colors: BTreeSet<[u8; 4]> = pixmap
            .pixels()
            .iter()
            .map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()])
            .collect();
        assert!(colors.len() > 20, "{} has {} colours", record.id, colors.len());
        assert!(colors.iter().all(|color| color[3] == 255), "the paper is opaque");
        // The first series is blue in every figure, so some datum can be seen.
        assert!(colors.contains(&[0, 114, 178, 255]), "{} shows no datum", record.id);
    }
}

#[test]
fn a_number_that_is_not_finite_is_an_error_that_names_its_place() {
    for (record, table, column, optional) in drawn_columns() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e101, -1e101] {
            let outcome = figure::draw(&with_number(&record, table, column, 0, value));
            if value.is_nan() && optional {
                assert!(outcome.is_ok(), "{table}.{column} may be missing: {outcome:?}");
                continue;
            }
            let error = outcome.unwrap_err().to_string();
            assert!(error.contains(&format!("table {table}, row 1: {column} is")), "{error}");
        }
    }
}

#[test]
fn extreme_numbers_are_drawn_inside_the_axes_or_refused() {
    let extremes =
        [0.0, -0.0, f64::MIN_POSITIVE, 5e-324, 1e-300, 1e-9, 1e9, 1e100, -1e100, -1e-300];
    let mut drawn = 0;
    for (record, table, column, _) in drawn_columns() {
        let rows = record.table(table).unwrap().rows();
        for value in extremes {
            match figure::draw(&with_number(&record, table, column, rows / 2, value)) {
                Ok(drawing) => {
                    check_picture(&record, drawing.svg());
                    drawn += 1;
                }
                Err(FigureError::Unplaceable { found, .. }) => assert!(
                    found.to_bits() == value.to_bits() || table == "histogram",
                    "{table}.{column}: {found} instead of {value} is refused"
                ),
                Err(error) => panic!("{table}.{column} = {value}: {error}"),
            }
        }
    }
    assert!(drawn > 150, "most extremes have a place on their axis, {drawn} were drawn");
}

#[test]
fn a_single_row_is_enough() {
    for mut record in synthetic_records::all() {
        let first_row = |table: &Table| {
            let first = |column: &Column| {
                let values = match &column.values {
                    Values::Number(values) => Values::Number(values[..1].to_vec()),
                    Values::Text(words) => Values::Text(words[..1].to_vec()),
                };
                Column { values, ..column.clone() }
            };
            Table::new(table.name(), table.columns().iter().map(first).collect()).unwrap()
        };
        record.tables = record.tables.iter().map(first_row).collect();
        let drawing = figure::draw(&record).unwrap();
        check_picture(&record, drawing.svg());
    }
}

#[test]
fn a_table_without_rows_is_an_error() {
    for record in synthetic_records::all() {
        for table in record.tables.iter().map(Table::name).filter(|name| *name != "runs") {
            let empty = with_columns(&record, table, |columns| {
                let emptied = columns.into_iter().map(|column| {
                    let values = match column.values {
                        Values::Number(_) => Values::Number(Vec::new()),
                        Values::Text(_) => Values::Text(Vec::new()),
                    };
                    Column { values, ..column }
                });
                emptied.collect()
            });
            let error = figure::draw(&empty).unwrap_err();
            assert_eq!(error, FigureError::Empty { table: table.to_owned() });
        }
    }
}

#[test]
fn a_missing_table_or_column_is_an_error_that_names_it() {
    for record in synthetic_records::all() {
        let bare = Record { tables: Vec::new(), ..record.clone() };
        assert!(matches!(figure::draw(&bare), Err(FigureError::NoTable { .. })), "{}", record.id);
    }
    for (record, table, column, _) in drawn_columns() {
        let without = with_columns(&record, table, |mut columns| {
            columns.retain(|known| known.name != column);
            columns
        });
        let error = figure::draw(&without).unwrap_err().to_string();
        assert!(error.contains(&format!("table {table} has no column")), "{error}");
        assert!(error.contains(&format!("called {column};")), "{error}");
    }
}

#[test]
fn an_unknown_kind_is_an_error_that_lists_the_kinds() {
    let record = Record { kind: "pie".to_owned(), ..synthetic_records::levels() };
    let error = figure::draw(&record).unwrap_err().to_string();
    for figure in FIGURES {
        assert!(error.contains(figure.kind()), "{error}");
    }
}

#[test]
fn more_panels_than_anyone_can_read_are_refused() {
    for record in synthetic_records::all() {
        let (table, column) = match record.kind.as_str() {
            "functions" => ("curves", "panel"),
            "histogram" => ("histogram", "layer"),
            "curves" => ("epochs", "panel"),
            "accuracy" => ("summary", "group"),
            "mismatch" => ("mismatch", "forward"),
            "fit" => ("levels", "method"),
            "compare" => ("compare", "quantizer"),
            "limits" => ("designs", "design"),
            "convergence" => ("rounds", "method"),
            "roofline" => ("depth", "kernel"),
            kind => (if kind == "levels" { "levels" } else { "distortion" }, "design"),
        };
        let crowded = with_columns(&record, table, |columns| {
            // The same few rows, repeated under ever new names.
            let repeat = |column_now: Column| {
                let values = match column_now.values {
                    Values::Text(_) if column_now.name == column => {
                        Values::Text((0..100).map(|name| name.to_string()).collect())
                    }
                    Values::Text(words) => Values::Text(vec![words[0].clone(); 100]),
                    Values::Number(values) => Values::Number(vec![values[0]; 100]),
                };
                Column { values, ..column_now }
            };
            columns.into_iter().map(repeat).collect()
        });
        let error = figure::draw(&crowded).unwrap_err();
        assert!(matches!(error, FigureError::TooMany { .. }), "{}: {error}", record.id);
    }
}

/// The column with `extra` at the end of every name and `unit` in place of its unit.
fn wordy(mut column: Column, extra: &str, unit: &str) -> Column {
    if !column.unit.is_empty() {
        unit.clone_into(&mut column.unit);
    }
    // Roles, stages and origins have a vocabulary of their own.
    if let Values::Text(words) = &mut column.values
        && !["role", "stage", "origin"].contains(&column.name.as_str())
    {
        for word in words {
            word.push_str(extra);
        }
    }
    column
}

#[test]
fn names_of_any_length_stay_on_the_sheet() {
    for record in synthetic_records::all() {
        for length in [30, 3000] {
            let (extra, unit) = (" wide name".repeat(length), "W".repeat(length));
            let mut long = record.clone();
            long.title = format!("<&> {}", "Wide title ".repeat(length));
            for table in record.tables.iter().map(Table::name) {
                long = with_columns(&long, table, |columns| {
                    columns.into_iter().map(|column| wordy(column, &extra, &unit)).collect()
                });
            }
            check_picture(&long, figure::draw(&long).unwrap().svg());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]
    #[test]
    fn any_scale_and_offset_of_the_data_fits(
        scale in -90.0..90.0_f64,
        offset in prop_oneof![Just(0.0), -1e3..1e3_f64],
    ) {
        let scale = 10_f64.powf(scale);
        for (record, table, columns) in [
            (synthetic_records::functions(), "curves", &["x", "y"][..]),
            (synthetic_records::curves(), "epochs", &["train_error", "validation_error"][..]),
            (synthetic_records::accuracy(), "summary", &["mean", "low", "high"][..]),
            (synthetic_records::levels(), "levels", &["ours", "published"][..]),
        ] {
            let moved = with_columns(&record, table, |mut all| {
                for column in all.iter_mut().filter(|known| columns.contains(&known.name.as_str())) {
                    if let Values::Number(values) = &mut column.values {
                        for value in values {
                            *value = scale * (*value + offset);
                        }
                    }
                }
                all
            });
            let drawing = figure::draw(&moved).unwrap();
            check_picture(&moved, drawing.svg());
        }
    }
}
