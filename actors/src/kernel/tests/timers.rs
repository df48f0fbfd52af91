//! Timers over restarts.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join;

use super::fixture::*;
use crate::kernel::*;

fn ticking() -> Arc<Seed> {
    Arc::new(Seed { interval: Some(Duration::from_millis(2)), ..Seed::default() })
}

#[actix_rt::test]
async fn a_timer_beats_again_and_again() {
    let seed = ticking();
    let mut root = root();
    let tally = tally(&mut root, 4, &seed).await;
    for _ in 0..3 {
        tokio::time::timeout(PATIENCE, seed.ticked.notified()).await.unwrap();
    }
    assert!(tally.ask(Ticks, PATIENCE).await.unwrap() >= 3);
}

#[actix_rt::test]
async fn timers_are_armed_again_after_a_restart() {
    let seed = ticking();
    let mut root = root();
    let tally = tally(&mut root, 4, &seed).await;
    tally.ask(Poison::Future, PATIENCE).await.unwrap_err();
    while tally.ask(Ticks, PATIENCE).await.unwrap() == 0 {
        tokio::time::timeout(PATIENCE, seed.ticked.notified()).await.unwrap();
    }
}

#[actix_rt::test]
async fn beats_do_not_pile_up_behind_a_blocked_actor() {
    let seed = ticking();
    let mut root = root();
    let tally = tally(&mut root, 64, &seed).await;
    tokio::time::timeout(PATIENCE, seed.ticked.notified()).await.unwrap();
    let release = hold(&tally).await;
    let before = seed.ticks.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (ticks, ()) = join(tally.ask(Ticks, PATIENCE), async { drop(release) }).await;
    assert!(ticks.unwrap() <= before + 1, "one interval begins when a beat is handled");
}
