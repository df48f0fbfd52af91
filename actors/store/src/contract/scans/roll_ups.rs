//! Days and months are computed again and again: what counts more stays.

use ezqr_schema::scan::{Day, Month};
use ezqr_schema::{PAGE_CODES, Sequence};

use super::{ORDERS, largest_tally, new_epoch, new_page, row, sequence, some_day, tally};
use crate::contract::Fixture;
use crate::{DayRow, MonthRow, ScanStore};

/// A day of as many windows, each of `hits` scans.
fn day_row(code: Sequence, day: Day, windows: u32, hits: usize) -> DayRow {
    let rows: Vec<_> =
        (0..windows).map(|quarter| row(code, new_epoch(day, quarter * 5 % 96), tally(hits))).collect();
    DayRow::of(code, day, rows.iter(), 1_024)
}

const fn month_row(code: Sequence, month: Month, total: u64) -> MonthRow {
    MonthRow { sequence: code, month, total, bots: total / 3, uniques: total / 2 }
}

/// Of all codes of a page or of one, and of no other month.
pub async fn days_of_a_month_read_back_in_order(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let page = new_page(&store).await;
    let month = some_day().month();
    let days: Vec<Day> = month.days().collect();
    let (first, last) = (days[0], days[days.len() - 1]);
    let mut rows = Vec::new();
    for slot in [127, 0, 31] {
        let code = sequence(page, slot);
        for (day, windows) in [(last, 96), (first.saturating_sub(1), 2), (first, 1), (days[14], 30)] {
            rows.push(day_row(code, day, windows, 20));
        }
        rows.push(day_row(code, last.saturating_add(1), 0, 0));
    }
    let largest = row(sequence(page, 64), new_epoch(days[3], 95), largest_tally());
    rows.push(DayRow::of(largest.sequence, days[3], [&largest].into_iter(), 1_024));
    assert_eq!(store.write_days(&rows).await, Ok(()));
    rows.sort_by_key(|row| (row.sequence, row.day));
    for month in [month.previous(), month, last.saturating_add(1).month()] {
        let of_month = rows.iter().filter(|row| row.day.month() == month).cloned();
        let of_month: Vec<_> = of_month.collect();
        assert_eq!(store.days(page, month, None).await.as_ref(), Ok(&of_month));
        for slot in [0, 1, 31, 127] {
            let code = sequence(page, slot);
            let of_code: Vec<_> = of_month.iter().filter(|row| row.sequence == code).cloned().collect();
            assert_eq!(store.days(page, month, Some(code)).await, Ok(of_code));
        }
    }
}

/// In any order of arrival.
pub async fn a_day_yields_only_to_more_hits(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, day) = (new_page(&store).await, some_day());
    for (slot, order) in (0..).zip(ORDERS) {
        let code = sequence(page, slot);
        let versions = [1, 9, 90].map(|windows| day_row(code, day, windows, 11));
        for version in order {
            assert_eq!(store.write_days(&versions[version..=version]).await, Ok(()));
        }
        let found = store.days(page, day.month(), Some(code)).await;
        assert_eq!(found, Ok(versions[2..].to_vec()), "{order:?}");
    }
}

/// Of all codes of a page or of one.
pub async fn months_read_back_in_order(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let page = new_page(&store).await;
    let month = |number| Month::new(number).unwrap();
    let mut rows = Vec::new();
    for slot in (0..PAGE_CODES).rev().step_by(9) {
        let months = [680, 1, 679, 0, 400].into_iter();
        rows.extend(months.map(|number| month_row(sequence(page, slot), month(number), slot * 1_000)));
    }
    rows.push(month_row(sequence(page, 2), month(677), 1 << 40));
    assert_eq!(store.write_months(&rows).await, Ok(()));
    rows.sort_by_key(|row| (row.sequence, row.month));
    assert_eq!(store.months(page, None).await.as_ref(), Ok(&rows));
    for slot in [0, 1, 2, 127] {
        let code = sequence(page, slot);
        let of_code: Vec<_> = rows.iter().filter(|row| row.sequence == code).copied().collect();
        assert_eq!(store.months(page, Some(code)).await, Ok(of_code));
    }
}

/// In any order of arrival; scans of bots are hits too.
pub async fn a_month_yields_only_to_more_hits(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, month) = (new_page(&store).await, some_day().month());
    for (slot, order) in (0..).zip(ORDERS) {
        let code = sequence(page, slot);
        // More scans of bots than the one before, though fewer of people.
        let most = MonthRow { sequence: code, month, total: 5, bots: 900, uniques: 4 };
        let versions = [month_row(code, month, 10), month_row(code, month, 300), most];
        for version in order {
            assert_eq!(store.write_months(&versions[version..=version]).await, Ok(()));
        }
        assert_eq!(store.months(page, Some(code)).await, Ok(vec![most]), "{order:?}");
    }
}
