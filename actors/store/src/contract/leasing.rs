//! Numbers are given out once.

use std::collections::BTreeSet;

use ezqr_schema::Timestamp;
use futures_util::future::join_all;

use super::{Fixture, Minter};
use crate::{CodeStore, Leases};

/// Whichever process asks, and after a restart too.
pub async fn a_block_is_leased_once(fixture: &impl Fixture) {
    let mut leased = BTreeSet::new();
    for _ in 0..3 {
        let (store, another) = (fixture.serve().await, fixture.another().await);
        let asked =
            (0..8).map(|index| if index % 2 == 0 { store.lease_block() } else { another.lease_block() });
        for block in join_all(asked).await {
            let block = block.unwrap();
            assert!(leased.insert(block), "{block:?} was leased before");
        }
    }
}

/// No block was leased from there on, and no code is newer than the newest, if it is told.
pub async fn leases_tell_how_far_numbers_were_given_out(fixture: &impl Fixture) {
    let store = fixture.serve().await;
    let mut minter = Minter::new(&store).await;
    let before = store.leases().await.unwrap();
    assert!(before.next_block > minter.page().page.block().get());
    // On a shared store other tests lease meanwhile.
    if !store.is_shared() {
        assert_eq!(store.leases().await.unwrap().next_block, before.next_block, "looking leases nothing");
    }
    for _ in 0..2 {
        minter.tick(1_000);
        minter.mint_one(&store, |_| {}).await.unwrap();
        assert!(tells(&store, store.leases().await.unwrap(), minter.now));
    }
    drop(store);
    let store = fixture.serve().await;
    let after = store.leases().await.unwrap();
    assert!(tells(&store, after, minter.now) && after.next_block >= before.next_block);
}

/// Whether `leases` know of a code of that time, or come from a store that need not tell.
fn tells(store: &impl CodeStore, leases: Leases, minted_at: Timestamp) -> bool {
    match leases.newest_code {
        None => store.is_shared(),
        Some(newest) => newest >= minted_at,
    }
}
