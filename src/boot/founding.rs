//! The installation: found in the store, or founded.

use std::time::Duration;

use actix_web::rt;
use ezqr_schema::{
    Account, AccountId, AccountStatus, ApiKey, Clock, Environment, InstallationSecret, KeyId, KeySecret,
    Name, Pepper, Plan, Rate, Scopes, random_bytes,
};
use ezqr_store::{Founding, Installation, InstallationStore as _, KeyStore as _, Store, WriteError};

use super::BootError;
use super::pepper::PepperFile;

/// How often founding is tried: a cluster that was just started may need a while to agree on anything.
const TRIES: u32 = 30;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// The installation a process serves.
pub(super) struct Ground {
    /// What ids and codes derive from.
    pub(super) secret: InstallationSecret,
    /// The key of the key hashes.
    pub(super) pepper: Pepper,
    /// The first API key, if this process founded the installation: the one time it can be shown.
    pub(super) first_key: Option<FirstKey>,
}

/// The key an installation is founded with.
pub(crate) struct FirstKey {
    /// What is shown.
    pub(crate) secret: KeySecret,
    id: KeyId,
}

impl FirstKey {
    /// Takes it back, because nobody saw it and nobody can see it any more.
    pub(super) async fn revoke(&self, store: &Store, clock: &Clock) {
        match store.revoke_key(self.id, clock.now()).await {
            Ok(()) => tracing::error!(
                "the first API key was not shown and is revoked; `ezqr key create` makes another"
            ),
            Err(error) => tracing::error!(
                %error,
                key = %self.id,
                "the first API key was not shown: revoke it and make another by `ezqr key`"
            ),
        }
    }
}

impl Ground {
    /// Finds the installation of `store`, or founds it with account `default` on plan max and one key.
    pub(super) async fn of(store: &Store, file: &PepperFile, clock: &Clock) -> Result<Self, BootError> {
        if let Some(installation) = store.installation().await? {
            let pepper = file.of_installation(installation.pepper_fingerprint)?;
            return Ok(Self { secret: installation.secret, pepper, first_key: None });
        }
        let pepper = file.load_or_create()?;
        let (founding, secret) = founding(&pepper, clock)?;
        let first_key = FirstKey { secret, id: founding.key.id };
        let installation = insist(async || store.found(founding.clone()).await, PAUSE).await?;
        // Another node may have been faster, with a pepper of its own.
        let pepper = file.checked(pepper, installation.pepper_fingerprint)?;
        let first_key = installation.founded_now.then_some(first_key);
        Ok(Self { secret: installation.secret, pepper, first_key })
    }
}

/// Tries until it is answered. It is the same founding every time: whether an earlier try was carried out is
/// told by its secret.
async fn insist(
    found: impl AsyncFn() -> Result<Installation, WriteError>,
    pause: Duration,
) -> Result<Installation, WriteError> {
    for _ in 1..TRIES {
        match found().await {
            // Neither says that it never will be.
            Err(error @ (WriteError::OutcomeUnknown(_) | WriteError::Unavailable(_))) => {
                tracing::warn!(%error, "cannot found the installation; trying again");
            }
            Ok(installation) => return Ok(installation),
        }
        rt::time::sleep(pause).await;
    }
    found().await
}

fn founding(pepper: &Pepper, clock: &Clock) -> Result<(Founding, KeySecret), BootError> {
    let created_at = clock.now();
    let account = Account {
        id: AccountId::from_random(random_bytes()?),
        name: Name::parse("default").map_err(BootError::Name)?,
        plan: Plan::Max,
        status: AccountStatus::Active,
        created_at,
    };
    let environment = Environment::parse("production").map_err(BootError::Environment)?;
    let first_key = KeySecret::generate(&environment)?;
    let key = ApiKey {
        id: KeyId::from_random(random_bytes()?),
        account: account.id,
        environment,
        name: Name::parse("first key").map_err(BootError::Name)?,
        hash: first_key.hash(pepper),
        scopes: Scopes::all(),
        rate: Rate::DEFAULT,
        created_at,
        revoked_at: None,
    };
    let secret = InstallationSecret::from_bytes(random_bytes()?);
    let founding = Founding { secret, pepper_fingerprint: pepper.fingerprint(), account, key };
    Ok((founding, first_key))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::Path;

    use ezqr_store::{AccountStore as _, EmbeddedOptions, EmbeddedStore};

    use super::*;
    use crate::boot::PepperError;

    async fn ground(directory: &Path) -> Result<(Ground, Store), BootError> {
        let store = Store::Embedded(EmbeddedStore::open(directory, EmbeddedOptions::default())?);
        let file = PepperFile::at(directory.join("pepper"));
        Ok((Ground::of(&store, &file, &Clock::system()).await?, store))
    }

    #[actix_web::test]
    async fn the_first_start_founds_and_the_second_keeps_all_and_shows_no_key() {
        let directory = tempfile::tempdir().unwrap();
        let (first, store) = ground(directory.path()).await.unwrap();
        let shown = first.first_key.unwrap().secret;
        let keys = store.keys().await.unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0].hash, shown.hash(&first.pepper));
        assert_eq!(keys[0].environment.as_str(), "production");
        let accounts = store.accounts().await.unwrap();
        assert_eq!((accounts[0].name.as_str(), accounts[0].plan), ("default", Plan::Max));
        drop(store);

        let (second, store) = ground(directory.path()).await.unwrap();
        assert!(second.first_key.is_none());
        assert_eq!(second.secret.as_bytes(), first.secret.as_bytes());
        assert_eq!(store.keys().await.unwrap(), keys);
    }

    #[actix_web::test]
    async fn a_founding_whose_answer_was_lost_is_tried_again_and_shows_its_key() {
        let directory = tempfile::tempdir().unwrap();
        let store =
            Store::Embedded(EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap());
        let (founding, _) = founding(&Pepper::from_bytes([7; 32]), &Clock::system()).unwrap();
        let tries = Cell::new(0);
        let found = async || {
            tries.set(tries.get() + 1);
            let answer = store.found(founding.clone()).await;
            if tries.get() < 3 { Err(WriteError::OutcomeUnknown("no answer".to_owned())) } else { answer }
        };
        let installation = insist(found, Duration::ZERO).await.unwrap();
        assert!(installation.founded_now);
        assert_eq!(installation.secret.as_bytes(), founding.secret.as_bytes());
        assert_eq!(tries.take(), 3);

        let (late, _) = super::founding(&Pepper::from_bytes([7; 32]), &Clock::system()).unwrap();
        assert!(!store.found(late).await.unwrap().founded_now, "it is another's");

        let found = async || {
            tries.set(tries.get() + 1);
            Err(WriteError::OutcomeUnknown("no answer".to_owned()))
        };
        assert!(insist(found, Duration::ZERO).await.is_err());
        assert_eq!(tries.get(), TRIES, "it comes to an end");
    }

    #[actix_web::test]
    async fn a_pepper_that_was_exchanged_or_lost_stops_the_start() {
        let directory = tempfile::tempdir().unwrap();
        drop(ground(directory.path()).await.unwrap());
        let pepper = directory.path().join("pepper");
        std::fs::write(&pepper, "0".repeat(64)).unwrap();
        assert!(matches!(ground(directory.path()).await, Err(BootError::Pepper(PepperError::Foreign(_)))));
        std::fs::remove_file(&pepper).unwrap();
        assert!(matches!(ground(directory.path()).await, Err(BootError::Pepper(PepperError::Missing(_)))));
    }
}
