//! Requests with an idempotency key: carried out once, through restarts and side by side.

use std::sync::Arc;
use std::time::Duration;

use ezqr_actors::codes::{Entered, MintAnswer, MintRefused, MintRequest, NamedMint, Place};
use ezqr_actors::kernel::{AskError, Poison};
use ezqr_schema::{Alias, IdempotencyKey, ItemOutcome, ManualClock, NewCode, Owner, RequestHash, Timestamp};
use ezqr_store::WriteError;
use futures_util::future::{join, join_all};
use futures_util::{FutureExt as _, pin_mut};

use crate::world::{PATIENCE, World, dynamic};

fn key(name: &str) -> IdempotencyKey {
    IdempotencyKey::parse(name).unwrap()
}

fn hash(body: &str) -> RequestHash {
    RequestHash::of("POST", "/api/v1/qr-codes", "", body.as_bytes())
}

/// A request with a name, as the edge makes it.
#[derive(Clone)]
struct Named {
    owner: Owner,
    key: IdempotencyKey,
    body: String,
    codes: Vec<NewCode>,
    items: Arc<[ItemOutcome]>,
}

/// A request called `name` for `count` codes; `body` stands for all it asks for.
fn request(world: &World, name: &str, body: &str, count: usize) -> Named {
    Named {
        owner: world.owner.clone(),
        key: key(name),
        body: body.to_owned(),
        codes: vec![dynamic("https://example.com/1"); count],
        items: vec![ItemOutcome::Minted; count].into(),
    }
}

impl Named {
    async fn enter(&self, world: &World) -> Result<Entered, MintRefused> {
        let body = self.body.clone().into_bytes().into();
        world.handles().codes.enter(&self.owner, self.key.clone(), hash(&self.body), body).await
    }

    /// The place of the name, which nobody has.
    async fn place(&self, world: &World) -> Place {
        match self.enter(world).await {
            Ok(Entered::First(place)) => place,
            other => panic!("{other:?}"),
        }
    }

    async fn carry_out(&self, world: &World, place: Place) -> Result<MintAnswer, MintRefused> {
        let name = Some(NamedMint { place, items: Arc::clone(&self.items) });
        let request = MintRequest { owner: self.owner.clone(), codes: self.codes.clone(), name };
        world.handles().codes.mint(request).await
    }

    /// Waits for its turn, and is carried out unless it was. What the store remembers is found by the mint alone.
    async fn mint(&self, world: &World) -> Result<MintAnswer, MintRefused> {
        match self.enter(world).await? {
            Entered::First(place) | Entered::Next(place) => self.carry_out(world, place).await,
            Entered::Answered(answered) => {
                assert_eq!((&answered.items, &answered.body[..]), (&self.items, self.body.as_bytes()));
                Ok(MintAnswer { codes: answered.codes, is_replayed: true })
            }
        }
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
    let first = request(&world, "order-1", "body", 3).mint(&world).await.unwrap();
    assert!(!first.is_replayed);
    codes.change(world.repointing(&first.codes[0], "https://example.com/2")).await.unwrap();
    let again = request(&world, "order-1", "body", 3).mint(&world).await.unwrap();
    assert_eq!(again, MintAnswer { codes: Arc::clone(&first.codes), is_replayed: true });
    // Also when this process has forgotten everything.
    assert_eq!(codes.raw().ask(Poison::Handler, PATIENCE).await, Err(AskError::Crashed));
    let again = request(&world, "order-1", "body", 3).mint(&world).await.unwrap();
    assert_eq!(again, MintAnswer { codes: first.codes.clone(), is_replayed: true });
    assert_eq!(world.follow(&first.codes[0]).await.as_deref(), Some("https://example.com/2"));
    assert_eq!(minted(&world).await, 3);
}

#[tokio::test]
async fn a_name_used_for_something_else_is_refused_and_every_owner_has_its_own_names() {
    let world = World::new().await;
    request(&world, "order-1", "body", 2).mint(&world).await.unwrap();
    let other = request(&world, "order-1", "another body", 2).mint(&world).await;
    assert_eq!(other.unwrap_err(), MintRefused::KeyReused);
    let mut elsewhere = request(&world, "order-1", "another body", 2);
    elsewhere.owner.environment = ezqr_schema::Environment::parse("staging").unwrap();
    assert!(!elsewhere.mint(&world).await.unwrap().is_replayed);
    assert_eq!(minted(&world).await, 2);
}

#[tokio::test]
async fn a_repeat_that_offers_other_items_is_told_which_were_minted() {
    let world = World::new().await;
    let handles = world.handles();
    let mut narrow = request(&world, "order-1", "body", 2);
    let outcomes: Arc<[ItemOutcome]> =
        [ItemOutcome::Minted, ItemOutcome::RedirectLoop, ItemOutcome::Minted].into();
    narrow.items = Arc::clone(&outcomes);
    let first = narrow.mint(&world).await.unwrap();
    let refused = request(&world, "order-1", "body", 3).mint(&world).await.unwrap_err();
    assert_eq!(refused, MintRefused::OtherItems(Arc::clone(&outcomes)));
    assert_eq!(narrow.mint(&world).await.unwrap().codes, first.codes);
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
async fn of_identical_requests_at_once_one_is_carried_out_and_all_get_its_answer() {
    let world = World::new().await;
    let named = request(&world, "order-1", "body", 5);
    let sent = world.handles().codes.raw().messages();
    let answers = join_all((0..33).map(|_| named.mint(&world))).await;
    assert_eq!(world.handles().codes.raw().messages() - sent, 1, "who waits sends nothing");
    let first: Vec<_> = answers.iter().flatten().filter(|answer| !answer.is_replayed).collect();
    assert_eq!(first.len(), 1);
    for answer in &answers {
        assert_eq!(answer.as_ref().unwrap().codes, first[0].codes);
    }
    // And of repetitions at once: each is one, whoever is asked.
    for again in join_all((0..33).map(|_| named.mint(&world))).await {
        assert_eq!(again, Ok(MintAnswer { codes: Arc::clone(&first[0].codes), is_replayed: true }));
    }
    assert_eq!(minted(&world).await, 5);
}

#[tokio::test]
async fn a_first_that_fails_hands_on_and_another_request_of_the_name_is_told_when_it_is_known() {
    let world = World::new().await;
    let mut taken = dynamic("https://example.com/alias");
    taken.alias = Some(Alias::parse("summer-sale").unwrap());
    let aliased = |name, body| Named { codes: vec![taken.clone()], ..request(&world, name, body, 1) };
    let (one, another) = (aliased("order-1", "body"), aliased("order-1", "another body"));
    let (first, same, other) = tokio::join!(one.mint(&world), one.mint(&world), another.mint(&world));
    let first = first.unwrap();
    assert!(!first.is_replayed);
    assert_eq!(same.unwrap(), MintAnswer { codes: first.codes, is_replayed: true });
    assert_eq!(other.unwrap_err(), MintRefused::KeyReused);

    // The alias is taken: none of the same gets it, and each says so itself. Whoever asks for something else under the
    // name is not told that it is used, because it is not.
    let (refused, free) = (aliased("order-2", "body"), request(&world, "order-2", "another body", 1));
    let place = refused.place(&world).await;
    let (same, other) = (refused.mint(&world), free.mint(&world));
    pin_mut!(same, other);
    // Both are in line before the first is carried out.
    assert!(same.as_mut().now_or_never().is_none() && other.as_mut().now_or_never().is_none());
    let (first, same, other) = tokio::join!(refused.carry_out(&world, place), same, other);
    assert_eq!([first, same], [(); 2].map(|()| Err(MintRefused::AliasTaken)));
    assert!(matches!(other.unwrap_err(), MintRefused::StillRunning { .. }));
    assert!(!free.mint(&world).await.unwrap().is_replayed);
}

#[tokio::test]
async fn a_first_whose_caller_went_away_answers_those_who_wait() {
    let world = World::new().await;
    let named = request(&world, "order-1", "body", 3);
    let place = named.place(&world).await;
    let waiting = named.enter(&world);
    pin_mut!(waiting);
    assert!(waiting.as_mut().now_or_never().is_none());
    let sent = world.handles().codes.raw().messages();
    {
        let first = named.carry_out(&world, place);
        pin_mut!(first);
        // Asked and left.
        assert!(first.as_mut().now_or_never().is_none());
    }
    assert_eq!(world.handles().codes.raw().messages() - sent, 1);
    let codes = match waiting.await.unwrap() {
        Entered::Answered(answered) => answered.codes,
        // The message was skipped, because nobody waited for its answer by then.
        Entered::Next(place) => named.carry_out(&world, place).await.unwrap().codes,
        Entered::First(place) => panic!("{place:?}"),
    };
    let again = named.mint(&world).await.unwrap();
    assert_eq!(again, MintAnswer { codes, is_replayed: true });
    assert_eq!(minted(&world).await, 3);
}

#[tokio::test]
async fn a_crash_of_the_owner_strands_nobody_who_waits() {
    let world = World::new().await;
    let handles = world.handles();
    for round in 0..4 {
        let named = request(&world, &format!("order-{round}"), "body", 5);
        let poison = handles.codes.raw().ask(Poison::Handler, PATIENCE);
        let (answers, poisoned) = join(join_all((0..5).map(|_| named.mint(&world))), poison).await;
        assert_eq!(poisoned, Err(AskError::Crashed));
        let codes = named.mint(&world).await.unwrap().codes;
        for answer in answers {
            match answer {
                Ok(answer) => assert_eq!(answer.codes, codes),
                Err(MintRefused::Store(WriteError::OutcomeUnknown(_))) => {}
                Err(refused) => panic!("{refused:?}"),
            }
        }
        assert_eq!(minted(&world).await, 5 * (round + 1));
    }
}

#[tokio::test]
async fn thousands_of_waiting_duplicates_of_an_account_leave_another_accounts_mint_served() {
    let world = World::new().await;
    let handles = world.handles();
    let named: Vec<_> = (0..100).map(|name| request(&world, &format!("order-{name}"), "body", 1)).collect();
    let mut places = Vec::new();
    for named in &named {
        places.push(named.place(&world).await);
    }
    let sent = handles.codes.raw().messages();
    let mut waiting = Vec::new();
    let mut refused = 0;
    for duplicate in named.iter().cycle().take(5_000) {
        let mut entering = Box::pin(duplicate.enter(&world));
        match entering.as_mut().now_or_never() {
            None => waiting.push(entering),
            Some(Err(MintRefused::StillRunning { .. })) => refused += 1,
            Some(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((waiting.len(), refused), (256, 5_000 - 256));
    assert_eq!(handles.codes.raw().messages(), sent, "they hold nothing of the owner's queue");

    let mut elsewhere = request(&world, "order-0", "body", 1);
    elsewhere.owner.account = ezqr_schema::AccountId::from_random([9; 16]);
    assert!(!elsewhere.mint(&world).await.unwrap().is_replayed);
    let place = elsewhere.place(&world).await;
    let (next, ()) = join(elsewhere.enter(&world), async { drop(place) }).await;
    assert!(matches!(next, Ok(Entered::Next(_))), "it may wait, too");

    for (named, place) in named.iter().zip(places) {
        named.carry_out(&world, place).await.unwrap();
    }
    for waiting in waiting {
        assert!(matches!(waiting.await, Ok(Entered::Answered(_))));
    }
}

#[tokio::test]
async fn a_named_request_cut_off_by_a_crash_is_carried_out_once_when_repeated() {
    let world = World::new().await;
    let codes = &world.handles().codes;
    let mut unknown = 0;
    for round in 0..4 {
        let name = format!("order-{round}");
        let poison = codes.raw().ask(Poison::Handler, PATIENCE);
        let (named, poison) = (request(&world, &name, "body", 5), poison);
        let (cut_off, _) = join(named.mint(&world), poison).await;
        let repeated = request(&world, &name, "body", 5).mint(&world).await.unwrap();
        match cut_off {
            Ok(answer) => assert_eq!(answer.codes, repeated.codes),
            Err(MintRefused::Store(WriteError::OutcomeUnknown(_))) => unknown += 1,
            Err(refused) => panic!("{refused:?}"),
        }
        let again = request(&world, &name, "body", 5).mint(&world).await.unwrap();
        assert_eq!(again, MintAnswer { codes: repeated.codes, is_replayed: true });
        assert_eq!(minted(&world).await, 5 * (round + 1));
    }
    assert!(unknown > 0, "no request was cut off: the poison came too late each time");
}

#[tokio::test]
async fn codes_that_never_came_behind_their_record_are_waited_for_and_then_written_as_promised() {
    let time = ManualClock::starting_at(Timestamp::from_millis(1_800_000_000_000).unwrap());
    let world = World::at(time.clock()).await;
    let first = request(&world, "order-1", "body", 5).mint(&world).await.unwrap();
    // As if the process had ended between the record and the codes, which a store without transactions allows.
    let database = rusqlite::Connection::open(world.directory().join("ezqr.db")).unwrap();
    assert_eq!(database.execute("DELETE FROM codes", []).unwrap(), 5);
    time.advance(Duration::from_millis(9_999));
    // Who comes now looks again and again, and with it who came behind.
    let named = request(&world, "order-1", "body", 5);
    let resuming = join(named.mint(&world), named.mint(&world));
    pin_mut!(resuming);
    let looked = tokio::time::timeout(Duration::from_millis(200), resuming.as_mut()).await;
    assert!(looked.is_err(), "{looked:?}");
    assert_eq!(minted(&world).await, 0);
    time.advance(Duration::from_millis(1));
    let (resumed, behind) = resuming.await;
    let resumed = resumed.unwrap();
    assert_eq!(resumed, MintAnswer { codes: Arc::clone(&first.codes), is_replayed: true });
    assert_eq!(behind.unwrap(), resumed);
    for code in &*first.codes {
        let stored = world.handles().reader.code(&world.owner, code.id).await.unwrap();
        assert_eq!(stored.as_ref(), Some(code));
    }
    assert_eq!(request(&world, "order-1", "body", 5).mint(&world).await.unwrap(), resumed);
    assert_eq!(minted(&world).await, 5);
}

#[tokio::test]
async fn a_record_that_is_taken_back_while_its_codes_are_waited_for_leaves_the_name_to_who_waits() {
    let time = ManualClock::starting_at(Timestamp::from_millis(1_800_000_000_000).unwrap());
    let world = World::at(time.clock()).await;
    let named = request(&world, "order-1", "body", 2);
    let first = named.mint(&world).await.unwrap();
    // As if another node had written the record, and then been refused.
    let database = rusqlite::Connection::open(world.directory().join("ezqr.db")).unwrap();
    assert_eq!(database.execute("DELETE FROM codes", []).unwrap(), 2);
    let waiting = named.mint(&world);
    pin_mut!(waiting);
    let looked = tokio::time::timeout(Duration::from_millis(200), waiting.as_mut()).await;
    assert!(looked.is_err(), "{looked:?}");
    assert_eq!(database.execute("DELETE FROM idempotency", []).unwrap(), 1);
    let minted = waiting.await.unwrap();
    assert!(!minted.is_replayed && minted.codes != first.codes);
    assert_eq!(named.mint(&world).await.unwrap(), MintAnswer { codes: minted.codes, is_replayed: true });
}
