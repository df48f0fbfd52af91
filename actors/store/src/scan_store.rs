//! Counts of scans.

use ezqr_schema::scan::{Day, Epoch, EpochId, Month, Tally, VisitorSalt, Visitors, Window};
use ezqr_schema::{Page, Sequence, Timestamp};

use crate::{ReadError, WriteError};

/// All scans of one code in one epoch, so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowRow {
    /// The code.
    pub sequence: Sequence,
    /// Who counted, and the window.
    pub epoch: Epoch,
    /// The counts: totals since the epoch began, never differences.
    pub tally: Tally,
}

/// All scans of one code on one day, computed from the rows of its windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRow {
    /// The code.
    pub sequence: Sequence,
    /// The day.
    pub day: Day,
    /// What was counted in each quarter of an hour, in order; without those of nothing.
    pub quarters: Vec<Quarter>,
    /// The counts of the day, of its largest cells only.
    pub tally: Tally,
}

/// The scans of one quarter of an hour, by class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarter {
    /// Its place in the day, below [`Window::PER_DAY`].
    pub quarter: u8,
    /// Its scans, by the numbers of [`Class`](ezqr_schema::scan::Class).
    pub classes: [u64; 3],
}

/// All scans of one code in one month, computed from the rows of its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthRow {
    /// The code.
    pub sequence: Sequence,
    /// The month.
    pub month: Month,
    /// Its scans but for bots'.
    pub total: u64,
    /// Those of bots.
    pub bots: u64,
    /// Different visitors of each day, summed.
    pub uniques: u64,
}

/// Who visited one code on one day, as one run of a process saw it. Rows of several runs are merged.
#[derive(Clone, Debug)]
pub struct UniqueRow {
    /// The code.
    pub sequence: Sequence,
    /// The day.
    pub day: Day,
    /// The run.
    pub run: EpochId,
    /// The visitors since the run began.
    pub visitors: Visitors,
}

/// Some rows were not acknowledged: to be written again, as they are then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} rows were not acknowledged: {cause}", .rows.len())]
pub struct NotWritten {
    /// Their positions among those given, in order. The others were written.
    pub rows: Vec<usize>,
    /// Why the first was not.
    pub cause: WriteError,
}

/// Most partitions that a store keeps the due pages of a day in: the reads of one [`ScanStore::due`].
pub const DUE_PARTITIONS: usize = 16;

/// Counts of scans.
///
/// Rules for every store:
/// - Every row is absolute and written whole; of two writings of a row the one with more hits (visitors: with
///   the larger sum of registers) stays, whichever comes later. So retrying, repeating and replaying change
///   nothing, and a failed write is simply superseded by the next.
/// - Rows are acknowledged when they survive a crash of the process and of the store.
/// - Rows need no common atomicity: a store groups them as it likes, and tells which were not written.
/// - Windows are kept 35 days, days and visitors 400, months for ever.
pub trait ScanStore {
    /// Writes counts of windows, of any codes and epochs.
    async fn write_windows(&self, rows: &[WindowRow]) -> Result<(), NotWritten>;

    /// The counts of the windows of `day` of the codes of `page`, or of one of them: all epochs', in order of
    /// code, window and epoch.
    async fn windows(
        &self,
        page: Page,
        day: Day,
        code: Option<Sequence>,
    ) -> Result<Vec<WindowRow>, ReadError>;

    /// Notes at `now` that the days of these pages are to be computed from their windows. Comes before the
    /// windows are written.
    async fn mark_due(&self, due: &[(Day, Page)], now: Timestamp) -> Result<(), WriteError>;

    /// The pages of `day` that are noted as due, in no order.
    async fn due(&self, day: Day) -> Result<Vec<Page>, ReadError>;

    /// Takes back what was noted of the page before or at `noted_until`.
    async fn settle_due(&self, day: Day, page: Page, noted_until: Timestamp) -> Result<(), WriteError>;

    /// Writes counts of days.
    async fn write_days(&self, rows: &[DayRow]) -> Result<(), NotWritten>;

    /// The counts of the days of `month` of the codes of `page`, or of one of them, in order of code and day.
    async fn days(&self, page: Page, month: Month, code: Option<Sequence>) -> Result<Vec<DayRow>, ReadError>;

    /// Writes counts of months.
    async fn write_months(&self, rows: &[MonthRow]) -> Result<(), NotWritten>;

    /// The counts of all months of the codes of `page`, or of one of them, in order of code and month.
    async fn months(&self, page: Page, code: Option<Sequence>) -> Result<Vec<MonthRow>, ReadError>;

    /// Writes visitors.
    async fn write_uniques(&self, rows: &[UniqueRow]) -> Result<(), NotWritten>;

    /// The visitors on the days of `month` of the codes of `page`, or of one of them: all runs', in order of
    /// code and day.
    async fn uniques(
        &self,
        page: Page,
        month: Month,
        code: Option<Sequence>,
    ) -> Result<Vec<UniqueRow>, ReadError>;

    /// The salt of `day` for all processes: `offered`, if there was none.
    async fn visitor_salt(&self, day: Day, offered: &VisitorSalt) -> Result<VisitorSalt, WriteError>;

    /// Erases the salts of days before `day`, beyond what an undeleting of files could bring back, as far as
    /// the store can.
    async fn erase_salts(&self, day: Day) -> Result<(), WriteError>;

    /// Forgets windows before the one day and days and visitors before the month of the other, where rows do not
    /// end by themselves. Takes away a bounded number at a time; true when there may be more.
    async fn forget_scans(&self, windows_before: Day, days_before: Day) -> Result<bool, WriteError>;
}

impl WindowRow {
    /// Its page and day: rows of the same lie together.
    pub const fn place(&self) -> (Page, Day) {
        (self.sequence.page(), self.epoch.window.day())
    }
}

impl DayRow {
    /// The day of `sequence` by the rows of its windows, of all epochs. `most` cells are kept.
    pub fn of<'row>(
        sequence: Sequence,
        day: Day,
        windows: impl Iterator<Item = &'row WindowRow>,
        most: usize,
    ) -> Self {
        let mut quarters: Vec<Quarter> = Vec::new();
        let mut tally = Tally::default();
        for row in windows {
            tally.merge(&row.tally);
            let quarter = u8::try_from(row.epoch.window.quarter()).unwrap_or(u8::MAX);
            let at = match quarters.binary_search_by_key(&quarter, |known| known.quarter) {
                Ok(at) => at,
                Err(at) => {
                    quarters.insert(at, Quarter { quarter, classes: [0; 3] });
                    at
                }
            };
            if let Some(known) = quarters.get_mut(at) {
                for (sum, class) in known.classes.iter_mut().zip(ezqr_schema::scan::Class::ALL) {
                    *sum = sum.saturating_add(row.tally.of_class(class));
                }
            }
        }
        tally.keep_largest(most);
        Self { sequence, day, quarters, tally }
    }

    /// The window of one of its quarters.
    pub fn window(&self, quarter: Quarter) -> Window {
        self.day.window(u32::from(quarter.quarter))
    }
}
