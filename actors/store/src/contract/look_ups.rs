//! Look-ups find what is there; what they find beyond it is a hint that is looked at.

use ezqr_schema::{Code, Environment, Owner, Tags};

use super::minter::{external_id, owner, tag};
use super::{Fixture, Minter};
use crate::{Change, CodeStore, PagePosition};

/// By time, then by number, however the walk is cut.
pub async fn pages_are_walked_newest_first(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let mut expected = Vec::new();
    for number in 0..25 {
        minter.tick(number % 3);
        minter.turn_page();
        minter.mint_one(&store, |_| {}).await.unwrap();
        expected.push(minter.page());
    }
    expected.sort();
    expected.reverse();
    for limit in [1, 4, 10, 11, 24, 25, 26] {
        let mut walked: Vec<PagePosition> = Vec::new();
        loop {
            let before = walked.last().copied();
            let found = store.pages_before(&minter.owner, None, before, limit).await.unwrap();
            assert!(found.len() <= limit);
            let is_last = found.len() < limit;
            walked.extend(found);
            if is_last {
                break;
            }
        }
        assert_eq!(walked, expected, "{limit} at a time");
    }
}

/// Neither those of another account nor of another environment.
pub async fn pages_of_others_are_not_seen(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let labelled = |code: &mut Code| {
        code.tags = Tags::new([tag("t")]).unwrap();
        code.external_id = Some(external_id("e"));
    };
    minter.mint_one(&store, labelled).await.unwrap();
    let neighbour = Owner { environment: Environment::parse("staging").unwrap(), ..minter.owner.clone() };
    for other in [neighbour, owner("production")] {
        assert_eq!(store.pages_before(&other, None, None, 9).await, Ok(Vec::new()));
        assert_eq!(store.pages_before(&other, Some(&tag("t")), None, 9).await, Ok(Vec::new()));
        assert_eq!(store.sequences_of_external_id(&other, &external_id("e"), None, 9).await, Ok(Vec::new()));
    }
}

/// Once per page, at the page's own place, though codes lose it.
pub async fn a_tag_leads_to_its_pages_and_is_never_taken_back(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let sought = tag("sought");
    let mut expected = Vec::new();
    for number in 0..12 {
        minter.tick(1);
        minter.turn_page();
        let tags = if number % 3 == 0 { vec![tag("other")] } else { vec![sought.clone(), tag("other")] };
        let tags = Tags::new(tags).unwrap();
        let batch: Vec<_> = (0..3).map(|_| Code { tags: tags.clone(), ..minter.plain() }).collect();
        store.mint(minter.mint(batch.clone())).await.unwrap();
        if number % 3 != 0 {
            expected.insert(0, minter.page());
            let code = Code { tags: Tags::default(), version: batch[0].version.next(), ..batch[0].clone() };
            let change = Change { code, expected: batch[0].version, page: minter.page(), sent: None };
            store.change(change).await.unwrap();
        }
    }
    let owner = &minter.owner;
    assert_eq!(store.pages_before(owner, Some(&sought), None, 99).await.unwrap(), expected);
    let cut = Some(expected[2]);
    assert_eq!(store.pages_before(owner, Some(&sought), cut, 3).await.unwrap(), expected[3..6]);
    assert_eq!(store.pages_before(owner, Some(&tag("other")), None, 99).await.unwrap().len(), 12);
    assert_eq!(store.pages_before(owner, Some(&tag("soug")), None, 99).await, Ok(Vec::new()));
}

/// From a number down, at most so many.
pub async fn an_external_id_leads_to_its_codes_newest_first(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let sought = external_id("order 4471");
    let mut expected = Vec::new();
    for number in 0..15 {
        let reference = if number % 5 == 4 { external_id("order 4472") } else { sought.clone() };
        let is_sought = reference == sought;
        let code = minter.mint_one(&store, |code| code.external_id = Some(reference)).await.unwrap();
        if is_sought {
            expected.insert(0, code.sequence);
        }
    }
    let owner = &minter.owner;
    assert_eq!(store.sequences_of_external_id(owner, &sought, None, 99).await.unwrap(), expected);
    let cut = Some(expected[3]);
    assert_eq!(store.sequences_of_external_id(owner, &sought, cut, 4).await.unwrap(), expected[4..8]);
    let last = expected.last().copied();
    assert_eq!(store.sequences_of_external_id(owner, &sought, last, 4).await, Ok(Vec::new()));
}

/// A tag and an external id that came later are found at the page's place, what went stays a hint.
pub async fn a_look_up_after_a_change_finds_old_and_new(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let mut code = minter.mint_one(&store, |_| {}).await.unwrap();
    for text in ["old", "new"] {
        minter.tick(60_000);
        let labelled = Code {
            tags: Tags::new([tag(text)]).unwrap(),
            external_id: Some(external_id(text)),
            version: code.version.next(),
            updated_at: minter.now,
            ..code.clone()
        };
        let (expected, page) = (code.version, minter.page());
        let change = Change { code: labelled.clone(), expected, page, sent: None };
        store.change(change).await.unwrap();
        code = labelled;
    }
    let owner = &minter.owner;
    for text in ["old", "new"] {
        let pages = store.pages_before(owner, Some(&tag(text)), None, 9).await.unwrap();
        assert_eq!(pages, [minter.page()], "{text}");
        let found = store.sequences_of_external_id(owner, &external_id(text), None, 9).await.unwrap();
        assert_eq!(found, [code.sequence], "{text}");
    }
}
