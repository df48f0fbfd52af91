//! Lists: the algorithm over the store's own reads.

use ezqr_schema::wire::ListFilter;
use ezqr_schema::{ListPosition, ManualClock};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};

use super::model::{check, list_limit, plans};
use super::{Fixture, Minter};
use crate::{ListBudget, ListRequest, list};

/// Neither skips nor repeats, under any filter, limit and budget.
pub async fn a_walk_finds_what_a_model_says_while_others_mint(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut runner = TestRunner::new(Config { cases: 8, failure_persistence: None, ..Config::default() });
    for _ in 0..runner.config().cases {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        check(&store, &plan).await;
    }
}

/// Though no code stands at it.
pub async fn a_position_between_codes_goes_on_behind_it(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let old = minter.mint_one(&store, |_| {}).await.unwrap();
    minter.turn_page();
    let (low, skipped) = (minter.mint_one(&store, |_| {}).await.unwrap(), minter.plain());
    let high = minter.mint_one(&store, |_| {}).await.unwrap();
    let clock = ManualClock::starting_at(minter.now).clock();
    let request = |after| ListRequest {
        owner: minter.owner.clone(),
        filter: ListFilter::default(),
        after,
        limit: list_limit(2),
        budget: ListBudget::default(),
    };
    let first = list(&store, &request(None), &clock).await.unwrap();
    assert_eq!(first.codes, [high, low.clone()]);
    assert!(first.next.is_some(), "an older page follows");
    let behind = Some(ListPosition::new(minter.page().opened_at, skipped.sequence));
    let second = list(&store, &request(behind), &clock).await.unwrap();
    assert_eq!((second.codes, second.next), (vec![low, old], None));
}
