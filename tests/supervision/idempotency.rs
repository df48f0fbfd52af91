//! Requests with an idempotency key: carried out once, through restarts and side by side.

use std::sync::Arc;
use std::time::Duration;

use ezqr_actors::codes::{MintAnswer, MintRefused, MintRequest};
use ezqr_actors::kernel::{AskError, Poison};
use ezqr_schema::{
    Alias, IdempotencyKey, IdempotentRequest, ItemOutcome, ManualClock, RequestHash, Timestamp,
};
use ezqr_store::WriteError;
use futures_util::future::join_all;

use crate::world::{PATIENCE, World, dynamic};

fn key(name: &str) -> IdempotencyKey {
    IdempotencyKey::parse(name).unwrap()
}

fn hash(body: &str) -> RequestHash {
    RequestHash::of("POST", "/api/v1/qr-codes", "", body.as_bytes())
}

/// A request called `name` for `count` codes; `body` stands for all it asks for.
fn request(world: &World, name: &str, body: &str, count: usize) -> MintRequest {
    let items = vec![ItemOutcome::Minted; count].into();
    MintRequest {
        owner: world.owner.clone(),
        codes: vec![dynamic("https://example.com/1"); count],
        idempotency: Some(IdempotentRequest { key: key(name), hash: hash(body), items }),
    }
}

/// How many codes there are in all.
async fn minted(world: &World) -> usize {
    let request = ezqr_store::ListRequest {
        owner: world.owner.clone(),
        filter: ezqr_schema::wire::parse_list_query("").unwrap().filter,
        after: None,
        limit: ezqr_schema::wire::parse_list_query("limit=100").unwrap().limit,
        budget: ezqr_store::ListBudget::default(),
    };
    world.handles().reader.list(&request).await.unwrap().codes.len()
}

#[tokio::test]
async fn a_repeat_answers_the_first_codes_whatever_was_changed_since() {
    let world = World::new().await;
    let codes = &world.handles().codes;
    let first = codes.mint(request(&world, "order-1", "body", 3)).await.unwrap();
    assert!(!first.is_replayed);
    codes.change(world.repointing(&first.codes[0], "https://example.com/2")).await.unwrap();
    let again = codes.mint(request(&world, "order-1", "body", 3)).await.unwrap();
    assert_eq!(again, MintAnswer { codes: Arc::clone(&first.codes), is_replayed: true });
    // Also when this process has forgotten everything.
    assert_eq!(codes.raw().ask(Poison::Handler, PATIENCE).await, Err(AskError::Crashed));
    let again = codes.mint(request(&world, "order-1", "body", 3)).await.unwrap();
    assert_eq!(again, MintAnswer { codes: first.codes.clone(), is_replayed: true });
    assert_eq!(world.follow(&first.codes[0]).await.as_deref(), Some("https://example.com/2"));
    assert_eq!(minted(&world).await, 3);
}

#[tokio::test]
async fn a_name_used_for_something_else_is_refused_and_every_owner_has_its_own_names() {
    let world = World::new().await;
    let codes = &world.handles().codes;
    codes.mint(request(&world, "order-1", "body", 2)).await.unwrap();
    let other = codes.mint(request(&world, "order-1", "another body", 2)).await;
    assert_eq!(other.unwrap_err(), MintRefused::KeyReused);
    let mut elsewhere = request(&world, "order-1", "another body", 2);
    elsewhere.owner.environment = ezqr_schema::Environment::parse("staging").unwrap();
    assert!(!codes.mint(elsewhere).await.unwrap().is_replayed);
    assert_eq!(minted(&world).await, 2);
}

#[tokio::test]
async fn a_repeat_that_offers_other_items_is_told_which_were_minted() {
    let world = World::new().await;
    let handles = world.handles();
    let mut narrow = request(&world, "order-1", "body", 2);
    let outcomes: Arc<[ItemOutcome]> =
        [ItemOutcome::Minted, ItemOutcome::RedirectLoop, ItemOutcome::Minted].into();
    narrow.idempotency.as_mut().unwrap().items = Arc::clone(&outcomes);
    let first = handles.codes.mint(narrow.clone()).await.unwrap();
    let refused = handles.codes.mint(request(&world, "order-1", "body", 3)).await.unwrap_err();
    assert_eq!(refused, MintRefused::OtherItems(Arc::clone(&outcomes)));
    assert_eq!(handles.codes.mint(narrow).await.unwrap().codes, first.codes);
    // Who would refuse the request by now is told the same, without a message.
    let recorded = async |name: &str, body: &str| {
        handles.reader.recorded_items(&world.owner, &key(name), &hash(body)).await.unwrap()
    };
    let sent = handles.codes.raw().messages();
    assert_eq!(recorded("order-1", "body").await, Some(outcomes));
    assert_eq!(recorded("order-1", "another body").await, None);
    assert_eq!(recorded("order-2", "body").await, None);
    assert_eq!(handles.codes.raw().messages(), sent);
}

#[tokio::test]
async fn fifty_identical_requests_at_once_mint_once() {
    let world = World::new().await;
    let codes = &world.handles().codes;
    let answers = join_all((0..50).map(|_| codes.mint(request(&world, "order-1", "body", 5)))).await;
    let mut first = 0;
    let settled = codes.mint(request(&world, "order-1", "body", 5)).await.unwrap();
    for answer in answers {
        match answer {
            Ok(answer) => {
                assert_eq!(answer.codes, settled.codes);
                first += usize::from(!answer.is_replayed);
            }
            Err(refused) => assert!(matches!(refused, MintRefused::StillRunning { .. }), "{refused:?}"),
        }
    }
    assert_eq!((first, minted(&world).await), (1, 5));
}

#[tokio::test]
async fn a_second_request_of_a_name_is_told_what_runs_and_a_refused_one_leaves_the_name_free() {
    let world = World::new().await;
    let codes = &world.handles().codes;
    let mut taken = dynamic("https://example.com/alias");
    taken.alias = Some(Alias::parse("summer-sale").unwrap());
    let aliased = |name, body| MintRequest { codes: vec![taken.clone()], ..request(&world, name, body, 1) };
    // The owner takes them in order, and none of them is answered before all are taken in.
    let (first, same, other) = tokio::join!(
        codes.mint(aliased("order-1", "body")),
        codes.mint(aliased("order-1", "body")),
        codes.mint(aliased("order-1", "another body")),
    );
    assert!(!first.unwrap().is_replayed);
    assert!(matches!(same.unwrap_err(), MintRefused::StillRunning { .. }));
    assert_eq!(other.unwrap_err(), MintRefused::KeyReused);
    assert_eq!(codes.mint(aliased("order-2", "body")).await.unwrap_err(), MintRefused::AliasTaken);
    assert!(!codes.mint(request(&world, "order-2", "body", 1)).await.unwrap().is_replayed);
}

#[tokio::test]
async fn a_named_request_cut_off_by_a_crash_is_carried_out_once_when_repeated() {
    let world = World::new().await;
    let codes = &world.handles().codes;
    let mut unknown = 0;
    for round in 0..4 {
        let name = format!("order-{round}");
        let poison = codes.raw().ask(Poison::Handler, PATIENCE);
        let (cut_off, _) = tokio::join!(codes.mint(request(&world, &name, "body", 5)), poison);
        let repeated = loop {
            match codes.mint(request(&world, &name, "body", 5)).await {
                Ok(answer) => break answer,
                Err(MintRefused::StillRunning { .. }) => tokio::task::yield_now().await,
                Err(refused) => panic!("{refused:?}"),
            }
        };
        match cut_off {
            Ok(answer) => assert_eq!(answer.codes, repeated.codes),
            Err(MintRefused::Store(WriteError::OutcomeUnknown(_))) => unknown += 1,
            Err(refused) => panic!("{refused:?}"),
        }
        let again = codes.mint(request(&world, &name, "body", 5)).await.unwrap();
        assert_eq!(again, MintAnswer { codes: repeated.codes, is_replayed: true });
        assert_eq!(minted(&world).await, 5 * (round + 1));
    }
    assert!(unknown > 0, "no request was cut off: the poison came too late each time");
}

#[tokio::test]
async fn codes_that_never_came_behind_their_record_are_waited_for_and_then_written_as_promised() {
    let time = ManualClock::starting_at(Timestamp::from_millis(1_800_000_000_000).unwrap());
    let world = World::at(time.clock()).await;
    let codes = &world.handles().codes;
    let first = codes.mint(request(&world, "order-1", "body", 5)).await.unwrap();
    // As if the process had ended between the record and the codes, which a store without transactions allows.
    let database = rusqlite::Connection::open(world.directory().join("ezqr.db")).unwrap();
    assert_eq!(database.execute("DELETE FROM codes", []).unwrap(), 5);
    time.advance(Duration::from_millis(9_999));
    let refused = codes.mint(request(&world, "order-1", "body", 5)).await.unwrap_err();
    assert_eq!(refused, MintRefused::StillRunning { retry_after: Duration::from_millis(1) });
    time.advance(Duration::from_millis(1));
    assert_eq!(minted(&world).await, 0);
    let resumed = codes.mint(request(&world, "order-1", "body", 5)).await.unwrap();
    assert_eq!(resumed, MintAnswer { codes: Arc::clone(&first.codes), is_replayed: true });
    for code in &*first.codes {
        let stored = world.handles().reader.code(&world.owner, code.id).await.unwrap();
        assert_eq!(stored.as_ref(), Some(code));
    }
    assert_eq!(codes.mint(request(&world, "order-1", "body", 5)).await.unwrap(), resumed);
    assert_eq!(minted(&world).await, 5);
}
