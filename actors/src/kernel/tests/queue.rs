//! Bounds, refusals, deadlines and interleaving.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::fixture::*;
use crate::kernel::*;

#[actix_rt::test]
async fn an_ask_is_answered_from_the_state() {
    let mut root = root();
    let tally = tally(&mut root, 4, &Arc::default()).await;
    assert_eq!(tally.ask(Add(2), PATIENCE).await, Ok(2));
    assert_eq!(tally.ask(Add(3), PATIENCE).await, Ok(5));
}

#[actix_rt::test]
async fn a_full_queue_refuses_exactly_at_capacity_through_many_clones() {
    let mut root = root();
    let tally = tally(&mut root, 16, &Arc::default()).await;
    let release = hold(&tally).await;

    let told: Vec<_> = (0..1_000).map(|_| tally.clone().tell(Add(1))).collect();
    let accepted = told.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(accepted, 15, "the one being handled holds its place");
    assert!(told.iter().skip(15).all(|outcome| *outcome == Err(TellError::Refused)));
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Err(AskError::Refused));

    drop(release);
    assert_eq!(ask_when_there_is_room(&tally, || Add(0)).await, Ok(15));
}

#[actix_rt::test]
async fn a_message_holds_its_place_until_its_future_has_ended() {
    let mut root = root();
    let tally = tally(&mut root, 1, &Arc::default()).await;
    let (let_go, waiting) = oneshot::channel();
    let (answer, refused) = join(tally.ask(AnswerWhen(waiting), PATIENCE), async {
        let refused = tally.ask(Add(1), PATIENCE).await;
        let_go.send(7).unwrap();
        refused
    })
    .await;
    assert_eq!((answer, refused), (Ok(7), Err(AskError::Refused)));
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Ok(1), "whoever has the answer finds room");
}

#[actix_rt::test]
async fn futures_of_one_actor_run_side_by_side_and_do_not_hold_up_its_queue() {
    let mut root = root();
    let tally = tally(&mut root, 512, &Arc::default()).await;
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..300).map(|_| oneshot::channel()).unzip();
    let asks = join_all(receivers.into_iter().map(|number| tally.ask(AddWhen(number), PATIENCE)));
    let others = async {
        assert_eq!(tally.ask(Add(1_000), PATIENCE).await, Ok(1_000));
        // The last one asked is let go first.
        for sender in senders.into_iter().rev() {
            sender.send(1).unwrap();
        }
    };
    let (mut sums, ()) = join(asks, others).await;
    sums.sort_by_key(|sum| sum.unwrap());
    assert_eq!(sums, (1_001..=1_300).map(Ok).collect::<Vec<_>>());
}

#[actix_rt::test]
async fn an_ask_past_its_deadline_is_told_and_skipped_when_it_was_still_queued() {
    let mut root = root();
    let tally = tally(&mut root, 4, &Arc::default()).await;
    let release = hold(&tally).await;
    let late = tally.ask(Add(1), Duration::from_millis(5)).await;
    assert_eq!(late, Err(AskError::TimedOut));
    assert!(AskError::TimedOut.outcome_is_unknown());
    drop(release);
    assert_eq!(tally.ask(Add(10), PATIENCE).await, Ok(10), "the late one was not handled");
}

#[actix_rt::test]
async fn an_ask_past_its_deadline_goes_on_when_it_was_being_handled() {
    let mut root = root();
    let tally = tally(&mut root, 4, &Arc::default()).await;
    let (let_go, waiting) = oneshot::channel();
    let late = tally.ask(AddWhen(waiting), Duration::from_millis(5)).await;
    assert_eq!(late, Err(AskError::TimedOut));
    let_go.send(1).unwrap();
    let added = async { while tally.ask(Add(0), PATIENCE).await.unwrap() == 0 {} };
    timeout(PATIENCE, added).await.unwrap();
    assert_eq!(tally.ask(Add(0), PATIENCE).await, Ok(1));
}

#[actix_rt::test]
async fn a_busy_queue_does_not_starve_futures() {
    let mut root = root();
    let tally = tally(&mut root, 2_000, &Arc::default()).await;
    let release = hold(&tally).await;
    let (let_go, number) = oneshot::channel();
    let_go.send(1_000_000).unwrap();
    let adds = async {
        for _ in 0..1_000 {
            tally.tell(Add(1)).unwrap();
        }
        drop(release);
    };
    let (sum, ()) = join(tally.ask(AddWhen(number), PATIENCE), adds).await;
    let before_it = sum.unwrap() - 1_000_000;
    assert!(before_it < 100, "{before_it} messages went before");
}

#[actix_rt::test]
async fn a_handle_counts_what_was_accepted() {
    let mut root = root();
    let tally = tally(&mut root, 1, &Arc::default()).await;
    let release = hold(&tally).await;
    tally.tell(Add(1)).unwrap_err();
    drop(release);
    assert_eq!(ask_when_there_is_room(&tally.clone(), || Add(1)).await, Ok(1));
    assert_eq!(tally.messages(), 2, "the held one and the one answered");
}
