//! Reports on the codes of an account.

use std::collections::{HashMap, HashSet};

use ezqr_schema::scan::Day;
use ezqr_schema::wire::scans::{AccountScanQuery, CodeTotal, ScanReport};
use ezqr_schema::{Owner, Page, Sequence, Timestamp};
use ezqr_store::{
    CodeStore, DUE_PARTITIONS, DayRow, PagePosition, ReadError, ScanStore, UniqueRow, WindowRow,
};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::counter::{Counter, Rows};
use super::plan::Plan;
use super::ranking::largest;
use super::reader::{READS, READS_OF_PART, ScanReader};
use super::timeline::Timeline;
use crate::scans::Live;

/// Most partitions that one report reads.
pub const MOST_PARTITIONS: usize = 5_000;
/// Pages listed at a time.
const PAGES: usize = 500;
/// How far the clocks of the nodes that open pages may be ahead of those that count.
const CLOCKS_APART_MS: i64 = 24 * 3_600 * 1_000;

/// Why there is no report on an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountReportError {
    /// It would read too much.
    #[error(
        "the report needs at least {needed} reads of up to 128 codes and a month each, or a day; at most \
         {MOST_PARTITIONS} are made. Ask for fewer days or for codes of one tag"
    )]
    RangeTooLarge {
        /// Partitions it would read, at least.
        needed: usize,
    },
    /// A read failed.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The pages a report reads.
#[derive(Clone, Debug)]
pub struct AccountPages {
    pages: Vec<Page>,
    /// Pages and days that may not be computed, besides today and the day before.
    due: HashSet<(Page, Day)>,
}

impl AccountPages {
    /// The pages: what is in memory of their codes is to be read before the report.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }
}

/// What was read of one page.
struct PageRows {
    days: Vec<DayRow>,
    windows: Vec<WindowRow>,
    visitors: Vec<UniqueRow>,
    /// The codes that count; all, where no tag is asked for.
    codes: Option<HashSet<Sequence>>,
}

impl<S: ScanStore + CodeStore> ScanReader<S> {
    /// The pages that a report on the codes of `owner` reads.
    pub async fn account_pages(
        &self,
        owner: &Owner,
        query: &AccountScanQuery,
    ) -> Result<AccountPages, AccountReportError> {
        let timeline = Timeline::of(&query.scans);
        let plan = Plan::new(&query.scans, &timeline, Day::of(self.clock.now()));
        let open_days: HashSet<Day> = plan.window_days(|_| false).into_iter().collect();
        let maybe_due: Vec<Day> =
            plan.window_days(|_| true).into_iter().filter(|day| !open_days.contains(day)).collect();
        let each = plan.months().len()
            + plan.months_of_visitors().len()
            + open_days.len()
            + usize::from(query.tag.is_some());
        let once = maybe_due.len() * DUE_PARTITIONS + query.scans.top.get();
        let needed = |pages: usize, due: usize| pages.saturating_mul(each) + due + once;
        let check = |needed: usize| {
            if needed > MOST_PARTITIONS { Err(AccountReportError::RangeTooLarge { needed }) } else { Ok(()) }
        };
        let mut before = behind(query.scans.range.end_window().start());
        let mut pages = Vec::new();
        loop {
            let listed = self.store.pages_before(owner, query.tag.as_ref(), before, PAGES).await?;
            pages.extend(listed.iter().map(|position| position.page));
            check(needed(pages.len(), 0))?;
            if listed.len() < PAGES {
                break;
            }
            before = listed.last().copied();
        }
        let due = self.due_of(&pages, maybe_due).await?;
        check(needed(pages.len(), due.len()))?;
        Ok(AccountPages { pages, due })
    }

    /// What `query` asks of the scans of the codes of these pages. `live`, what is in memory of them, was read
    /// before.
    pub async fn account_report(
        &self,
        pages: &AccountPages,
        query: &AccountScanQuery,
        live: &Live,
    ) -> Result<ScanReport, ReadError> {
        let timeline = Timeline::of(&query.scans);
        let plan = Plan::new(&query.scans, &timeline, Day::of(self.clock.now()));
        let mut live_windows: HashMap<Page, Vec<&WindowRow>> = HashMap::new();
        for row in &live.windows {
            live_windows.entry(row.sequence.page()).or_default().push(row);
        }
        let mut live_visitors: HashMap<Page, Vec<&UniqueRow>> = HashMap::new();
        for row in &live.visitors {
            live_visitors.entry(row.sequence.page()).or_default().push(row);
        }
        let mut counter = Counter::new(&query.scans, &timeline);
        let reads = pages.pages.iter().map(|page| async {
            let page = *page;
            let days: HashSet<Day> = match live_windows.get(&page) {
                Some(rows) => rows.iter().map(|row| row.epoch.window.day()).collect(),
                None => HashSet::new(),
            };
            let is_open = |day| pages.due.contains(&(page, day)) || days.contains(&day);
            Ok::<_, ReadError>((page, self.page_rows(page, query, plan, is_open).await?))
        });
        let mut reads = iter(reads).buffer_unordered(READS / READS_OF_PART);
        while let Some((page, rows)) = reads.try_next().await? {
            let counts = |code| rows.codes.as_ref().is_none_or(|codes| codes.contains(&code));
            let live = live_windows.get(&page).map(Vec::as_slice).unwrap_or_default();
            counter.add(Rows { windows: &rows.windows, live, days: &rows.days }, counts);
            if query.scans.tells_uniques() {
                let live = live_visitors.get(&page).into_iter().flatten().copied();
                counter.add_visitors(rows.visitors.iter().chain(live).filter(|row| counts(row.sequence)));
            }
        }
        let mut report = counter.report();
        report.codes = Some(self.largest_codes(&counter, query.scans.top.get()).await?);
        Ok(report)
    }

    async fn page_rows(
        &self,
        page: Page,
        query: &AccountScanQuery,
        plan: Plan<'_>,
        is_open: impl Fn(Day) -> bool,
    ) -> Result<PageRows, ReadError> {
        let codes: Option<HashSet<Sequence>> = match &query.tag {
            None => None,
            Some(tag) => {
                let codes = self.store.codes_of_page(page, None).await?;
                Some(codes.iter().filter(|code| code.tags.contains(tag)).map(|code| code.sequence).collect())
            }
        };
        if codes.as_ref().is_some_and(HashSet::is_empty) {
            // The tag was taken away from all codes of the page.
            let (days, windows, visitors) = (Vec::new(), Vec::new(), Vec::new());
            return Ok(PageRows { days, windows, visitors, codes });
        }
        let days = self.days(page, plan.months(), None).await?;
        let visitors = self.visitors(page, plan.months_of_visitors(), None).await?;
        let windows = self.windows(page, plan.window_days(is_open), None).await?;
        Ok(PageRows { days, windows, visitors, codes })
    }

    /// Which of these pages and days are due to be computed.
    async fn due_of(&self, pages: &[Page], days: Vec<Day>) -> Result<HashSet<(Page, Day)>, ReadError> {
        let pages: HashSet<Page> = pages.iter().copied().collect();
        let reads =
            days.into_iter().map(|day| async move { Ok::<_, ReadError>((day, self.store.due(day).await?)) });
        let mut reads = iter(reads).buffer_unordered(READS / DUE_PARTITIONS);
        let mut due = HashSet::new();
        while let Some((day, noted)) = reads.try_next().await? {
            due.extend(noted.into_iter().filter(|page| pages.contains(page)).map(|page| (page, day)));
        }
        Ok(due)
    }

    async fn largest_codes(&self, counter: &Counter<'_>, most: usize) -> Result<Vec<CodeTotal>, ReadError> {
        let totals = counter.codes.iter().map(|(code, total)| (*code, *total));
        let (totals, _) = largest(totals, most);
        let reads = totals.into_iter().map(|(code, total)| async move {
            let stored = self.store.code(code).await?;
            Ok::<_, ReadError>(stored.map(|stored| CodeTotal {
                id: stored.code.id,
                name: stored.code.name,
                total,
            }))
        });
        let codes: Vec<_> = iter(reads).buffered(READS).try_collect().await?;
        Ok(codes.into_iter().flatten().collect())
    }
}

/// Where pages that were opened before `end` begin in the lists; later ones have no scan before it.
fn behind(end: Timestamp) -> Option<PagePosition> {
    let opened_at = end.saturating_add_millis(CLOCKS_APART_MS);
    Page::new(0).ok().map(|page| PagePosition { opened_at, page })
}
