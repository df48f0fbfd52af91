//! What the key ring publishes.

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use ezqr_schema::{Account, AccountId, AccountStatus};

/// The suspended accounts, readable without a message: few, so the whole set is replaced on a change.
#[derive(Clone, Debug, Default)]
pub struct AccountView(Arc<ArcSwap<HashSet<AccountId>>>);

impl AccountView {
    /// Whether the short links of `account` are switched off.
    pub fn is_suspended(&self, account: AccountId) -> bool {
        self.0.load().contains(&account)
    }

    pub(super) fn publish(&self, accounts: &[Account]) {
        let suspended = accounts.iter().filter(|account| account.status == AccountStatus::Suspended);
        self.0.store(Arc::new(suspended.map(|account| account.id).collect()));
    }
}
