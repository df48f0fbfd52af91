//! Counts of windows are absolute: the largest stays, whole, whatever happens on the way.

use ezqr_schema::PAGE_CODES;
use futures_util::future::join_all;

use super::{ORDERS, largest_tally, new_epoch, new_epoch_id, new_page, row, sequence, some_day, tally};
use crate::contract::Fixture;
use crate::contract::installing::founding;
use crate::{InstallationStore as _, ScanStore, WindowRow};

fn key(row: &WindowRow) -> impl Ord + use<> {
    (row.sequence, row.epoch.window, row.epoch.id)
}

/// In order of code, window and epoch; of a page or of one code, and of no other day.
pub async fn counts_read_back_as_they_were_written(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, day) = (new_page(&store).await, some_day());
    let mut rows = Vec::new();
    for (slot, quarter, hits) in [(127, 0, 1), (0, 95, 2), (0, 3, 300), (64, 3, 17), (0, 4, 0)] {
        rows.push(row(sequence(page, slot), new_epoch(day, quarter), tally(hits)));
    }
    assert_eq!(store.windows(page, day, None).await, Ok(Vec::new()));
    assert_eq!(store.write_windows(&rows).await, Ok(()));
    rows.sort_by_key(key);
    assert_eq!(store.windows(page, day, None).await.as_ref(), Ok(&rows));
    for slot in [0, 1, 64, 127] {
        let code = sequence(page, slot);
        let of_code: Vec<_> = rows.iter().filter(|row| row.sequence == code).cloned().collect();
        assert_eq!(store.windows(page, day, Some(code)).await, Ok(of_code), "{slot}");
    }
    for other in [day.saturating_sub(1), day.saturating_add(1)] {
        assert_eq!(store.windows(page, other, None).await, Ok(Vec::new()));
    }
    let neighbour = sequence(page, 127).page().block().pages().nth(1).unwrap();
    assert_eq!(store.windows(neighbour, day, None).await, Ok(Vec::new()));
}

/// Also when all versions are of one call.
pub async fn a_row_yields_only_to_more_hits_in_any_order_of_arrival(
    fixture: &impl Fixture<Store: ScanStore>,
) {
    let store = fixture.serve().await;
    let (page, day) = (new_page(&store).await, some_day());
    for (slot, order) in (0..).zip(ORDERS) {
        let (one, together) = (sequence(page, 2 * slot), sequence(page, 2 * slot + 1));
        let epoch = new_epoch(day, 40);
        let versions = order.map(|version| tally([1, 9, 200][version]));
        for version in &versions {
            assert_eq!(store.write_windows(&[row(one, epoch, version.clone())]).await, Ok(()));
        }
        let of_one_call = versions.map(|version| row(together, epoch, version));
        assert_eq!(store.write_windows(&of_one_call).await, Ok(()));
        for code in [one, together] {
            let found = store.windows(page, day, Some(code)).await;
            assert_eq!(found, Ok(vec![row(code, epoch, tally(200))]), "{order:?}");
        }
    }
}

/// Neither the same again nor what an epoch counted before, as replaying it does.
pub async fn writing_again_changes_nothing(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, day) = (new_page(&store).await, some_day());
    let mut rows: Vec<WindowRow> = (0..20)
        .map(|number| {
            row(sequence(page, number), new_epoch(day, 7), tally(1 + usize::try_from(number).unwrap()))
        })
        .collect();
    for _ in 0..3 {
        assert_eq!(store.write_windows(&rows).await, Ok(()));
        assert_eq!(store.windows(page, day, None).await.as_ref(), Ok(&rows));
    }
    // The rows of an epoch that is replayed grow again from nothing.
    for hits in [1, 5] {
        let replayed: Vec<_> = rows.iter().map(|old| row(old.sequence, old.epoch, tally(hits))).collect();
        assert_eq!(store.write_windows(&replayed).await, Ok(()));
    }
    for row in rows.iter_mut().take(4) {
        row.tally = tally(5);
    }
    assert_eq!(store.windows(page, day, None).await, Ok(rows));
}

/// Its cells add up to its hits, whoever wrote last.
pub async fn a_row_that_many_write_is_whole_at_any_time(fixture: &impl Fixture<Store: ScanStore>) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let (page, day) = (new_page(&store).await, some_day());
    let (code, epoch) = (sequence(page, 5), new_epoch(day, 0));
    // 7 and 40 have no common divisor: every number once, in no order.
    let versions: Vec<_> = (0..40).map(|number| row(code, epoch, tally(1 + number * 7 % 40))).collect();
    let (mut writes, mut reads) = (Vec::new(), Vec::new());
    for (number, version) in versions.iter().enumerate() {
        let process = if number % 2 == 0 { &store } else { &another };
        writes.push(process.write_windows(std::slice::from_ref(version)));
        reads.push(store.windows(page, day, Some(code)));
    }
    let (written, read) = futures_util::future::join(join_all(writes), join_all(reads)).await;
    assert!(written.iter().all(Result::is_ok), "{written:?}");
    for found in read {
        let found = found.unwrap();
        assert!(found.len() <= 1);
        for row in found {
            assert_eq!(row.tally, tally(usize::try_from(row.tally.hits()).unwrap()));
        }
    }
    let largest = row(code, epoch, tally(40));
    for reader in [&store, &another] {
        assert_eq!(reader.windows(page, day, None).await, Ok(vec![largest.clone()]));
    }
}

/// No epoch touches the counts of another.
pub async fn epochs_stand_side_by_side(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, day) = (new_page(&store).await, some_day());
    let code = sequence(page, 100);
    let mut rows: Vec<_> = (1..=12).map(|hits| row(code, new_epoch(day, 50), tally(hits))).collect();
    // One process run may give the name of its epoch to one window alone; the store does not rely on it.
    let id = new_epoch_id();
    for quarter in [49, 51] {
        let epoch = ezqr_schema::scan::Epoch { id, window: day.window(quarter) };
        rows.push(row(code, epoch, tally(3)));
    }
    for one in &rows {
        assert_eq!(store.write_windows(std::slice::from_ref(one)).await, Ok(()));
    }
    rows.sort_by_key(key);
    assert_eq!(store.windows(page, day, Some(code)).await.as_ref(), Ok(&rows));
    assert_eq!(store.windows(page, day, None).await, Ok(rows));
}

/// All codes of a page, each with as many and as large cells as there can be: megabytes.
pub async fn the_largest_rows_of_a_whole_page_are_kept(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, day) = (new_page(&store).await, some_day());
    let (epoch, largest) = (new_epoch(day, 95), largest_tally());
    let codes = (0..PAGE_CODES).map(|slot| sequence(page, slot));
    let rows: Vec<_> = codes.map(|code| row(code, epoch, largest.clone())).collect();
    assert_eq!(store.write_windows(&rows).await, Ok(()));
    // Megabytes: not to be printed when they differ.
    assert!(store.windows(page, day, None).await.unwrap() == rows);
    assert!(store.windows(page, day, Some(rows[77].sequence)).await.unwrap() == rows[77..78]);
}

/// However a store groups them.
pub async fn rows_of_many_pages_and_days_are_written_together(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let day = some_day();
    let first = new_page(&store).await;
    let pages: Vec<_> = first.block().pages().take(20).collect();
    let days: Vec<_> = (0..3).map(|days| day.saturating_add(days)).collect();
    let mut rows = Vec::new();
    for number in 0..5 {
        for page in &pages {
            for day in &days {
                let hits = 1 + usize::try_from(page.get() % 7).unwrap();
                rows.push(row(sequence(*page, number * 30), new_epoch(*day, 12), tally(hits)));
            }
        }
    }
    assert_eq!(store.write_windows(&rows).await, Ok(()));
    rows.sort_by_key(key);
    for page in &pages {
        for day in &days {
            let of_both: Vec<_> = rows.iter().filter(|row| row.place() == (*page, *day)).cloned().collect();
            assert_eq!(store.windows(*page, *day, None).await, Ok(of_both));
        }
    }
}

/// No rows are no fault.
pub async fn nothing_is_written_at_once(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    assert_eq!(store.write_windows(&[]).await, Ok(()));
    assert_eq!(store.write_days(&[]).await, Ok(()));
    assert_eq!(store.write_months(&[]).await, Ok(()));
    assert_eq!(store.write_uniques(&[]).await, Ok(()));
    assert_eq!(store.mark_due(&[], ezqr_schema::Timestamp::EPOCH).await, Ok(()));
}

/// Acknowledged is durable.
pub async fn an_acknowledged_row_is_seen_elsewhere_and_after_a_restart(
    fixture: &impl Fixture<Store: ScanStore>,
) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    // Scans without an installation are those of a lost one, which no store opens.
    store.found(founding()).await.unwrap();
    let (page, day) = (new_page(&store).await, some_day());
    let rows = [row(sequence(page, 1), new_epoch(day, 1), tally(5))];
    assert_eq!(store.write_windows(&rows).await, Ok(()));
    assert_eq!(another.windows(page, day, None).await, Ok(rows.to_vec()));
    drop((store, another));
    let store = fixture.serve().await;
    assert_eq!(store.windows(page, day, None).await, Ok(rows.to_vec()));
}
