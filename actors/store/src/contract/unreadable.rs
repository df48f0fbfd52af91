//! A row that cannot be read takes nothing else along.

use ezqr_schema::wire::ListFilter;
use ezqr_schema::{Code, ManualClock};

use super::minter::{external_id, owner};
use super::model::list_limit;
use super::{Fixture, Minter};
use crate::{ChangeError, CodeStore, Deletion, ListBudget, ListRequest, ReadError, list};

/// A text that no metadata are.
const SPOILT: &str = "[1, 2";

/// Three codes of one page and one external id, the second of which cannot be read.
async fn spoilt(fixture: &impl Fixture, store: &impl CodeStore) -> (Minter, [Code; 3]) {
    let mut minter = Minter::new(store).await;
    let codes = [(); 3].map(|()| Code { external_id: Some(external_id("x")), ..minter.plain() });
    store.mint(minter.mint(codes.clone())).await.unwrap();
    fixture.spoil(&codes[1], SPOILT).await;
    (minter, codes)
}

fn is_unreadable<T>(read: &Result<T, ReadError>) -> bool {
    matches!(read, Err(ReadError::Unreadable(reason)) if reason.starts_with("codes.metadata: "))
}

/// Alone it is told by its column.
pub async fn its_neighbours_are_read_and_listed(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let (minter, [low, spoilt, high]) = spoilt(fixture, &store).await;
    assert!(is_unreadable(&store.code(spoilt.sequence).await));
    for neighbour in [&low, &high] {
        assert_eq!(&store.code(neighbour.sequence).await.unwrap().unwrap().code, neighbour);
    }
    let page = minter.page().page;
    assert_eq!(store.codes_of_page(page, None).await, Ok(vec![high.clone(), low.clone()]));
    assert_eq!(store.codes_of_page(page, Some(spoilt.sequence)).await, Ok(vec![low.clone()]));
    assert_eq!(store.codes_of_page(page, Some(high.sequence)).await, Ok(vec![low.clone()]));
    let clock = ManualClock::starting_at(minter.now).clock();
    for external_id in [None, Some(external_id("x"))] {
        for limit in [1, 2, 9] {
            let mut request = ListRequest {
                owner: minter.owner.clone(),
                filter: ListFilter { external_id: external_id.clone(), ..ListFilter::default() },
                after: None,
                limit: list_limit(limit),
                budget: ListBudget::default(),
            };
            let mut listed = Vec::new();
            loop {
                let answer = list(&store, &request, &clock).await.unwrap();
                listed.extend(answer.codes);
                let Some(next) = answer.next else { break };
                request.after = Some(next);
            }
            assert_eq!(listed, [high.clone(), low.clone()], "{external_id:?} by {limit}");
        }
    }
}

/// Once, however often it is asked for; its neighbours stay.
pub async fn it_is_deleted_unread(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let (minter, [low, spoilt, high]) = spoilt(fixture, &store).await;
    let at = minter.now.saturating_add_millis(5);
    for _ in 0..2 {
        assert_eq!(store.delete(deletion(&spoilt, at)).await, Ok(()));
    }
    assert!(is_unreadable(&store.code(spoilt.sequence).await), "it stays on record");
    fixture.spoil(&spoilt, "{}").await;
    let stored = store.code(spoilt.sequence).await.unwrap().unwrap().code;
    let mut expected = Code { version: spoilt.version.next(), updated_at: at, ..spoilt };
    expected.status = ezqr_schema::CodeStatus::Deleted;
    assert_eq!(stored, expected);
    let page = minter.page().page;
    assert_eq!(store.codes_of_page(page, None).await, Ok(vec![high, expected, low]));
}

/// As a change is.
pub async fn a_deletion_is_of_one_version_and_owner(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let (mut minter, [low, spoilt, _]) = spoilt(fixture, &store).await;
    let right = deletion(&spoilt, minter.now);
    let strangers = [
        Deletion { owner: owner("production"), ..right.clone() },
        Deletion { id: low.id, ..right.clone() },
        Deletion { sequence: minter.plain().sequence, ..right.clone() },
    ];
    for deletion in strangers {
        assert_eq!(store.delete(deletion).await, Err(ChangeError::Missing));
    }
    let found = spoilt.version;
    let stale = Deletion { expected: Some(found.next()), ..right.clone() };
    assert_eq!(store.delete(stale).await, Err(ChangeError::VersionMismatch { found }));
    assert_eq!(store.delete(Deletion { expected: Some(found), ..right }).await, Ok(()));
}

fn deletion(code: &Code, at: ezqr_schema::Timestamp) -> Deletion {
    Deletion { sequence: code.sequence, id: code.id, owner: code.owner.clone(), expected: None, at }
}
