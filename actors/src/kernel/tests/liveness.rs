//! Actors that answer nobody.

use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::Clock;
use tokio::time::timeout;

use super::fixture::*;
use crate::kernel::*;

fn watched() -> Root {
    let pulse =
        PulsePolicy { interval: Duration::from_millis(5), deadline: Duration::from_millis(50), misses: 2 };
    Root::with_policy(Clock::system(), Policy { pulse, ..policy() }).unwrap()
}

#[actix_rt::test]
async fn a_blocked_thread_is_found_and_escalates() {
    let mut root = watched();
    let vitals = root.vitals();
    let tally = tally(&mut root, 4, &Arc::default()).await;
    let _held = hold(&tally).await;
    let escalation = timeout(PATIENCE, vitals.escalated()).await.unwrap();
    assert_eq!(escalation, Escalation { actor: "tally".into(), cause: Cause::Unresponsive });
    assert_eq!(vitals.readiness(), Readiness::Unready);
    assert_eq!(vitals.health().actors[0].condition, Condition::Unresponsive);
}

#[actix_rt::test]
async fn a_full_queue_alone_is_no_missed_sign_of_life() {
    let mut root = watched();
    let vitals = root.vitals();
    let tally = tally(&mut root, 1, &Arc::default()).await;
    let (_never, number) = tokio::sync::oneshot::channel();
    tally.tell(AnswerWhen(number)).unwrap();
    assert_eq!(tally.tell(Add(1)), Err(TellError::Refused));
    timeout(Duration::from_millis(200), vitals.escalated()).await.unwrap_err();
    assert_eq!(vitals.readiness(), Readiness::Ready);
}

#[actix_rt::test]
async fn a_long_build_is_no_missed_sign_of_life() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let seed = Arc::new(Seed { gate: Some(Arc::clone(&gate)), ..Seed::default() });
    let mut root = watched();
    let vitals = root.vitals();
    let tally = tally(&mut root, 4, &seed).await;
    tally.ask(Poison::Handler, PATIENCE).await.unwrap_err();
    timeout(Duration::from_millis(200), vitals.escalated()).await.unwrap_err();
    gate.notify_one();
    until(&vitals, |health| health.readiness == Readiness::Degraded).await;
}
