//! What is minted is there, wholly or not at all.

use std::collections::BTreeSet;

use ezqr_schema::{Alias, PAGE_CODES};
use futures_util::future::join_all;

use super::minter::{external_id, tag, unique};
use super::{Fixture, Minter};
use crate::{CodeStore, MintError, StoredCode};

/// Every field survives, at its least and at its most.
pub async fn a_code_reads_back_as_it_was_minted(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    for code in [minter.plain(), minter.full()] {
        store.mint(minter.mint([code.clone()])).await.unwrap();
        let page_opened_at = minter.page().opened_at;
        assert_eq!(store.code(code.sequence).await, Ok(Some(StoredCode { code, page_opened_at })));
    }
}

/// A page is read whole, or from a number down, and holds 128.
pub async fn a_batch_reads_back_highest_number_first(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let mut expected = Vec::new();
    for size in [1, 100, 27] {
        let batch: Vec<_> =
            (0..size).map(|number| if number % 7 == 0 { minter.full() } else { minter.plain() }).collect();
        store.mint(minter.mint(batch.clone())).await.unwrap();
        expected.extend(batch);
    }
    expected.reverse();
    assert_eq!(u64::try_from(expected.len()).unwrap(), PAGE_CODES);
    let page = minter.page().page;
    assert_eq!(store.codes_of_page(page, None).await.unwrap(), expected);
    for cut in [0, 1, 64, 127] {
        let before = Some(expected[cut].sequence);
        assert_eq!(store.codes_of_page(page, before).await.unwrap(), expected[cut + 1..], "{cut}");
    }
}

/// Neither is one of a page that is not full, nor of one that was never opened.
pub async fn a_number_never_minted_is_no_code(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    minter.mint_one(&store, |_| {}).await.unwrap();
    assert_eq!(store.code(minter.plain().sequence).await, Ok(None));
    minter.turn_page();
    assert_eq!(store.code(minter.plain().sequence).await, Ok(None));
    assert_eq!(store.codes_of_page(minter.page().page, None).await, Ok(Vec::new()));
    assert_eq!(store.sequence_of_alias(&alias()).await, Ok(None));
}

/// It is there once then, and the codes of all are.
pub async fn the_row_of_a_page_may_be_brought_by_every_mint(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    for _ in 0..3 {
        minter.mint_one(&store, |_| {}).await.unwrap();
    }
    assert_eq!(store.pages_before(&minter.owner, None, None, 9).await.unwrap(), [minter.page()]);
    assert_eq!(store.codes_of_page(minter.page().page, None).await.unwrap().len(), 3);
}

/// Several are under way at once.
pub async fn mints_of_a_new_page_do_not_wait_for_each_other(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let mints: Vec<_> = (0..32)
        .map(|_| {
            let code = minter.plain();
            minter.mint([code])
        })
        .collect();
    let outcomes = join_all(mints.into_iter().map(|mint| store.mint(mint))).await;
    assert_eq!(outcomes, vec![Ok(()); 32]);
    assert_eq!(store.codes_of_page(minter.page().page, None).await.unwrap().len(), 32);
    assert_eq!(store.pages_before(&minter.owner, None, None, 9).await.unwrap(), [minter.page()]);
}

/// The alias keeps leading to the first.
pub async fn a_taken_alias_is_refused_and_nothing_is_written(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut first = Minter::new(&store).await;
    let mut second = Minter::new(&store).await;
    let alias = alias();
    let winner = first.mint_one(&store, |code| code.alias = Some(alias.clone())).await.unwrap();
    let (wanted_tag, reference) = (tag("taken"), external_id("taken"));
    let mut loser = second.plain();
    loser.alias = Some(alias.clone());
    loser.tags = ezqr_schema::Tags::new([wanted_tag.clone()]).unwrap();
    loser.external_id = Some(reference.clone());
    assert_eq!(store.mint(second.mint([loser.clone()])).await, Err(MintError::AliasTaken));
    assert_eq!(store.sequence_of_alias(&alias).await, Ok(Some(winner.sequence)));
    assert_eq!(store.code(loser.sequence).await, Ok(None));
    let owner = &second.owner;
    assert_eq!(store.pages_before(owner, None, None, 9).await, Ok(Vec::new()));
    assert_eq!(store.pages_before(owner, Some(&wanted_tag), None, 9).await, Ok(Vec::new()));
    assert_eq!(store.sequences_of_external_id(owner, &reference, None, 9).await, Ok(Vec::new()));
}

/// Whoever asks first, and in whichever process.
pub async fn one_of_many_gets_an_alias(fixture: &impl Fixture) {
    let (store, another) = (fixture.serve().await, fixture.another().await);
    let mut minter = Minter::new(&store).await;
    let alias = alias();
    let mints: Vec<_> = (0..16)
        .map(|_| {
            let code = ezqr_schema::Code { alias: Some(alias.clone()), ..minter.plain() };
            minter.mint([code])
        })
        .collect();
    let sequences: Vec<_> = mints.iter().map(|mint| mint.codes[0].sequence).collect();
    let asked = mints.into_iter().enumerate().map(|(index, mint)| {
        let store = if index % 2 == 0 { &store } else { &another };
        store.mint(mint)
    });
    let outcomes = join_all(asked).await;
    let won: BTreeSet<_> =
        outcomes.iter().zip(&sequences).filter(|(outcome, _)| outcome.is_ok()).map(|(_, won)| *won).collect();
    let refused = outcomes.iter().filter(|outcome| **outcome == Err(MintError::AliasTaken)).count();
    assert_eq!((won.len(), refused), (1, 15), "{outcomes:?}");
    assert_eq!(store.sequence_of_alias(&alias).await.unwrap(), won.first().copied());
    for sequence in sequences {
        assert_eq!(store.code(sequence).await.unwrap().is_some(), won.contains(&sequence));
    }
}

/// With its page, its alias and its look-up rows.
pub async fn an_acknowledged_code_outlives_a_restart(fixture: &impl Fixture) {
    let (minter, code) = {
        let store = fixture.serve().await;
        let mut minter = Minter::new(&store).await;
        let code = ezqr_schema::Code { alias: Some(alias()), ..minter.full() };
        store.mint(minter.mint([code.clone()])).await.unwrap();
        (minter, code)
    };
    let store = fixture.serve().await;
    let owner = &minter.owner;
    assert_eq!(store.code(code.sequence).await.unwrap().unwrap().code, code);
    assert_eq!(store.sequence_of_alias(code.alias.as_ref().unwrap()).await, Ok(Some(code.sequence)));
    let reference = code.external_id.as_ref().unwrap();
    assert_eq!(store.sequences_of_external_id(owner, reference, None, 1).await.unwrap(), [code.sequence]);
    for tag in code.tags.iter() {
        assert_eq!(store.pages_before(owner, Some(tag), None, 1).await.unwrap(), [minter.page()]);
    }
}

fn alias() -> Alias {
    Alias::parse(&format!("alias-{}", unique())).unwrap()
}
