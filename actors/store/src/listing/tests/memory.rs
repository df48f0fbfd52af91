//! A store in memory that counts its reads and keeps any order of pages.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ezqr_schema::{
    Alias, Block, Code, ExternalId, IdempotencyKey, ManualClock, Owner, Page, Sequence, Tag, Version,
};

use crate::{
    Change, ChangeError, CodeStore, Deletion, IdempotencyRecord, LeaseError, Leases, Mint, MintError,
    PageOrder, PagePosition, ReadError, StoredCode,
};

pub(super) struct Memory {
    order: PageOrder,
    next_block: Cell<u64>,
    pages: RefCell<BTreeMap<PagePosition, Owner>>,
    /// Pages in which a code had a tag; as look-ups do, it only grows.
    tagged: RefCell<BTreeSet<(Tag, PagePosition)>>,
    /// Codes that had an external id.
    referenced: RefCell<BTreeSet<(ExternalId, Sequence)>>,
    codes: RefCell<BTreeMap<Sequence, Code>>,
    /// How long reading a page takes.
    pub(super) slowness: Option<(ManualClock, Duration)>,
    pub(super) reads_of_codes: Cell<usize>,
    pub(super) reads_of_pages: Cell<usize>,
}

impl Memory {
    pub(super) fn new(order: PageOrder) -> Self {
        Self {
            order,
            next_block: Cell::new(0),
            pages: RefCell::default(),
            tagged: RefCell::default(),
            referenced: RefCell::default(),
            codes: RefCell::default(),
            slowness: None,
            reads_of_codes: Cell::new(0),
            reads_of_pages: Cell::new(0),
        }
    }

    fn store(&self, code: &Code, page: PagePosition) {
        self.tagged.borrow_mut().extend(code.tags.iter().map(|tag| (tag.clone(), page)));
        self.referenced.borrow_mut().extend(code.external_id.clone().map(|id| (id, code.sequence)));
        self.codes.borrow_mut().insert(code.sequence, code.clone());
    }
}

impl CodeStore for Memory {
    async fn lease_block(&self) -> Result<Block, LeaseError> {
        let block = self.next_block.get();
        self.next_block.set(block + 1);
        Ok(Block::new(block)?)
    }

    async fn leases(&self) -> Result<Leases, ReadError> {
        Ok(Leases { next_block: self.next_block.get(), newest_code: None })
    }

    async fn mint(&self, mint: Mint) -> Result<(), MintError> {
        self.pages.borrow_mut().insert(mint.page, mint.owner);
        for code in &*mint.codes {
            self.store(code, mint.page);
        }
        Ok(())
    }

    async fn change(&self, change: Change) -> Result<(), ChangeError> {
        self.store(&change.code, change.page);
        Ok(())
    }

    async fn delete(&self, _: Deletion) -> Result<(), ChangeError> {
        Err(ChangeError::Missing)
    }

    async fn confirm(&self, _: Sequence, _: Version) -> Result<(), ChangeError> {
        Ok(())
    }

    async fn idempotency_record(
        &self,
        _: &Owner,
        _: &IdempotencyKey,
    ) -> Result<Option<IdempotencyRecord>, ReadError> {
        Ok(None)
    }

    async fn code(&self, sequence: Sequence) -> Result<Option<StoredCode>, ReadError> {
        let page = |position: &&PagePosition| position.page == sequence.page();
        let opened = self.pages.borrow().keys().find(page).map(|position| position.opened_at);
        let code = self.codes.borrow().get(&sequence).cloned();
        Ok(code.zip(opened).map(|(code, page_opened_at)| StoredCode { code, page_opened_at }))
    }

    async fn sequence_of_alias(&self, _: &Alias) -> Result<Option<Sequence>, ReadError> {
        Ok(None)
    }

    async fn sequences_of_external_id(
        &self,
        _: &Owner,
        external_id: &ExternalId,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<Sequence>, ReadError> {
        let referenced = self.referenced.borrow();
        let mut found: Vec<_> = referenced
            .iter()
            .filter(|(other, sequence)| {
                other == external_id && before.is_none_or(|before| *sequence < before)
            })
            .map(|(_, sequence)| *sequence)
            .collect();
        found.sort_by(|one, other| other.cmp(one));
        found.truncate(limit);
        Ok(found)
    }

    async fn pages_before(
        &self,
        owner: &Owner,
        tag: Option<&Tag>,
        before: Option<PagePosition>,
        limit: usize,
    ) -> Result<Vec<PagePosition>, ReadError> {
        self.reads_of_pages.set(self.reads_of_pages.get() + 1);
        let tagged = self.tagged.borrow();
        let is_sought = |page: &PagePosition| {
            before.is_none_or(|before| *page < before)
                && tag.is_none_or(|tag| tagged.iter().any(|(other, tagged)| other == tag && tagged == page))
        };
        let pages = self.pages.borrow();
        let own = pages.iter().rev().filter(|(page, holder)| *holder == owner && is_sought(page));
        Ok(own.map(|(page, _)| *page).take(limit).collect())
    }

    async fn codes_of_page(&self, page: Page, before: Option<Sequence>) -> Result<Vec<Code>, ReadError> {
        self.reads_of_codes.set(self.reads_of_codes.get() + 1);
        if let Some((clock, slowness)) = &self.slowness {
            clock.advance(*slowness);
        }
        let codes = self.codes.borrow();
        let range = page.sequence(0).unwrap()..=page.sequence(127).unwrap();
        let found = codes.range(range).rev().map(|(_, code)| code);
        Ok(found.filter(|code| before.is_none_or(|before| code.sequence < before)).cloned().collect())
    }

    async fn settle(&self) {}

    fn is_shared(&self) -> bool {
        false
    }

    fn page_order(&self) -> PageOrder {
        self.order
    }
}
