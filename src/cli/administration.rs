//! What the commands on accounts and keys work with.

use ezqr_schema::{Account, Clock, Pepper, random_bytes};
use ezqr_store::{AccountStore as _, InstallationStore as _, Store};

use super::CommandError;
use crate::boot::pepper::PepperFile;
use crate::boot::{BootError, store};
use crate::config;

/// The store, opened beside whoever serves it.
pub(super) struct Administration {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pepper_file: PepperFile,
}

impl Administration {
    /// Opens the store that is configured.
    pub(super) async fn open(settings: &config::Store) -> Result<Self, CommandError> {
        let clock = Clock::system();
        let store = store::attach(settings, &clock).await?;
        Ok(Self { store, clock, pepper_file: PepperFile::at(settings.pepper_file()) })
    }

    /// The pepper of this installation and no other: a key hashed with another would never be accepted.
    pub(super) async fn pepper(&self) -> Result<Pepper, CommandError> {
        let installation = self.store.installation().await?.ok_or(CommandError::NotFounded)?;
        let pepper = self.pepper_file.of_installation(installation.pepper_fingerprint);
        Ok(pepper.map_err(BootError::from)?)
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
