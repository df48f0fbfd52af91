//! Reads of links under way, shared by all who wait for the same one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ezqr_schema::{Clock, Sequence};
use ezqr_store::{ReadError, StoredCode, Unavailable};
use futures_util::future::{BoxFuture, FutureExt as _, Shared};
use tokio::sync::oneshot;

use super::cache::{Cached, Fill, LinkCache};
use super::freshness::{FRESH, Freshness};
use super::link::Link;

/// Reads under way at most; more are refused.
const MOST: usize = 1_024;

pub(super) type Found = Result<Option<Arc<Link>>, ReadError>;

/// Fills the cache, by one read for all visitors of a link. A read goes on when nobody waits for it any more.
#[derive(Clone)]
pub(super) struct Flights {
    cache: Arc<LinkCache>,
    clock: Clock,
    under_way: Arc<Mutex<Board>>,
}

#[derive(Default)]
struct Board {
    flights: HashMap<Sequence, Flight>,
    begun: u64,
}

struct Flight {
    number: u64,
    fill: Fill,
    landing: Shared<BoxFuture<'static, Found>>,
}

/// Takes a flight off the board, however it ends.
struct Departed {
    under_way: Arc<Mutex<Board>>,
    sequence: Sequence,
    number: u64,
}

impl Flights {
    pub(super) fn new(cache: Arc<LinkCache>, clock: Clock) -> Self {
        Self { cache, clock, under_way: Arc::default() }
    }

    /// A link that is cached, read again where its age asks for it.
    pub(super) async fn refreshed<R>(
        &self,
        cached: Cached,
        store_is_away: bool,
        read: impl FnOnce() -> R,
    ) -> Found
    where
        R: Future<Output = Result<Option<StoredCode>, ReadError>> + Send + 'static,
    {
        let Cached { link, as_of } = cached;
        let age = self.clock.monotonic().saturating_sub(as_of);
        match Freshness::of(age, store_is_away) {
            Freshness::Fresh => Ok(Some(link)),
            Freshness::Ageing => {
                self.join(link.sequence, read);
                Ok(Some(link))
            }
            Freshness::Old => match self.join(link.sequence, read) {
                // The store may be well, and the link have been changed up to an hour ago.
                None => Err(too_many()),
                Some(landing) => match landing.await {
                    Err(ReadError::Unavailable(_)) => Ok(Some(link)),
                    found => found,
                },
            },
            Freshness::Outlived => self.read(link.sequence, read).await,
        }
    }

    /// The link of `sequence` as the store has it, and puts it into the cache. What is answered was read
    /// after every change that this process published before the call, and at most a second before it.
    pub(super) async fn read<R>(&self, sequence: Sequence, read: impl FnOnce() -> R) -> Found
    where
        R: Future<Output = Result<Option<StoredCode>, ReadError>> + Send + 'static,
    {
        match self.join(sequence, read) {
            Some(landing) => landing.await,
            None => Err(too_many()),
        }
    }

    /// Waits for the read of `sequence`; begins it on the caller's runtime unless it is under way.
    fn join<R>(
        &self,
        sequence: Sequence,
        read: impl FnOnce() -> R,
    ) -> Option<Shared<BoxFuture<'static, Found>>>
    where
        R: Future<Output = Result<Option<StoredCode>, ReadError>> + Send + 'static,
    {
        let now = self.clock.monotonic();
        let (land, landed) = oneshot::channel();
        let (departed, fill, landing) = {
            let mut board = locked(&self.under_way);
            if let Some(flight) = board.flights.get(&sequence)
                && self.cache.is_current(&flight.fill)
                && now.saturating_sub(flight.fill.as_of()) < FRESH
            {
                return Some(flight.landing.clone());
            }
            if board.flights.len() >= MOST {
                return None;
            }
            board.begun += 1;
            let number = board.begun;
            let fill = self.cache.begin_fill(sequence, now);
            let landing =
                landed.map(|found| found.unwrap_or_else(|_| Err(unavailable("a read was cut off"))));
            let landing = landing.boxed().shared();
            board.flights.insert(sequence, Flight { number, fill, landing: landing.clone() });
            (Departed { under_way: Arc::clone(&self.under_way), sequence, number }, fill, landing)
        };
        // Not under the lock: a runtime that is shutting down drops the task at once, and the flight departs.
        let (cache, read) = (Arc::clone(&self.cache), read());
        tokio::spawn(async move {
            let found = read.await.map(|stored| stored.map(|stored| Arc::new(Link::from(stored.code))));
            if let Ok(link) = &found {
                cache.end_fill(fill, link.clone());
            }
            drop(departed);
            // Whoever does not wait any more needs no answer.
            drop(land.send(found));
        });
        Some(landing)
    }
}

impl Drop for Departed {
    fn drop(&mut self) {
        let mut board = locked(&self.under_way);
        if board.flights.get(&self.sequence).is_some_and(|flight| flight.number == self.number) {
            board.flights.remove(&self.sequence);
        }
    }
}

fn locked(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

fn too_many() -> ReadError {
    unavailable("too many links are being read")
}

fn unavailable(reason: &str) -> ReadError {
    let retry_after = FRESH;
    ReadError::Unavailable(Unavailable { reason: reason.to_owned(), retry_after })
}

#[cfg(test)]
mod tests;
