//! What the commands on accounts and keys work with.

use std::time::Duration;

use ezqr_schema::{Account, ApiKey, Clock, KeyId, Pepper, random_bytes};
use ezqr_store::{AccountStore as _, InstallationStore as _, KeyStore as _, Store, Taken};

use super::CommandError;
use crate::boot::pepper::PepperFile;
use crate::boot::{BootError, store};
use crate::config;

/// What a running server gets to take in a change; it looks every second.
const PATIENCE: Duration = Duration::from_secs(5);

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

    /// Waits until a server that runs beside has taken in what was written to accounts and keys; `None` when it has,
    /// or none runs. Otherwise it says what to expect. Nodes of a shared store are not waited for.
    pub(super) async fn until_served(&self) -> Result<Option<&'static str>, CommandError> {
        let Store::Embedded(store) = &self.store else { return Ok(None) };
        Ok(match store.until_served(PATIENCE).await? {
            Taken::InEffect | Taken::NobodyServes => None,
            Taken::NotYet => Some("The running server has not taken it in yet; its log says why."),
        })
    }

    /// The key of this id, or the only one of this name that works.
    pub(super) async fn key(&self, name_or_id: &str) -> Result<ApiKey, CommandError> {
        let keys = self.store.keys().await?;
        if let Some(key) = keys.iter().find(|key| name_or_id.parse().is_ok_and(|id: KeyId| key.id == id)) {
            return Ok(key.clone());
        }
        let now = self.clock.now();
        let named: Vec<ApiKey> = keys.into_iter().filter(|key| key.name.as_str() == name_or_id).collect();
        let works = |key: &&ApiKey| key.revoked_at.is_none_or(|from| from > now);
        let working: Vec<&ApiKey> = named.iter().filter(works).collect();
        match (&*working, &*named) {
            ([key], _) => Ok((*key).clone()),
            ([], [key]) => Ok(key.clone()),
            ([], []) => Err(CommandError::NoSuchKey(name_or_id.to_owned())),
            ([], named) => Err(ambiguous(name_or_id, named.iter())),
            (working, _) => Err(ambiguous(name_or_id, working.iter().copied())),
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

fn ambiguous<'keys>(name: &str, keys: impl Iterator<Item = &'keys ApiKey>) -> CommandError {
    let ids: Vec<String> = keys.map(|key| key.id.to_string()).collect();
    CommandError::AmbiguousKey { name: name.to_owned(), ids: ids.join(", ") }
}

/// 16 random bytes, for an id.
pub(super) fn random_id() -> Result<[u8; 16], CommandError> {
    Ok(random_bytes()?)
}
