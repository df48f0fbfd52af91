//! Section `store`.

use std::path::PathBuf;

use serde::de::{Deserialize, Deserializer, Error};

/// The store.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Directory of the embedded store, relative to the working directory.
    #[serde(deserialize_with = "directory")]
    pub data_directory: PathBuf,
}

fn directory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() || text.contains('\0') {
        return Err(D::Error::custom("must be the path of a directory"));
    }
    Ok(text.into())
}
