//! Counts of scans, in whichever store there is.

use ezqr_schema::scan::{Day, Month, VisitorSalt};
use ezqr_schema::{Page, Sequence, Timestamp};

use super::Store;
use crate::{DayRow, MonthRow, NotWritten, ReadError, ScanStore, UniqueRow, WindowRow, WriteError};

impl ScanStore for Store {
    async fn write_windows(&self, rows: &[WindowRow]) -> Result<(), NotWritten> {
        match self {
            Self::Embedded(store) => store.write_windows(rows).await,
            Self::Scylla(store) => store.write_windows(rows).await,
        }
    }

    async fn windows(
        &self,
        page: Page,
        day: Day,
        code: Option<Sequence>,
    ) -> Result<Vec<WindowRow>, ReadError> {
        match self {
            Self::Embedded(store) => store.windows(page, day, code).await,
            Self::Scylla(store) => store.windows(page, day, code).await,
        }
    }

    async fn mark_due(&self, due: &[(Day, Page)], now: Timestamp) -> Result<(), WriteError> {
        match self {
            Self::Embedded(store) => store.mark_due(due, now).await,
            Self::Scylla(store) => store.mark_due(due, now).await,
        }
    }

    async fn due(&self, day: Day) -> Result<Vec<Page>, ReadError> {
        match self {
            Self::Embedded(store) => store.due(day).await,
            Self::Scylla(store) => store.due(day).await,
        }
    }

    async fn settle_due(&self, day: Day, page: Page, noted_until: Timestamp) -> Result<(), WriteError> {
        match self {
            Self::Embedded(store) => store.settle_due(day, page, noted_until).await,
            Self::Scylla(store) => store.settle_due(day, page, noted_until).await,
        }
    }

    async fn write_days(&self, rows: &[DayRow]) -> Result<(), NotWritten> {
        match self {
            Self::Embedded(store) => store.write_days(rows).await,
            Self::Scylla(store) => store.write_days(rows).await,
        }
    }

    async fn days(&self, page: Page, month: Month, code: Option<Sequence>) -> Result<Vec<DayRow>, ReadError> {
        match self {
            Self::Embedded(store) => store.days(page, month, code).await,
            Self::Scylla(store) => store.days(page, month, code).await,
        }
    }

    async fn write_months(&self, rows: &[MonthRow]) -> Result<(), NotWritten> {
        match self {
            Self::Embedded(store) => store.write_months(rows).await,
            Self::Scylla(store) => store.write_months(rows).await,
        }
    }

    async fn months(&self, page: Page, code: Option<Sequence>) -> Result<Vec<MonthRow>, ReadError> {
        match self {
            Self::Embedded(store) => store.months(page, code).await,
            Self::Scylla(store) => store.months(page, code).await,
        }
    }

    async fn write_uniques(&self, rows: &[UniqueRow]) -> Result<(), NotWritten> {
        match self {
            Self::Embedded(store) => store.write_uniques(rows).await,
            Self::Scylla(store) => store.write_uniques(rows).await,
        }
    }

    async fn uniques(
        &self,
        page: Page,
        month: Month,
        code: Option<Sequence>,
    ) -> Result<Vec<UniqueRow>, ReadError> {
        match self {
            Self::Embedded(store) => store.uniques(page, month, code).await,
            Self::Scylla(store) => store.uniques(page, month, code).await,
        }
    }

    async fn visitor_salt(&self, day: Day, offered: &VisitorSalt) -> Result<VisitorSalt, WriteError> {
        match self {
            Self::Embedded(store) => store.visitor_salt(day, offered).await,
            Self::Scylla(store) => store.visitor_salt(day, offered).await,
        }
    }

    async fn erase_salts(&self, day: Day) -> Result<(), WriteError> {
        match self {
            Self::Embedded(store) => store.erase_salts(day).await,
            Self::Scylla(store) => store.erase_salts(day).await,
        }
    }

    async fn forget_scans(&self, windows_before: Day, days_before: Day) -> Result<bool, WriteError> {
        match self {
            Self::Embedded(store) => store.forget_scans(windows_before, days_before).await,
            Self::Scylla(store) => store.forget_scans(windows_before, days_before).await,
        }
    }
}
