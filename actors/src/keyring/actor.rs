//! The key ring itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::{Account, AccountStatus, ApiKey, Clock, KeyHash, KeySecret, Owner, Pepper, Timestamp};
use ezqr_store::{AccountStore as _, InstallationStore as _, KeyStore as _, ReadError, Store};

use crate::codes::CodesHandle;
use crate::kernel::{Behaviour, Message, Reply, Respond, Timers};

use super::authenticate::{AuthenticateError, Principal};
use super::view::AccountView;

/// How often the store is asked whether another process changed it.
const REFRESH_INTERVAL: Duration = Duration::from_secs(1);

/// What a [`KeyRing`] is built from.
#[derive(Clone)]
pub struct KeyRingSeed {
    /// Where accounts and keys are kept.
    pub store: Store,
    /// The key of the key hashes.
    pub pepper: Pepper,
    /// Tells when a grace period is over.
    pub clock: Clock,
    /// Where suspended accounts are published; survives a restart.
    pub view: AccountView,
    /// Told to forget cached links when another process changed the store.
    pub codes: CodesHandle,
}

/// Owns accounts and API keys.
pub struct KeyRing {
    seed: KeyRingSeed,
    keys: HashMap<KeyHash, Entry>,
    /// A change was noticed and not yet read.
    is_stale: bool,
}

struct Entry {
    principal: Arc<Principal>,
    account_status: AccountStatus,
    revoked_at: Option<Timestamp>,
}

impl Behaviour for KeyRing {
    type Seed = KeyRingSeed;
    type BuildError = ReadError;

    async fn build(seed: &KeyRingSeed) -> Result<Self, ReadError> {
        let contents = Contents::read(&seed.store).await?;
        let mut ring = Self { seed: seed.clone(), keys: HashMap::new(), is_stale: false };
        ring.adopt(contents);
        Ok(ring)
    }

    fn timers(&self, timers: &mut Timers<Self>) {
        timers.every(REFRESH_INTERVAL, Refresh);
    }
}

impl KeyRing {
    pub(super) fn authenticate(&self, secret: &KeySecret) -> Result<Arc<Principal>, AuthenticateError> {
        let entry = self.keys.get(&secret.hash(&self.seed.pepper)).ok_or(AuthenticateError::Unknown)?;
        if entry.revoked_at.is_some_and(|from| from <= self.seed.clock.now()) {
            return Err(AuthenticateError::Unknown);
        }
        match entry.account_status {
            AccountStatus::Active => Ok(Arc::clone(&entry.principal)),
            AccountStatus::Suspended => Err(AuthenticateError::AccountSuspended),
        }
    }

    fn adopt(&mut self, contents: Contents) {
        self.seed.view.publish(&contents.accounts);
        let statuses: HashMap<_, _> =
            contents.accounts.iter().map(|account| (account.id, account.status)).collect();
        self.keys = contents
            .keys
            .into_iter()
            .filter_map(|key| {
                let account_status = *statuses.get(&key.account)?;
                Some((key.hash, Entry::new(key, account_status)))
            })
            .collect();
        self.is_stale = false;
    }

    /// Reads the store again if another process changed it. A failed read is tried again at the next beat.
    fn refresh(&mut self) -> Reply<Self, ()> {
        let store = self.seed.store.clone();
        Reply::then(async move { store.changed_elsewhere().await }, |ring: &mut Self, changed| {
            match changed {
                Ok(changes) => ring.is_stale |= changes.accounts || changes.codes,
                Err(error) => tracing::warn!(%error, "cannot ask the store for changes"),
            }
            if ring.is_stale { ring.reload() } else { Reply::now(()) }
        })
    }

    fn reload(&mut self) -> Reply<Self, ()> {
        let (store, codes) = (self.seed.store.clone(), self.seed.codes.clone());
        let read = async move {
            let forgotten = codes.forget_cached().await;
            (forgotten, Contents::read(&store).await)
        };
        Reply::then(read, |ring: &mut Self, (forgotten, contents)| {
            match contents {
                Ok(contents) => ring.adopt(contents),
                Err(error) => tracing::warn!(%error, "cannot read accounts and keys again"),
            }
            ring.is_stale |= forgotten.is_err();
            Reply::now(())
        })
    }
}

impl Entry {
    fn new(key: ApiKey, account_status: AccountStatus) -> Self {
        let principal = Principal {
            key: key.id,
            owner: Owner { account: key.account, environment: key.environment },
            scopes: key.scopes,
            rate: key.rate,
        };
        Self { principal: Arc::new(principal), account_status, revoked_at: key.revoked_at }
    }
}

/// All there is to know, read in one go.
struct Contents {
    accounts: Vec<Account>,
    keys: Vec<ApiKey>,
}

impl Contents {
    async fn read(store: &Store) -> Result<Self, ReadError> {
        Ok(Self { accounts: store.accounts().await?, keys: store.keys().await? })
    }
}

/// Asks the key ring to look for changes of the store.
#[derive(Clone)]
struct Refresh;

impl Message for Refresh {
    type Reply = ();
}

impl Respond<Refresh> for KeyRing {
    fn respond(&mut self, _: Refresh) -> Reply<Self, ()> {
        self.refresh()
    }
}
