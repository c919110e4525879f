//! The data sets there are, by name.

/// A data set that experiments and the command line can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name {
    /// UCI's optical digits, embedded: the smallest set that still needs a network.
    Digits,
    /// A class-balanced slice of Fashion-MNIST, embedded.
    FashionMini,
    /// Fashion-MNIST whole, from files.
    FashionMnist,
    /// MNIST whole, from files.
    Mnist,
}

/// What is known of a data set before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Images for training, validation and test.
    pub split: [usize; 3],
    /// Height and width of an image.
    pub size: [usize; 2],
    /// Labels are `0..classes`.
    pub classes: usize,
    /// Under which terms the images may be passed on.
    pub licence: &'static str,
    /// What to do when it is not found.
    pub how_to_get: &'static str,
}

impl Name {
    /// All of them, the smallest first.
    pub const ALL: [Self; 4] = [Self::Digits, Self::FashionMini, Self::FashionMnist, Self::Mnist];

    /// The name on the command line and in a specification.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::FashionMini => "fashion-mini",
            Self::FashionMnist => "fashion-mnist",
            Self::Mnist => "mnist",
        }
    }

    /// What is known of it before it is read.
    pub const fn facts(self) -> &'static Facts {
        const BUILT_IN: &str = "it is built in";
        match self {
            Self::Digits => &Facts {
                split: [1297, 200, 300],
                size: [8, 8],
                classes: 10,
                licence: "CC BY 4.0 (E. Alpaydin, C. Kaynak, UCI Machine Learning Repository)",
                how_to_get: BUILT_IN,
            },
            Self::FashionMini => &Facts {
                split: [5000, 1000, 2000],
                size: [28, 28],
                classes: 10,
                licence: "MIT (Zalando SE)",
                how_to_get: BUILT_IN,
            },
            Self::FashionMnist => &Facts {
                split: [55_000, 5000, 10_000],
                size: [28, 28],
                classes: 10,
                licence: "MIT (Zalando SE)",
                how_to_get: "apt install dataset-fashion-mnist, or put the four .gz files of \
                             github.com/zalandoresearch/fashion-mnist into a folder fashion-mnist \
                             under --data-dir or $HWGQ_DATA",
            },
            Self::Mnist => &Facts {
                split: [55_000, 5000, 10_000],
                size: [28, 28],
                classes: 10,
                licence: "CC BY-SA 3.0 (Y. LeCun, C. Cortes)",
                how_to_get: "put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, \
                             t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz into a \
                             folder mnist under --data-dir or $HWGQ_DATA",
            },
        }
    }
}
