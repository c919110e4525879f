//! The data sets are what their documentation says: counts, split, bytes, licence.

#![expect(clippy::unwrap_used, reason = "a test's helpers may fail like the test")]

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use hwgq::data::{self, Dataset, Images, Name, Place, Search};
use sha2::{Digest as _, Sha256};

fn counts(images: &Images) -> Vec<usize> {
    let mut counts = vec![0; 10];
    for &label in images.labels() {
        counts[usize::from(label)] += 1;
    }
    counts
}

fn load(name: Name) -> Dataset {
    data::load(name, &Search::default()).unwrap()
}

/// Fashion-MNIST whole, where this machine has it.
fn whole_fashion_mnist() -> Option<Dataset> {
    let found = data::load(Name::FashionMnist, &Search::from_environment(None));
    if let Err(error) = &found {
        let _ = writeln!(std::io::stderr(), "not tested: {error}");
    }
    found.ok()
}

#[test]
fn every_embedded_set_is_as_its_facts_say() {
    for name in [Name::Digits, Name::FashionMini] {
        let (set, facts) = (load(name), name.facts());
        let parts = [&set.train, &set.validation, &set.test];
        assert_eq!(parts.map(Images::len), facts.split, "{}", set.name);
        for part in parts {
            assert_eq!([part.height(), part.width()], facts.size, "{}", set.name);
        }
        assert_eq!((set.name.as_str(), set.classes), (name.name(), facts.classes));
    }
}

#[test]
fn digits_are_split_evenly_over_the_classes() {
    let digits = load(Name::Digits);
    // The 178, 182, … images of scikit-learn's copy, less the 50 of each that do not train.
    let train = [128, 132, 127, 133, 131, 132, 131, 129, 124, 130];
    assert_eq!(counts(&digits.train), train);
    assert_eq!(counts(&digits.validation), [20; 10]);
    assert_eq!(counts(&digits.test), [30; 10]);
}

#[test]
fn fashion_mini_has_as_many_images_of_each_class() {
    let mini = load(Name::FashionMini);
    assert_eq!(counts(&mini.train), [500; 10]);
    assert_eq!(counts(&mini.validation), [100; 10]);
    assert_eq!(counts(&mini.test), [200; 10]);
}

#[test]
fn the_first_digit_is_the_zero_of_scikit_learn() {
    let digits = load(Name::Digits);
    // `load_digits().images[0]`, as scikit-learn's documentation prints it.
    #[rustfmt::skip]
    let zero = [
        0, 0,  5, 13,  9,  1,  0, 0,
        0, 0, 13, 15, 10, 15,  5, 0,
        0, 3, 15,  2,  0, 11,  8, 0,
        0, 4, 12,  0,  0,  8,  8, 0,
        0, 5,  8,  0,  0,  9,  8, 0,
        0, 4, 11,  0,  1, 12,  7, 0,
        0, 2, 14,  5, 10, 12,  0, 0,
        0, 0,  6, 13, 10,  0,  0, 0,
    ];
    // Rank 0 of its class validates.
    assert_eq!((digits.validation.pixels(0), digits.validation.labels()[0]), (&zero[..], 0));
    let all = [&digits.train, &digits.validation, &digits.test];
    assert_eq!(all.iter().flat_map(|part| part.all_pixels()).max(), Some(&16));
}

#[test]
fn no_digit_is_in_two_parts() {
    let digits = load(Name::Digits);
    let parts = [&digits.train, &digits.validation, &digits.test];
    let distinct: HashSet<&[u8]> =
        parts.iter().flat_map(|part| (0..part.len()).map(|index| part.pixels(index))).collect();
    assert_eq!(distinct.len(), 1797, "all digits differ, and none is lost or doubled");
}

#[test]
fn the_nearest_training_digit_names_the_test_digit() {
    let digits = load(Name::Digits);
    let right = (0..digits.test.len()).filter(|&index| {
        let distance = |other: &usize| -> u32 {
            let pairs = digits.test.pixels(index).iter().zip(digits.train.pixels(*other));
            pairs.map(|(&a, &b)| u32::from(a.abs_diff(b)).pow(2)).sum()
        };
        let nearest = (0..digits.train.len()).min_by_key(distance).unwrap();
        digits.train.labels()[nearest] == digits.test.labels()[index]
    });
    // Nearest neighbour on UCI's harder split, new writers, names 98 % (Alpaydin, Kaynak 1998).
    assert!(right.count() >= 294, "labels belong to their images");
}

#[test]
fn the_nearest_class_mean_names_two_thirds_of_fashion_mini() {
    let mini = load(Name::FashionMini);
    let mut means = vec![[0.0_f64; 784]; 10];
    for index in 0..mini.train.len() {
        let mean = &mut means[usize::from(mini.train.labels()[index])];
        mean.iter_mut()
            .zip(mini.train.pixels(index))
            .for_each(|(m, &p)| *m += f64::from(p) / 500.0);
    }
    let right = (0..mini.test.len()).filter(|&index| {
        let distance = |mean: &[f64; 784]| -> f64 {
            let pairs = mean.iter().zip(mini.test.pixels(index));
            pairs.map(|(m, &p)| (m - f64::from(p)).powi(2)).sum()
        };
        let class = (0..10).min_by(|&a, &b| distance(&means[a]).total_cmp(&distance(&means[b])));
        class == Some(usize::from(mini.test.labels()[index]))
    });
    // Class means name 67.7 % of the whole test set; three deviations of 2000 draws are 3 points.
    let right = right.count();
    assert!((1290..1420).contains(&right), "{right} of 2000");
}

#[test]
fn fashion_mini_is_the_documented_slice_of_the_whole() {
    let Some(whole) = whole_fashion_mnist() else { return };
    let mini = load(Name::FashionMini);
    let slice = |images: &Images, low: usize, high: usize| {
        let mut seen = [0; 10];
        let chosen = images.labels().iter().enumerate().filter_map(|(index, &label)| {
            let rank = seen[usize::from(label)];
            seen[usize::from(label)] += 1;
            (low..high).contains(&rank).then_some(index)
        });
        images.select(&chosen.collect::<Vec<_>>())
    };
    assert_eq!(mini.train, slice(&whole.train, 0, 500));
    assert_eq!(mini.validation, slice(&whole.train, 500, 600));
    assert_eq!(mini.test, slice(&whole.test, 0, 200));
}

#[test]
fn fashion_mnist_validates_with_the_last_five_thousand() {
    let Some(whole) = whole_fashion_mnist() else { return };
    let parts = [&whole.train, &whole.validation, &whole.test];
    assert_eq!(parts.map(Images::len), Name::FashionMnist.facts().split);
    assert_eq!(counts(&whole.test), [1000; 10]);
    let both = [counts(&whole.train), counts(&whole.validation)];
    assert!(both[0].iter().zip(&both[1]).all(|(train, validation)| train + validation == 6000));
}

#[test]
fn the_assets_have_the_digests_of_their_documentation() {
    let documentation = include_str!("../assets/README.md");
    let assets: [(&str, &[u8]); 3] = [
        ("digits.csv.gz", include_bytes!("../assets/digits.csv.gz")),
        (
            "fashion-mini-images-idx3-ubyte.gz",
            include_bytes!("../assets/fashion-mini-images-idx3-ubyte.gz"),
        ),
        (
            "fashion-mini-labels-idx1-ubyte.gz",
            include_bytes!("../assets/fashion-mini-labels-idx1-ubyte.gz"),
        ),
    ];
    for (name, bytes) in assets {
        let digest = Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        assert!(documentation.contains(&format!("| `{name}` | `{digest}` |")), "{name}: {digest}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the promise is about time")]
fn fashion_mini_is_there_before_one_notices() {
    // The best of three: a neighbour's load is not ours.
    let times = (0..3).map(|_| {
        let start = std::time::Instant::now();
        assert_eq!(load(Name::FashionMini).train.len(), 5000);
        start.elapsed()
    });
    let best = times.min().unwrap();
    eprintln!("fashion-mini decoded in {best:?}");
    assert!(best < Duration::from_millis(300), "{best:?}");
}

#[test]
fn a_set_that_is_nowhere_says_where_it_was_sought_and_how_to_get_it() {
    let empty = tempfile::tempdir().unwrap();
    let search = Search { data_dir: Some(empty.path().into()), ..Search::default() };
    let error = data::load(Name::Mnist, &search).unwrap_err().to_string();
    assert!(error.contains(&empty.path().join("mnist").display().to_string()), "{error}");
    assert!(error.contains("train-images-idx3-ubyte.gz"), "{error}");
}

#[test]
fn the_command_line_is_searched_before_the_environment_and_that_before_the_user() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let place = |search: &Search| {
        let listing = data::list(search).into_iter().find(|line| line.name == Name::Mnist);
        listing.unwrap().place
    };
    let [data_dir, environment, user] = folders.each_ref().map(|dir| Some(dir.path().to_owned()));
    let search = Search { data_dir, environment, user };
    assert_eq!(place(&search), Place::Missing);
    // From the last to the first, in each way that a folder may be arranged.
    for (root, inner) in folders.iter().rev().zip(["", "MNIST/raw", "mnist"]) {
        let folder = root.path().join(inner);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("train-images-idx3-ubyte.gz"), "").unwrap();
        assert_eq!(place(&search), Place::Folder(folder));
    }
}

#[test]
fn the_list_names_every_set_and_embedded_ones_are_always_there() {
    let listed = data::list(&Search::default());
    assert_eq!(listed.iter().map(|line| line.name).collect::<Vec<_>>(), Name::ALL);
    for line in listed {
        let embedded = matches!(line.name, Name::Digits | Name::FashionMini);
        assert_eq!(line.place == Place::Embedded, embedded, "{}", line.name.name());
        assert_eq!(line.looked_in.is_empty(), embedded || line.name == Name::Mnist);
    }
}
