//! Claims as a CSV file, a line each, for people and for pandas.

use super::table_csv::malformed;
use super::{Claim, Store, StoreError};

const FILE: &str = "claims.csv";

impl Store {
    /// Keeps `claims` as `claims.csv`, in place of the earlier ones.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn write_claims(&self, claims: &[Claim]) -> Result<(), StoreError> {
        let failed =
            |error: std::io::Error| StoreError::File { path: self.folder().join(FILE), error };
        let mut writer = csv::Writer::from_writer(Vec::new());
        for claim in claims {
            writer.serialize(claim).map_err(|error| failed(error.into()))?;
        }
        let csv = writer.into_inner().map_err(|error| failed(error.into_error()))?;
        self.write_file(FILE, &csv).map(|_| ())
    }

    /// The claims in `claims.csv`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or a line is no claim; then the error has its number.
    pub fn read_claims(&self) -> Result<Vec<Claim>, StoreError> {
        let csv = self.read_file(FILE)?;
        let claims: Result<Vec<Claim>, _> =
            csv::Reader::from_reader(&csv[..]).deserialize().collect();
        claims.map_err(|error| StoreError::Csv {
            path: self.folder().join(FILE),
            fault: malformed(&error),
        })
    }
}
