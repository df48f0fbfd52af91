//! Codes in the embedded store.

mod change;
mod decode;
mod delete;
mod encode;
mod idempotency;
mod lease;
mod lookups;
mod mint;
mod reads;
#[cfg(test)]
mod tests;

use ezqr_schema::{Alias, Block, Code, ExternalId, IdempotencyKey, Owner, Page, Sequence, Tag, Version};

pub(super) use self::lease::LeaseBlock;
use super::EmbeddedStore;
use crate::{
    Change, ChangeError, CodeStore, Deletion, IdempotencyRecord, LeaseError, Leases, Mint, MintError,
    PageOrder, PagePosition, ReadError, StoredCode,
};

/// Most rows read on the thread of the caller.
const POINT_ROWS: usize = 10;

impl CodeStore for EmbeddedStore {
    async fn lease_block(&self) -> Result<Block, LeaseError> {
        self.lease().await
    }

    async fn leases(&self) -> Result<Leases, ReadError> {
        self.0.codes.readers.long(lease::leases).await
    }

    async fn mint(&self, mint: Mint) -> Result<(), MintError> {
        self.0.codes.writer.write(mint).await
    }

    async fn change(&self, change: Change) -> Result<(), ChangeError> {
        self.0.codes.writer.write(change).await
    }

    async fn delete(&self, deletion: Deletion) -> Result<(), ChangeError> {
        self.0.codes.writer.write(deletion).await
    }

    async fn confirm(&self, _: Sequence, _: Version) -> Result<(), ChangeError> {
        Ok(())
    }

    async fn idempotency_record(
        &self,
        owner: &Owner,
        key: &IdempotencyKey,
    ) -> Result<Option<IdempotencyRecord>, ReadError> {
        self.0.codes.readers.point(|connection| idempotency::record(connection, owner, key))
    }

    async fn code(&self, sequence: Sequence) -> Result<Option<StoredCode>, ReadError> {
        self.0.codes.readers.point(|connection| reads::code(connection, sequence))
    }

    async fn sequence_of_alias(&self, alias: &Alias) -> Result<Option<Sequence>, ReadError> {
        self.0.codes.readers.point(|connection| reads::sequence_of_alias(connection, alias))
    }

    async fn sequences_of_external_id(
        &self,
        owner: &Owner,
        external_id: &ExternalId,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<Sequence>, ReadError> {
        if limit <= POINT_ROWS {
            return self.0.codes.readers.point(|connection| {
                reads::sequences_of_external_id(connection, owner, external_id, before, limit)
            });
        }
        let (owner, external_id) = (owner.clone(), external_id.clone());
        self.0
            .codes
            .readers
            .long(move |connection| {
                reads::sequences_of_external_id(connection, &owner, &external_id, before, limit)
            })
            .await
    }

    async fn pages_before(
        &self,
        owner: &Owner,
        tag: Option<&Tag>,
        before: Option<PagePosition>,
        limit: usize,
    ) -> Result<Vec<PagePosition>, ReadError> {
        if limit <= POINT_ROWS {
            return self
                .0
                .codes
                .readers
                .point(|connection| reads::pages_before(connection, owner, tag, before, limit));
        }
        let (owner, tag) = (owner.clone(), tag.cloned());
        self.0
            .codes
            .readers
            .long(move |connection| reads::pages_before(connection, &owner, tag.as_ref(), before, limit))
            .await
    }

    async fn codes_of_page(&self, page: Page, before: Option<Sequence>) -> Result<Vec<Code>, ReadError> {
        self.0.codes.readers.long(move |connection| reads::codes_of_page(connection, page, before)).await
    }

    async fn settle(&self) {
        self.0.codes.writer.settle().await;
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn page_order(&self) -> PageOrder {
        PageOrder::Exact
    }
}
