//! Mints as the service does: leases a block, opens pages of it, fills them.

use std::sync::Arc;

use ezqr_schema::{
    AccountId, Block, Clock, Code, CodeIds, CodeStatus, ContentType, Environment, ErrorCorrection,
    ExternalId, IdempotencyKey, IdempotentRequest, InstallationSecret, ItemOutcome, LinkBaseId, Metadata,
    Name, Owner, PAGE_CODES, Page, Payload, RequestHash, Tag, Tags, TargetUrl, Timestamp, Version,
    random_bytes,
};

use crate::{CodeStore, Mint, MintError, MintRecord, PagePosition};

/// One owner's codes in the making.
pub struct Minter {
    /// Whose they are: an account nobody else has.
    pub owner: Owner,
    /// The time: the machine's at first, then it moves only by [`Minter::tick`]. A rule that changes codes
    /// must not run far ahead of the machine: a store may order writes by clocks, and a code from the future
    /// would outlast its changes.
    pub now: Timestamp,
    ids: CodeIds,
    pages: Box<dyn Iterator<Item = Page>>,
    page: PagePosition,
    next_slot: u64,
}

impl Minter {
    /// Leases a block of `store` and opens its first page.
    pub async fn new(store: &impl CodeStore) -> Self {
        let block = store.lease_block().await.unwrap();
        Self::of_block(block)
    }

    fn of_block(block: Block) -> Self {
        let now = Clock::system().now();
        let mut pages = block.pages();
        let page = PagePosition { opened_at: now, page: pages.next().unwrap() };
        Self {
            owner: owner("production"),
            now,
            ids: InstallationSecret::from_bytes([7; 32]).code_ids(),
            pages: Box::new(pages),
            page,
            next_slot: 0,
        }
    }

    /// The page that is being filled.
    pub const fn page(&self) -> PagePosition {
        self.page
    }

    /// How many codes the page still takes.
    pub fn free_numbers(&self) -> usize {
        usize::try_from(PAGE_CODES - self.next_slot).unwrap()
    }

    /// Lets `milliseconds` pass, or goes back by them.
    pub fn tick(&mut self, milliseconds: i64) {
        self.now = self.now.saturating_add_millis(milliseconds);
    }

    /// Closes the page and opens the next.
    pub fn turn_page(&mut self) {
        self.page = PagePosition { opened_at: self.now, page: self.pages.next().unwrap() };
        self.next_slot = 0;
    }

    /// The next code, with nothing but a content.
    pub fn plain(&mut self) -> Code {
        if self.page.page.sequence(self.next_slot).is_none() {
            self.turn_page();
        }
        let sequence = self.page.page.sequence(self.next_slot).unwrap();
        self.next_slot += 1;
        Code {
            sequence,
            id: self.ids.make(self.now, 0, sequence),
            owner: self.owner.clone(),
            content_type: ContentType::Text,
            content: Payload::from_stored("content".to_owned()).unwrap(),
            target_url: None,
            alias: None,
            link_base: LinkBaseId(0),
            name: None,
            tags: Tags::default(),
            metadata: Metadata::default(),
            external_id: None,
            error_correction: ErrorCorrection::Medium,
            status: CodeStatus::Active,
            expires_at: None,
            version: Version::FIRST,
            created_at: self.now,
            updated_at: self.now,
        }
    }

    /// The next code, with every field at or near its bound.
    pub fn full(&mut self) -> Code {
        let metadata = format!(
            r#"{{"order":4471,"nested":{{"ü":[true,null,"é",1.10E+2]}},"x":"{}"}}"#,
            "y".repeat(4_000)
        );
        let many = (0..20).map(|number| tag(&format!("{number:02}{}", "é".repeat(62))));
        Code {
            content_type: ContentType::Url,
            content: Payload::from_stored("x".repeat(Payload::MAX_BYTES)).unwrap(),
            target_url: Some(TargetUrl::parse("https://app.example.com/c/4471?a=b%20c#d").unwrap()),
            link_base: LinkBaseId(u16::MAX),
            name: Some(Name::parse(&"ж".repeat(200)).unwrap()),
            tags: Tags::new(many).unwrap(),
            metadata: Metadata::parse(&metadata).unwrap(),
            external_id: Some(external_id(&"é".repeat(127))),
            error_correction: ErrorCorrection::High,
            expires_at: Some(Timestamp::MAX),
            ..self.plain()
        }
    }

    /// The request that writes `codes`, all of the page that is being filled.
    pub fn mint(&self, codes: impl IntoIterator<Item = Code>) -> Mint {
        let codes: Arc<[Code]> = codes.into_iter().collect();
        assert!(codes.iter().all(|code| code.sequence.page() == self.page.page), "one request, one page");
        Mint {
            page: self.page,
            owner: self.owner.clone(),
            records_page: true,
            codes,
            record: MintRecord::Unnamed,
        }
    }

    /// Mints one plain code after `customise` had its way with it.
    pub async fn mint_one(
        &mut self,
        store: &impl CodeStore,
        customise: impl FnOnce(&mut Code),
    ) -> Result<Code, MintError> {
        let mut code = self.plain();
        customise(&mut code);
        store.mint(self.mint([code.clone()])).await?;
        Ok(code)
    }
}

/// A request named `key`, all `items` of which become codes. Others of the name have the same hash.
pub fn request(key: &str, items: usize) -> IdempotentRequest {
    IdempotentRequest {
        key: IdempotencyKey::parse(key).unwrap(),
        hash: RequestHash::of("POST", "/", "", key.as_bytes()),
        items: vec![ItemOutcome::Minted; items].into(),
    }
}

/// An owner with an account of its own.
pub(super) fn owner(environment: &str) -> Owner {
    Owner {
        account: AccountId::from_random(random_bytes().unwrap()),
        environment: Environment::parse(environment).unwrap(),
    }
}

/// A text no other test uses.
pub(super) fn unique() -> String {
    format!("{:032x}", u128::from_be_bytes(random_bytes().unwrap()))
}

/// A tag.
pub(super) fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

/// An external id.
pub(super) fn external_id(text: &str) -> ExternalId {
    ExternalId::parse(text).unwrap()
}
