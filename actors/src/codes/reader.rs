//! Reading codes, without a message.

use std::sync::Arc;

use ezqr_schema::{
    Alias, Clock, Code, CodeId, CodeIds, IdempotencyKey, ItemOutcome, LinkBase, LinkCapitals, NewCode, Owner,
    RequestHash, Sequence, ShortCode, ShortCodes, ShortPath,
};
use ezqr_store::{
    CodeStore as _, IdempotencyRecord, ListRequest, Listing, ReadError, Store, StoreHealth, list,
};

use super::actor::Published;
use super::cache::Cached;
use super::flights::Flights;
use super::link::{Link, Pattern};
use super::link_bases::LinkBases;
use super::repeat::promised;

/// Answers reads on the thread that asks: from the cache, or from the store.
///
/// It belongs to no actor. What it puts into the cache, the owner's change counter guards.
#[derive(Clone)]
pub struct CodeReader {
    store: Store,
    short_codes: ShortCodes,
    code_ids: CodeIds,
    link_bases: LinkBases,
    capitals: LinkCapitals,
    published: Published,
    flights: Flights,
    clock: Clock,
}

impl CodeReader {
    pub(crate) fn new(
        store: Store,
        (short_codes, code_ids): (ShortCodes, CodeIds),
        (link_bases, capitals): (LinkBases, LinkCapitals),
        published: Published,
        clock: Clock,
    ) -> Self {
        let flights = Flights::new(Arc::clone(&published.cache), clock.clone());
        Self { store, short_codes, code_ids, link_bases, capitals, published, flights, clock }
    }

    /// The link a visitor's path leads to; `None` when there is none, a static code's included.
    ///
    /// A cached one costs no read, neither does a number that was never leased.
    pub async fn follow(&self, path: &ShortPath) -> Result<Option<Arc<Link>>, ReadError> {
        let sequence = match path {
            ShortPath::Generated(code) => Some(self.short_codes.sequence(*code)),
            ShortPath::Alias(alias) => match self.published.cache.alias(alias) {
                Some(sequence) => Some(sequence),
                None => self.sequence_of_alias(alias).await?,
            },
        };
        let Some(sequence) = sequence else { return Ok(None) };
        let Some(link) = self.link(sequence).await? else { return Ok(None) };
        if let Pattern::Dynamic { alias: Some(alias), .. } = &link.pattern
            && matches!(path, ShortPath::Alias(_))
            && self.published.cache.alias(alias).is_none()
        {
            self.published.cache.learn_alias(alias.clone(), sequence);
        }
        Ok(link.target_url().is_some().then_some(link))
    }

    /// The number of an alias that is not cached: read, unless it is known not to be there.
    async fn sequence_of_alias(&self, alias: &Alias) -> Result<Option<Sequence>, ReadError> {
        let unknown = &self.published.unknown_aliases;
        let Some(look) = unknown.begin(alias, self.clock.monotonic()) else { return Ok(None) };
        let found = self.store.sequence_of_alias(alias).await?;
        if found.is_none() {
            unknown.learn(look, alias);
        }
        Ok(found)
    }

    /// The code of `id`, as the public image routes need it; `None` when there is none.
    pub async fn link_of(&self, id: CodeId) -> Result<Option<Arc<Link>>, ReadError> {
        let Some(sequence) = self.code_ids.sequence(id) else { return Ok(None) };
        Ok(self.link(sequence).await?.filter(|link| link.id == id))
    }

    /// The owner's code of `id`, deleted ones included; always from the store.
    pub async fn code(&self, owner: &Owner, id: CodeId) -> Result<Option<Code>, ReadError> {
        let Some(sequence) = self.code_ids.sequence(id) else { return Ok(None) };
        if !self.was_leased(sequence).await? {
            return Ok(None);
        }
        let stored = self.store.code(sequence).await?;
        Ok(stored.map(|stored| stored.code).filter(|code| code.id == id && code.owner == *owner))
    }

    /// A page of the owner's codes, newest first.
    pub async fn list(&self, request: &ListRequest) -> Result<Listing, ReadError> {
        list(&self.store, request, &self.clock).await
    }

    /// What became of the items of this very request, if the owner made it under `key` before and may still
    /// repeat it: for who would refuse it by a policy that was another then.
    pub async fn recorded_items(
        &self,
        owner: &Owner,
        key: &IdempotencyKey,
        hash: &RequestHash,
    ) -> Result<Option<Arc<[ItemOutcome]>>, ReadError> {
        let record = self.store.idempotency_record(owner, key).await?;
        let now = self.clock.now();
        Ok(record.filter(|record| record.hash == *hash && record.holds_at(now)).map(|record| record.items))
    }

    /// The record of the request that the owner made under `key` and may still repeat, where its record alone proves that
    /// it was carried out: on a store that writes both in one transaction. One point read there, none elsewhere.
    pub async fn carried_out(
        &self,
        owner: &Owner,
        key: &IdempotencyKey,
    ) -> Result<Option<IdempotencyRecord>, ReadError> {
        if self.store.is_shared() {
            return Ok(None);
        }
        let record = self.store.idempotency_record(owner, key).await?;
        let now = self.clock.now();
        Ok(record.filter(|record| record.holds_at(now)))
    }

    /// The codes of a request of `owner` that was carried out, as they were when they were minted: what its `wishes`
    /// became. No read.
    pub fn codes_of(&self, record: &IdempotencyRecord, owner: &Owner, wishes: Vec<NewCode>) -> Arc<[Code]> {
        promised(record, &self.code_ids, owner, wishes)
    }

    /// The link base `code` was minted with.
    pub async fn link_base(&self, code: &Code) -> Result<LinkBase, ReadError> {
        self.link_bases.get(code.link_base).await
    }

    /// Every link base this installation ever had, those that other nodes adopted up to a minute ago included.
    pub async fn link_bases(&self) -> Vec<LinkBase> {
        self.link_bases.recent().await
    }

    /// How the number of a code is printed.
    pub fn short_code(&self, sequence: Sequence) -> ShortCode {
        self.short_codes.print(sequence)
    }

    /// The permutation that prints numbers.
    pub const fn short_codes(&self) -> &ShortCodes {
        &self.short_codes
    }

    /// What the pattern of `link` holds.
    pub async fn pattern(&self, link: &Link) -> Result<String, ReadError> {
        match &link.pattern {
            Pattern::Static(content) => Ok(content.as_str().to_owned()),
            Pattern::Dynamic { alias, link_base, .. } => {
                let base = self.link_bases.get(*link_base).await?;
                Ok(match alias {
                    Some(alias) => self.printed_link(&base, alias.as_str()),
                    None => self.printed_link(&base, &self.short_code(link.sequence).to_string()),
                })
            }
        }
    }

    /// What the pattern of a dynamic code under `base` holds, whose short code or alias is `short`.
    pub fn printed_link(&self, base: &LinkBase, short: &str) -> String {
        base.pattern_for(short, self.capitals)
    }

    /// Whether `sequence` may have been given out.
    async fn was_leased(&self, sequence: Sequence) -> Result<bool, ReadError> {
        let high_water = &self.published.high_water;
        if !self.store.is_shared() {
            return Ok(high_water.covers(sequence));
        }
        let read = async || Ok(self.store.leases().await?.next_block);
        high_water.covers_anywhere(sequence, &self.clock, read).await
    }

    /// The link of `sequence`, from the cache or filled in from the store.
    async fn link(&self, sequence: Sequence) -> Result<Option<Arc<Link>>, ReadError> {
        let cached = self.published.cache.get(sequence);
        if self.store.is_shared() {
            return self.shared_link(sequence, cached).await;
        }
        if let Some(cached) = cached {
            return Ok(Some(cached.link));
        }
        if !self.was_leased(sequence).await? {
            return Ok(None);
        }
        let fill = self.published.cache.begin_fill(sequence, self.clock.monotonic());
        let link = self.store.code(sequence).await?.map(|stored| Arc::new(Link::from(stored.code)));
        self.published.cache.end_fill(fill, link.clone());
        Ok(link)
    }

    /// The same where other processes change codes: what is cached ages.
    async fn shared_link(
        &self,
        sequence: Sequence,
        cached: Option<Cached>,
    ) -> Result<Option<Arc<Link>>, ReadError> {
        let read = || {
            let store = self.store.clone();
            async move { store.code(sequence).await }
        };
        match cached {
            Some(cached) => {
                let store_is_away = self.store.health() == StoreHealth::Away;
                self.flights.refreshed(cached, store_is_away, read).await
            }
            None if self.was_leased(sequence).await? => self.flights.read(sequence, read).await,
            None => Ok(None),
        }
    }
}
