//! Lists: one algorithm for every store, over its pages, the codes of a page and the external ids.
//!
//! A list goes newest first by (page opened, page, sequence). Codes that are there throughout are neither
//! skipped nor repeated while others are minted: new ones stand before every position already given out.

mod filter;
mod request;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::ops::ControlFlow;
use std::time::Duration;

use ezqr_schema::{Clock, Code, ExternalId, ListPosition, Page, Sequence, Timestamp};
use futures_util::stream::{self, StreamExt as _};

use self::filter::matches;
pub use self::request::{ListBudget, ListRequest, Listing};
use crate::unreadable::PassedOver;
use crate::{CodeStore, PageOrder, PagePosition, ReadError, StoredCode};

/// Rows of a look-up read at a time: few enough for the embedded store to read them in place.
const LOOK_UPS: usize = 10;
/// Codes of one external id that are read to put them in order.
const PUT_IN_ORDER: usize = 500;
/// Of these at once.
const READS_AT_ONCE: usize = 32;

/// The codes of `request`, or as many as its budget allows.
///
/// The answer may hold fewer than the limit, even none, while [`Listing::next`] tells where to go on.
pub async fn list(
    store: &impl CodeStore,
    request: &ListRequest,
    clock: &Clock,
) -> Result<Listing, ReadError> {
    let walk = Walk {
        request,
        clock,
        now: clock.now(),
        started: clock.monotonic(),
        order: store.page_order(),
        rows: 0,
        codes: Vec::new(),
    };
    match (&request.filter.external_id, walk.order) {
        (Some(external_id), PageOrder::Exact) => walk.by_external_id(store, external_id).await,
        (Some(external_id), PageOrder::Within(_)) => walk.by_external_id_and_time(store, external_id).await,
        (None, _) => walk.by_pages(store).await,
    }
}

/// A list in the making.
struct Walk<'request> {
    request: &'request ListRequest,
    clock: &'request Clock,
    /// When the answer was asked for: what is expired by then is.
    now: Timestamp,
    started: Duration,
    order: PageOrder,
    /// Rows read so far, of look-ups and of codes.
    rows: usize,
    codes: Vec<Code>,
}

/// What one more code means for the walk.
enum Step {
    /// The walk goes on.
    On,
    /// It belongs to the list, which is full: more follows.
    Full,
    /// It is too old, and so is all that follows.
    End,
}

impl Walk<'_> {
    /// Walks the owner's pages, or those of a tag, and reads each whole.
    async fn by_pages(mut self, store: &impl CodeStore) -> Result<Listing, ReadError> {
        let mut last = None;
        if let Some(after) = self.request.after.filter(|after| !is_behind_page(*after)) {
            let codes = store.codes_of_page(after.page, Some(after.sequence)).await?;
            if let ControlFlow::Break(next) = self.take_page(page_of(after), codes) {
                return Ok(self.ended(next));
            }
            last = behind(page_of(after));
        }
        let mut before = self.first_page();
        loop {
            let (owner, tag) = (&self.request.owner, self.request.filter.tag.as_ref());
            let pages = store.pages_before(owner, tag, before, LOOK_UPS).await?;
            self.rows += pages.len();
            for page in &pages {
                if self.is_too_old(*page) {
                    return Ok(self.ended(None));
                }
                // A page that is not read may hold more. When the list is full, that is enough to know: to
                // read it would cost as much as the next answer does.
                if last.is_some() && (self.is_full() || self.is_spent()) {
                    return Ok(self.ended(last));
                }
                let codes = store.codes_of_page(page.page, None).await?;
                if let ControlFlow::Break(next) = self.take_page(*page, codes) {
                    return Ok(self.ended(next));
                }
                last = behind(*page);
            }
            if pages.len() < LOOK_UPS {
                return Ok(self.ended(None));
            }
            before = pages.last().copied();
        }
    }

    /// Takes what belongs to the list; breaks off when it ends here, with where to go on.
    fn take_page(&mut self, page: PagePosition, codes: Vec<Code>) -> ControlFlow<Option<ListPosition>> {
        self.rows += codes.len();
        let mut last = None;
        for code in codes {
            let position = ListPosition::new(page.opened_at, code.sequence);
            match self.take(code) {
                Step::On => last = Some(position),
                Step::Full => return ControlFlow::Break(last),
                Step::End => return ControlFlow::Break(None),
            }
        }
        ControlFlow::Continue(())
    }

    /// Finds the codes that have or had an external id where numbers tell nothing of time: a process that was idle
    /// mints today from numbers of last week. All are read before the first is answered. When there are too many
    /// for that the owner's pages are walked, which is the same order.
    async fn by_external_id_and_time(
        mut self,
        store: &impl CodeStore,
        external_id: &ExternalId,
    ) -> Result<Listing, ReadError> {
        let owner = &self.request.owner;
        let sequences = store.sequences_of_external_id(owner, external_id, None, PUT_IN_ORDER + 1).await?;
        if sequences.len() > PUT_IN_ORDER {
            return self.by_pages(store).await;
        }
        let read = |sequence: Sequence| async move { (sequence, store.code(sequence).await) };
        let reads = stream::iter(sequences.into_iter().map(read)).buffer_unordered(READS_AT_ONCE);
        let place = |stored: &StoredCode| ListPosition::new(stored.page_opened_at, stored.code.sequence);
        let mut found = Vec::new();
        for (sequence, stored) in reads.collect::<Vec<_>>().await {
            let mut passed_over = PassedOver::default();
            let stored = passed_over.pass(stored)?.flatten();
            passed_over.tell(sequence.get());
            let is_behind =
                |stored: &StoredCode| self.request.after.is_none_or(|after| place(stored) < after);
            found.extend(stored.filter(is_behind));
        }
        found.sort_by_key(|stored| Reverse(place(stored)));
        let mut last = None;
        for stored in found {
            let position = place(&stored);
            match self.take(stored.code) {
                Step::On => last = Some(position),
                Step::Full => return Ok(self.ended(last)),
                Step::End => return Ok(self.ended(None)),
            }
        }
        Ok(self.ended(None))
    }

    /// Walks the codes that have or had an external id, by their numbers.
    async fn by_external_id(
        mut self,
        store: &impl CodeStore,
        external_id: &ExternalId,
    ) -> Result<Listing, ReadError> {
        let mut last = None;
        let mut before = self.request.after.map(|after| after.sequence);
        loop {
            let owner = &self.request.owner;
            let sequences = store.sequences_of_external_id(owner, external_id, before, LOOK_UPS).await?;
            self.rows += sequences.len();
            for sequence in &sequences {
                if last.is_some() && self.is_spent() {
                    return Ok(self.ended(last));
                }
                self.rows += 1;
                let mut passed_over = PassedOver::default();
                let stored = passed_over.pass(store.code(*sequence).await)?.flatten();
                passed_over.tell(sequence.get());
                let opened_at = stored.as_ref().map_or(Timestamp::EPOCH, |stored| stored.page_opened_at);
                let step = stored.map_or(Step::On, |stored| self.take(stored.code));
                match step {
                    Step::On => last = Some(ListPosition::new(opened_at, *sequence)),
                    Step::Full => return Ok(self.ended(last)),
                    Step::End => return Ok(self.ended(None)),
                }
            }
            if sequences.len() < LOOK_UPS {
                return Ok(self.ended(None));
            }
            before = sequences.last().copied();
            // Reads in place never wait; other requests of this thread get their turn here.
            tokio::task::yield_now().await;
        }
    }

    /// Looks at the next code of the walk.
    fn take(&mut self, code: Code) -> Step {
        let Self { request, order, now, .. } = self;
        let is_too_old = request.filter.created_after.is_some_and(|after| code.created_at <= after);
        if is_too_old && *order == PageOrder::Exact {
            return Step::End;
        }
        if code.owner != request.owner || !matches(&request.filter, &code, *now) {
            return Step::On;
        }
        if self.is_full() {
            return Step::Full;
        }
        self.codes.push(code);
        Step::On
    }

    /// Whether no code of this page, nor of one opened before it, is new enough.
    fn is_too_old(&self, page: PagePosition) -> bool {
        let (Some(after), PageOrder::Within(open)) = (self.request.filter.created_after, self.order) else {
            return false;
        };
        let open = i64::try_from(open.as_millis()).unwrap_or(i64::MAX);
        page.opened_at.saturating_add_millis(open) <= after
    }

    /// The pages before this one are walked: those behind the position, or at first those that were opened
    /// before the last instant asked for.
    fn first_page(&self) -> Option<PagePosition> {
        let created_before = self.request.filter.created_before;
        let opened_before = || Some(PagePosition { opened_at: created_before?, page: Page::new(0).ok()? });
        self.request.after.map(page_of).or_else(opened_before)
    }

    fn is_full(&self) -> bool {
        self.codes.len() >= self.request.limit.get()
    }

    fn is_spent(&self) -> bool {
        let budget = self.request.budget;
        self.rows >= budget.rows || self.clock.monotonic().saturating_sub(self.started) >= budget.time
    }

    fn ended(self, next: Option<ListPosition>) -> Listing {
        Listing { codes: self.codes, next }
    }
}

/// The page a position lies in.
const fn page_of(position: ListPosition) -> PagePosition {
    PagePosition { opened_at: position.opened_at, page: position.page }
}

/// The position behind all of a page: its lowest number. Whoever goes on there need not read the page again.
fn behind(page: PagePosition) -> Option<ListPosition> {
    Some(ListPosition::new(page.opened_at, page.page.sequence(0)?))
}

/// Whether nothing of its page lies behind `position`.
fn is_behind_page(position: ListPosition) -> bool {
    position.page.sequence(0) == Some(position.sequence)
}
