//! Section `store`.

use std::num::NonZeroU8;
use std::path::PathBuf;

use serde::de::{Deserializer, Error};

use super::checks::{count, path, text};
use super::cql_url::CqlUrl;

/// The store.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Where the shared store is; none for the embedded one.
    #[serde(deserialize_with = "url")]
    pub url: Option<CqlUrl>,
    /// Directory of the embedded store, relative to the working directory.
    #[serde(deserialize_with = "directory")]
    pub data_directory: PathBuf,
    /// The file with the key of the key hashes, when it is not `pepper` in the data directory.
    #[serde(deserialize_with = "path")]
    pub pepper_file: Option<PathBuf>,
    /// Who logs in to the shared store.
    #[serde(deserialize_with = "text")]
    pub user: Option<String>,
    /// The file with the password of `user`.
    #[serde(deserialize_with = "path")]
    pub password_file: Option<PathBuf>,
    /// The file with the certificates of those who may sign the shared store's; TLS is spoken when it is set.
    #[serde(deserialize_with = "path")]
    pub tls_ca: Option<PathBuf>,
    /// The data centre whose nodes are asked, when it is not that of the contact points.
    #[serde(deserialize_with = "text")]
    pub datacenter: Option<String>,
    /// On how many nodes each row lies, when the keyspace is made and it is not left to their number.
    #[serde(deserialize_with = "replication_factor")]
    pub replication_factor: Option<NonZeroU8>,
}

impl Store {
    /// The file with the key of the key hashes.
    pub fn pepper_file(&self) -> PathBuf {
        self.pepper_file.clone().unwrap_or_else(|| self.data_directory.join("pepper"))
    }

    /// The directory of the journal of scans, whichever store there is.
    pub fn journal_directory(&self) -> PathBuf {
        self.data_directory.join("journal")
    }

    /// The setting that does not go with another, and why.
    pub(super) fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        match (&self.user, &self.password_file) {
            (Some(_), None) => Some(("password_file", "must be set, because store.user is")),
            (None, Some(_)) => Some(("user", "must be set, because store.password_file is")),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CqlUrl>, D::Error> {
    text(deserializer)?.map(|text| CqlUrl::parse(&text).map_err(D::Error::custom)).transpose()
}

fn directory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    path(deserializer)?.ok_or_else(|| D::Error::custom("must be the path of a directory"))
}

fn replication_factor<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NonZeroU8>, D::Error> {
    let nodes = count::<0, 16, D>(deserializer)?;
    Ok(u8::try_from(nodes).ok().and_then(NonZeroU8::new))
}
