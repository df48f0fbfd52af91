//! Timers over restarts.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::fixture::*;
use crate::kernel::*;

const INTERVAL: Duration = Duration::from_millis(2);

fn ticking() -> Arc<Seed> {
    Arc::new(Seed { interval: Some(INTERVAL), ..Seed::default() })
}

#[actix_rt::test]
async fn a_timer_beats_again_and_again() {
    let seed = ticking();
    let mut root = root();
    let tally = tally(&mut root, 4, &seed).await;
    for _ in 0..3 {
        timeout(PATIENCE, seed.ticked.notified()).await.unwrap();
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
        timeout(PATIENCE, seed.ticked.notified()).await.unwrap();
    }
}

#[actix_rt::test]
async fn the_next_interval_begins_when_a_beat_has_been_handled() {
    let seed = Arc::new(Seed { ticks_stick: true, interval: Some(INTERVAL), ..Seed::default() });
    let mut root = root();
    let tally = tally(&mut root, 64, &seed).await;
    timeout(PATIENCE, seed.ticked.notified()).await.unwrap();
    timeout(INTERVAL * 25, seed.ticked.notified()).await.unwrap_err();
    assert_eq!(tally.ask(Ticks, PATIENCE).await, Ok(1));
}
