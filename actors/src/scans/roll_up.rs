//! Days and months, computed from windows: never incremented, so that computing them twice is harmless.

use std::collections::BTreeMap;

use ezqr_schema::scan::{CELLS, Class, Day, Month, Visitors};
use ezqr_schema::wire::scans::WINDOW_DAYS;
use ezqr_schema::{Clock, Page, Sequence};
use ezqr_store::{DayRow, MonthRow, NotWritten, ReadError, ScanStore, UniqueRow, WriteError};
use futures_util::StreamExt as _;
use futures_util::stream::iter;

/// Days whose rows and visitors it keeps.
pub(super) const DAY_DAYS: u32 = 400;
/// How long after its end a day is computed: what is counted late is there by then.
const CLOSING_MS: i64 = 20 * 60 * 1_000;
/// What a due note must be older than the beginning of the read that settles it: a node whose clock is off
/// notes first and writes later.
const NOTE_AGE_MS: i64 = 60 * 1_000;
/// Pages computed at once.
const PAGES_AT_ONCE: usize = 16;

/// Why a day or month was not computed. It stays due.
#[derive(Debug, thiserror::Error)]
pub(super) enum RollUpError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Computes all that is due of the last `days` days that are over. What fails stays due and hinders nothing else.
pub(super) async fn roll_up(store: &impl ScanStore, clock: &Clock, days: u32) -> RolledUp {
    let last = Day::of(clock.now().saturating_add_millis(-CLOSING_MS)).saturating_sub(1);
    let mut rolled = RolledUp::default();
    for age in 0..days {
        let day = last.saturating_sub(age);
        let pages = match store.due(day).await {
            Ok(pages) => pages,
            Err(error) => {
                rolled.count(Err(error.into()));
                continue;
            }
        };
        let work = iter(pages).map(|page| page_of_day(store, clock, page, day));
        let mut work = work.buffer_unordered(PAGES_AT_ONCE);
        while let Some(done) = work.next().await {
            rolled.count(done);
        }
    }
    rolled
}

/// What came of computing all that was due.
#[derive(Debug, Default)]
pub(super) struct RolledUp {
    /// Pages of days that were computed.
    pub(super) pages: u64,
    /// Those that were not, and days that could not be asked for.
    pub(super) failures: u64,
    /// The first reason.
    pub(super) reason: Option<RollUpError>,
}

impl RolledUp {
    fn count(&mut self, done: Result<(), RollUpError>) {
        match done {
            Ok(()) => self.pages += 1,
            Err(error) => {
                self.failures += 1;
                self.reason.get_or_insert(error);
            }
        }
    }
}

/// Forgets what is kept long enough.
pub(super) async fn forget(store: &impl ScanStore, clock: &Clock) -> Result<(), WriteError> {
    let today = Day::of(clock.now());
    while store.forget_scans(today.saturating_sub(WINDOW_DAYS), today.saturating_sub(DAY_DAYS)).await? {}
    Ok(())
}

async fn page_of_day(store: &impl ScanStore, clock: &Clock, page: Page, day: Day) -> Result<(), RollUpError> {
    let began = clock.now();
    let windows = store.windows(page, day, None).await?;
    let days: Vec<DayRow> = windows
        .chunk_by(|left, right| left.sequence == right.sequence)
        .filter_map(|rows| Some(DayRow::of(rows.first()?.sequence, day, rows.iter(), CELLS)))
        .collect();
    store.write_days(&days).await?;
    let month = day.month();
    let stored = store.days(page, month, None).await?;
    let visitors = store.uniques(page, month, None).await?;
    store.write_months(&months(month, &stored, &visitors)).await?;
    store.settle_due(day, page, began.saturating_add_millis(-NOTE_AGE_MS)).await?;
    Ok(())
}

/// The totals of `month` of all codes that have a day in it.
fn months(month: Month, days: &[DayRow], visitors: &[UniqueRow]) -> Vec<MonthRow> {
    let uniques = uniques(visitors);
    let codes = days.chunk_by(|left, right| left.sequence == right.sequence);
    codes
        .filter_map(|rows| {
            let sequence = rows.first()?.sequence;
            let sum = |count: fn(&DayRow) -> u64| rows.iter().map(count).fold(0, u64::saturating_add);
            Some(MonthRow {
                sequence,
                month,
                total: sum(|row| row.tally.hits() - row.tally.of_class(Class::Bot)),
                bots: sum(|row| row.tally.of_class(Class::Bot)),
                uniques: uniques.get(&sequence).copied().unwrap_or(0),
            })
        })
        .collect()
}

/// Of each code the different visitors of each day, summed.
fn uniques(rows: &[UniqueRow]) -> BTreeMap<Sequence, u64> {
    let mut sums = BTreeMap::new();
    for runs in rows.chunk_by(|left, right| (left.sequence, left.day) == (right.sequence, right.day)) {
        let Some(first) = runs.first() else { continue };
        let mut visitors = Visitors::default();
        for run in runs {
            visitors.merge(&run.visitors);
        }
        *sums.entry(first.sequence).or_insert(0) += visitors.estimate();
    }
    sums
}

#[cfg(test)]
mod tests;
