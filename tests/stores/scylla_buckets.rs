//! Token buckets that several nodes take from.

use ezqr_schema::{KeyId, random_bytes};
use ezqr_store::contract::run;
use ezqr_store::{Advance, FullAt};
use futures_util::future::join_all;

use crate::cql;

fn key() -> KeyId {
    KeyId::from_random(random_bytes().unwrap())
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn a_bucket_moves_only_from_where_it_is() {
    run(async {
        let buckets = [cql::store().await.shared_buckets(), cql::store().await.shared_buckets()];
        let (bucket, other) = (key(), key());
        let [first, second, third] =
            [FullAt(1_800_000_000_000_000), FullAt(1_800_000_000_000_001), FullAt(i64::MAX)];
        let advance = |node: usize, from, to| buckets[node].advance(bucket, from, to);
        assert_eq!(advance(0, Some(first), second).await, Ok(Advance::Found(None)));
        assert_eq!(advance(0, None, first).await, Ok(Advance::Done));
        assert_eq!(advance(1, None, second).await, Ok(Advance::Found(Some(first))));
        assert_eq!(advance(1, Some(second), third).await, Ok(Advance::Found(Some(first))));
        assert_eq!(advance(1, Some(first), second).await, Ok(Advance::Done));
        assert_eq!(advance(0, Some(second), third).await, Ok(Advance::Done));
        assert_eq!(buckets[0].advance(other, None, first).await, Ok(Advance::Done), "each key has its own");
    });
}

#[test]
#[ignore = "needs a store: tests/cassandra/server starts one"]
fn of_nodes_that_move_a_bucket_at_once_one_does() {
    run(async {
        let buckets = join_all((0..4).map(async |_| cql::store().await.shared_buckets())).await;
        let bucket = key();
        let mut from = None;
        for round in 1..=5 {
            let moved = buckets.iter().zip(0..).map(|(node, number)| {
                let to = FullAt(round * 10 + number);
                async move { (to, node.advance(bucket, from, to).await) }
            });
            // Who is not answered in time has no tokens, whatever became of it.
            let moved: Vec<_> = join_all(moved).await;
            let winners: Vec<_> = moved.iter().filter(|(_, outcome)| *outcome == Ok(Advance::Done)).collect();
            assert!(winners.len() <= 1, "{moved:?}");
            let Ok(Advance::Found(now)) = buckets[0].advance(bucket, Some(FullAt(0)), FullAt(1)).await else {
                panic!("nobody moves it from 0")
            };
            assert!(winners.iter().all(|(to, _)| Some(*to) == now), "{moved:?} {now:?}");
            from = now;
        }
        assert!(from.is_some());
    });
}
