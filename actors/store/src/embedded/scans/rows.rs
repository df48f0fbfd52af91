//! Counts as the parameters of statements.

use ezqr_schema::scan::Day;
use ezqr_schema::{Page, Timestamp};
use rusqlite::{CachedStatement, params};
use uuid::Uuid;

use super::upsert::StoredRow;
use crate::embedded::rows::integer;
use crate::stored_scans::encode_quarters;
use crate::{DayRow, MonthRow, UniqueRow, WindowRow};

pub(super) struct StoredWindow {
    day: u32,
    sequence: i64,
    quarter: u32,
    epoch: Uuid,
    hits: i64,
    tally: Vec<u8>,
}

impl StoredWindow {
    pub(super) fn of(row: &WindowRow) -> Self {
        let window = row.epoch.window;
        Self {
            day: window.day().number(),
            sequence: integer(row.sequence.get()),
            quarter: window.quarter(),
            epoch: row.epoch.id.as_uuid(),
            hits: integer(row.tally.hits()),
            tally: row.tally.encode(),
        }
    }
}

impl StoredRow for StoredWindow {
    const UPSERT: &'static str = "INSERT INTO scan_windows (day, sequence, quarter, epoch, hits, tally) \
         VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET hits = excluded.hits, tally = excluded.tally WHERE excluded.hits >= hits";

    fn write(&self, upsert: &mut CachedStatement<'_>) -> rusqlite::Result<usize> {
        let epoch = self.epoch.as_bytes();
        upsert.execute(params![self.day, self.sequence, self.quarter, epoch, self.hits, self.tally])
    }
}

pub(super) struct StoredDay {
    month: u32,
    sequence: i64,
    day: u32,
    hits: i64,
    quarters: Vec<u8>,
    tally: Vec<u8>,
}

impl StoredDay {
    pub(super) fn of(row: &DayRow) -> Self {
        Self {
            month: row.day.month().number(),
            sequence: integer(row.sequence.get()),
            day: row.day.number(),
            hits: integer(row.tally.hits()),
            quarters: encode_quarters(&row.quarters),
            tally: row.tally.encode(),
        }
    }
}

impl StoredRow for StoredDay {
    const UPSERT: &'static str = "INSERT INTO scan_days (month, sequence, day, hits, quarters, tally) \
         VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET hits = excluded.hits, quarters = excluded.quarters, tally = excluded.tally \
         WHERE excluded.hits >= hits";

    fn write(&self, upsert: &mut CachedStatement<'_>) -> rusqlite::Result<usize> {
        upsert.execute(params![self.month, self.sequence, self.day, self.hits, self.quarters, self.tally])
    }
}

pub(super) struct StoredMonth(pub(super) MonthRow);

impl StoredRow for StoredMonth {
    const UPSERT: &'static str = "INSERT INTO scan_months (sequence, month, total, bots, uniques) \
         VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET total = excluded.total, bots = excluded.bots, uniques = excluded.uniques \
         WHERE excluded.total + excluded.bots >= total + bots";

    fn write(&self, upsert: &mut CachedStatement<'_>) -> rusqlite::Result<usize> {
        let MonthRow { sequence, month, total, bots, uniques } = self.0;
        let [total, bots, uniques] = [total, bots, uniques].map(integer);
        upsert.execute(params![integer(sequence.get()), month.number(), total, bots, uniques])
    }
}

pub(super) struct StoredUnique {
    month: u32,
    sequence: i64,
    day: u32,
    run: Uuid,
    registers: i64,
    visitors: Vec<u8>,
}

impl StoredUnique {
    pub(super) fn of(row: &UniqueRow) -> Self {
        Self {
            month: row.day.month().number(),
            sequence: integer(row.sequence.get()),
            day: row.day.number(),
            run: row.run.as_uuid(),
            registers: integer(row.visitors.sum()),
            visitors: row.visitors.encode(),
        }
    }
}

impl StoredRow for StoredUnique {
    const UPSERT: &'static str = "INSERT INTO scan_uniques (month, sequence, day, run, registers, visitors) \
         VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET registers = excluded.registers, visitors = excluded.visitors \
         WHERE excluded.registers >= registers";

    fn write(&self, upsert: &mut CachedStatement<'_>) -> rusqlite::Result<usize> {
        let run = self.run.as_bytes();
        upsert.execute(params![self.month, self.sequence, self.day, run, self.registers, self.visitors])
    }
}

/// The latest note of a page that is due stays, whoever noted it.
pub(super) struct StoredDue {
    day: u32,
    page: i64,
    noted_ms: i64,
}

impl StoredDue {
    pub(super) fn of(day: Day, page: Page, noted_at: Timestamp) -> Self {
        Self { day: day.number(), page: integer(page.get()), noted_ms: noted_at.as_millis() }
    }
}

impl StoredRow for StoredDue {
    const UPSERT: &'static str = "INSERT INTO scan_days_due (day, page, noted_ms) VALUES (?, ?, ?) \
         ON CONFLICT DO UPDATE SET noted_ms = excluded.noted_ms WHERE excluded.noted_ms > noted_ms";

    fn write(&self, upsert: &mut CachedStatement<'_>) -> rusqlite::Result<usize> {
        upsert.execute(params![self.day, self.page, self.noted_ms])
    }
}
