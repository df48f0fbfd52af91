//! Who may have a batch drawn now.

use std::collections::HashMap;
use std::sync::Arc;

use ezqr_schema::AccountId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Busy;

/// Batches that one account may have under way at once.
pub const BATCHES_PER_ACCOUNT: usize = 2;

/// Why a batch was not admitted. Nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchRefused {
    /// The account has [`BATCHES_PER_ACCOUNT`] under way.
    #[error("the account has {BATCHES_PER_ACCOUNT} batches under way")]
    Account,
    /// All accounts together have as many under way as there may be.
    #[error("too many batches are under way")]
    Total,
    /// The owner of the pool did not answer.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// The permits of one incarnation: those of a former one went with the batches it had under way.
pub(super) struct Admission {
    total: Arc<Semaphore>,
    /// Of accounts with batches under way: never more than there are permits, and one.
    accounts: HashMap<AccountId, Arc<Semaphore>>,
}

/// The right to one batch, given back when dropped.
pub(super) struct Permit {
    _account: OwnedSemaphorePermit,
    _total: OwnedSemaphorePermit,
}

impl Admission {
    /// Admits at most `total` batches at once.
    pub(super) fn new(total: u16) -> Self {
        Self { total: Arc::new(Semaphore::new(usize::from(total))), accounts: HashMap::new() }
    }

    /// A permit for a batch of `account`; never waits.
    pub(super) fn admit(&mut self, account: AccountId) -> Result<Permit, BatchRefused> {
        self.accounts.retain(|_, slots| slots.available_permits() < BATCHES_PER_ACCOUNT);
        let slots =
            self.accounts.entry(account).or_insert_with(|| Arc::new(Semaphore::new(BATCHES_PER_ACCOUNT)));
        let own = Arc::clone(slots).try_acquire_owned().map_err(|_| BatchRefused::Account)?;
        let total = Arc::clone(&self.total).try_acquire_owned().map_err(|_| BatchRefused::Total)?;
        Ok(Permit { _account: own, _total: total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId::from_random([number; 16])
    }

    #[test]
    fn an_account_has_two_batches_under_way_and_another_when_one_has_ended() {
        let mut admission = Admission::new(10);
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
        let mut admission = Admission::new(3);
        let held: Vec<Permit> = (0..3).map(|number| admission.admit(account(number)).unwrap()).collect();
        for _ in 0..5 {
            assert_eq!(admission.admit(account(0)).err(), Some(BatchRefused::Total));
        }
        drop(held);
        assert!(admission.admit(account(0)).is_ok());
    }

    #[test]
    fn accounts_are_forgotten_when_their_batches_have_ended() {
        let mut admission = Admission::new(3);
        for number in 0..200 {
            admission.admit(account(number)).unwrap();
            assert!(admission.accounts.len() <= 2, "{}", admission.accounts.len());
        }
    }
}
