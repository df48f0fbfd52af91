//! How often codes were scanned, ever.

use std::collections::{BTreeMap, HashMap, HashSet};

use ezqr_schema::scan::{Day, Month};
use ezqr_schema::{Page, Sequence};
use ezqr_store::{DayRow, MonthRow, ReadError, ScanStore, WindowRow};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::reader::{READS, READS_OF_PART, ScanReader};
use super::rows::settle;
use crate::scans::Live;

impl<S: ScanStore> ScanReader<S> {
    /// How often each of `codes` was scanned, without bots, in their order. Codes of one page share its reads.
    /// `live`, what is in memory of them, was read before.
    pub async fn counts(&self, codes: &[Sequence], live: &Live) -> Result<Vec<u64>, ReadError> {
        let mut pages: BTreeMap<Page, HashSet<Sequence>> = BTreeMap::new();
        for code in codes {
            pages.entry(code.page()).or_default().insert(*code);
        }
        let reads = pages.into_iter().map(|(page, codes)| self.counts_of_page(page, codes, live));
        let mut counted = HashMap::new();
        let mut reads = iter(reads).buffer_unordered(READS / READS_OF_PART);
        while let Some(counts) = reads.try_next().await? {
            counted.extend(counts);
        }
        Ok(codes.iter().map(|code| counted.get(code).copied().unwrap_or(0)).collect())
    }

    async fn counts_of_page(
        &self,
        page: Page,
        codes: HashSet<Sequence>,
        live: &Live,
    ) -> Result<HashMap<Sequence, u64>, ReadError> {
        let today = Day::of(self.clock.now());
        let only = match codes.len() {
            1 => codes.iter().next().copied(),
            _ => None,
        };
        let recent = [today.month().previous(), today.month()];
        let open = [today.saturating_sub(1), today];
        let months = self.store.months(page, only).await?;
        let days = self.days(page, recent.to_vec(), only).await?;
        let windows = self.windows(page, open.to_vec(), only).await?;
        let live = live.windows.iter().filter(|row| row.sequence.page() == page);
        Ok(scan_counts(&months, &days, windows.iter().chain(live), recent[0], |code| codes.contains(&code)))
    }
}

/// Months before `previous` by their rows, later ones by days; of a day that has windows here, what has more.
fn scan_counts<'rows>(
    months: &[MonthRow],
    days: &'rows [DayRow],
    windows: impl Iterator<Item = &'rows WindowRow>,
    previous: Month,
    counts: impl Fn(Sequence) -> bool,
) -> HashMap<Sequence, u64> {
    let mut counted: HashMap<Sequence, u64> = HashMap::new();
    let mut add = |sequence, total: u64| {
        let sum = counted.entry(sequence).or_default();
        *sum = sum.saturating_add(total);
    };
    for row in months.iter().filter(|row| row.month < previous && counts(row.sequence)) {
        add(row.sequence, row.total);
    }
    let windows = windows.filter(|row| row.epoch.window.day().month() >= previous && counts(row.sequence));
    let days = days.iter().filter(|row| counts(row.sequence));
    for ((sequence, _), counts) in settle(windows, days) {
        add(sequence, counts.total());
    }
    counted
}
