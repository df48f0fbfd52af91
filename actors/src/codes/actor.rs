//! The owner of all writing of codes.

use std::sync::Arc;

use ezqr_schema::{Block, Clock, CodeIds, LinkBaseId, Timestamp};
use ezqr_store::{CodeStore as _, LeaseError, Leases, ReadError, Store};
use futures_util::future::{FutureExt as _, LocalBoxFuture, Shared};

use crate::kernel::{Behaviour, Message, Reply, Respond, Timers};

use super::cache::LinkCache;
use super::creation_times::{CreationTime, CreationTimes};
use super::doubts::{self, Doubts, Settle};
use super::handle::WRITE_DEADLINE;
use super::high_water::HighWater;
use super::numbers::Numbers;
use super::turns::Turns;
use super::unknown_aliases::UnknownAliases;

/// What [`Codes`] publishes for readers; survives its restarts.
#[derive(Clone)]
pub struct Published {
    /// Links.
    pub cache: Arc<LinkCache>,
    /// Which numbers were ever leased.
    pub high_water: HighWater,
    /// Aliases that do not exist.
    pub(super) unknown_aliases: Arc<UnknownAliases>,
}

impl Published {
    /// Nothing yet, with room for `links` links of together `bytes` bytes; `is_shared` when other processes mint too.
    pub(crate) fn new((links, bytes): (usize, usize), is_shared: bool) -> Self {
        Self {
            cache: Arc::new(LinkCache::new(links, bytes)),
            high_water: HighWater::default(),
            unknown_aliases: Arc::new(UnknownAliases::of(is_shared)),
        }
    }
}

/// What [`Codes`] is built from.
#[derive(Clone)]
pub struct CodesSeed {
    /// Where codes are kept.
    pub store: Store,
    /// Makes their ids.
    pub code_ids: CodeIds,
    /// The link base new codes are minted with.
    pub link_base: LinkBaseId,
    /// Tells when they are minted.
    pub clock: Clock,
    /// What readers see.
    pub published: Published,
}

/// Owns sequence blocks, open pages, conditional changes and what is published of codes.
///
/// A restart abandons its block and its pages: numbers of them may be on their way into the store. It gives up
/// what is in doubt too: later changes of the same codes end that.
pub struct Codes {
    pub(super) seed: CodesSeed,
    pub(super) numbers: Numbers,
    pub(super) turns: Turns,
    pub(super) doubts: Doubts,
    lease: Option<Shared<LocalBoxFuture<'static, Result<Block, LeaseError>>>>,
    creation_times: CreationTimes,
}

impl Behaviour for Codes {
    type Seed = CodesSeed;
    type BuildError = ReadError;

    async fn build(seed: &CodesSeed) -> Result<Self, ReadError> {
        let is_shared = seed.store.is_shared();
        // What was in flight when the last incarnation ended may be written after all, and nobody publishes it then. So
        // it is waited for before the cache is emptied: a link that is read in between is one from before the change.
        seed.store.settle().await;
        if is_shared {
            seed.published.cache.outdate_all();
        } else {
            seed.published.cache.forget_all();
        }
        let Leases { next_block, newest_code } = unless_away(is_shared, seed.store.leases().await)?;
        seed.published.high_water.rise_to(next_block);
        let newest_code = newest_code.unwrap_or(Timestamp::EPOCH);
        Ok(Self {
            seed: seed.clone(),
            numbers: Numbers::new(seed.store.page_order()),
            turns: Turns::new(WRITE_DEADLINE),
            doubts: Doubts::default(),
            lease: None,
            creation_times: CreationTimes::new(seed.store.page_order(), newest_code),
        })
    }

    fn timers(&self, timers: &mut Timers<Self>) {
        if self.seed.store.is_shared() {
            timers.every(doubts::INTERVAL, Settle);
        }
    }
}

/// What is known of leases. A shared store may be away for a while, which is no reason to stop: it tells of no
/// newest code, and how far numbers were leased is read again before it is relied on.
fn unless_away(is_shared: bool, leases: Result<Leases, ReadError>) -> Result<Leases, ReadError> {
    match leases {
        Err(ReadError::Unavailable(_)) if is_shared => Ok(Leases { next_block: 0, newest_code: None }),
        leases => leases,
    }
}

impl Codes {
    /// The time of codes minted now.
    pub(super) fn creation_time(&mut self) -> Timestamp {
        let CreationTime { at, stepped_back } = self.creation_times.next(self.seed.clock.now());
        if stepped_back {
            self.numbers.close_pages();
        }
        at
    }

    /// Leases a block, once for all who wait for it; then goes on.
    pub(super) fn with_new_block<R: 'static>(
        &mut self,
        go_on: impl FnOnce(&mut Self, Result<(), LeaseError>) -> Reply<Self, R> + 'static,
    ) -> Reply<Self, R> {
        let lease = self.lease.get_or_insert_with(|| {
            let store = self.seed.store.clone();
            async move { store.lease_block().await }.boxed_local().shared()
        });
        Reply::then(lease.clone(), |codes: &mut Self, leased| {
            codes.lease = None;
            let adopted = leased.map(|block| codes.adopt(block));
            go_on(codes, adopted)
        })
    }

    fn adopt(&mut self, block: Block) {
        self.seed.published.high_water.rise_to(block.get() + 1);
        self.numbers.adopt(block);
    }
}

/// Asks to forget every cached link, because another process wrote to the store.
pub(super) struct ForgetCached;

impl Message for ForgetCached {
    type Reply = ();
}

impl Respond<ForgetCached> for Codes {
    fn respond(&mut self, _: ForgetCached) -> Reply<Self, ()> {
        self.seed.published.cache.forget_all();
        Reply::now(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ezqr_store::Unavailable;

    use super::*;

    #[test]
    fn only_a_shared_store_may_be_away_while_the_owner_is_built() {
        let away = Unavailable { reason: "away".to_owned(), retry_after: Duration::from_secs(1) };
        let leases =
            |is_shared, error: ReadError| unless_away(is_shared, Err(error)).map(|told| told.next_block);
        assert_eq!(leases(true, away.clone().into()), Ok(0));
        assert_eq!(leases(false, away.clone().into()), Err(away.into()));
        let corrupt = ReadError::Corrupt("no number".to_owned());
        assert_eq!(leases(true, corrupt.clone()), Err(corrupt));
    }
}
