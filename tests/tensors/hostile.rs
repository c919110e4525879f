//! Files that lie, one after the other, each refused with the byte and the reason.

use std::fs;
use std::ops::ControlFlow;
use std::process::Command;

use hwgq::data::{Fault, TensorError, tensors};

use crate::files::{
    Files, Line, close, deflate, look_through, npy, npy_around, one_line, safetensors, zip,
};

/// A file and what must be said of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// The byte, from 0; none for text, where `says` has line and column.
    byte: Option<usize>,
    says: &'static str,
}

fn case(name: &'static str, bytes: Vec<u8>, byte: usize, says: &'static str) -> Case {
    Case { name, bytes, byte: Some(byte), says }
}

pub(crate) fn cases() -> Vec<Case> {
    [
        npy_headers(),
        npy_payloads(),
        json_headers(),
        json_infos(),
        json_offsets(),
        archives(),
        members(),
        texts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn npy_headers() -> Vec<Case> {
    let around = |dictionary: &str| npy_around(dictionary, &[]);
    let shape = |shape: &str| npy("<f4", shape, &[]);
    let mut latin = npy("<f4", "()", &[0; 4]);
    latin[20] = 0xe9;
    let long = b"\x93NUMPY\x01\x00\xff\xff{".to_vec();
    let huge = [b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".as_slice(), &[b' '; 200]].concat();
    let field = "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,), }";
    let sub = "{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (1,), }";
    let twice = "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (), }";
    let python = "{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), }";
    let more = "{'descr': '<f4', 'fortran_order': False, 'shape': (), } + {}";
    let axes = format!("({})", "1, ".repeat(65));
    vec![
        case("a.npy", vec![], 0, "the file is empty"),
        case("a.npy", b"\x93NUM".to_vec(), 4, "ends here, within the header"),
        case("a.npy", b"\x93NUMPY\x01\x00\x10".to_vec(), 9, "ends here, within the header"),
        case("a.npy", b"\x93NUMPY\x02\x00\x10\x00\x00".to_vec(), 11, "ends here"),
        case("a.npy", b"PK\x03\x04 and so on, and on".to_vec(), 0, "not how an .npy array begins"),
        case("a.npy", b"\x93NUMPY\x04\x00\x10\x00{}".to_vec(), 6, "version 4.0"),
        case("a.npy", b"\x93NUMPY\x01\x07\x10\x00{}".to_vec(), 6, "version 1.7"),
        case("a.npy", long, 8, "a header of 65535 bytes; 1 bytes are the most that the file"),
        case("a.npy", huge, 8, "a header of 4294967295 bytes"),
        case("a.npy", latin, 20, "the header is not UTF-8"),
        case("a.npy", around("['<f4']"), 10, "'{' was expected"),
        case("a.npy", around("{'descr': '<f4'}"), 64, "is missing"),
        case("a.npy", around(twice), 27, "stands once"),
        case("a.npy", around(python), 61, "an axis is a whole number"),
        case("a.npy", around(more), 66, "nothing but blanks may follow"),
        case("a.npy", around("{'descr': '<f4"), 20, "a string in quotes"),
        case("a.npy", around(field), 20, "a structured type"),
        case("a.npy", around(sub), 20, "a structured type"),
        case(
            "a.npy",
            npy("|O", "(1,)", b"\x80\x04N."),
            20,
            "pickled Python objects are never read",
        ),
        case("a.npy", npy("O", "(1,)", b"\x80\x04N."), 20, "numbers of type \"O\""),
        case("a.npy", npy("<c8", "()", &[0; 8]), 20, "numbers of type \"<c8\""),
        case("a.npy", npy("<U4", "()", &[0; 16]), 20, "numbers of type \"<U4\""),
        case("a.npy", npy("|V2", "()", &[0; 2]), 20, "numbers of type \"|V2\""),
        case("a.npy", npy("|f4", "()", &[0; 4]), 20, "numbers of type \"|f4\""),
        case("a.npy", npy("=f4", "()", &[0; 4]), 20, "numbers of type \"=f4\""),
        case("a.npy", npy("<f16", "()", &[0; 16]), 20, "numbers of type \"<f16\""),
        case("a.npy", npy("\u{e9}", "()", &[0; 16]), 20, "numbers of type \"\u{e9}\""),
        case("a.npy", shape("(-1,)"), 61, "an axis of the shape is negative"),
        case("a.npy", shape("(3)"), 62, "a comma must follow the only axis"),
        case("a.npy", shape("(18446744073709551616,)"), 80, "more than 2^64 bytes"),
        case("a.npy", shape("(4294967296, 4294967296)"), 10, "more than 2^64 bytes"),
        case("a.npy", shape("(4611686018427387904,)"), 10, "more than 2^64 bytes"),
        case("a.npy", shape("(0, 4294967296, 4294967296)"), 10, "more than 2^64 bytes"),
        case("a.npy", shape(&axes), 253, "more than 64 axes"),
        case("a.npy", shape("(4611686018427387903,)"), 128, "needs 18446744073709551612 bytes"),
        case("a.npy", shape("(1000000000000,)"), 128, "the shape needs 4000000000000 bytes"),
    ]
}

fn npy_payloads() -> Vec<Case> {
    let twice = |x: i64| [1_i64.to_le_bytes(), x.to_le_bytes()].concat();
    let bigger = (1_i64 << 53) + 1;
    let unsigned = u64::MAX.to_be_bytes();
    vec![
        case("a.npy", npy("<f4", "(2,)", &[0; 7]), 128, "needs 8 bytes from here, but there are 7"),
        case("a.npy", npy("<f4", "(2,)", &[0; 9]), 136, "1 bytes that belong to no tensor"),
        case("a.npy", npy("<f4", "(0,)", &[0; 4]), 128, "4 bytes that belong to no tensor"),
        case("a.npy", npy("<i8", "(2,)", &twice(bigger)), 136, "the integer 9007199254740993"),
        case("a.npy", npy("<i8", "(2,)", &twice(-bigger)), 136, "the integer -9007199254740993"),
        case(
            "a.npy",
            npy("<i8", "(2,)", &twice(i64::MIN)),
            136,
            "the integer -9223372036854775808",
        ),
        case("a.npy", npy(">u8", "()", &unsigned), 128, "the integer 18446744073709551615"),
        case("a.npy", npy("|b1", "(3,)", &[0, 1, 2]), 130, "a boolean of 2"),
    ]
}

/// A header with one tensor `w` of `fields`.
fn one(fields: &str, data: &[u8]) -> Vec<u8> {
    safetensors(&format!("{{\"w\":{{{fields}}}}}"), data)
}

fn json_headers() -> Vec<Case> {
    let sound = "\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    let twice = format!("{{{sound},{sound}}}");
    let metadata = format!("{{\"__metadata__\":{{\"a\":1}},{sound}}}");
    let name = "a.safetensors";
    vec![
        case(name, vec![], 0, "the file is empty"),
        case(name, vec![2, 0, 0], 3, "within the length of the header"),
        case(name, vec![0; 8], 8, "begins with `{`"),
        case(
            name,
            [&[255; 8], b"{}".as_slice()].concat(),
            0,
            "a header of 18446744073709551615 bytes",
        ),
        case(
            name,
            [&[3, 0, 0, 0, 0, 0, 0, 0], b"{}".as_slice()].concat(),
            0,
            "a header of 3 bytes",
        ),
        case(name, [&[3, 0, 0, 0, 0, 0, 0, 0], b"{\xff}".as_slice()].concat(), 9, "not UTF-8"),
        case(name, safetensors(" {}", &[]), 8, "begins with `{`"),
        case(name, safetensors("[]", &[]), 8, "begins with `{`"),
        case(name, safetensors("{} {}", &[]), 11, "trailing characters"),
        case(name, safetensors("{\"w\":", &[]), 12, "EOF while parsing"),
        case(name, safetensors(&twice, &[0]), 63, "\"w\" stands twice"),
        case(name, safetensors(&metadata, &[0]), 29, "invalid type: integer `1`"),
    ]
}

fn json_infos() -> Vec<Case> {
    let f32 = |rest: &str, data: &[u8]| one(&format!("\"dtype\":\"F32\",{rest}"), data);
    let axes = "1,".repeat(64);
    let name = "a.safetensors";
    vec![
        case(
            name,
            f32("\"shape\":[-1],\"data_offsets\":[0,4]", &[0; 4]),
            38,
            "invalid value: integer `-1`",
        ),
        case(
            name,
            f32("\"shape\":[1.5],\"data_offsets\":[0,4]", &[0; 4]),
            39,
            "invalid type: floating point",
        ),
        case(
            name,
            f32("\"shape\":[18446744073709551616],\"data_offsets\":[0,4]", &[0; 4]),
            56,
            "invalid type",
        ),
        case(
            name,
            f32(&format!("\"shape\":[{axes}1],\"data_offsets\":[0,4]"), &[0; 4]),
            166,
            "more than 64 axes",
        ),
        case(name, f32("\"shape\":[1]", &[0; 4]), 39, "missing field `data_offsets`"),
        case(
            name,
            f32("\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]", &[0; 4]),
            46,
            "duplicate field `shape`",
        ),
        case(
            name,
            f32("\"shape\":[1],\"data_offsets\":[0,4],\"code\":1", &[0; 4]),
            66,
            "unknown field `code`",
        ),
        case(
            name,
            one("\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]", &[0; 8]),
            62,
            "\"w\": byte 62: numbers of type \"C64\"",
        ),
    ]
}

fn json_offsets() -> Vec<Case> {
    let f32 = |shape: &str, offsets: &str, data: usize| {
        let fields = format!("\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":{offsets}");
        one(&fields, &vec![0; data])
    };
    let pair = |a: &str, b: &str, data: usize| {
        let tensor =
            |offsets| format!("{{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":{offsets}}}");
        safetensors(&format!("{{\"a\":{},\"b\":{}}}", tensor(a), tensor(b)), &vec![0; data])
    };
    let name = "a.safetensors";
    vec![
        case(name, f32("[2]", "[0,8]", 7), 62, "needs 8 bytes from here, but there are 7"),
        case(name, f32("[2]", "[0,8]", 9), 70, "1 bytes that belong to no tensor"),
        case(name, f32("[2]", "[1,9]", 9), 62, "1 bytes that belong to no tensor"),
        case(name, f32("[2]", "[8,0]", 8), 70, "data_offsets [8, 0] end before they begin"),
        case(name, f32("[2]", "[0,4]", 4), 62, "needs 8 bytes from here, but there are 4"),
        case(name, f32("[4294967296,4294967296]", "[0,8]", 8), 82, "more than 2^64 bytes"),
        case(
            name,
            f32("[1099511627776]", "[0,4398046511104]", 8),
            86,
            "needs 4398046511104 bytes from here",
        ),
        case(
            name,
            f32("[0]", "[18446744073709551615,18446744073709551615]", 0),
            usize::MAX,
            "needs 0 bytes",
        ),
        case(
            name,
            pair("[0,2]", "[0,2]", 2),
            113,
            "\"b\" begins here, within the tensor before it",
        ),
        case(
            name,
            pair("[0,2]", "[1,3]", 3),
            114,
            "\"b\" begins here, within the tensor before it",
        ),
        case(name, pair("[2,4]", "[1,3]", 4), 113, "1 bytes that belong to no tensor"),
        case(name, pair("[0,2]", "[3,5]", 5), 115, "1 bytes that belong to no tensor"),
    ]
}

fn archives() -> Vec<Case> {
    let array = npy("<f4", "(2,)", &[0; 8]);
    let line = Line::stored("a.npy", &array);
    let sound = zip(std::slice::from_ref(&line));
    let end = sound.len() - 22;
    let patched = |byte: usize, value: u8| {
        let mut bytes = sound.clone();
        bytes[byte] = value;
        bytes
    };
    let prefixed = close([b"#!".as_slice(), &line.local()].concat(), &[(&line, 2)]);
    let gap = close([&line.local(), b"#!".as_slice()].concat(), &[(&line, 0)]);
    let twice = zip(&[line.clone(), line.clone()]);
    let other = Line::stored("b.npy", &array);
    let shared = close(line.local(), &[(&line, 0), (&other, 0)]);
    let mut quoted = line.local();
    let inside = Line::stored("b.npy", &array);
    let outside = Line::stored("a.npy", &inside.local());
    quoted.clear();
    quoted.extend(outside.local());
    let quoted = close(quoted, &[(&outside, 0), (&inside, 35)]);
    let name = "a.npz";
    vec![
        case(name, vec![], 0, "the file is empty"),
        case(name, b"PK\x05\x06".to_vec(), 4, "within an archive"),
        case(name, array.clone(), array.len() - 22, "the record that ends an archive is not here"),
        case(name, sound[..end].to_vec(), end - 22, "the record that ends an archive is not here"),
        case(name, [&sound, b"!".as_slice()].concat(), end + 1, "something follows the archive"),
        case(name, patched(end + 20, 1), end, "or with a comment"),
        case(name, patched(end + 4, 1), end, "an archive of several parts"),
        case(name, patched(end + 8, 0), end, "an archive of several parts"),
        case(name, patched(end + 16, 7), end, "does not end here"),
        case(name, patched(end + 18, 0xff), end, "does not end here"),
        case(name, patched(end - 51, b'!'), end - 51, "a line of the archive's directory"),
        case(name, prefixed, 0, "2 bytes that belong to no tensor"),
        case(name, gap, 171, "2 bytes that belong to no tensor"),
        case(name, twice, 342, "lists \"a.npy\" twice"),
        case(name, shared, 35, "136 bytes of contents do not fit"),
        case(name, quoted, 35, "171 bytes of contents do not fit"),
    ]
}

fn members() -> Vec<Case> {
    let array = npy("<f4", "(2,)", &[0; 8]);
    let sound = zip(&[Line::stored("a.npy", &array)]);
    let patched = |byte: usize, value: u8| {
        let mut bytes = sound.clone();
        bytes[byte] = value;
        bytes
    };
    let stored = |contents: &[u8]| zip(&[Line::stored("a.npy", contents)]);
    let changed = |change: &dyn Fn(&mut Line)| {
        let mut line = Line::deflated("a.npy", &array);
        change(&mut line);
        zip(&[line])
    };
    let packed = deflate(&array);
    let tera = npy("<f4", "(1000000000000,)", &[]);
    let with_more = |contents: &[u8]| {
        let longer = [&array, contents].concat();
        changed(&|line| line.contents = deflate(&longer))
    };
    let name = "a.npz";
    vec![
        case(name, patched(0, b'!'), 0, "that the directory points to is not here"),
        case(name, patched(6, 2), 0, "another method or flags than the directory"),
        case(name, patched(8, 8), 0, "another method or flags than the directory"),
        case(name, patched(14, 1), 0, "another size or check sum than the directory"),
        case(name, patched(18, 1), 0, "another size or check sum than the directory"),
        case(name, patched(22, 1), 0, "another size or check sum than the directory"),
        case(name, patched(30, b'b'), 0, "another name than the directory"),
        case(name, patched(170, 1), 136, "the contents have CRC-32"),
        case(name, changed(&|line| line.crc ^= 1), 136, "the archive says"),
        case(name, changed(&|line| line.flags = 1), 0, "encrypted or patched"),
        case(name, changed(&|line| line.flags = 8), 120, "not their size and check sum"),
        case(name, changed(&|line| line.method = 12), 0, "packed by method 12"),
        case(name, changed(&|line| line.method = 0), 0, "cannot be the 136 bytes"),
        case(
            name,
            changed(&|line| line.unpacked = u32::MAX - 1),
            0,
            "cannot be the 4294967294 bytes",
        ),
        case(name, changed(&|line| line.unpacked = u32::MAX), 120, "extra fields of the directory"),
        case(name, changed(&|line| line.unpacked += 1), 136, "1 bytes that belong to no tensor"),
        case(name, changed(&|line| line.unpacked -= 1), 128, "needs 8 bytes from here"),
        case(
            name,
            changed(&|line| line.contents = deflate(&array[..130])),
            130,
            "within a tensor's",
        ),
        case(name, changed(&|line| line.contents.truncate(packed.len() - 3)), 127, "damaged"),
        case(name, changed(&|line| line.contents = vec![0xff; 60]), 0, "damaged"),
        case(name, changed(&|line| line.contents.push(0)), 136, "1 bytes that belong to no tensor"),
        case(name, with_more(&[0]), 136, "unpacks to more than the 136 bytes"),
        case(name, with_more(&vec![0; 1 << 20]), 136, "unpacks to more than the 136 bytes"),
        case(name, stored(b"not an array"), 0, "\"a.npy\": byte 0: this is not how an .npy array"),
        case(name, stored(&tera), 128, "needs 4000000000000 bytes from here"),
        case(name, stored(&npy("|O", "(1,)", b"\x80\x04N.")), 20, "pickled"),
        case(name, stored(&[]), 0, "ends here, within the header"),
        case(name, zip(&[Line::stored("a.txt", b"1")]), 0, "\"a.txt\": byte 0: this member is no"),
    ]
}

fn texts() -> Vec<Case> {
    let text = |bytes: &[u8], says| Case { name: "a.csv", bytes: bytes.to_vec(), byte: None, says };
    vec![
        case("a.csv", vec![], 0, "the file is empty"),
        text(b"\n# nothing\n", "a.csv:1:1: no numbers"),
        text(b"x,y\n", "a.csv:1:1: no numbers"),
        text(b"1\n2,x\n", "a.csv:2:3: \"x\" is not a number"),
        text(b"1,,2\n", "a.csv:1:3: \"\" is not a number"),
        text(b"1\n 1e999\n", "a.csv:2:2: 1e999 is beyond the range of f64"),
        text(b"1\n\xff\n", "a.csv:2:1: \"\u{fffd}\" is not a number"),
        text(&[0; 100], "a.csv:1:1: no numbers"),
    ]
}

#[test]
fn every_lie_is_refused_with_byte_and_reason() {
    let files = Files::new();
    let mut wrong = Vec::new();
    for case in cases() {
        let path = files.write(case.name, &case.bytes);
        let text = match look_through(&path) {
            Ok(count) => format!("accepted with {count} numbers"),
            Err(error) => one_line(&error),
        };
        let byte = case.byte.map_or_else(String::new, |byte| format!(": byte {byte}: "));
        if !(text.contains(&byte) && text.contains(case.says)) {
            wrong.push(format!("expected {byte}{}\n     got {text}", case.says));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let files = Files::new();
    let folder = files.path("folder.npy");
    fs::create_dir(&folder).unwrap();
    let error = tensors(&folder).unwrap_err();
    assert!(one_line(&error).contains("is a folder"), "{error}");
    let error = tensors(&files.path("nowhere.npy")).unwrap_err();
    assert!(matches!(error, TensorError::File { .. }), "{error}");
    if cfg!(unix) {
        // Nobody ever writes into it.
        let pipe = files.path("pipe.npy");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), "/dev/zero".as_ref()] {
            let error = tensors(path).unwrap_err();
            assert!(matches!(error, TensorError::NotAFile { .. }), "{error}");
        }
    }
}

#[test]
fn a_file_that_changes_between_header_and_numbers_is_refused() {
    let files = Files::new();
    let path = files.write("a.npy", &npy("<f4", "(2,)", &[0; 8]));
    let entries = tensors(&path).unwrap();
    fs::write(&path, npy("<f4", "(1,)", &[0; 4])).unwrap();
    let error = entries[0].stream(&mut |_| ControlFlow::Continue(())).unwrap_err();
    let expected = Fault::Changed { before: 136, now: 132 };
    assert!(matches!(&error, TensorError::Binary { fault, .. } if *fault == expected), "{error}");
}
