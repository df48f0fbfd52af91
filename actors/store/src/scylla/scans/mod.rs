//! Counts of scans in the store for several nodes.

mod due;
mod rows;
mod salts;
mod statements;
mod throttle;
mod write;

use ezqr_schema::scan::{Day, Month, VisitorSalt};
use ezqr_schema::{Page, Sequence, Timestamp};

use self::rows::{DayColumns, MonthColumns, UniqueColumns, WindowColumns, day_place, month_place};
pub(super) use self::statements::Statements;
pub(super) use self::throttle::Throttle;
use super::ScyllaStore;
use crate::stored::integer;
use crate::{DayRow, MonthRow, NotWritten, ReadError, ScanStore, UniqueRow, WindowRow, WriteError};

impl ScanStore for ScyllaStore {
    async fn write_windows(&self, rows: &[WindowRow]) -> Result<(), NotWritten> {
        write::write(&self.0, &self.0.statements.scans.windows.insert, rows).await
    }

    async fn windows(
        &self,
        page: Page,
        day: Day,
        code: Option<Sequence>,
    ) -> Result<Vec<WindowRow>, ReadError> {
        let ((page, number), (first, last)) = (day_place(page, day), codes(code));
        let select = &self.0.statements.scans.windows.select;
        let rows = self.0.driver.read_all::<WindowColumns>(select, (page, number, first, last)).await?;
        let mut rows = rows.into_iter().map(|row| row.row(day)).collect::<Result<Vec<_>, _>>()?;
        // Servers order epochs otherwise, by more than their bytes.
        rows.sort_unstable_by_key(|row| (row.sequence, row.epoch.window, row.epoch.id));
        Ok(rows)
    }

    async fn mark_due(&self, due: &[(Day, Page)], now: Timestamp) -> Result<(), WriteError> {
        due::mark(&self.0, due, now).await
    }

    async fn due(&self, day: Day) -> Result<Vec<Page>, ReadError> {
        due::due(&self.0, day).await
    }

    async fn settle_due(&self, day: Day, page: Page, noted_until: Timestamp) -> Result<(), WriteError> {
        due::settle(&self.0, day, page, noted_until).await
    }

    async fn write_days(&self, rows: &[DayRow]) -> Result<(), NotWritten> {
        write::write(&self.0, &self.0.statements.scans.days.insert, rows).await
    }

    async fn days(&self, page: Page, month: Month, code: Option<Sequence>) -> Result<Vec<DayRow>, ReadError> {
        let ((page, month), (first, last)) = (month_place(page, month), codes(code));
        let select = &self.0.statements.scans.days.select;
        let rows = self.0.driver.read_all::<DayColumns>(select, (page, month, first, last)).await?;
        rows.into_iter().map(DayColumns::row).collect()
    }

    async fn write_months(&self, rows: &[MonthRow]) -> Result<(), NotWritten> {
        write::write(&self.0, &self.0.statements.scans.months.insert, rows).await
    }

    async fn months(&self, page: Page, code: Option<Sequence>) -> Result<Vec<MonthRow>, ReadError> {
        let (page, (first, last)) = (integer(page.get()), codes(code));
        let select = &self.0.statements.scans.months.select;
        let rows = self.0.driver.read_all::<MonthColumns>(select, (page, first, last)).await?;
        rows.into_iter().map(MonthColumns::row).collect()
    }

    async fn write_uniques(&self, rows: &[UniqueRow]) -> Result<(), NotWritten> {
        write::write(&self.0, &self.0.statements.scans.uniques.insert, rows).await
    }

    async fn uniques(
        &self,
        page: Page,
        month: Month,
        code: Option<Sequence>,
    ) -> Result<Vec<UniqueRow>, ReadError> {
        let ((page, month), (first, last)) = (month_place(page, month), codes(code));
        let select = &self.0.statements.scans.uniques.select;
        let rows = self.0.driver.read_all::<UniqueColumns>(select, (page, month, first, last)).await?;
        rows.into_iter().map(UniqueColumns::row).collect()
    }

    async fn visitor_salt(&self, day: Day, offered: &VisitorSalt) -> Result<VisitorSalt, WriteError> {
        salts::agree(&self.0, day, offered).await
    }

    async fn erase_salts(&self, day: Day) -> Result<(), WriteError> {
        salts::erase(&self.0, day).await
    }

    async fn forget_scans(&self, _: Day, _: Day) -> Result<bool, WriteError> {
        Ok(false)
    }
}

/// The numbers between which a read finds one code, or all of a page.
fn codes(code: Option<Sequence>) -> (i64, i64) {
    code.map_or((0, i64::MAX), |code| (integer(code.get()), integer(code.get())))
}
