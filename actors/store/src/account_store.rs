//! Accounts and API keys: few, read whole, written rarely.

use ezqr_schema::{Account, AccountId, AccountStatus, ApiKey, KeyId, Timestamp};

use crate::{AccountError, KeyError, ReadError};

/// Accounts.
pub trait AccountStore {
    /// All accounts, oldest first.
    async fn accounts(&self) -> Result<Vec<Account>, ReadError>;

    /// Adds an account under a name no other has. The call can be repeated: an account that is there stays as
    /// it is.
    async fn create_account(&self, account: &Account) -> Result<(), AccountError>;

    /// Suspends or resumes an account.
    async fn set_account_status(&self, account: AccountId, status: AccountStatus)
    -> Result<(), AccountError>;
}

/// API keys.
pub trait KeyStore {
    /// All keys that were ever made, revoked ones included, oldest first.
    async fn keys(&self) -> Result<Vec<ApiKey>, ReadError>;

    /// Adds a key to an account that exists. The call can be repeated: a key that is there stays as it is.
    async fn create_key(&self, key: &ApiKey) -> Result<(), KeyError>;

    /// Refuses a key from `from` on. An earlier revocation stays; so the call can be repeated.
    async fn revoke_key(&self, key: KeyId, from: Timestamp) -> Result<(), KeyError>;
}
