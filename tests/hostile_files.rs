//! Broken and hostile files end in one line that says what is wrong and where, never in a panic,
//! an endless wait or a full memory.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail like the test")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use hwgq::data::{self, DataError, Images, Name, Search, read_images, sample};
use proptest::prelude::*;

const COUNT: usize = 5;
const HEIGHT: usize = 4;
const WIDTH: usize = 3;

/// Five images of 4 x 3, and labels below 3.
fn valid() -> (Vec<u8>, Vec<u8>) {
    // The powers of 31 modulo 251 repeat after 125 steps, and 60 are taken: no two bytes alike.
    let pixels = (0..COUNT * HEIGHT * WIDTH).scan(1_u8, |value, _| {
        *value = u8::try_from(u32::from(*value) * 31 % 251).unwrap();
        Some(*value)
    });
    let images = [0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 3].into_iter().chain(pixels);
    (images.collect(), vec![0, 0, 8, 1, 0, 0, 0, 5, 2, 0, 1, 2, 0])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn read(&self, images: &[u8], labels: &[u8]) -> Result<Images, DataError> {
        read_images(&self.write("images", images), &self.write("labels", labels), 3)
    }
}

fn one_line(error: &DataError) -> String {
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 1000, "{text}");
    text
}

#[test]
fn a_valid_pair_is_read_compressed_and_plain() {
    let ((images, labels), files) = (valid(), Files::new());
    let plain = files.read(&images, &labels).unwrap();
    assert_eq!((plain.len(), plain.height(), plain.width()), (COUNT, HEIGHT, WIDTH));
    assert_eq!((plain.all_pixels(), plain.labels()), (&images[16..], &labels[8..]));
    assert_eq!(files.read(&gzip(&images), &gzip(&labels)).unwrap(), plain);
}

#[test]
fn every_truncation_is_refused_with_its_offset() {
    let ((images, labels), files) = (valid(), Files::new());
    for length in 0..images.len() {
        let error = files.read(&images[..length], &labels).unwrap_err();
        assert!(one_line(&error).contains(&format!("images: byte {length}: the file ends here")));
    }
    let compressed = gzip(&images);
    // One byte is too short to be known as gzip; it is a truncated plain file.
    for length in 0..compressed.len() {
        one_line(&files.read(&compressed[..length], &labels).unwrap_err());
    }
}

#[test]
fn every_flipped_bit_is_refused_or_changes_one_pixel_at_most() {
    let ((images, labels), files) = (valid(), Files::new());
    let sound = files.read(&images, &labels).unwrap();
    for bit in 0..8 * images.len() {
        let mut flipped = images.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match files.read(&flipped, &labels) {
            Ok(read) => {
                assert!(bit >= 8 * 16, "bit {bit} of the header was accepted");
                let shape = |images: &Images| (images.len(), images.height(), images.width());
                assert_eq!(shape(&read), shape(&sound));
            }
            Err(error) => assert!(one_line(&error).contains("images: byte "), "{error}"),
        }
    }
}

#[test]
fn every_flipped_bit_of_a_compressed_file_is_refused_or_harmless() {
    let ((images, labels), files) = (valid(), Files::new());
    let sound = files.read(&images, &labels).unwrap();
    let compressed = gzip(&images);
    for bit in 0..8 * compressed.len() {
        let mut flipped = compressed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        match files.read(&flipped, &labels) {
            Ok(read) => assert_eq!(read, sound, "bit {bit} passed the checksum"),
            Err(error) => _ = one_line(&error),
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        images in prop::collection::vec(any::<u8>(), 0..200),
        dimensions in prop::array::uniform3(prop_oneof![0_u32..6, any::<u32>()]),
        planted in any::<bool>(),
    ) {
        let (files, (_, labels)) = (Files::new(), valid());
        let mut bytes = images;
        if planted {
            // Past the magic number, so that the dimensions are reached.
            let header = dimensions.iter().flat_map(|dimension| dimension.to_be_bytes());
            bytes = [0, 0, 8, 3].into_iter().chain(header).chain(bytes).collect();
        }
        if let Err(error) = files.read(&bytes, &labels) {
            one_line(&error);
        }
    }

    #[test]
    fn no_bytes_make_the_sample_reader_panic(bytes in prop::collection::vec(
        prop_oneof![any::<u8>(), prop::sample::select(b"0123456789.,-e# \n\r".to_vec())], 0..200,
    )) {
        let files = Files::new();
        match sample(&files.write("sample", &bytes)) {
            Ok(numbers) => prop_assert!(!numbers.is_empty() && numbers.iter().all(|x| x.is_finite())),
            Err(error) => _ = one_line(&error),
        }
    }

    #[test]
    fn a_sample_reads_back_what_was_written(
        rows in prop::collection::vec(prop::collection::vec(-1e300..1e300_f64, 1..4), 1..20),
        separator in prop::sample::select(vec![",", ", ", " ", "\t", " ,\t"]),
        header in any::<bool>(),
        newline in prop::sample::select(vec!["\n", "\r\n", " # why\n", "\n\n# note, 7\n"]),
    ) {
        let files = Files::new();
        let mut text = String::new();
        if header {
            text.extend(["x [s]", newline]);
        }
        for row in &rows {
            let words: Vec<_> = row.iter().map(f64::to_string).collect();
            text.extend([&words.join(separator), newline]);
        }
        let read = sample(&files.write("sample", text.as_bytes())).unwrap();
        prop_assert_eq!(read, rows.concat());
    }
}

#[test]
fn faults_are_named_with_their_place() {
    let ((images, labels), files) = (valid(), Files::new());
    let with = |bytes: &[u8], at: usize, byte: u8| {
        let mut bytes = bytes.to_vec();
        bytes[at] = byte;
        bytes
    };
    let longer = |bytes: &[u8]| [bytes, &[0]].concat();
    let cases = [
        (with(&images, 2, 0x0d), labels.clone(), "images: byte 0: begins with [00, 00, 0d, 03]"),
        (labels.clone(), labels.clone(), "images: byte 0: begins with [00, 00, 08, 01]"),
        (with(&images, 7, 0), labels.clone(), "images: byte 4: the header declares [0, 4, 3]"),
        (with(&images, 4, 255), labels.clone(), "which is too much; 1 to 67108864 bytes are read"),
        (longer(&images), labels.clone(), "images: byte 76: the file goes on after the last decl"),
        (
            longer(&gzip(&images)),
            labels.clone(),
            "images: byte 76: the file goes on after the last",
        ),
        (
            gzip(&longer(&images)),
            labels.clone(),
            "images: byte 76: the file goes on after the last",
        ),
        (images.clone(), with(&labels, 9, 3), "labels: byte 9: label 3; the labels of 3 classes"),
        (images.clone(), with(&labels, 7, 4)[..12].to_vec(), "labels holds 4 labels"),
    ];
    for (images, labels, expected) in cases {
        let error = one_line(&files.read(&images, &labels).unwrap_err());
        assert!(error.contains(expected), "{error}\nshould contain: {expected}");
    }
}

#[test]
fn what_is_not_a_file_is_not_read() {
    let files = Files::new();
    let labels = files.write("labels", &valid().1);
    for path in [files.folder.path().to_owned(), files.folder.path().join("nothing")] {
        one_line(&read_images(&path, &labels, 3).unwrap_err());
        one_line(&sample(&path).unwrap_err());
    }
    if cfg!(unix) {
        let error = read_images(Path::new("/dev/zero"), &labels, 3).unwrap_err();
        assert!(one_line(&error).contains("not a regular file"));
        let error = sample(Path::new("/dev/zero")).unwrap_err();
        assert!(one_line(&error).contains("more than 16777216 bytes in a line"), "{error}");
    }
}

#[test]
fn a_stranger_under_a_known_name_is_told_by_its_digest() {
    let ((images, labels), files) = (valid(), Files::new());
    for stem in ["train", "t10k"] {
        files.write(&format!("{stem}-images-idx3-ubyte.gz"), &gzip(&images));
        files.write(&format!("{stem}-labels-idx1-ubyte.gz"), &gzip(&labels));
    }
    let search = Search { data_dir: Some(files.folder.path().into()), ..Search::default() };
    for name in [Name::Mnist, Name::FashionMnist] {
        let error = one_line(&data::load(name, &search).unwrap_err());
        assert!(error.contains("train-labels-idx1-ubyte.gz: the contents have SHA-256"), "{error}");
    }
    fs::remove_file(files.folder.path().join("train-labels-idx1-ubyte.gz")).unwrap();
    let error = one_line(&data::load(Name::Mnist, &search).unwrap_err());
    assert!(error.contains("train-labels-idx1-ubyte.gz: No such file"), "{error}");
}

#[test]
fn sample_faults_have_line_and_column() {
    let files = Files::new();
    let cases: [(&[u8], &str); 10] = [
        (b"1\n2,x\n", "sample:2:3: \"x\" is not a number"),
        (b"a,b\nc,d\n", "sample:2:1: \"c\" is not a number"),
        (b"1,,2\n", "sample:1:3: \"\" is not a number"),
        (b"1;2\n", "sample:1:1: \"1;2\" is not a number"),
        (b"x\n\n1\n  NaN\n", "sample:4:3: NaN is not finite"),
        (b"1\n-inf\n", "sample:2:1: -inf is not finite"),
        (b"1e999\n", "sample:1:1: 1e999 is not finite"),
        (b"1\n\xff\n", "sample:2:1: \"\u{fffd}\" is not a number"),
        (b"", "holds no numbers"),
        (b"# 1\nx\n", "holds no numbers"),
    ];
    for (bytes, expected) in cases {
        let error = one_line(&sample(&files.write("sample", bytes)).unwrap_err());
        assert!(error.contains(expected), "{error}\nshould contain: {expected}");
    }
    // What a spreadsheet writes.
    assert_eq!(sample(&files.write("sample", b"\xef\xbb\xbf1\r\n2\r\n")).unwrap(), [1.0, 2.0]);
}

/// The most memory this process has held, in MiB.
#[cfg(target_os = "linux")]
fn peak_mib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
}

#[test]
#[cfg(target_os = "linux")]
fn a_decompression_bomb_costs_no_more_than_the_limit() {
    let (files, (_, labels)) = (Files::new(), valid());
    let bomb = |header: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(header).unwrap();
        std::io::copy(&mut std::io::repeat(0).take(512 << 20), &mut encoder).unwrap();
        encoder.finish().unwrap()
    };
    // 5 x 4 x 3 bytes declared; then 2^26, the limit; then 2^96. 512 MiB follow each.
    let small = bomb(&valid().0[..16]);
    let limit = bomb(&[0, 0, 8, 3, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
    let lying = bomb(&[0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
    for (bomb, expected) in
        [(small, "byte 76: the file goes on"), (limit, "byte 67108880: the"), (lying, "too much")]
    {
        assert!(bomb.len() < 4 << 20, "a bomb is small before it goes off");
        let error = one_line(&files.read(&bomb, &labels).unwrap_err());
        assert!(error.contains(expected), "{error}");
    }
    // 64 MiB at the limit, twice that while a vector grows, and 32 for the tests beside this one.
    assert!(peak_mib() < 160, "{} MiB", peak_mib());
}
