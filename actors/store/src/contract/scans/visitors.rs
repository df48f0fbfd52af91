//! Visitors only become more.

use ezqr_schema::Sequence;
use ezqr_schema::scan::{Day, EpochId, VisitorSalt, Visitors};

use super::{ORDERS, new_epoch_id, new_page, sequence, some_day};
use crate::contract::Fixture;
use crate::{ScanStore, UniqueRow};

/// The visitors of these numbers.
fn crowd(numbers: std::ops::Range<u32>) -> Visitors {
    let salt = VisitorSalt::from_bytes([3; 16]);
    let mut visitors = Visitors::default();
    for number in numbers {
        visitors.insert(salt.visitor(std::net::Ipv4Addr::from(number).into(), b"agent"));
    }
    visitors
}

const fn row(sequence: Sequence, day: Day, run: EpochId, visitors: Visitors) -> UniqueRow {
    UniqueRow { sequence, day, run, visitors }
}

/// What makes a row; sets of visitors themselves cannot be compared.
type Content = (Sequence, Day, EpochId, Vec<(u16, u8)>);

fn content(row: &UniqueRow) -> Content {
    (row.sequence, row.day, row.run, row.visitors.registers().collect())
}

fn contents(rows: &[UniqueRow]) -> Vec<Content> {
    // The order of runs is nobody's concern.
    let mut contents: Vec<_> = rows.iter().map(content).collect();
    assert!(contents.is_sorted_by_key(|content| (content.0, content.1)));
    contents.sort();
    contents
}

/// Few or many, of a page or of one code.
pub async fn visitors_read_back_by_run(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let page = new_page(&store).await;
    let month = some_day().month();
    let first = month.first_day();
    let runs = [new_epoch_id(), new_epoch_id()];
    let mut rows = Vec::new();
    for slot in [0, 60, 127] {
        for (day, size) in
            [(first, 0), (some_day(), 1), (first.saturating_add(1), 5_000), (first.saturating_sub(1), 9)]
        {
            let of_run = |run: &EpochId| row(sequence(page, slot), day, *run, crowd(0..size));
            rows.extend(runs.iter().map(of_run));
        }
    }
    assert_eq!(store.write_uniques(&rows).await, Ok(()));
    rows.sort_by_key(|row| (row.sequence, row.day));
    rows.retain(|row| row.day.month() == month);
    let found = store.uniques(page, month, None).await.unwrap();
    assert_eq!(contents(&found), contents(&rows));
    for slot in [0, 1, 60, 127] {
        let code = sequence(page, slot);
        let found = store.uniques(page, month, Some(code)).await.unwrap();
        let of_code: Vec<_> = rows.iter().filter(|row| row.sequence == code).cloned().collect();
        assert_eq!(contents(&found), contents(&of_code));
    }
    let found = store.uniques(page, month.previous(), None).await.unwrap();
    assert_eq!(found.len(), 6);
}

/// In any order of arrival.
pub async fn visitors_of_a_run_never_become_fewer(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, day, run) = (new_page(&store).await, some_day(), new_epoch_id());
    for (slot, order) in (0..).zip(ORDERS) {
        let code = sequence(page, slot);
        let versions = [2, 700, 4_000].map(|size| row(code, day, run, crowd(0..size)));
        for version in order.into_iter().chain([0]) {
            assert_eq!(store.write_uniques(&versions[version..=version]).await, Ok(()));
        }
        let found = store.uniques(page, day.month(), Some(code)).await.unwrap();
        assert_eq!(contents(&found), contents(&versions[2..]), "{order:?}");
    }
}

/// Runs of different processes are merged by whoever reads them.
pub async fn visitors_of_runs_are_counted_once(fixture: &impl Fixture<Store: ScanStore>) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let (page, day) = (new_page(&store).await, some_day());
    let code = sequence(page, 8);
    let parts = [(&store, 0..300), (&another, 200..500), (&store, 0..10)];
    for (store, numbers) in parts {
        let rows = [row(code, day, new_epoch_id(), crowd(numbers))];
        assert_eq!(store.write_uniques(&rows).await, Ok(()));
    }
    let mut all = Visitors::default();
    let found = store.uniques(page, day.month(), Some(code)).await.unwrap();
    assert_eq!(found.len(), 3);
    for row in found {
        all.merge(&row.visitors);
    }
    assert!(all.registers().eq(crowd(0..500).registers()));
}
