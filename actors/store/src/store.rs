//! The store a process runs on, chosen once.

mod scans;

use ezqr_schema::{
    Account, AccountId, AccountStatus, Alias, ApiKey, Block, Code, ExternalId, IdempotencyKey, KeyId,
    LinkBase, LinkBaseId, Owner, Page, Sequence, Tag, Timestamp, Version,
};

use crate::{
    AccountError, AccountStore, Change, ChangeError, Changes, CodeStore, Deletion, EmbeddedStore, Founding,
    IdempotencyRecord, Installation, InstallationStore, KeyError, KeyStore, LeaseError, Leases, Mint,
    MintError, PageOrder, PagePosition, ReadError, ScyllaStore, SharedBuckets, StoredCode, WriteError,
};

/// How a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreHealth {
    /// It answers.
    Running,
    /// It does not answer now, and is asked until it does.
    Away,
    /// It cannot write any more: only a restart of the process helps.
    Failed,
}

/// A store of any kind, dispatched statically. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Store {
    /// SQLite in the data directory.
    Embedded(EmbeddedStore),
    /// ScyllaDB or Apache Cassandra.
    Scylla(ScyllaStore),
}

impl Store {
    /// How it is.
    pub fn health(&self) -> StoreHealth {
        match self {
            Self::Embedded(store) => {
                if store.is_healthy() {
                    StoreHealth::Running
                } else {
                    StoreHealth::Failed
                }
            }
            Self::Scylla(store) => store.health(),
        }
    }

    /// How often accounts and keys were written, for [`Store::note_served`]: read before them. Always 0 on a shared
    /// store, whose commands do not wait for nodes.
    pub fn account_changes(&self) -> Result<u64, ReadError> {
        match self {
            Self::Embedded(store) => store.account_changes(),
            Self::Scylla(_) => Ok(0),
        }
    }

    /// Tells commands that wait for it that accounts and keys are served as they were after so many changes.
    pub async fn note_served(&self, changes: u64) -> Result<(), WriteError> {
        match self {
            Self::Embedded(store) => store.note_served(changes).await,
            Self::Scylla(_) => Ok(()),
        }
    }

    /// Leaves nothing in logs beside the databases, where there are any. Failures are in the log: nothing is lost
    /// by them.
    pub async fn empty_logs(&self) {
        let Self::Embedded(store) = self else { return };
        for failure in store.empty_logs().await {
            tracing::warn!(failure, "a log stays beside its database; a copy needs both");
        }
    }

    /// The token buckets shared by the nodes of the installation, where there are several.
    pub fn shared_buckets(&self) -> Option<SharedBuckets> {
        match self {
            Self::Embedded(_) => None,
            Self::Scylla(store) => Some(store.shared_buckets()),
        }
    }
}

impl AccountStore for Store {
    async fn accounts(&self) -> Result<Vec<Account>, ReadError> {
        match self {
            Self::Embedded(store) => store.accounts().await,
            Self::Scylla(store) => store.accounts().await,
        }
    }

    async fn create_account(&self, account: &Account) -> Result<(), AccountError> {
        match self {
            Self::Embedded(store) => store.create_account(account).await,
            Self::Scylla(store) => store.create_account(account).await,
        }
    }

    async fn set_account_status(
        &self,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), AccountError> {
        match self {
            Self::Embedded(store) => store.set_account_status(account, status).await,
            Self::Scylla(store) => store.set_account_status(account, status).await,
        }
    }
}

impl KeyStore for Store {
    async fn keys(&self) -> Result<Vec<ApiKey>, ReadError> {
        match self {
            Self::Embedded(store) => store.keys().await,
            Self::Scylla(store) => store.keys().await,
        }
    }

    async fn create_key(&self, key: &ApiKey) -> Result<(), KeyError> {
        match self {
            Self::Embedded(store) => store.create_key(key).await,
            Self::Scylla(store) => store.create_key(key).await,
        }
    }

    async fn revoke_key(&self, key: KeyId, from: Timestamp) -> Result<(), KeyError> {
        match self {
            Self::Embedded(store) => store.revoke_key(key, from).await,
            Self::Scylla(store) => store.revoke_key(key, from).await,
        }
    }
}

impl InstallationStore for Store {
    async fn installation(&self) -> Result<Option<Installation>, ReadError> {
        match self {
            Self::Embedded(store) => store.installation().await,
            Self::Scylla(store) => store.installation().await,
        }
    }

    async fn found(&self, founding: Founding) -> Result<Installation, WriteError> {
        match self {
            Self::Embedded(store) => store.found(founding).await,
            Self::Scylla(store) => store.found(founding).await,
        }
    }

    async fn adopt_link_base(&self, base: &LinkBase) -> Result<LinkBaseId, WriteError> {
        match self {
            Self::Embedded(store) => store.adopt_link_base(base).await,
            Self::Scylla(store) => store.adopt_link_base(base).await,
        }
    }

    async fn link_bases(&self) -> Result<Vec<(LinkBaseId, LinkBase)>, ReadError> {
        match self {
            Self::Embedded(store) => store.link_bases().await,
            Self::Scylla(store) => store.link_bases().await,
        }
    }

    async fn changed_elsewhere(&self) -> Result<Changes, ReadError> {
        match self {
            Self::Embedded(store) => store.changed_elsewhere().await,
            Self::Scylla(store) => store.changed_elsewhere().await,
        }
    }
}

impl CodeStore for Store {
    async fn lease_block(&self) -> Result<Block, LeaseError> {
        match self {
            Self::Embedded(store) => store.lease_block().await,
            Self::Scylla(store) => store.lease_block().await,
        }
    }

    async fn leases(&self) -> Result<Leases, ReadError> {
        match self {
            Self::Embedded(store) => store.leases().await,
            Self::Scylla(store) => store.leases().await,
        }
    }

    async fn mint(&self, mint: Mint) -> Result<(), MintError> {
        match self {
            Self::Embedded(store) => store.mint(mint).await,
            Self::Scylla(store) => store.mint(mint).await,
        }
    }

    async fn delete(&self, deletion: Deletion) -> Result<(), ChangeError> {
        match self {
            Self::Embedded(store) => store.delete(deletion).await,
            Self::Scylla(store) => store.delete(deletion).await,
        }
    }

    async fn change(&self, change: Change) -> Result<(), ChangeError> {
        match self {
            Self::Embedded(store) => store.change(change).await,
            Self::Scylla(store) => store.change(change).await,
        }
    }

    async fn confirm(&self, code: Sequence, read: Version) -> Result<(), ChangeError> {
        match self {
            Self::Embedded(store) => store.confirm(code, read).await,
            Self::Scylla(store) => store.confirm(code, read).await,
        }
    }

    async fn idempotency_record(
        &self,
        owner: &Owner,
        key: &IdempotencyKey,
    ) -> Result<Option<IdempotencyRecord>, ReadError> {
        match self {
            Self::Embedded(store) => store.idempotency_record(owner, key).await,
            Self::Scylla(store) => store.idempotency_record(owner, key).await,
        }
    }

    async fn code(&self, sequence: Sequence) -> Result<Option<StoredCode>, ReadError> {
        match self {
            Self::Embedded(store) => store.code(sequence).await,
            Self::Scylla(store) => store.code(sequence).await,
        }
    }

    async fn sequence_of_alias(&self, alias: &Alias) -> Result<Option<Sequence>, ReadError> {
        match self {
            Self::Embedded(store) => store.sequence_of_alias(alias).await,
            Self::Scylla(store) => store.sequence_of_alias(alias).await,
        }
    }

    async fn sequences_of_external_id(
        &self,
        owner: &Owner,
        external_id: &ExternalId,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<Sequence>, ReadError> {
        match self {
            Self::Embedded(store) => store.sequences_of_external_id(owner, external_id, before, limit).await,
            Self::Scylla(store) => store.sequences_of_external_id(owner, external_id, before, limit).await,
        }
    }

    async fn pages_before(
        &self,
        owner: &Owner,
        tag: Option<&Tag>,
        before: Option<PagePosition>,
        limit: usize,
    ) -> Result<Vec<PagePosition>, ReadError> {
        match self {
            Self::Embedded(store) => store.pages_before(owner, tag, before, limit).await,
            Self::Scylla(store) => store.pages_before(owner, tag, before, limit).await,
        }
    }

    async fn codes_of_page(&self, page: Page, before: Option<Sequence>) -> Result<Vec<Code>, ReadError> {
        match self {
            Self::Embedded(store) => store.codes_of_page(page, before).await,
            Self::Scylla(store) => store.codes_of_page(page, before).await,
        }
    }

    async fn settle(&self) {
        match self {
            Self::Embedded(store) => store.settle().await,
            Self::Scylla(store) => store.settle().await,
        }
    }

    fn is_shared(&self) -> bool {
        match self {
            Self::Embedded(store) => store.is_shared(),
            Self::Scylla(store) => store.is_shared(),
        }
    }

    fn page_order(&self) -> PageOrder {
        match self {
            Self::Embedded(store) => store.page_order(),
            Self::Scylla(store) => store.page_order(),
        }
    }
}
