//! Counts as the values of statements, and back.
//!
//! The time of a write grows with what it counts: so the servers keep the one that counts more, however often
//! and in whatever order both come. Times of servers or of this process would let a late smaller count win.

use ezqr_schema::scan::{Day, Epoch, EpochId, Month, Tally, Visitors, Window};
use ezqr_schema::{Page, Timestamp};
use scylla::DeserializeRow;
use scylla::serialize::row::SerializeRow;
use uuid::Uuid;

use crate::scylla::columns::{microseconds, needed, sequence, there};
use crate::stored::integer;
use crate::stored_scans::{decode_quarters, encode_quarters};
use crate::{DayRow, MonthRow, ReadError, UniqueRow, WindowRow};

/// What a row takes in a statement beside its bytes of counts, at most.
const FIXED_BYTES: usize = 128;

/// A row of counts as its statement binds it.
pub(super) struct Bound<V> {
    pub(super) values: V,
    /// How large it is, about.
    pub(super) bytes: usize,
}

/// What is counted in rows.
pub(super) trait Counted {
    /// The partition a row lies in.
    type Place: Copy + Ord;
    /// In the order its statement binds them.
    type Values: SerializeRow;

    fn place(&self) -> Self::Place;

    fn bind(&self) -> Bound<Self::Values>;
}

/// A partition of what is read by month.
pub(super) fn month_place(page: Page, month: Month) -> (i64, i32) {
    (integer(page.get()), month.number().cast_signed())
}

/// A partition of what is read by day.
pub(super) fn day_place(page: Page, day: Day) -> (i64, i32) {
    (integer(page.get()), day.number().cast_signed())
}

/// The time of writing `count` of a period that begins at `start`.
fn written_at(start: Timestamp, count: u64) -> i64 {
    microseconds(start).saturating_add(bounded(count))
}

/// A count as it is stored.
fn bounded(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) const INSERT_WINDOW: &str = "INSERT INTO scan_windows (page, day, sequence, quarter, epoch, tally) \
     VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?";

impl Counted for WindowRow {
    type Place = (i64, i32);
    type Values = (i64, i32, i64, i8, Uuid, Vec<u8>, i64);

    fn place(&self) -> Self::Place {
        let (page, day) = Self::place(self);
        day_place(page, day)
    }

    fn bind(&self) -> Bound<Self::Values> {
        let (page, day) = Counted::place(self);
        let Epoch { id, window } = self.epoch;
        let quarter = i8::try_from(window.quarter()).unwrap_or(i8::MAX);
        let tally = self.tally.encode();
        let written_at = written_at(window.start(), self.tally.hits());
        let bytes = FIXED_BYTES + tally.len();
        let sequence = integer(self.sequence.get());
        Bound { values: (page, day, sequence, quarter, id.as_uuid(), tally, written_at), bytes }
    }
}

/// The columns that [`WindowRow`] is read from.
#[derive(DeserializeRow)]
pub(super) struct WindowColumns {
    sequence: Option<i64>,
    quarter: Option<i8>,
    epoch: Option<Uuid>,
    tally: Option<Vec<u8>>,
}

impl WindowColumns {
    pub(super) const NAMES: &str = "sequence, quarter, epoch, tally";

    pub(super) fn row(self, day: Day) -> Result<WindowRow, ReadError> {
        let quarter = needed("scan_windows.quarter", self.quarter, |quarter| {
            u32::try_from(quarter).ok().filter(|quarter| *quarter < Window::PER_DAY).ok_or("is no quarter")
        })?;
        let id = EpochId::from_uuid(there("scan_windows.epoch", self.epoch)?);
        Ok(WindowRow {
            sequence: sequence("scan_windows.sequence", self.sequence)?,
            epoch: Epoch { id, window: day.window(quarter) },
            tally: needed("scan_windows.tally", self.tally.as_deref(), Tally::decode)?,
        })
    }
}

pub(super) const INSERT_DAY: &str = "INSERT INTO scan_days (page, month, sequence, day, quarters, tally) \
     VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?";

impl Counted for DayRow {
    type Place = (i64, i32);
    type Values = (i64, i32, i64, i32, Vec<u8>, Vec<u8>, i64);

    fn place(&self) -> Self::Place {
        month_place(self.sequence.page(), self.day.month())
    }

    fn bind(&self) -> Bound<Self::Values> {
        let (page, month) = self.place();
        let (quarters, tally) = (encode_quarters(&self.quarters), self.tally.encode());
        let written_at = written_at(self.day.start(), self.tally.hits());
        let bytes = FIXED_BYTES + quarters.len() + tally.len();
        let (sequence, day) = (integer(self.sequence.get()), self.day.number().cast_signed());
        Bound { values: (page, month, sequence, day, quarters, tally, written_at), bytes }
    }
}

/// The columns that [`DayRow`] is read from.
#[derive(DeserializeRow)]
pub(super) struct DayColumns {
    sequence: Option<i64>,
    day: Option<i32>,
    quarters: Option<Vec<u8>>,
    tally: Option<Vec<u8>>,
}

impl DayColumns {
    pub(super) const NAMES: &str = "sequence, day, quarters, tally";

    pub(super) fn row(self) -> Result<DayRow, ReadError> {
        Ok(DayRow {
            sequence: sequence("scan_days.sequence", self.sequence)?,
            day: day("scan_days.day", self.day)?,
            quarters: needed("scan_days.quarters", self.quarters.as_deref(), decode_quarters)?,
            tally: needed("scan_days.tally", self.tally.as_deref(), Tally::decode)?,
        })
    }
}

pub(super) const INSERT_MONTH: &str = "INSERT INTO scan_months (page, sequence, month, total, bots, uniques) \
     VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?";

impl Counted for MonthRow {
    type Place = i64;
    type Values = (i64, i64, i32, i64, i64, i64, i64);

    fn place(&self) -> Self::Place {
        integer(self.sequence.page().get())
    }

    fn bind(&self) -> Bound<Self::Values> {
        let (sequence, month) = (integer(self.sequence.get()), self.month.number().cast_signed());
        let [total, bots, uniques] = [self.total, self.bots, self.uniques].map(bounded);
        let hits = self.total.saturating_add(self.bots);
        let written_at = written_at(self.month.first_day().start(), hits);
        Bound {
            values: (self.place(), sequence, month, total, bots, uniques, written_at),
            bytes: FIXED_BYTES,
        }
    }
}

/// The columns that [`MonthRow`] is read from.
#[derive(DeserializeRow)]
pub(super) struct MonthColumns {
    sequence: Option<i64>,
    month: Option<i32>,
    total: Option<i64>,
    bots: Option<i64>,
    uniques: Option<i64>,
}

impl MonthColumns {
    pub(super) const NAMES: &str = "sequence, month, total, bots, uniques";

    pub(super) fn row(self) -> Result<MonthRow, ReadError> {
        let month = |number: i32| Month::new(number.cast_unsigned());
        Ok(MonthRow {
            sequence: sequence("scan_months.sequence", self.sequence)?,
            month: needed("scan_months.month", self.month, month)?,
            total: needed("scan_months.total", self.total, u64::try_from)?,
            bots: needed("scan_months.bots", self.bots, u64::try_from)?,
            uniques: needed("scan_months.uniques", self.uniques, u64::try_from)?,
        })
    }
}

pub(super) const INSERT_UNIQUES: &str = "INSERT INTO scan_uniques (page, month, sequence, day, run, visitors) \
     VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ?";

impl Counted for UniqueRow {
    type Place = (i64, i32);
    type Values = (i64, i32, i64, i32, Uuid, Vec<u8>, i64);

    fn place(&self) -> Self::Place {
        month_place(self.sequence.page(), self.day.month())
    }

    fn bind(&self) -> Bound<Self::Values> {
        let (page, month) = self.place();
        let (sequence, day) = (integer(self.sequence.get()), self.day.number().cast_signed());
        let visitors = self.visitors.encode();
        let written_at = written_at(self.day.start(), self.visitors.sum());
        let bytes = FIXED_BYTES + visitors.len();
        Bound { values: (page, month, sequence, day, self.run.as_uuid(), visitors, written_at), bytes }
    }
}

/// The columns that [`UniqueRow`] is read from.
#[derive(DeserializeRow)]
pub(super) struct UniqueColumns {
    sequence: Option<i64>,
    day: Option<i32>,
    run: Option<Uuid>,
    visitors: Option<Vec<u8>>,
}

impl UniqueColumns {
    pub(super) const NAMES: &str = "sequence, day, run, visitors";

    pub(super) fn row(self) -> Result<UniqueRow, ReadError> {
        Ok(UniqueRow {
            sequence: sequence("scan_uniques.sequence", self.sequence)?,
            day: day("scan_uniques.day", self.day)?,
            run: EpochId::from_uuid(there("scan_uniques.run", self.run)?),
            visitors: needed("scan_uniques.visitors", self.visitors.as_deref(), Visitors::decode)?,
        })
    }
}

fn day(column: &str, value: Option<i32>) -> Result<Day, ReadError> {
    needed(column, value, |number| Day::new(number.cast_unsigned()))
}
