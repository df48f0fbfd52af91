//! Panics: who is told, what is kept, when the actor is given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ezqr_schema::{Clock, ManualClock, Timestamp};
use futures_util::future::join;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::fixture::*;
use crate::kernel::*;

const EVERY_POISON: [Poison; 3] = [Poison::Handler, Poison::Future, Poison::Step];

#[actix_rt::test]
async fn a_panic_is_told_to_its_caller_and_the_same_address_answers_from_a_fresh_state() {
    for poison in EVERY_POISON {
        let mut root = root();
        let tally = tally(&mut root, 4, &Arc::default()).await;
        assert_eq!(tally.ask(Add(5), PATIENCE).await, Ok(5));
        assert_eq!(tally.ask(poison, PATIENCE).await, Err(AskError::Crashed), "{poison:?}");
        assert_eq!(tally.ask(Add(1), PATIENCE).await, Ok(1), "{poison:?}");
    }
}

#[actix_rt::test]
async fn the_queue_is_kept_while_the_state_is_built_and_answered_after() {
    let gate = Arc::new(Notify::new());
    let seed = Arc::new(Seed { gate: Some(Arc::clone(&gate)), ..Seed::default() });
    let mut root = root();
    let vitals = root.vitals();
    let tally = tally(&mut root, 8, &seed).await;
    let release = hold(&tally).await;
    tally.tell(Add(100)).unwrap();
    tally.tell(Poison::Handler).unwrap();
    tally.tell(Add(1)).unwrap();
    drop(release);
    seed.rebuilding.notified().await;
    assert_eq!(vitals.readiness(), Readiness::Unready);
    assert_eq!(vitals.health().actors[0].condition, Condition::Restarting);
    tally.tell(Add(1)).unwrap();

    let (sum, ()) = join(tally.ask(Add(1), PATIENCE), async { gate.notify_one() }).await;
    assert_eq!(sum, Ok(3), "what stood behind the panic, in order, on a fresh state");
}

#[actix_rt::test]
async fn other_asks_in_flight_are_told_of_the_crash() {
    for poison in EVERY_POISON {
        let mut root = root();
        let tally = tally(&mut root, 8, &Arc::default()).await;
        let (_never, answer) = oneshot::channel();
        let (_never_either, number) = oneshot::channel();
        let in_flight = join(tally.ask(AnswerWhen(answer), PATIENCE), tally.ask(AddWhen(number), PATIENCE));
        let (told, poisoned) = join(in_flight, tally.ask(poison, PATIENCE)).await;
        assert_eq!(told, (Err(AskError::Crashed), Err(AskError::Crashed)), "{poison:?}");
        assert_eq!(poisoned, Err(AskError::Crashed));
        assert!(AskError::Crashed.outcome_is_unknown());
    }
}

#[actix_rt::test]
async fn a_crash_shows_as_unready_and_then_as_degraded() {
    let gate = Arc::new(Notify::new());
    let seed = Arc::new(Seed { gate: Some(Arc::clone(&gate)), ..Seed::default() });
    let mut root = root();
    let vitals = root.vitals();
    let tally = tally(&mut root, 4, &seed).await;
    assert_eq!(vitals.readiness(), Readiness::Ready);
    tally.ask(Poison::Future, PATIENCE).await.unwrap_err();
    assert_eq!(vitals.readiness(), Readiness::Unready, "whoever is told of the crash finds it");
    gate.notify_one();
    tally.ask(Add(1), PATIENCE).await.unwrap();
    assert_eq!(vitals.readiness(), Readiness::Degraded);
    let health = &vitals.health().actors[0];
    assert_eq!((health.condition, health.panics, health.restarts), (Condition::Running, 1, 1));
}

#[actix_rt::test]
async fn a_spent_budget_escalates_and_the_actor_answers_that_it_is_stopped() {
    let mut root = root();
    let vitals = root.vitals();
    let tally = tally(&mut root, 16, &Arc::default()).await;
    for _ in 0..5 {
        assert_eq!(tally.ask(Poison::Handler, PATIENCE).await, Err(AskError::Crashed));
    }
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Ok(1), "five restarts are within the budget");
    assert_eq!(vitals.readiness(), Readiness::Degraded);

    let release = hold(&tally).await;
    tally.tell(Poison::Handler).unwrap();
    let (queued, ()) = join(tally.ask(Add(1), PATIENCE), async { drop(release) }).await;
    assert_eq!(queued, Err(AskError::Stopped));
    let escalation = timeout(PATIENCE, vitals.escalated()).await.unwrap();
    assert_eq!(escalation, Escalation { actor: "tally".into(), cause: Cause::BudgetSpent });
    assert_eq!(vitals.readiness(), Readiness::Unready);
    assert_eq!(vitals.health().actors[0].condition, Condition::Failed);
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Err(AskError::Stopped));
}

#[actix_rt::test]
async fn restarts_are_forgotten_when_the_window_has_passed() {
    let manual = ManualClock::starting_at(Timestamp::from_millis(0).unwrap());
    let mut root = Root::with_policy(manual.clock(), policy()).unwrap();
    let tally = tally(&mut root, 4, &Arc::default()).await;
    for _ in 0..20 {
        assert_eq!(tally.ask(Poison::Handler, PATIENCE).await, Err(AskError::Crashed));
        assert_eq!(tally.ask(Add(1), PATIENCE).await, Ok(1));
        manual.advance(policy().restart.window / 5);
    }
    assert_eq!(root.vitals().readiness(), Readiness::Degraded);
}

#[actix_rt::test]
async fn a_failed_rebuild_is_tried_again_and_costs_one_restart_each() {
    let seed = Arc::new(Seed { failing_builds: AtomicU32::new(3), ..Seed::default() });
    let mut root = root();
    let vitals = root.vitals();
    let tally = tally(&mut root, 4, &seed).await;
    tally.ask(Poison::Handler, PATIENCE).await.unwrap_err();
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Ok(1));
    assert_eq!(seed.builds.load(Ordering::SeqCst), 1 + 4);
    assert_eq!(vitals.readiness(), Readiness::Degraded);

    seed.failing_builds.store(1, Ordering::SeqCst);
    tally.ask(Poison::Handler, PATIENCE).await.unwrap_err();
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Err(AskError::Stopped), "the fifth failed, no sixth");
    assert_eq!(vitals.readiness(), Readiness::Unready);
}

#[actix_rt::test]
async fn a_rebuild_that_panics_is_tried_again() {
    let seed = Arc::new(Seed { failing_builds: AtomicU32::new(1), builds_panic: true, ..Seed::default() });
    let mut root = root();
    let tally = tally(&mut root, 4, &seed).await;
    tally.ask(Poison::Handler, PATIENCE).await.unwrap_err();
    assert_eq!(tally.ask(Add(1), PATIENCE).await, Ok(1));
    assert_eq!(seed.builds.load(Ordering::SeqCst), 1 + 2);
}

/// Cannot be built, in one way or another.
struct Unbuildable;

impl Behaviour for Unbuildable {
    type Seed = Option<StoreAway>;
    type BuildError = StoreAway;

    async fn build(seed: &Option<StoreAway>) -> Result<Self, StoreAway> {
        match seed {
            Some(StoreAway) => Err(StoreAway),
            None => panic!("no seed"),
        }
    }
}

#[actix_rt::test]
async fn a_state_that_cannot_be_built_ends_the_start() {
    let mut root = Root::new(Clock::system()).unwrap();
    let failed = root.start::<Unbuildable>(Spec::new("unbuildable", 1), Some(StoreAway)).await;
    assert!(matches!(failed, Err(StartError::Build(StoreAway))));
    let panicked = root.start::<Unbuildable>(Spec::new("unbuildable", 1), None).await;
    assert!(matches!(panicked, Err(StartError::BuildPanicked)));
    assert_eq!(root.vitals().health().actors, []);
}
