//! Codes, their pages and the look-ups that lead to them.

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::{
    Alias, Block, Code, CodeId, ExternalId, IdempotencyKey, IdempotentRequest, ItemOutcome, LinkBaseId,
    Owner, Page, RequestHash, Sequence, Tag, Timestamp, Version,
};
use uuid::Uuid;

use crate::{ChangeError, LeaseError, MintError, ReadError};

/// Codes of one request on their way into the store.
///
/// All lie in one page and belong to its owner; so a store can write them as one row group, all or nothing.
#[derive(Clone, Debug)]
pub struct Mint {
    /// The page, and when it was opened: its place in the lists.
    pub page: PagePosition,
    /// Whose page it is.
    pub owner: Owner,
    /// Whether the page's own row may still be missing: then it is written too, unless it is there. Several
    /// requests of a new page are under way at once, and any of them may fail.
    pub records_page: bool,
    /// The codes, at least one, by rising sequence. An alias is only with a single one. Each was created at
    /// the time its id holds, so that a store need not keep it.
    pub codes: Arc<[Code]>,
    /// The record that makes the request repeatable, if its caller named it.
    pub record: MintRecord,
}

/// What a mint does about the record of its request.
#[derive(Clone, Debug)]
pub enum MintRecord {
    /// The request has no name.
    Unnamed,
    /// Written with the codes or before them; when the name was used within 24 hours, the mint is refused.
    Made(IdempotentRequest),
    /// Found earlier, without its codes: this mint writes the very codes it promises. Should it be refused
    /// nevertheless, the record is removed.
    Resumed(IdempotentRequest),
}

/// What is remembered of a request with an idempotency key. Its codes are a pure function of this and of the
/// request itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// Tells the request.
    pub hash: RequestHash,
    /// The page of its codes.
    pub page: PagePosition,
    /// The first of its numbers; the others follow it without gaps.
    pub first: Sequence,
    /// When its codes were created.
    pub created_at: Timestamp,
    /// The link base its codes were minted with.
    pub link_base: LinkBaseId,
    /// What became of its items, in their order; as many are minted as it has codes.
    pub items: Arc<[ItemOutcome]>,
}

impl IdempotencyRecord {
    /// How long a request may be repeated. A store forgets the record some time after it.
    pub const LIFETIME: Duration = Duration::from_millis(Self::LIFETIME_MS.cast_unsigned());

    /// [`IdempotencyRecord::LIFETIME`] in milliseconds, as timestamps count.
    pub(crate) const LIFETIME_MS: i64 = 24 * 3_600 * 1_000;

    /// What is remembered of `request` when `mint` is made for it; `None` for a mint without a code.
    pub fn of(request: &IdempotentRequest, mint: &Mint) -> Option<Self> {
        let first = mint.codes.first()?;
        Some(Self {
            hash: request.hash,
            page: mint.page,
            first: first.sequence,
            created_at: first.created_at,
            link_base: first.link_base,
            items: Arc::clone(&request.items),
        })
    }

    /// Whether `now` is within its lifetime. Behind it, the name is free for another request.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        now < self.created_at.saturating_add_millis(Self::LIFETIME_MS)
    }
}

/// A conditional change of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The code as it shall be; its version is the one after `expected`.
    pub code: Code,
    /// The version it must still have.
    pub expected: Version,
    /// The page's place in the lists: a tag added later is listed at it.
    pub page: PagePosition,
    /// `None` for a new change. One that a store handed back in [`ChangeError::InDoubt`] carries what makes the
    /// next sending the very same.
    pub sent: Option<Sent>,
}

/// What a store has to know of a change to send it again, the very same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Tells the change from every other.
    pub(crate) mark: Uuid,
    /// The marks that the code must still have.
    pub(crate) base: Vec<Uuid>,
}

/// A deletion of one code, whether its row can be read or not.
#[derive(Clone, Debug)]
pub struct Deletion {
    /// The code's number.
    pub sequence: Sequence,
    /// The id it must have.
    pub id: CodeId,
    /// Whose it must be.
    pub owner: Owner,
    /// The version it must still have, if that matters.
    pub expected: Option<Version>,
    /// When.
    pub at: Timestamp,
}

/// A page and when it was opened. Ordered as lists walk: by time, then by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PagePosition {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The page.
    pub page: Page,
}

/// A code as it is stored, and where its page stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCode {
    /// The code.
    pub code: Code,
    /// When its page was opened.
    pub page_opened_at: Timestamp,
}

/// How far numbers were given out when a process began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leases {
    /// The first block that was never leased.
    pub next_block: u64,
    /// When the newest code was minted, as far as the store can tell at little cost: a clock that stepped
    /// back must not mint before it. A shared store need not tell, because it watches the clock itself.
    pub newest_code: Option<Timestamp>,
}

/// How closely the order of pages follows the order of minting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageOrder {
    /// Exactly: one process mints at a time, so no later code is older than an earlier one.
    Exact,
    /// Up to this: a page takes codes this long after it was opened, and several processes mint.
    Within(Duration),
}

/// Codes.
///
/// Rules for every store:
/// - A write is acknowledged when it survives a crash of the process and of the store.
/// - A mint is written wholly or not at all, in this order where it takes more than one step: record, alias,
///   page, look-up rows, codes. A look-up row is a hint: it only ever appears, and readers check the code
///   itself. So nothing has to be removed, and a crash between two steps costs a look, never a wrong answer.
/// - An acknowledged write shows in every read begun later.
/// - Nothing is retried that could then happen twice; what is not known is answered as such.
pub trait CodeStore {
    /// Leases the next block to the caller, who alone may mint from it.
    async fn lease_block(&self) -> Result<Block, LeaseError>;

    /// How far numbers were given out.
    async fn leases(&self) -> Result<Leases, ReadError>;

    /// Writes new codes. Where the request has a name, its record is written too: in one transaction with the
    /// codes or, where there is none over both, before anything else, so that a record may be found whose
    /// codes never came. A mint that is refused for its alias leaves none, so that the name is free.
    async fn mint(&self, mint: Mint) -> Result<(), MintError>;

    /// Writes a code anew if it is still at the expected version. New tags and a new external id get their
    /// look-up rows first, so that a change that is refused may leave a hint.
    ///
    /// A shared store may answer [`ChangeError::InDoubt`]. The change it hands back is sent again until it is
    /// answered otherwise: done, if any of the sendings was carried out; or else refused, and then none of them
    /// is carried out later.
    async fn change(&self, change: Change) -> Result<(), ChangeError>;

    /// Deletes a code, for which nothing of it is read but id, owner, status and version: for one whose row cannot
    /// be read otherwise. One that is deleted stays as it is; one of another id or owner is missing.
    async fn delete(&self, deletion: Deletion) -> Result<(), ChangeError>;

    /// Makes sure that a code stays as it was read at version `read`, until somebody changes it later: a change
    /// that was sent before this, and whose outcome nobody knows, is not carried out after it. The version stays.
    ///
    /// A store in which nothing comes late has nothing to do.
    async fn confirm(&self, code: Sequence, read: Version) -> Result<(), ChangeError>;

    /// What is remembered of the request that `owner` named `key`, however old: who reads decides by
    /// [`IdempotencyRecord::holds_at`]. Its codes may be missing still, see [`CodeStore::mint`].
    async fn idempotency_record(
        &self,
        owner: &Owner,
        key: &IdempotencyKey,
    ) -> Result<Option<IdempotencyRecord>, ReadError>;

    /// The code minted under `sequence`; [`ReadError::Unreadable`] says that there is one.
    async fn code(&self, sequence: Sequence) -> Result<Option<StoredCode>, ReadError>;

    /// The code whose alias this is.
    async fn sequence_of_alias(&self, alias: &Alias) -> Result<Option<Sequence>, ReadError>;

    /// Codes that have, or once had, this external id: highest number first, at most `limit`, all before `before`.
    /// How the order of numbers follows time, [`CodeStore::page_order`] tells.
    async fn sequences_of_external_id(
        &self,
        owner: &Owner,
        external_id: &ExternalId,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<Sequence>, ReadError>;

    /// The owner's pages before `before`, newest first, at most `limit`; with a tag, those in which a code has
    /// it, or once had it.
    async fn pages_before(
        &self,
        owner: &Owner,
        tag: Option<&Tag>,
        before: Option<PagePosition>,
        limit: usize,
    ) -> Result<Vec<PagePosition>, ReadError>;

    /// The codes of one page before `before`, highest sequence first: at most 128. Rows that cannot be read are
    /// passed over, logged and counted.
    async fn codes_of_page(&self, page: Page, before: Option<Sequence>) -> Result<Vec<Code>, ReadError>;

    /// Waits until every write that this process began earlier has ended, whatever became of it: whoever gave one up reads
    /// after this what it left. Only a store of its own can tell; a shared one answers at once.
    async fn settle(&self);

    /// Whether other processes may mint and change codes while this one serves. Then what is cached of a code
    /// ages, and numbers were given out that this process does not know of.
    fn is_shared(&self) -> bool;

    /// How closely the order of this store's pages follows the order of minting.
    fn page_order(&self) -> PageOrder;
}
