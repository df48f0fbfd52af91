//! Days to be computed are remembered until they were.

use ezqr_schema::Timestamp;
use ezqr_schema::scan::Day;

use super::{new_page, some_day};
use crate::ScanStore;
use crate::contract::Fixture;

/// So many seconds after `day` began.
fn at(day: Day, seconds: i64) -> Timestamp {
    day.start().saturating_add_millis(seconds * 1_000)
}

/// Of its day alone, and due again when it is noted again.
pub async fn a_page_is_due_until_it_is_settled(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let pages: Vec<_> = new_page(&store).await.block().pages().take(50).collect();
    let (day, next) = (some_day(), some_day().saturating_add(1));
    let due: Vec<_> = pages.iter().flat_map(|page| [(day, *page), (next, *page)]).collect();
    assert_eq!(store.mark_due(&due, at(day, 60)).await, Ok(()));
    for when in [day, next] {
        let found = store.due(when).await.unwrap();
        for page in &pages {
            assert_eq!(found.iter().filter(|found| *found == page).count(), 1, "{page:?}");
        }
    }
    for page in pages.iter().skip(1) {
        assert_eq!(store.settle_due(day, *page, at(day, 60)).await, Ok(()));
    }
    let found = store.due(day).await.unwrap();
    assert!(found.contains(&pages[0]) && !pages.iter().skip(1).any(|page| found.contains(page)));
    let found = store.due(next).await.unwrap();
    assert!(pages.iter().all(|page| found.contains(page)), "another day is not settled");
    assert_eq!(store.settle_due(day, pages[1], at(day, 61)).await, Ok(()), "settling again is harmless");
    assert_eq!(store.mark_due(&[(day, pages[1])], at(day, 62)).await, Ok(()));
    assert!(store.due(day).await.unwrap().contains(&pages[1]), "a new note counts");
}

/// What is settled as of an instant takes back the notes up to it, and no later one.
pub async fn what_was_noted_later_survives_settling(fixture: &impl Fixture<Store: ScanStore>) {
    let store = fixture.serve().await;
    let (page, day) = (new_page(&store).await, some_day());
    assert_eq!(store.mark_due(&[(day, page)], at(day, 100)).await, Ok(()));
    for (until, is_due) in [(99, true), (100, false)] {
        assert_eq!(store.settle_due(day, page, at(day, until)).await, Ok(()));
        assert_eq!(store.due(day).await.unwrap().contains(&page), is_due, "{until}");
    }
    assert_eq!(store.mark_due(&[(day, page)], at(day, 110)).await, Ok(()));
    assert_eq!(store.mark_due(&[(day, page)], at(day, 120)).await, Ok(()));
    assert_eq!(store.settle_due(day, page, at(day, 119)).await, Ok(()));
    assert!(store.due(day).await.unwrap().contains(&page));
}

/// Whoever notes with a clock behind does not hide what was noted before.
pub async fn noting_again_never_takes_back(fixture: &impl Fixture<Store: ScanStore>) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let (page, day) = (new_page(&store).await, some_day());
    assert_eq!(store.mark_due(&[(day, page)], at(day, 100)).await, Ok(()));
    assert_eq!(another.mark_due(&[(day, page), (day, page)], at(day, 50)).await, Ok(()));
    assert_eq!(store.settle_due(day, page, at(day, 99)).await, Ok(()));
    let is_mine = |found: &&_| **found == page;
    assert_eq!(another.due(day).await.unwrap().iter().filter(is_mine).count(), 1);
}
