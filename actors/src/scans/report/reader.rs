//! Reports on one code.

use std::collections::HashSet;

use ezqr_schema::scan::{Day, Month};
use ezqr_schema::wire::scans::{ScanQuery, ScanReport};
use ezqr_schema::{Clock, Page, Sequence};
use ezqr_store::{DayRow, ReadError, ScanStore, Store, UniqueRow, WindowRow};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::counter::{Counter, Rows};
use super::plan::Plan;
use super::timeline::Timeline;
use crate::scans::Live;

/// Reads of one report under way at once.
pub(super) const READS: usize = 16;
/// Of these, reads of rows of one kind.
pub(super) const READS_OF_PART: usize = 8;

/// Reports on scans, from rows in the store and in memory. It belongs to no actor.
#[derive(Clone, Debug)]
pub struct ScanReader<S = Store> {
    pub(super) store: S,
    pub(super) clock: Clock,
}

impl<S> ScanReader<S> {
    /// Reads `store`.
    pub const fn new(store: S, clock: Clock) -> Self {
        Self { store, clock }
    }
}

impl<S: ScanStore> ScanReader<S> {
    /// What `query` asks of the scans of `code`. `live`, what is in memory of it, was read before; rows of other
    /// codes in it do not count.
    pub async fn report(
        &self,
        code: Sequence,
        query: &ScanQuery,
        live: &Live,
    ) -> Result<ScanReport, ReadError> {
        let timeline = Timeline::of(query);
        let plan = Plan::new(query, &timeline, Day::of(self.clock.now()));
        let (page, only) = (code.page(), Some(code));
        let reads = futures_util::future::try_join(
            self.days(page, plan.months(), only),
            self.visitors(page, plan.months_of_visitors(), only),
        );
        let (days, visitors) = reads.await?;
        let known: HashSet<Day> = days.iter().map(|row| row.day).collect();
        let is_live = |day| live.windows.iter().any(|row| row.place() == (page, day));
        let window_days = plan.window_days(|day| !known.contains(&day) || is_live(day));
        let windows = self.windows(page, window_days, only).await?;
        let live_windows: Vec<&WindowRow> = live.windows.iter().collect();
        let mut counter = Counter::new(query, &timeline);
        let rows = Rows { windows: &windows, live: &live_windows, days: &days };
        counter.add(rows, |sequence| sequence == code);
        if query.tells_uniques() {
            let live = live.visitors.iter().filter(|row| row.sequence == code);
            counter.add_visitors(visitors.iter().chain(live));
        }
        Ok(counter.report())
    }

    /// The rows of these days of a page, or of one of its codes.
    pub(super) async fn windows(
        &self,
        page: Page,
        days: Vec<Day>,
        code: Option<Sequence>,
    ) -> Result<Vec<WindowRow>, ReadError> {
        all(days, |day| self.store.windows(page, day, code)).await
    }

    /// The rows of the days of these months.
    pub(super) async fn days(
        &self,
        page: Page,
        months: Vec<Month>,
        code: Option<Sequence>,
    ) -> Result<Vec<DayRow>, ReadError> {
        all(months, |month| self.store.days(page, month, code)).await
    }

    /// The visitors on the days of these months.
    pub(super) async fn visitors(
        &self,
        page: Page,
        months: Vec<Month>,
        code: Option<Sequence>,
    ) -> Result<Vec<UniqueRow>, ReadError> {
        all(months, |month| self.store.uniques(page, month, code)).await
    }
}

/// The rows of all `parts`, some read at once.
async fn all<Part, Row, Reading: Future<Output = Result<Vec<Row>, ReadError>>>(
    parts: Vec<Part>,
    read: impl Fn(Part) -> Reading,
) -> Result<Vec<Row>, ReadError> {
    let mut rows = Vec::new();
    let mut reads = iter(parts.into_iter().map(read)).buffered(READS_OF_PART);
    while let Some(read) = reads.try_next().await? {
        rows.extend(read);
    }
    Ok(rows)
}
