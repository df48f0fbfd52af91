//! Every owner is rebuilt behind the same handle, until its budget is spent.

use std::num::NonZeroU32;
use std::time::Duration;

use ezqr_actors::codes::{ChangeRefused, MintRefused, MintRequest};
use ezqr_actors::kernel::{AskError, Behaviour, Handle, Poison, Readiness};
use ezqr_actors::limiter::Caller;
use ezqr_actors::rendering::{Format, ImageRequest};
use ezqr_schema::{ErrorCorrection, TargetUrl};
use ezqr_store::WriteError;

use crate::world::{PATIENCE, World, dynamic, eventually};

const POISONS: [Poison; 3] = [Poison::Handler, Poison::Future, Poison::Step];

/// Crashes the actor; whoever sent the poison is told so.
async fn crash<A: Behaviour>(handle: &Handle<A>, poison: Poison) {
    assert_eq!(handle.ask(poison, PATIENCE).await, Err(AskError::Crashed));
}

#[tokio::test]
async fn every_owner_serves_again_after_each_kind_of_panic() {
    let world = World::new().await;
    let handles = world.handles();
    assert_eq!(handles.vitals.readiness(), Readiness::Ready);
    let limit = NonZeroU32::new(10).unwrap();
    for poison in POISONS {
        crash(handles.keyring.raw(), poison).await;
        assert_eq!(handles.keyring.authenticate(world.secret.clone()).await.unwrap().owner, world.owner);
        crash(handles.limiter.raw(), poison).await;
        assert!(handles.limiter.take(Caller::Key(world.key.id), limit).await.is_ok());
        crash(handles.codes.raw(), poison).await;
        assert_eq!(world.mint(3).await.len(), 3);
        crash(handles.rendering.raw(), poison).await;
        assert!(handles.rendering.render(image()).await.unwrap().starts_with(b"\x89PNG"));
        crash(handles.scans.raw(), poison).await;
        assert!(handles.scans.live(Vec::new()).await.is_ok());
    }
    assert_eq!(handles.vitals.readiness(), Readiness::Degraded);
    for actor in handles.vitals.health().actors {
        assert_eq!((actor.panics, actor.restarts), (3, 3), "{}", actor.name);
    }
}

fn image() -> ImageRequest {
    ImageRequest {
        pattern: "HTTPS://R.EXAMPLE.COM/7K3MX9QA".to_owned(),
        level: ErrorCorrection::Medium,
        encoding: ezqr_render::TextEncoding::default(),
        format: Format::Png,
        options: ezqr_render::options::ImageOptions::default(),
    }
}

#[tokio::test]
async fn an_owner_beyond_its_budget_is_given_up_and_the_process_asked_to_end() {
    let world = World::new().await;
    let handles = world.handles();
    for _ in 0..6 {
        crash(handles.codes.raw(), Poison::Handler).await;
    }
    let escalation = tokio::time::timeout(PATIENCE, handles.vitals.escalated()).await.unwrap();
    assert_eq!(&*escalation.actor, "codes");
    assert_eq!(handles.vitals.readiness(), Readiness::Unready);
    let codes = vec![dynamic("https://example.com/")];
    let request = MintRequest { owner: world.owner.clone(), codes, name: None };
    let refused = handles.codes.mint(request).await.unwrap_err();
    assert!(matches!(refused, MintRefused::Busy(busy) if busy.cause == AskError::Stopped), "{refused:?}");
    // The others go on: links that are known are followed while the process drains.
    assert!(handles.keyring.authenticate(world.secret.clone()).await.is_ok());
}

#[tokio::test]
async fn what_waits_behind_a_crash_is_kept_and_what_was_in_flight_is_told() {
    let world = World::new().await;
    let codes = world.mint(1).await;
    let handles = world.handles();
    // While the owner's thread stands still, a poison and then a mint queue up.
    let stall = handles.codes.raw().ask(Poison::Stall(Duration::from_millis(300)), PATIENCE);
    let poison = handles.codes.raw().ask(Poison::Handler, PATIENCE);
    let queued = world.mint(2);
    let change = handles.codes.change(world.repointing(&codes[0], "https://example.com/2"));
    let (_, poisoned, minted, changed) = tokio::join!(stall, poison, queued, change);
    assert_eq!(poisoned, Err(AskError::Crashed));
    assert_eq!(minted.len(), 2);
    assert_eq!(changed.unwrap().target_url.unwrap().as_str(), "https://example.com/2");
}

#[tokio::test]
async fn a_write_cut_off_by_a_crash_is_answered_as_unknown_and_never_as_failed() {
    let world = World::new().await;
    let codes = world.mint(20).await;
    let handles = world.handles();
    let mut unknown = 0;
    for (round, code) in codes.iter().enumerate().take(4) {
        let target = format!("https://example.com/round-{round}");
        // In the cache as it was: only the restart can tell readers.
        assert_eq!(world.follow(code).await.as_deref(), Some("https://example.com/1"));
        let change = handles.codes.change(world.repointing(code, &target));
        let poison = handles.codes.raw().ask(Poison::Handler, PATIENCE);
        let (changed, _) = tokio::join!(change, poison);
        match changed {
            Ok(code) => assert_eq!(world.follow(&code).await, Some(target)),
            Err(ChangeRefused::Store(WriteError::OutcomeUnknown(_))) => {
                unknown += 1;
                // Either outcome is honest; what must not happen is that readers disagree with the store.
                eventually("readers agree with the store", async || {
                    let stored = handles.reader.code(&world.owner, code.id).await.unwrap().unwrap();
                    world.follow(code).await.as_deref() == stored.target_url.as_ref().map(TargetUrl::as_str)
                })
                .await;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(unknown > 0, "no change was cut off: the poison came too late each time");
}

#[tokio::test]
async fn a_change_that_is_written_after_a_crash_shows_then_though_the_old_link_was_read_in_between() {
    let world = World::new().await;
    let code = world.mint(1).await.remove(0);
    let handles = world.handles();
    let old = world.follow(&code).await;
    assert!(old.is_some(), "it is in the cache");
    // The writer stands still: another process holds the lock of the database.
    let other = rusqlite::Connection::open(world.directory().join("ezqr.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let change = handles.codes.change(world.repointing(&code, "https://example.com/2"));
    // A future is cut off after those before it have begun: the change is in the writer's queue.
    let poison = handles.codes.raw().ask(Poison::Future, PATIENCE);
    let (changed, poisoned) = tokio::join!(change, poison);
    assert_eq!(poisoned, Err(AskError::Crashed));
    assert!(matches!(changed, Err(ChangeRefused::Store(WriteError::OutcomeUnknown(_)))), "{changed:?}");

    // The owner is not back before the change has ended. Should it be, this waits until it is.
    let back = handles.codes.raw().ask(Poison::Stall(Duration::ZERO), PATIENCE);
    futures_util::pin_mut!(back);
    let too_early = tokio::time::timeout(Duration::from_millis(500), back.as_mut()).await;
    assert!(too_early.is_err(), "{too_early:?}");
    assert_eq!(world.follow(&code).await, old, "nothing is written yet");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(back.await, Ok(()));
    let stored = handles.reader.code(&world.owner, code.id).await.unwrap().unwrap();
    assert_eq!(world.follow(&code).await.as_deref(), stored.target_url.as_ref().map(TargetUrl::as_str));
}
