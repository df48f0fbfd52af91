//! Orderly stop.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use tokio::sync::oneshot;

use super::fixture::*;
use crate::kernel::*;

#[actix_rt::test]
async fn a_stop_handles_what_is_queued_and_in_flight_and_then_refuses() {
    let mut root = root();
    let vitals = root.vitals();
    let seed = Arc::default();
    let tally = tally(&mut root, 16, &seed).await;
    let (let_go, number) = oneshot::channel();
    let release = hold(&tally).await;
    tally.tell(Add(1)).unwrap();
    let queued = join(tally.ask(AddWhen(number), PATIENCE), tally.ask(Add(1), PATIENCE));
    let stop = root.stop(PATIENCE);
    let meanwhile = async {
        until(&vitals, |health| health.actors[0].condition == Condition::Stopped).await;
        assert_eq!(tally.ask(Add(1), PATIENCE).await, Err(AskError::Refused), "it drains");
        drop(release);
        let_go.send(10).unwrap();
    };
    let (answers, (stopped, ())) = join(queued, join(stop, meanwhile)).await;
    assert_eq!(answers, (Ok(12), Ok(2)));
    assert_eq!(stopped, Ok(()));
    assert_eq!(Arc::strong_count(&seed), 1, "the thread and the state are gone");
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Err(AskError::Stopped));
    assert_eq!(tally.tell(Add(1)), Err(TellError::Stopped));
    assert_eq!(vitals.readiness(), Readiness::Unready);
}

#[actix_rt::test]
async fn one_actor_can_be_stopped_before_the_others() {
    let mut root = root();
    let first = tally(&mut root, 4, &Arc::default()).await;
    let second = tally(&mut root, 4, &Arc::default()).await;
    root.stop_actor(&first, PATIENCE).await.unwrap();
    assert_eq!(first.ask(Add(1), PATIENCE).await, Err(AskError::Stopped));
    assert_eq!(second.ask(Add(1), PATIENCE).await, Ok(1));
}

#[actix_rt::test]
async fn a_stop_past_its_deadline_names_who_was_late_and_cuts_off_what_is_in_flight() {
    let mut root = root();
    let tally = tally(&mut root, 4, &Arc::default()).await;
    let (_never, number) = oneshot::channel();
    let stuck = tally.ask(AddWhen(number), PATIENCE);
    let (answer, stopped) = join(stuck, root.stop(Duration::from_millis(20))).await;
    assert_eq!(stopped, Err(StopError { late: vec!["tally".into()] }));
    assert_eq!(answer, Err(AskError::Crashed));
}

#[actix_rt::test]
async fn what_is_queued_when_the_thread_ends_undrained_is_told_that_it_was_not_handled() {
    let seed = Arc::new(Seed { gate: Some(Arc::default()), ..Seed::default() });
    let mut root = root();
    let tally = tally(&mut root, 4, &seed).await;
    tally.tell(Poison::Handler).unwrap();
    seed.rebuilding.notified().await;
    let (answer, stopped) = join(tally.ask(Add(1), PATIENCE), root.stop(Duration::from_millis(20))).await;
    assert!(stopped.is_err());
    assert_eq!(answer, Err(AskError::Stopped));
}

#[actix_rt::test]
async fn a_dropped_root_ends_its_actors() {
    let mut root = root();
    let tally = tally(&mut root, 4, &Arc::default()).await;
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Ok(1));
    drop(root);
    let ended = async { while tally.ask(Add(1), PATIENCE).await != Err(AskError::Stopped) {} };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
}
