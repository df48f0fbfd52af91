//! Changes apply to the version they were made for, or not at all.

use ezqr_schema::wire::ListFilter;
use ezqr_schema::{Code, CodeStatus, ManualClock, Metadata, Name, Tags, TargetUrl, Timestamp, Version};
use futures_util::future::join_all;

use super::minter::{external_id, tag};
use super::model::list_limit;
use super::{Fixture, Minter};
use crate::{Change, ChangeError, CodeStore, ListBudget, ListRequest, PagePosition, list};

/// The change of `code`, at its version, that `change` makes.
pub(super) fn changed(code: &Code, page: PagePosition, change: impl FnOnce(&mut Code)) -> Change {
    let mut next = Code { version: code.version.next(), ..code.clone() };
    next.updated_at = code.updated_at.saturating_add_millis(5);
    change(&mut next);
    Change { code: next, expected: code.version, page, sent: None }
}

/// All of it, to a value and to none.
pub async fn a_change_replaces_what_may_change(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let neighbour = minter.mint_one(&store, |_| {}).await.unwrap();
    let full = minter.full();
    store.mint(minter.mint([full.clone()])).await.unwrap();
    let emptied = changed(&full, minter.page(), |code| {
        code.name = None;
        code.tags = Tags::default();
        code.metadata = Metadata::default();
        code.external_id = None;
        code.status = CodeStatus::Paused;
        code.expires_at = None;
    });
    let refilled = changed(&emptied.code, minter.page(), |code| {
        code.target_url = Some(TargetUrl::parse("http://other.example/").unwrap());
        code.name = Some(Name::parse("another name").unwrap());
        code.tags = Tags::new([tag("b"), tag("a")]).unwrap();
        code.metadata = Metadata::parse(r#"{"k":1}"#).unwrap();
        code.external_id = Some(external_id("another reference"));
        code.status = CodeStatus::Deleted;
        code.expires_at = Some(Timestamp::EPOCH);
    });
    for change in [emptied, refilled] {
        let expected = change.code.clone();
        store.change(change).await.unwrap();
        assert_eq!(store.code(full.sequence).await.unwrap().unwrap().code, expected);
    }
    assert_eq!(store.code(neighbour.sequence).await.unwrap().unwrap().code, neighbour);
}

/// And nothing is written, whichever way it is stale, but perhaps a hint, which misleads nobody.
pub async fn a_change_of_another_version_is_refused_with_the_one_found(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let first = minter.mint_one(&store, |_| {}).await.unwrap();
    let second = changed(&first, minter.page(), |_| {});
    store.change(second.clone()).await.unwrap();
    for expected in [Version::FIRST, Version::new(3)] {
        let code = Code { version: expected, ..second.code.clone() };
        let stale = changed(&code, minter.page(), |code| code.tags = Tags::new([tag("stale")]).unwrap());
        let found = Version::new(2);
        assert_eq!(store.change(stale).await, Err(ChangeError::VersionMismatch { found }));
    }
    assert_eq!(store.code(first.sequence).await.unwrap().unwrap().code, second.code);
    let pages = store.pages_before(&minter.owner, Some(&tag("stale")), None, 1).await.unwrap();
    assert!(pages.is_empty() || store.is_shared(), "where one transaction decides, no hint is left");
    let request = ListRequest {
        owner: minter.owner.clone(),
        filter: ListFilter { tag: Some(tag("stale")), ..ListFilter::default() },
        after: None,
        limit: list_limit(9),
        budget: ListBudget::default(),
    };
    let clock = ManualClock::starting_at(minter.now).clock();
    assert!(list(&store, &request, &clock).await.unwrap().codes.is_empty());
}

/// Whether its page exists or not.
pub async fn a_change_of_no_code_is_refused(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    minter.mint_one(&store, |_| {}).await.unwrap();
    let unminted = minter.plain();
    assert_eq!(store.change(changed(&unminted, minter.page(), |_| {})).await, Err(ChangeError::Missing));
    minter.turn_page();
    let unopened = minter.plain();
    assert_eq!(store.change(changed(&unopened, minter.page(), |_| {})).await, Err(ChangeError::Missing));
}

/// Of those that expect one version one applies, in whichever process; so no change is lost.
pub async fn racing_changes_are_a_single_chain(fixture: &impl Fixture) {
    const CLIENTS: usize = 8;
    const CHANGES: usize = 6;
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let mut minter = Minter::new(&store).await;
    let code = minter.mint_one(&store, |_| {}).await.unwrap();
    let (page, sequence) = (minter.page(), code.sequence);
    let clients = (0..CLIENTS).map(|client| {
        let store = if client % 2 == 0 { &store } else { &another };
        async move {
            let mut applied = Vec::new();
            while applied.len() < CHANGES {
                let read = store.code(sequence).await.unwrap().unwrap().code;
                let mark = format!("{client}-{}", applied.len());
                let change = changed(&read, page, |code| code.name = Some(Name::parse(&mark).unwrap()));
                match store.change(change).await {
                    Ok(()) => applied.push((read.version, read.name, mark)),
                    Err(ChangeError::VersionMismatch { found }) => assert!(found > read.version),
                    Err(other) => assert_eq!(Err(other), Ok(()), "neither applied nor refused"),
                }
            }
            applied
        }
    });
    let mut history: Vec<_> = join_all(clients).await.into_iter().flatten().collect();
    history.sort_by_key(|(expected, _, _)| *expected);
    let mut previous = None;
    for (index, (expected, found, mark)) in history.iter().enumerate() {
        assert_eq!(expected.get(), u64::try_from(index).unwrap() + 1, "each version is replaced once");
        assert_eq!(found.as_ref().map(Name::as_str), previous, "each change saw the one before it");
        previous = Some(mark.as_str());
    }
    let last = store.code(sequence).await.unwrap().unwrap().code;
    assert_eq!(last.version.get(), u64::try_from(CLIENTS * CHANGES).unwrap() + 1);
}
