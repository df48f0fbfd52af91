//! Counts of scans in the embedded store: a file of their own.
//!
//! Rows are encoded by the caller, so that the writer's thread only writes; read rows are decoded on a thread
//! that may block. All rows of one call are one transaction: they are written together or not at all.

mod erase;
mod forget;
mod reads;
mod rows;
#[cfg(test)]
mod tests;
mod upsert;

use ezqr_schema::scan::{Day, Month, VisitorSalt};
use ezqr_schema::{Page, Sequence, Timestamp};

use self::erase::{EraseSalts, KeepSalt};
pub(super) use self::erase::{cut_off_log_of, overwrite_what_is_deleted};
use self::forget::Forget;
use self::rows::{StoredDay, StoredDue, StoredMonth, StoredUnique, StoredWindow};
use self::upsert::{StoredRow, Upsert};
use super::EmbeddedStore;
use super::failure::unavailable;
use crate::{DayRow, MonthRow, NotWritten, ReadError, ScanStore, UniqueRow, WindowRow, WriteError};

impl ScanStore for EmbeddedStore {
    async fn write_windows(&self, rows: &[WindowRow]) -> Result<(), NotWritten> {
        self.write_scans(rows.iter().map(StoredWindow::of).collect()).await
    }

    async fn windows(
        &self,
        page: Page,
        day: Day,
        code: Option<Sequence>,
    ) -> Result<Vec<WindowRow>, ReadError> {
        self.0.scans.readers.long(move |connection| reads::windows(connection, page, day, code)).await
    }

    async fn mark_due(&self, due: &[(Day, Page)], now: Timestamp) -> Result<(), WriteError> {
        let rows = due.iter().map(|(day, page)| StoredDue::of(*day, *page, now)).collect();
        self.write_scans(rows).await.map_err(|NotWritten { cause, .. }| cause)
    }

    async fn due(&self, day: Day) -> Result<Vec<Page>, ReadError> {
        self.0.scans.readers.long(move |connection| reads::due(connection, day)).await
    }

    async fn settle_due(&self, day: Day, page: Page, noted_until: Timestamp) -> Result<(), WriteError> {
        self.0.scans.writer.write(forget::SettleDue { day, page, noted_until }).await
    }

    async fn write_days(&self, rows: &[DayRow]) -> Result<(), NotWritten> {
        self.write_scans(rows.iter().map(StoredDay::of).collect()).await
    }

    async fn days(&self, page: Page, month: Month, code: Option<Sequence>) -> Result<Vec<DayRow>, ReadError> {
        self.0.scans.readers.long(move |connection| reads::days(connection, page, month, code)).await
    }

    async fn write_months(&self, rows: &[MonthRow]) -> Result<(), NotWritten> {
        self.write_scans(rows.iter().copied().map(StoredMonth).collect()).await
    }

    async fn months(&self, page: Page, code: Option<Sequence>) -> Result<Vec<MonthRow>, ReadError> {
        self.0.scans.readers.long(move |connection| reads::months(connection, page, code)).await
    }

    async fn write_uniques(&self, rows: &[UniqueRow]) -> Result<(), NotWritten> {
        self.write_scans(rows.iter().map(StoredUnique::of).collect()).await
    }

    async fn uniques(
        &self,
        page: Page,
        month: Month,
        code: Option<Sequence>,
    ) -> Result<Vec<UniqueRow>, ReadError> {
        self.0.scans.readers.long(move |connection| reads::uniques(connection, page, month, code)).await
    }

    async fn visitor_salt(&self, day: Day, offered: &VisitorSalt) -> Result<VisitorSalt, WriteError> {
        self.0.scans.writer.write(KeepSalt { day, offered: offered.clone() }).await
    }

    async fn erase_salts(&self, day: Day) -> Result<(), WriteError> {
        self.0.scans.writer.write(EraseSalts { before: day }).await?;
        let path = self.0.scans.path.clone();
        let cutting = tokio::task::spawn_blocking(move || cut_off_log_of(&path));
        let cut = cutting.await.unwrap_or_else(|_| Err("was broken off".to_owned()));
        cut.map_err(|reason| WriteError::Unavailable(unavailable(format!("cutting off the log: {reason}"))))
    }

    async fn forget_scans(&self, windows_before: Day, days_before: Day) -> Result<bool, WriteError> {
        self.0.scans.writer.write(Forget { windows_before, days_before }).await
    }
}

impl EmbeddedStore {
    async fn write_scans<R: StoredRow>(&self, rows: Vec<R>) -> Result<(), NotWritten> {
        let count = rows.len();
        if count == 0 {
            return Ok(());
        }
        let written = self.0.scans.writer.write(Upsert(rows)).await;
        written.map_err(|cause| NotWritten { rows: (0..count).collect(), cause })
    }
}
