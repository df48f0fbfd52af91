//! The queries for counts: each one range of its table.

use ezqr_schema::scan::{Day, Epoch, EpochId, Month, Tally, Visitors};
use ezqr_schema::{PAGE_CODES, Page, Sequence};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use crate::embedded::reads::all;
use crate::embedded::rows::{Column, corrupt, get, integer, number, sequence, uuid};
use crate::stored_scans::decode_quarters;
use crate::{DayRow, MonthRow, ReadError, UniqueRow, WindowRow};

pub(super) const WINDOWS: &str = "SELECT sequence, quarter, epoch, hits, tally FROM scan_windows \
     WHERE day = ? AND sequence BETWEEN ? AND ? ORDER BY sequence, quarter, epoch";

pub(super) const DAYS: &str = "SELECT sequence, day, hits, quarters, tally FROM scan_days \
     WHERE month = ? AND sequence BETWEEN ? AND ? ORDER BY sequence, day";

pub(super) const MONTHS: &str = "SELECT sequence, month, total, bots, uniques FROM scan_months \
     WHERE sequence BETWEEN ? AND ? ORDER BY sequence, month";

pub(super) const UNIQUES: &str = "SELECT sequence, day, run, visitors FROM scan_uniques \
     WHERE month = ? AND sequence BETWEEN ? AND ? ORDER BY sequence, day";

pub(super) const DUE: &str = "SELECT page FROM scan_days_due WHERE day = ?";

pub(super) fn windows(
    connection: &Connection,
    page: Page,
    day: Day,
    code: Option<Sequence>,
) -> Result<Vec<WindowRow>, ReadError> {
    let [first, last] = codes(page, code);
    all(connection, WINDOWS, params![day.number(), first, last], |row| {
        let quarter: u8 = get(row, Column(1, "scan_windows.quarter"))?;
        let id = EpochId::from_uuid(uuid(row, Column(2, "scan_windows.epoch"))?);
        Ok(WindowRow {
            sequence: sequence(row, Column(0, "scan_windows.sequence"))?,
            epoch: Epoch { id, window: day.window(u32::from(quarter)) },
            tally: tally(row, Column(3, "scan_windows.hits"), Column(4, "scan_windows.tally"))?,
        })
    })
}

pub(super) fn days(
    connection: &Connection,
    page: Page,
    month: Month,
    code: Option<Sequence>,
) -> Result<Vec<DayRow>, ReadError> {
    let [first, last] = codes(page, code);
    all(connection, DAYS, params![month.number(), first, last], |row| {
        let quarters = Column(3, "scan_days.quarters");
        Ok(DayRow {
            sequence: sequence(row, Column(0, "scan_days.sequence"))?,
            day: number(row, Column(1, "scan_days.day"), Day::new)?,
            quarters: decode_quarters(blob(row, quarters)?).map_err(|error| corrupt(quarters, error))?,
            tally: tally(row, Column(2, "scan_days.hits"), Column(4, "scan_days.tally"))?,
        })
    })
}

pub(super) fn months(
    connection: &Connection,
    page: Page,
    code: Option<Sequence>,
) -> Result<Vec<MonthRow>, ReadError> {
    all(connection, MONTHS, codes(page, code), |row| {
        Ok(MonthRow {
            sequence: sequence(row, Column(0, "scan_months.sequence"))?,
            month: number(row, Column(1, "scan_months.month"), Month::new)?,
            total: count(row, Column(2, "scan_months.total"))?,
            bots: count(row, Column(3, "scan_months.bots"))?,
            uniques: count(row, Column(4, "scan_months.uniques"))?,
        })
    })
}

pub(super) fn uniques(
    connection: &Connection,
    page: Page,
    month: Month,
    code: Option<Sequence>,
) -> Result<Vec<UniqueRow>, ReadError> {
    let [first, last] = codes(page, code);
    all(connection, UNIQUES, params![month.number(), first, last], |row| {
        let visitors = Column(3, "scan_uniques.visitors");
        Ok(UniqueRow {
            sequence: sequence(row, Column(0, "scan_uniques.sequence"))?,
            day: number(row, Column(1, "scan_uniques.day"), Day::new)?,
            run: EpochId::from_uuid(uuid(row, Column(2, "scan_uniques.run"))?),
            visitors: Visitors::decode(blob(row, visitors)?).map_err(|error| corrupt(visitors, error))?,
        })
    })
}

pub(super) fn due(connection: &Connection, day: Day) -> Result<Vec<Page>, ReadError> {
    all(connection, DUE, [day.number()], |row| number(row, Column(0, "scan_days_due.page"), Page::new))
}

/// The first and last number that is asked for.
fn codes(page: Page, code: Option<Sequence>) -> [i64; 2] {
    let first = page.get().saturating_mul(PAGE_CODES);
    let (first, last) =
        code.map_or((first, first.saturating_add(PAGE_CODES - 1)), |code| (code.get(), code.get()));
    [integer(first), integer(last)]
}

/// Counts, of as many scans as the row says.
fn tally(row: &Row<'_>, hits: Column, tally: Column) -> Result<Tally, ReadError> {
    let counts = Tally::decode(blob(row, tally)?).map_err(|error| corrupt(tally, error))?;
    if counts.hits() != count(row, hits)? {
        return Err(corrupt(hits, "is not what the cells add up to"));
    }
    Ok(counts)
}

fn count(row: &Row<'_>, column: Column) -> Result<u64, ReadError> {
    number(row, column, Ok::<u64, std::convert::Infallible>)
}

fn blob<'row>(row: &'row Row<'_>, column: Column) -> Result<&'row [u8], ReadError> {
    let value: ValueRef<'row> = row.get_ref(column.0).map_err(|error| corrupt(column, error))?;
    value.as_blob().map_err(|error| corrupt(column, error))
}
