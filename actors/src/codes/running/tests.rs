//! Lines of named requests, whoever ends and whoever leaves.

use ezqr_schema::Environment;
use futures_util::FutureExt as _;
use proptest::prelude::*;

use super::*;

fn owner(account: u8, environment: &str) -> Owner {
    let account = AccountId::from_random([account; 16]);
    Owner { account, environment: Environment::parse(environment).unwrap() }
}

fn enter(running: &Running, owner: &Owner, key: &str, body: &'static str) -> Entry {
    let hash = RequestHash::of("POST", "/", "", body.as_bytes());
    running.enter(owner, IdempotencyKey::parse(key).unwrap(), hash, Bytes::from_static(body.as_bytes()))
}

fn first(running: &Running, owner: &Owner, key: &str, body: &'static str) -> Place {
    match enter(running, owner, key, body) {
        Entry::First(place) => place,
        other @ (Entry::Behind(_) | Entry::Refused) => panic!("{other:?}"),
    }
}

fn behind(running: &Running, owner: &Owner, key: &str, body: &'static str) -> Waiting {
    match enter(running, owner, key, body) {
        Entry::Behind(waiting) => waiting,
        other @ (Entry::First(_) | Entry::Refused) => panic!("{other:?}"),
    }
}

/// What it is told by now.
fn told(waiting: Waiting) -> Told {
    waiting.told().now_or_never().unwrap()
}

fn answer(place: &Place) {
    place.answer(&Arc::default(), &[ItemOutcome::Refused].into());
}

/// Nobody has a place or waits.
fn assert_empty(running: &Running) {
    let board = running.locked();
    assert!(board.lines.is_empty());
    assert!(board.crowd.all == 0 && board.crowd.of_accounts.is_empty(), "{:?}", board.crowd);
}

#[test]
fn all_who_wait_get_the_answer_and_the_name_is_free_again() {
    let (running, owner) = (Running::default(), owner(1, "production"));
    let place = first(&running, &owner, "a", "1");
    let waiting = [(); 3].map(|()| behind(&running, &owner, "a", "1"));
    let other = behind(&running, &owner, "a", "2");
    answer(&place);
    for waiting in waiting {
        let Told::Answered(answered) = told(waiting) else { panic!() };
        assert_eq!((&*answered.items, &answered.body[..]), (&[ItemOutcome::Refused][..], &b"1"[..]));
    }
    assert!(matches!(told(other), Told::OtherAnswered));
    // Its holder is there still; another may begin, and is not disturbed by its end.
    let next = first(&running, &owner, "a", "2");
    drop(place);
    assert!(matches!(enter(&running, &owner, "a", "2"), Entry::Behind(_)));
    drop(next);
    assert_empty(&running);
}

#[test]
fn one_that_ends_without_an_answer_hands_on_to_one_of_the_same_and_tells_the_others() {
    let (running, owner) = (Running::default(), owner(1, "production"));
    let place = first(&running, &owner, "a", "1");
    let (other, second, third) = (
        behind(&running, &owner, "a", "2"),
        behind(&running, &owner, "a", "1"),
        behind(&running, &owner, "a", "1"),
    );
    let clone = place.clone();
    drop(place);
    assert!(matches!(enter(&running, &owner, "a", "1"), Entry::Behind(_)), "a clone has the place still");
    drop(clone);
    assert!(matches!(told(other), Told::OtherEnded));
    let Told::Turn(place) = told(second) else { panic!() };
    assert_eq!(&place.body()[..], b"1");
    answer(&place);
    assert!(matches!(told(third), Told::Answered(_)));
    assert_empty(&running);
}

#[test]
fn a_place_whose_next_went_away_goes_to_the_one_behind() {
    let (running, owner) = (Running::default(), owner(1, "production"));
    let place = first(&running, &owner, "a", "1");
    let [gone, told_and_gone, last] = [(); 3].map(|()| behind(&running, &owner, "a", "1"));
    drop(gone);
    drop(place);
    // Its place was given to it, and it does not look any more.
    drop(told_and_gone);
    assert!(matches!(told(last), Told::Turn(_)));
    assert_empty(&running);
}

#[test]
fn who_panics_strands_nobody() {
    let (running, owner) = (Running::default(), owner(1, "production"));
    let place = first(&running, &owner, "a", "1");
    let waiting = behind(&running, &owner, "a", "1");
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _place = place;
        std::panic::resume_unwind(Box::new("as the test wants it"));
    }));
    assert!(unwound.is_err());
    assert!(matches!(told(waiting), Told::Turn(_)));
    assert_empty(&running);
}

#[test]
fn the_names_of_other_owners_and_environments_are_others() {
    let running = Running::default();
    let _places = [owner(1, "production"), owner(1, "staging"), owner(2, "production")]
        .map(|owner| first(&running, &owner, "a", "1"));
    first(&running, &owner(1, "production"), "b", "1");
}

#[test]
fn who_waits_is_bounded_by_name_by_account_and_in_all() {
    let running = Running::default();
    let mut places = Vec::new();
    let mut waiting = Vec::new();
    // Fills lines of an account until one is refused; how many wait then.
    let mut fill = |account: u8| {
        let owner = owner(account, "production");
        let before = waiting.len();
        for name in 0..100 {
            let name = name.to_string();
            places.push(first(&running, &owner, &name, "1"));
            let of_name = waiting.len();
            loop {
                match enter(&running, &owner, &name, "1") {
                    Entry::Behind(one) => waiting.push(one),
                    Entry::Refused => break,
                    Entry::First(place) => panic!("{place:?}"),
                }
            }
            assert!(waiting.len() - of_name <= WAITING_OF_A_NAME);
            if waiting.len() == of_name {
                break;
            }
        }
        waiting.len() - before
    };
    for account in 0..8 {
        assert_eq!(fill(account), WAITING_OF_AN_ACCOUNT);
    }
    assert_eq!(fill(8), 0, "enough wait in all");
    waiting.pop();
    let ninth = owner(9, "production");
    places.push(first(&running, &ninth, "a", "1"));
    waiting.push(behind(&running, &ninth, "a", "1"));
    assert!(matches!(enter(&running, &ninth, "a", "1"), Entry::Refused));
    // Those who wait go first, so that nothing is handed on.
    waiting.clear();
    places.clear();
    assert_empty(&running);
}

#[test]
fn who_waits_keeps_no_body() {
    let (running, owner) = (Running::default(), owner(1, "production"));
    let place = first(&running, &owner, "a", "1");
    let hash = *place.hash();
    let key = place.key().clone();
    let body = Bytes::from(vec![b'1'; 1]);
    let (watched, given) = (body.clone(), body);
    let waiting = running.enter(&owner, key, hash, given);
    assert!(matches!(waiting, Entry::Behind(_)));
    assert!(watched.is_unique(), "the line has it still");
}

proptest! {
    /// Requests of one name come, are answered, fail, and go away, in any order: at most one has the place, whoever still
    /// waits waits behind somebody, and at the end nothing is left.
    #[test]
    fn whatever_happens_in_a_line_somebody_has_its_place_and_nothing_is_left(
        steps in prop::collection::vec((0_u8..5, any::<prop::sample::Index>()), 1..80),
    ) {
        let (running, owner) = (Running::default(), owner(1, "production"));
        let mut place: Option<Place> = None;
        let mut waiting: Vec<Waiting> = Vec::new();
        for (step, which) in steps {
            match step {
                0 | 1 => match enter(&running, &owner, "a", if step == 0 { "1" } else { "2" }) {
                    Entry::First(taken) => {
                        prop_assert!(place.is_none());
                        place = Some(taken);
                    }
                    Entry::Behind(one) => waiting.push(one),
                    Entry::Refused => prop_assert_eq!(waiting.len(), WAITING_OF_A_NAME),
                },
                2 => {
                    if let Some(place) = place.take() {
                        answer(&place);
                    }
                }
                3 => place = None,
                _ if waiting.is_empty() => {}
                _ => drop(waiting.swap_remove(which.index(waiting.len()))),
            }
            for mut one in std::mem::take(&mut waiting) {
                match one.told.try_recv() {
                    Ok(Told::Turn(handed)) => {
                        prop_assert!(place.is_none());
                        place = Some(handed);
                    }
                    Ok(_) => {}
                    Err(_) => waiting.push(one),
                }
            }
            prop_assert!(place.is_some() || waiting.is_empty(), "stranded");
            prop_assert_eq!(running.locked().crowd.all, waiting.len());
        }
        drop((waiting, place));
        assert_empty(&running);
    }
}
