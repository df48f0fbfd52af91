//! Counts are kept as long as they are promised, and not for ever.

use ezqr_schema::PAGE_CODES;
use ezqr_schema::scan::{Day, Visitors};

use super::{new_epoch, new_epoch_id, new_page, row, sequence, some_day, tally};
use crate::contract::Fixture;
use crate::{CodeStore as _, DayRow, MonthRow, ScanStore, UniqueRow};

/// Where rows end by themselves, nothing is taken away; everywhere young ones stay.
pub async fn what_is_old_is_forgotten_and_nothing_else(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, last) = (new_page(&store).await, some_day());
    let first_of_month = last.month().first_day();
    let days = [first_of_month.saturating_sub(40), first_of_month.saturating_sub(1), first_of_month, last];
    let run = new_epoch_id();
    let (mut windows, mut of_days, mut uniques, mut months) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for code in (0..PAGE_CODES).map(|slot| sequence(page, slot)) {
        for day in days {
            let of_day: Vec<_> =
                (0..10).map(|quarter| row(code, new_epoch(day, quarter), tally(3))).collect();
            of_days.push(DayRow::of(code, day, of_day.iter(), 1_024));
            windows.extend(of_day);
            uniques.push(UniqueRow { sequence: code, day, run, visitors: Visitors::default() });
        }
        months.push(MonthRow { sequence: code, month: days[0].month(), total: 3, bots: 1, uniques: 2 });
    }
    assert_eq!(store.write_windows(&windows).await, Ok(()));
    assert_eq!(store.write_days(&of_days).await, Ok(()));
    assert_eq!(store.write_uniques(&uniques).await, Ok(()));
    assert_eq!(store.write_months(&months).await, Ok(()));
    let mut slices = 0;
    // Windows before the last day; days before its month, whatever the day.
    while store.forget_scans(last, last).await.unwrap() {
        slices += 1;
    }
    assert!(slices > 0 || store.is_shared(), "not all at once");
    for day in days {
        let found = store.windows(page, day, None).await.unwrap();
        let is_kept = store.is_shared() || day == last;
        assert_eq!(found.len(), if is_kept { windows.len() / days.len() } else { 0 }, "{day}");
        let month = day.month();
        let is_kept = |kept: Day| kept.month() == month && (store.is_shared() || kept >= first_of_month);
        let kept: Vec<_> = of_days.iter().filter(|row| is_kept(row.day)).cloned().collect();
        assert!(store.days(page, month, None).await.unwrap() == kept, "{day}");
        let uniques = store.uniques(page, month, None).await.unwrap();
        assert_eq!(uniques.len(), kept.len());
    }
    assert_eq!(store.months(page, None).await, Ok(months), "months are kept for ever");
}
