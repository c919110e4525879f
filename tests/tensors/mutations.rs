//! Sound files with a few bytes changed: refused in one line, or read as what they say.

use std::fs;
use std::path::Path;

use hwgq::data::{TensorError, tensors};
use proptest::prelude::*;

use crate::files::{Files, fixture, numbers, one_line, with_wide_end};

const SEEDS: [&str; 7] = [
    "fortran.npy",
    "version2.npy",
    "big-i8.npy",
    "deflated.npz",
    "piped.npz",
    "plain.npz",
    "all.safetensors",
];

type Tensor = (String, Vec<u64>, Vec<u64>);

/// Names, shapes, and the bits of the numbers, which are as many as the shape says.
fn contents(path: &Path) -> Result<Vec<Tensor>, TensorError> {
    let mut found = Vec::new();
    for entry in tensors(path)? {
        let bits: Vec<u64> = numbers(&entry)?.into_iter().map(f64::to_bits).collect();
        assert_eq!(entry.values(), Some(bits.len() as u64));
        assert_eq!(entry.shape().iter().product::<u64>(), bits.len() as u64);
        found.push((entry.name().to_owned(), entry.shape().to_vec(), bits));
    }
    Ok(found)
}

#[derive(Debug, Clone)]
enum Change {
    Set(prop::sample::Index, u8),
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Cut(prop::sample::Index),
    /// Eight bytes of one value: lengths and offsets.
    Fill(prop::sample::Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    let index = || any::<prop::sample::Index>();
    let likely =
        || prop_oneof![any::<u8>(), prop::sample::select(b"0123456789(),'{}<>|-".to_vec())];
    prop_oneof![
        (index(), likely()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (index(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (index(), likely()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        index().prop_map(Change::Remove),
        index().prop_map(Change::Cut),
        (index(), prop::sample::select(vec![0, 0xff, 0x7f]))
            .prop_map(|(at, x)| Change::Fill(at, x)),
    ]
}

fn apply(change: &Change, bytes: &mut Vec<u8>) {
    let length = bytes.len();
    if length == 0 {
        return;
    }
    match change {
        Change::Set(at, byte) => bytes[at.index(length)] = *byte,
        Change::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
        Change::Insert(at, byte) => bytes.insert(at.index(length), *byte),
        Change::Remove(at) => _ = bytes.remove(at.index(length)),
        Change::Cut(at) => bytes.truncate(at.index(length)),
        Change::Fill(at, byte) => {
            bytes.iter_mut().skip(at.index(length)).take(8).for_each(|x| *x = *byte);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_changed_file_never_makes_the_reader_panic(
        seed in prop::sample::select(SEEDS.to_vec()),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut bytes = fs::read(fixture(seed)).unwrap();
        for change in &changes {
            apply(change, &mut bytes);
        }
        let files = Files::new();
        if let Err(error) = contents(&files.write(seed, &bytes)) {
            one_line(&error);
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        start in prop::sample::select(vec![
            &b""[..], b"\x93NUMPY\x01\x00\x40\x00{'descr': '<f4', 'shape': (", b"PK\x03\x04",
            b"\x40\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\",\"shape\":[", b"1,2,",
        ]),
        rest in prop::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"0123456789,[]{}()\":'\n ".to_vec())],
            0..120,
        ),
        ending in prop::sample::select(vec!["", ".npy", ".npz", ".safetensors", ".csv"]),
    ) {
        let files = Files::new();
        let path = files.write(&format!("file{ending}"), &[start, &rest].concat());
        for entry in tensors(&path).inspect_err(|error| _ = one_line(error)).unwrap_or_default() {
            _ = numbers(&entry).inspect_err(|error| _ = one_line(error));
        }
    }
}

#[test]
fn no_flipped_bit_of_an_archive_changes_a_number() {
    let files = Files::new();
    let read = |name| (name, fs::read(fixture(name)).unwrap());
    let (_, narrow) = read("deflated.npz");
    // Python's zipfile reads it too.
    let wide = ("wide.npz", with_wide_end(&narrow));
    for (seed, bytes) in [read("deflated.npz"), read("piped.npz"), wide] {
        let sound = contents(&files.write(seed, &bytes)).unwrap();
        assert_eq!(sound, contents(&fixture("deflated.npz")).unwrap());
        let mut refused = 0;
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            match contents(&files.write(seed, &flipped)) {
                Ok(read) => assert_eq!(read, sound, "{seed}: bit {bit}"),
                Err(error) => {
                    one_line(&error);
                    refused += 1;
                }
            }
        }
        // Dates, versions and attributes are looked at by nobody.
        assert!(refused > 6 * bytes.len(), "{seed}: {refused} of {} bits", 8 * bytes.len());
    }
}

#[test]
fn every_truncation_is_refused_in_one_line() {
    let files = Files::new();
    for seed in SEEDS {
        let bytes = fs::read(fixture(seed)).unwrap();
        // An archive may stand in front of another one's beginning; nothing else of a file is one.
        for length in (0..bytes.len()).step_by(if bytes.len() > 2000 { 37 } else { 1 }) {
            let error = contents(&files.write(seed, &bytes[..length])).unwrap_err();
            assert!(one_line(&error).contains("byte "), "{error}");
        }
    }
}
