//! What the commands on accounts and keys work with.

use std::path::PathBuf;

use ezqr_schema::{Account, Clock, Pepper, random_bytes};
use ezqr_store::{AccountStore as _, EmbeddedStore, InstallationStore as _, Store, load_pepper};

use super::CommandError;
use crate::config;

/// The store, opened beside whoever serves it.
pub(super) struct Administration {
    pub(super) store: Store,
    pub(super) clock: Clock,
    data_directory: PathBuf,
}

impl Administration {
    /// Opens the store that is configured.
    pub(super) fn open(settings: &config::Store) -> Result<Self, CommandError> {
        let data_directory = settings.data_directory.clone();
        let store = Store::Embedded(EmbeddedStore::attach(&data_directory)?);
        Ok(Self { store, clock: Clock::system(), data_directory })
    }

    /// The pepper of this installation and no other: a key hashed with another would never be accepted.
    pub(super) async fn pepper(&self) -> Result<Pepper, CommandError> {
        let installation = self.store.installation().await?.ok_or(CommandError::NotFounded)?;
        let pepper = load_pepper(&self.data_directory)?;
        if pepper.fingerprint() == installation.pepper_fingerprint {
            Ok(pepper)
        } else {
            Err(CommandError::ForeignPepper)
        }
    }

    /// The account of this name or id.
    pub(super) async fn account(&self, name_or_id: &str) -> Result<Account, CommandError> {
        let accounts = self.store.accounts().await?;
        let found = accounts.into_iter().find(|account| {
            account.name.as_str() == name_or_id || name_or_id.parse().is_ok_and(|id| account.id == id)
        });
        found.ok_or_else(|| CommandError::NoSuchAccount(name_or_id.to_owned()))
    }
}

/// 16 random bytes, for an id.
pub(super) fn random_id() -> Result<[u8; 16], CommandError> {
    Ok(random_bytes()?)
}
