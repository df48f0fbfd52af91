//! The key ring itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use ezqr_schema::{Account, AccountStatus, ApiKey, Clock, KeyHash, KeySecret, Owner, Pepper, Timestamp};
use ezqr_store::{
    AccountStore as _, Changes, CodeStore as _, InstallationStore as _, KeyStore as _, ReadError, Store,
};

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
    /// Told to forget cached links when another process changed codes.
    pub codes: CodesHandle,
    /// The keys as they were last read; survives a restart.
    pub last_known: LastKnown,
}

/// The keys as they were last read, for a key ring that is built anew while a shared store is away.
#[derive(Clone, Default)]
pub struct LastKnown(Arc<ArcSwapOption<Keys>>);

type Keys = HashMap<KeyHash, Entry>;

/// Owns accounts and API keys.
pub struct KeyRing {
    seed: KeyRingSeed,
    keys: Arc<Keys>,
    /// What was noticed to have changed and is not yet read again.
    stale: Changes,
    /// The store did not answer last time.
    is_cut_off: bool,
}

const UNCHANGED: Changes = Changes { accounts: false, codes: false };

struct Entry {
    principal: Arc<Principal>,
    account_status: AccountStatus,
    revoked_at: Option<Timestamp>,
}

impl Behaviour for KeyRing {
    type Seed = KeyRingSeed;
    type BuildError = ReadError;

    async fn build(seed: &KeyRingSeed) -> Result<Self, ReadError> {
        let mut ring = Self { seed: seed.clone(), keys: Arc::default(), stale: UNCHANGED, is_cut_off: false };
        match Contents::read(&seed.store).await {
            Ok(contents) => {
                let changes = contents.changes;
                ring.adopt(contents);
                note_served(&seed.store, changes).await;
            }
            Err(error) => {
                let last_known = seed.last_known.0.load_full();
                let Some(keys) = last_known.filter(|_| may_be_away(&seed.store, &error)) else {
                    return Err(error);
                };
                ring.keys = keys;
                // The next beat reads all again.
                ring.stale.accounts = true;
                ring.note_contact(Some(&error));
            }
        }
        Ok(ring)
    }

    fn timers(&self, timers: &mut Timers<Self>) {
        timers.every(REFRESH_INTERVAL, Refresh);
    }
}

/// Whether `error` is no reason to stop: a shared store may be away for a while.
fn may_be_away(store: &Store, error: &ReadError) -> bool {
    store.is_shared() && matches!(error, ReadError::Unavailable(_))
}

impl KeyRing {
    pub(super) fn authenticate(&self, secret: &KeySecret) -> Result<Arc<Principal>, AuthenticateError> {
        let entry = self.keys.get(&secret.hash(&self.seed.pepper)).ok_or(AuthenticateError::Unknown)?;
        if entry.revoked_at.is_some_and(|from| from <= self.seed.clock.now()) {
            return Err(AuthenticateError::Revoked);
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
        let keys = contents.keys.into_iter().filter_map(|key| {
            let account_status = *statuses.get(&key.account)?;
            Some((key.hash, Entry::new(key, account_status)))
        });
        self.keys = Arc::new(keys.collect());
        self.seed.last_known.0.store(Some(Arc::clone(&self.keys)));
        self.stale.accounts = false;
    }

    /// Reads again what another process changed. What fails is tried again at the next beat; until then what
    /// is known goes on to hold.
    fn refresh(&self) -> Reply<Self, ()> {
        let store = self.seed.store.clone();
        Reply::then(
            async move { store.changed_elsewhere().await },
            |ring: &mut Self, changed| match changed {
                Ok(Changes { accounts, codes }) => {
                    ring.stale.accounts |= accounts;
                    ring.stale.codes |= codes;
                    ring.catch_up()
                }
                Err(error) => {
                    ring.note_contact(Some(&error));
                    Reply::now(())
                }
            },
        )
    }

    fn catch_up(&self) -> Reply<Self, ()> {
        let (store, codes, stale) = (self.seed.store.clone(), self.seed.codes.clone(), self.stale);
        let read = async move {
            let is_forgotten = !stale.codes || codes.forget_cached().await.is_ok();
            let contents = if stale.accounts { Some(Contents::read(&store).await) } else { None };
            (is_forgotten, contents.transpose())
        };
        Reply::then(read, |ring: &mut Self, (is_forgotten, contents)| {
            ring.stale.codes = !is_forgotten;
            ring.note_contact(contents.as_ref().err());
            let Ok(Some(contents)) = contents else { return Reply::now(()) };
            let (changes, store) = (contents.changes, ring.seed.store.clone());
            ring.adopt(contents);
            // From here on what was read holds, and a command that waits for it is told.
            Reply::then(async move { note_served(&store, changes).await }, |_, ()| Reply::now(()))
        })
    }

    /// Tells the log when the store stops answering, and when it answers again.
    fn note_contact(&mut self, failed: Option<&ReadError>) {
        match failed {
            Some(error) if !self.is_cut_off => {
                tracing::warn!(%error, "accounts and keys are served as last known");
            }
            None if self.is_cut_off => tracing::info!("accounts and keys are up to date again"),
            Some(_) | None => {}
        }
        self.is_cut_off = failed.is_some();
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
    /// How often they had been written before they were read.
    changes: u64,
    accounts: Vec<Account>,
    keys: Vec<ApiKey>,
}

impl Contents {
    async fn read(store: &Store) -> Result<Self, ReadError> {
        let changes = store.account_changes()?;
        Ok(Self { changes, accounts: store.accounts().await?, keys: store.keys().await? })
    }
}

/// Tells commands that wait for it. Failing, it is told with the next change: they wait in vain, and say so.
async fn note_served(store: &Store, changes: u64) {
    if let Err(error) = store.note_served(changes).await {
        tracing::warn!(%error, "commands that changed accounts or keys cannot be told that it is in effect");
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
