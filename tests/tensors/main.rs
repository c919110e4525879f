//! Tensors from files: numpy's and safetensors' own files give numpy's numbers, and no file, however
//! it lies, gives a panic, a wrong number or a full memory.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail like the test")]

mod files;
mod hostile;
mod memory;
mod mutations;
mod round_trips;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use hwgq::data::{CHUNK, DType, TensorEntry, tensors};
use sha2::{Digest as _, Sha256};

use files::{Files, fixture, numbers, safetensors};

/// Equal bits, or both NaN.
fn same(found: &[f64], expected: &[f64]) -> bool {
    let equal = |(x, y): (&f64, &f64)| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
    found.len() == expected.len() && found.iter().zip(expected).all(equal)
}

#[test]
fn every_fixture_holds_the_numbers_of_numpy() {
    let mut reader = csv::Reader::from_path(fixture("expected.csv")).unwrap();
    let (mut files, mut dtypes) = (BTreeSet::new(), BTreeSet::new());
    for row in reader.records() {
        let row = row.unwrap();
        let [file, tensor, dtype, shape, expected] = [0, 1, 2, 3, 4].map(|column| &row[column]);
        let entries = tensors(&fixture(file)).unwrap();
        let entry = entries.iter().find(|entry| entry.name() == tensor).unwrap();
        let split = |text: &str, by| -> Vec<String> {
            text.split(by).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let shape: Vec<u64> = split(shape, 'x').iter().map(|axis| axis.parse().unwrap()).collect();
        let expected: Vec<f64> = split(expected, ';').iter().map(|x| x.parse().unwrap()).collect();
        assert_eq!((entry.shape(), entry.dtype().name()), (&*shape, dtype), "{file}: {tensor}");
        assert_eq!(entry.values(), Some(expected.len() as u64), "{file}: {tensor}");
        // Twice, because every pass begins anew.
        for _ in 0..2 {
            let found = numbers(entry).unwrap();
            assert!(same(&found, &expected), "{file}: {tensor}: {found:?}");
        }
        files.insert(file.to_owned());
        dtypes.insert(dtype.to_owned());
    }
    let known: BTreeSet<_> = DType::BINARY.map(|dtype| dtype.name().to_owned()).into();
    assert_eq!((files.len(), dtypes), (32, known));
}

#[test]
fn the_tensors_of_an_archive_come_in_its_order() {
    for file in ["stored.npz", "deflated.npz", "piped.npz", "plain.npz"] {
        let entries = tensors(&fixture(file)).unwrap();
        let names: Vec<&str> = entries.iter().map(TensorEntry::name).collect();
        assert_eq!(names, ["weights", "layer/bias", "scale", "empty", "wide"], "{file}");
    }
    assert!(tensors(&fixture("no-arrays.npz")).unwrap().is_empty());
}

#[test]
fn every_bit_pattern_of_a_narrow_float_is_the_number_of_ml_dtypes() {
    let files = Files::new();
    let mut reader = csv::Reader::from_path(fixture("digests.csv")).unwrap();
    let mut checked = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let (dtype, digest) = (&row[0], &row[1]);
        let data: Vec<u8> = if dtype.starts_with("F8") {
            (0..=u8::MAX).collect()
        } else {
            (0..=u16::MAX).flat_map(u16::to_le_bytes).collect()
        };
        let count = if dtype.starts_with("F8") { 1 << 8 } else { 1 << 16 };
        let length = data.len();
        let header = format!(
            "{{\"all\":{{\"dtype\":\"{dtype}\",\"shape\":[{count}],\"data_offsets\":[0,{length}]}}}}"
        );
        let path = files.write("all.safetensors", &safetensors(&header, &data));
        let mut bytes = Vec::new();
        for x in numbers(&tensors(&path).unwrap()[0]).unwrap() {
            let bits = if x.is_nan() { 0x7ff8 << 48 } else { x.to_bits() };
            bytes.extend(bits.to_le_bytes());
        }
        let found =
            Sha256::digest(&bytes).iter().fold(String::new(), |hex, x| hex + &format!("{x:02x}"));
        assert_eq!(found, digest, "{dtype}");
        checked += 1;
    }
    assert_eq!(checked, 4);
}

#[test]
fn the_kind_is_told_by_the_first_bytes_where_the_name_does_not() {
    let files = Files::new();
    for (file, count) in [("fortran.npy", 1), ("deflated.npz", 5), ("all.safetensors", 17)] {
        let bytes = std::fs::read(fixture(file)).unwrap();
        for name in ["plain", "odd.bin"] {
            assert_eq!(tensors(&files.write(name, &bytes)).unwrap().len(), count, "{file}");
        }
    }
    let path = files.write("numbers.dat", b"1 2 3\n");
    assert_eq!(numbers(&tensors(&path).unwrap()[0]).unwrap(), [1.0, 2.0, 3.0]);
}

#[test]
fn a_text_file_is_one_entry_with_its_specials() {
    let files = Files::new();
    let path = files.write("table.csv", b"a,b\n1,NaN\n-inf,4e-3 # why\n\n5 6\n");
    let entries = tensors(&path).unwrap();
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.name(), entry.values()), ("table", None));
    assert_eq!((entry.dtype(), entry.shape()), (DType::Decimal, [].as_slice()));
    let expected = [1.0, f64::NAN, f64::NEG_INFINITY, 0.004, 5.0, 6.0];
    assert!(same(&numbers(entry).unwrap(), &expected));
}

#[test]
fn numbers_come_in_full_chunks_until_the_taker_has_enough() {
    let files = Files::new();
    let count = 2 * CHUNK + 7;
    let floats: Vec<u8> = (0..count).flat_map(|i| (i as f64).to_le_bytes()).collect();
    let array = files::npy("<f8", &format!("({count},)"), &floats);
    let lines: Vec<String> = (0..count).map(|i| i.to_string()).collect();
    let paths = [
        files.write("a.npy", &array),
        files.write("a.npz", &files::zip(&[files::Line::deflated("a.npy", &array)])),
        files.write("a.txt", lines.join("\n").as_bytes()),
    ];
    for path in paths {
        let entry = &tensors(&path).unwrap()[0];
        for (enough, lengths) in [(9, vec![CHUNK, CHUNK, 7]), (1, vec![CHUNK]), (2, vec![CHUNK; 2])]
        {
            let mut chunks = Vec::new();
            let mut next = 0.0;
            entry
                .stream(&mut |chunk| {
                    chunks.push(chunk.len());
                    for &x in chunk {
                        assert_eq!(x.to_bits(), f64::to_bits(next));
                        next += 1.0;
                    }
                    if chunks.len() < enough {
                        ControlFlow::Continue(())
                    } else {
                        ControlFlow::Break(())
                    }
                })
                .unwrap();
            assert_eq!(chunks, lengths, "{}", path.display());
        }
    }
}
