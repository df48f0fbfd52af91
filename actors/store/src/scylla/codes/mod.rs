//! Codes in the store for several nodes.

mod alias;
mod change;
mod confirm;
mod current;
mod decode;
mod delete;
mod encode;
mod lease;
mod look_ups;
mod marks;
mod mint;
mod pages;
mod reads;
mod record;
mod refusal;
mod statements;

use std::time::Duration;

use ezqr_schema::{Alias, Block, Code, ExternalId, IdempotencyKey, Owner, Page, Sequence, Tag, Version};

pub(super) use self::look_ups::Noted;
pub(super) use self::statements::Statements;
use super::ScyllaStore;
use crate::{
    Change, ChangeError, CodeStore, Deletion, IdempotencyRecord, LeaseError, Leases, Mint, MintError,
    PageOrder, PagePosition, ReadError, StoredCode,
};

/// How long a page takes codes. Those of several nodes may stand page by page within it.
const PAGE_OPEN: Duration = Duration::from_secs(10 * 60);

impl CodeStore for ScyllaStore {
    async fn lease_block(&self) -> Result<Block, LeaseError> {
        lease::lease(&self.0).await
    }

    async fn leases(&self) -> Result<Leases, ReadError> {
        let next_block = lease::next_block(&self.0).await?;
        Ok(Leases { next_block, newest_code: None })
    }

    async fn mint(&self, mint: Mint) -> Result<(), MintError> {
        mint::mint(&self.0, &mint).await
    }

    async fn change(&self, change: Change) -> Result<(), ChangeError> {
        change::change(&self.0, change).await
    }

    async fn confirm(&self, code: Sequence, read: Version) -> Result<(), ChangeError> {
        confirm::confirm(&self.0, code, read).await
    }

    async fn delete(&self, deletion: Deletion) -> Result<(), ChangeError> {
        delete::delete(&self.0, &deletion).await
    }

    async fn idempotency_record(
        &self,
        owner: &Owner,
        key: &IdempotencyKey,
    ) -> Result<Option<IdempotencyRecord>, ReadError> {
        record::read(&self.0, owner, key).await
    }

    async fn code(&self, sequence: Sequence) -> Result<Option<StoredCode>, ReadError> {
        reads::code(&self.0, sequence).await
    }

    async fn sequence_of_alias(&self, alias: &Alias) -> Result<Option<Sequence>, ReadError> {
        alias::sequence_of(&self.0, alias).await
    }

    async fn sequences_of_external_id(
        &self,
        owner: &Owner,
        external_id: &ExternalId,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<Sequence>, ReadError> {
        let core = &self.0;
        reads::sequences_of_external_id(core, owner, external_id, before, limit).await
    }

    async fn pages_before(
        &self,
        owner: &Owner,
        tag: Option<&Tag>,
        before: Option<PagePosition>,
        limit: usize,
    ) -> Result<Vec<PagePosition>, ReadError> {
        pages::before(&self.0, owner, tag, before, limit).await
    }

    async fn codes_of_page(&self, page: Page, before: Option<Sequence>) -> Result<Vec<Code>, ReadError> {
        reads::codes_of_page(&self.0, page, before).await
    }

    async fn settle(&self) {}

    fn is_shared(&self) -> bool {
        true
    }

    fn page_order(&self) -> PageOrder {
        PageOrder::Within(PAGE_OPEN)
    }
}
