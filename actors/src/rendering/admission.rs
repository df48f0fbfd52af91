//! Who may have a batch drawn now, and who waits for a turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ezqr_schema::AccountId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::Busy;

/// Batches that one account may have under way at once.
pub const BATCHES_PER_ACCOUNT: usize = 2;

/// Why a batch was not admitted. Nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchRefused {
    /// The account has [`BATCHES_PER_ACCOUNT`] under way, and as many wait as may; or it was not this one's turn in time.
    #[error("the account has {BATCHES_PER_ACCOUNT} batches under way and others that wait")]
    Account,
    /// All accounts together have as many under way as there may be, and as many wait as may; or it was not this
    /// one's turn in time.
    #[error("too many batches are under way and wait")]
    Total,
    /// The owner of the pool did not answer.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// The permits of one incarnation: those of a former one went with the batches it had under way.
pub(super) struct Admission {
    total: Arc<Semaphore>,
    /// Places to wait in, of all accounts.
    places: Arc<Semaphore>,
    places_per_account: usize,
    /// Of accounts with batches under way: never more than there are permits and places, and one.
    accounts: HashMap<AccountId, Account>,
}

/// What one account may have.
struct Account {
    slots: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

/// Whether a batch is admitted now or later.
pub(super) enum Entrance {
    Now(Permit),
    Later(Waiting),
}

/// A batch that waits for its turn. First for one of its account's two slots, then for one of all: so an account that
/// asks for very many takes two places in the line of all, as any other.
pub(super) struct Waiting {
    slots: Arc<Semaphore>,
    total: Arc<Semaphore>,
    _places: [OwnedSemaphorePermit; 2],
}

/// The right to one batch, given back when dropped.
pub(super) struct Permit {
    _account: OwnedSemaphorePermit,
    _total: OwnedSemaphorePermit,
}

impl Admission {
    /// Admits at most `total` batches at once; `waiting` others may wait, of one account at most a quarter of them.
    pub(super) fn new(total: u16, waiting: usize) -> Self {
        Self {
            total: Arc::new(Semaphore::new(usize::from(total))),
            places: Arc::new(Semaphore::new(waiting)),
            places_per_account: waiting.div_ceil(4),
            accounts: HashMap::new(),
        }
    }

    /// Admits a batch of `account` now, or gives it a place to wait in.
    pub(super) fn enter(&mut self, account: AccountId) -> Result<Entrance, BatchRefused> {
        let refused = match self.admit(account) {
            Ok(permit) => return Ok(Entrance::Now(permit)),
            Err(refused) => refused,
        };
        let Account { slots, places } = self.account(account);
        let (slots, places) = (Arc::clone(slots), Arc::clone(places));
        let own = places.try_acquire_owned().map_err(|_| refused)?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| refused)?;
        Ok(Entrance::Later(Waiting { slots, total: Arc::clone(&self.total), _places: [own, place] }))
    }

    /// A permit for a batch of `account`; never waits.
    pub(super) fn admit(&mut self, account: AccountId) -> Result<Permit, BatchRefused> {
        // Whoever is under way or waits holds it.
        self.accounts.retain(|_, account| Arc::strong_count(&account.slots) > 1);
        let slots = Arc::clone(&self.account(account).slots);
        let own = slots.try_acquire_owned().map_err(|_| BatchRefused::Account)?;
        let total = Arc::clone(&self.total).try_acquire_owned().map_err(|_| BatchRefused::Total)?;
        Ok(Permit { _account: own, _total: total })
    }

    fn account(&mut self, account: AccountId) -> &Account {
        let places = self.places_per_account;
        self.accounts.entry(account).or_insert_with(|| Account {
            slots: Arc::new(Semaphore::new(BATCHES_PER_ACCOUNT)),
            places: Arc::new(Semaphore::new(places)),
        })
    }
}

impl Waiting {
    /// Its permit, when its turn comes within `patience`: first come, first served.
    pub(super) async fn turn(self, patience: Duration) -> Result<Permit, BatchRefused> {
        let Self { slots, total, _places } = self;
        let mut lacking = BatchRefused::Account;
        let turn = timeout(patience, async {
            let own = slots.acquire_owned().await.ok()?;
            lacking = BatchRefused::Total;
            let total = total.acquire_owned().await.ok()?;
            Some(Permit { _account: own, _total: total })
        });
        turn.await.ok().flatten().ok_or(lacking)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::from_random([number; 16])
    }

    #[test]
    fn an_account_has_two_batches_under_way_and_another_when_one_has_ended() {
        let mut admission = Admission::new(10, 0);
        let first = admission.admit(account(1)).unwrap();
        let second = admission.admit(account(1)).unwrap();
        assert_eq!(admission.admit(account(1)).err(), Some(BatchRefused::Account));
        assert!(admission.admit(account(2)).is_ok());
        drop(first);
        let third = admission.admit(account(1)).unwrap();
        assert_eq!(admission.admit(account(1)).err(), Some(BatchRefused::Account));
        drop((second, third));
    }

    #[test]
    fn all_accounts_together_are_bounded_and_who_is_refused_keeps_no_permit() {
        let mut admission = Admission::new(3, 0);
        let held: Vec<Permit> = (0..3).map(|number| admission.admit(account(number)).unwrap()).collect();
        for _ in 0..5 {
            assert_eq!(admission.admit(account(0)).err(), Some(BatchRefused::Total));
        }
        drop(held);
        assert!(admission.admit(account(0)).is_ok());
    }

    #[test]
    fn accounts_are_forgotten_when_their_batches_have_ended() {
        let mut admission = Admission::new(3, 0);
        for number in 0..200 {
            admission.admit(account(number)).unwrap();
            assert!(admission.accounts.len() <= 2, "{}", admission.accounts.len());
        }
    }

    fn later(entrance: Result<Entrance, BatchRefused>) -> Waiting {
        match entrance {
            Ok(Entrance::Later(waiting)) => waiting,
            Ok(Entrance::Now(_)) => panic!("admitted at once"),
            Err(refused) => panic!("{refused}"),
        }
    }

    fn is_admitted(entrance: &Result<Entrance, BatchRefused>) -> bool {
        matches!(entrance, Ok(Entrance::Now(_)))
    }

    fn refused(entrance: Result<Entrance, BatchRefused>) -> Option<BatchRefused> {
        entrance.err()
    }

    const PATIENCE: Duration = Duration::from_secs(20);

    #[actix_rt::test]
    async fn who_waits_has_a_turn_in_the_order_of_coming() {
        let mut admission = Admission::new(10, 8);
        let mut held = vec![admission.admit(account(1)).unwrap(), admission.admit(account(1)).unwrap()];
        let (first, second) = (later(admission.enter(account(1))), later(admission.enter(account(1))));
        let mut first = Box::pin(first.turn(PATIENCE));
        let mut second = Box::pin(second.turn(PATIENCE));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        assert_eq!(
            refused(admission.enter(account(1))),
            Some(BatchRefused::Account),
            "a quarter of eight wait"
        );
        assert!(is_admitted(&admission.enter(account(2))), "another account is not held up");
        held.pop();
        assert!(second.as_mut().now_or_never().is_none());
        let permit = first.await.unwrap();
        assert!(second.as_mut().now_or_never().is_none());
        drop(permit);
        assert!(second.await.is_ok());
        assert!(is_admitted(&admission.enter(account(1))));
    }

    #[actix_rt::test]
    async fn an_account_that_asks_for_many_holds_two_places_in_the_line_of_all() {
        let mut admission = Admission::new(2, 40);
        let held = [account(1), account(2)].map(|account| admission.admit(account).unwrap());
        let mut greedy: Vec<_> =
            (0..9).map(|_| Box::pin(later(admission.enter(account(3))).turn(PATIENCE))).collect();
        for waiting in &mut greedy {
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        let mut modest = Box::pin(later(admission.enter(account(4))).turn(PATIENCE));
        assert!(modest.as_mut().now_or_never().is_none());
        drop(held);
        let mut greedy = greedy.into_iter();
        let first_two = [greedy.next().unwrap().await.unwrap(), greedy.next().unwrap().await.unwrap()];
        drop(first_two);
        assert!(modest.await.is_ok(), "it comes before the other seven");
    }

    #[actix_rt::test]
    async fn who_waits_in_vain_is_told_why_and_leaves_the_place() {
        let mut admission = Admission::new(2, 4);
        let held = [1, 1].map(|number| admission.admit(account(number)).unwrap());
        let own = later(admission.enter(account(1))).turn(Duration::ZERO).await;
        assert_eq!(own.err(), Some(BatchRefused::Account));
        let all = later(admission.enter(account(2))).turn(Duration::ZERO).await;
        assert_eq!(all.err(), Some(BatchRefused::Total));
        drop(later(admission.enter(account(1))));
        drop(held);
        for number in 1..=2 {
            assert!(is_admitted(&admission.enter(account(number))), "{number}");
        }
    }

    #[test]
    fn those_who_wait_are_bounded_in_all() {
        let mut admission = Admission::new(1, 4);
        let held = admission.admit(account(0)).unwrap();
        let waiting: Vec<Waiting> = (1..=4).map(|number| later(admission.enter(account(number)))).collect();
        assert_eq!(refused(admission.enter(account(5))), Some(BatchRefused::Total));
        drop(waiting);
        later(admission.enter(account(5)));
        drop(held);
    }
}
