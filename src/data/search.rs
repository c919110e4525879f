//! Where the files of a data set are looked for, and what is there.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::{DataError, Dataset, Name, digits, fashion_mini, idx_files};

/// The folders to look in, the first first; Debian's comes last and needs no mention.
///
/// In each of them a set may lie in a folder of its name (`mnist`), in the folder that torchvision
/// makes (`MNIST/raw`), or openly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Given on the command line: `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// The value of `$HWGQ_DATA`.
    pub environment: Option<PathBuf>,
    /// The user's folder for data of this program: `~/.local/share/hwgq` under Linux.
    pub user: Option<PathBuf>,
}

/// Where a data set was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In this program.
    Embedded,
    /// In a folder.
    Folder(PathBuf),
    /// Nowhere.
    Missing,
}

/// A line of `hwgq data list`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The data set; its [`Name::facts`] have the counts, the size and the licence.
    pub name: Name,
    /// Where it is. Its files are read and checked when it is loaded, not before.
    pub place: Place,
    /// The folders searched; none for an embedded set.
    pub looked_in: Vec<PathBuf>,
}

impl Search {
    /// The folders that the environment names, after `data_dir`.
    ///
    /// This is the one place that reads `$HWGQ_DATA`; an empty value counts as none.
    pub fn from_environment(data_dir: Option<PathBuf>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "read here, and passed on from here")]
        let environment = std::env::var_os("HWGQ_DATA").filter(|value| *value != OsString::new());
        // Without a home there is no such folder to look in.
        let user = etcetera::choose_base_strategy().ok().map(|base| base.data_dir().join("hwgq"));
        Self { data_dir, environment: environment.map(PathBuf::from), user }
    }

    /// The folders in which `name` may lie, in order.
    fn folders(&self, name: Name) -> Vec<PathBuf> {
        let (torchvision, debian) = match name {
            Name::Digits | Name::FashionMini => return Vec::new(),
            Name::FashionMnist => {
                ("FashionMNIST/raw", Some(Path::new("/usr/share/datasets/fashion-mnist")))
            }
            Name::Mnist => ("MNIST/raw", None),
        };
        [&self.data_dir, &self.environment, &self.user]
            .into_iter()
            .flatten()
            .flat_map(|root| [root.join(name.name()), root.join(torchvision), root.clone()])
            .chain(debian.map(Path::to_owned))
            .collect()
    }
}

/// The data set `name`, whole and checked.
///
/// Digits and fashion-mini are built in. Of the others the last 5,000 training images validate,
/// and every file must have the published SHA-256.
///
/// # Errors
///
/// When no folder has it, or a file there is unreadable, malformed or not the published one.
///
/// # Examples
///
/// ```
/// use hwgq::data::{self, Name, Search};
/// let digits = data::load(Name::Digits, &Search::default())?;
/// assert_eq!([digits.train.len(), digits.validation.len(), digits.test.len()], [1297, 200, 300]);
/// # Ok::<(), hwgq::data::DataError>(())
/// ```
pub fn load(name: Name, search: &Search) -> Result<Dataset, DataError> {
    match look_for(name, search) {
        Listing { place: Place::Folder(folder), .. } => idx_files::published(name, &folder),
        Listing { place: Place::Missing, looked_in, .. } => {
            Err(DataError::NotFound { name, looked_in })
        }
        Listing { place: Place::Embedded, .. } if name == Name::Digits => digits::load(),
        Listing { place: Place::Embedded, .. } => fashion_mini::load(),
    }
}

/// Every data set and where it is.
pub fn list(search: &Search) -> Vec<Listing> {
    Name::ALL.into_iter().map(|name| look_for(name, search)).collect()
}

fn look_for(name: Name, search: &Search) -> Listing {
    let looked_in = search.folders(name);
    let found = looked_in.iter().find(|folder| idx_files::holds(folder));
    let place = match (name, found) {
        (Name::Digits | Name::FashionMini, _) => Place::Embedded,
        (_, Some(folder)) => Place::Folder(folder.clone()),
        (_, None) => Place::Missing,
    };
    Listing { name, place, looked_in }
}
