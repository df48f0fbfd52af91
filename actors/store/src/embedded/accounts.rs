//! Accounts and API keys in the embedded store.

use ezqr_schema::{
    Account, AccountId, AccountStatus, ApiKey, Environment, KeyHash, KeyId, Name, Plan, Rate, Scopes,
    Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::EmbeddedStore;
use super::account_changes::note_change;
use super::reads::all;
use super::rows::{Column, get, known, number, optional_timestamp, stored_text, timestamp, uuid};
use super::writer::{NotApplied, Write};
use crate::{AccountError, AccountStore, KeyError, KeyStore, ReadError};

impl AccountStore for EmbeddedStore {
    async fn accounts(&self) -> Result<Vec<Account>, ReadError> {
        self.0.codes.readers.long(|connection| all(connection, ACCOUNTS, [], account)).await
    }

    async fn create_account(&self, account: &Account) -> Result<(), AccountError> {
        self.0.codes.writer.write(CreateAccount(account.clone())).await
    }

    async fn set_account_status(
        &self,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), AccountError> {
        self.0.codes.writer.write(SetAccountStatus { account, status }).await
    }
}

impl KeyStore for EmbeddedStore {
    async fn keys(&self) -> Result<Vec<ApiKey>, ReadError> {
        self.0.codes.readers.long(|connection| all(connection, KEYS, [], key)).await
    }

    async fn create_key(&self, key: &ApiKey) -> Result<(), KeyError> {
        self.0.codes.writer.write(CreateKey(key.clone())).await
    }

    async fn revoke_key(&self, key: KeyId, from: Timestamp) -> Result<(), KeyError> {
        self.0.codes.writer.write(RevokeKey { key, from }).await
    }
}

const ACCOUNTS: &str =
    "SELECT account_id, name, plan, status, created_ms FROM accounts ORDER BY created_ms, account_id";

const KEYS: &str = "SELECT key_id, account_id, environment, name, hash, scopes, requests_per_minute, created_ms, \
     revoked_ms FROM api_keys ORDER BY created_ms, key_id";

fn account(row: &Row<'_>) -> Result<Account, ReadError> {
    const PLAN: Column = Column(2, "accounts.plan");
    const STATUS: Column = Column(3, "accounts.status");
    let plan: Box<str> = get(row, PLAN)?;
    let status: Box<str> = get(row, STATUS)?;
    Ok(Account {
        id: AccountId::from_uuid(uuid(row, Column(0, "accounts.account_id"))?),
        name: stored_text(row, Column(1, "accounts.name"), Name::from_stored)?,
        plan: known(PLAN, Plan::parse(&plan))?,
        status: known(STATUS, AccountStatus::parse(&status))?,
        created_at: timestamp(row, Column(4, "accounts.created_ms"))?,
    })
}

fn key(row: &Row<'_>) -> Result<ApiKey, ReadError> {
    Ok(ApiKey {
        id: KeyId::from_uuid(uuid(row, Column(0, "api_keys.key_id"))?),
        account: AccountId::from_uuid(uuid(row, Column(1, "api_keys.account_id"))?),
        environment: stored_text(row, Column(2, "api_keys.environment"), Environment::from_stored)?,
        name: stored_text(row, Column(3, "api_keys.name"), Name::from_stored)?,
        hash: KeyHash::from_bytes(get(row, Column(4, "api_keys.hash"))?),
        scopes: Scopes::from_bits(get(row, Column(5, "api_keys.scopes"))?),
        rate: number(row, Column(6, "api_keys.requests_per_minute"), Rate::from_requests_per_minute)?,
        created_at: timestamp(row, Column(7, "api_keys.created_ms"))?,
        revoked_at: optional_timestamp(row, Column(8, "api_keys.revoked_ms"))?,
    })
}

/// Adds an account; repeated, it finds its own row.
pub(super) struct CreateAccount(pub(super) Account);

impl Write for CreateAccount {
    type Answer = ();
    type Error = AccountError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<AccountError>> {
        let Self(account) = self;
        let holder: Option<[u8; 16]> = transaction
            .prepare_cached("SELECT account_id FROM accounts WHERE name = ?")?
            .query_row([account.name.as_str()], |row| row.get(0))
            .optional()?;
        match holder {
            Some(id) if id == *account.id.as_uuid().as_bytes() => Ok(()),
            Some(_) => Err(NotApplied::Refused(AccountError::NameTaken)),
            None => {
                insert_account(transaction, account)?;
                Ok(note_change(transaction)?)
            }
        }
    }
}

/// Writes the row of an account that has none.
pub(super) fn insert_account(transaction: &Connection, account: &Account) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO accounts (account_id, name, plan, status, created_ms) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![
            account.id.as_uuid().as_bytes(),
            account.name.as_str(),
            account.plan.name(),
            account.status.name(),
            account.created_at.as_millis(),
        ])?;
    Ok(())
}

struct SetAccountStatus {
    account: AccountId,
    status: AccountStatus,
}

impl Write for SetAccountStatus {
    type Answer = ();
    type Error = AccountError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<AccountError>> {
        let changed = transaction
            .prepare_cached("UPDATE accounts SET status = ? WHERE account_id = ?")?
            .execute(params![self.status.name(), self.account.as_uuid().as_bytes()])?;
        if changed == 0 {
            return Err(NotApplied::Refused(AccountError::Missing));
        }
        Ok(note_change(transaction)?)
    }
}

/// Adds a key; repeated, it finds its own row.
struct CreateKey(ApiKey);

impl Write for CreateKey {
    type Answer = ();
    type Error = KeyError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<KeyError>> {
        let Self(key) = self;
        let account_exists = transaction
            .prepare_cached("SELECT 1 FROM accounts WHERE account_id = ?")?
            .exists([key.account.as_uuid().as_bytes()])?;
        if !account_exists {
            return Err(NotApplied::Refused(KeyError::Missing));
        }
        let is_repeated = transaction
            .prepare_cached("SELECT 1 FROM api_keys WHERE key_id = ? AND hash = ?")?
            .exists(params![key.id.as_uuid().as_bytes(), key.hash.as_bytes()])?;
        if !is_repeated {
            insert_key(transaction, key)?;
            note_change(transaction)?;
        }
        Ok(())
    }
}

/// Writes the row of a key that has none.
pub(super) fn insert_key(transaction: &Connection, key: &ApiKey) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO api_keys (key_id, account_id, environment, name, hash, scopes, requests_per_minute, \
             created_ms, revoked_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            key.id.as_uuid().as_bytes(),
            key.account.as_uuid().as_bytes(),
            key.environment.as_str(),
            key.name.as_str(),
            key.hash.as_bytes(),
            key.scopes.bits(),
            key.rate.requests_per_minute(),
            key.created_at.as_millis(),
            key.revoked_at.map(Timestamp::as_millis),
        ])?;
    Ok(())
}

struct RevokeKey {
    key: KeyId,
    from: Timestamp,
}

impl Write for RevokeKey {
    type Answer = ();
    type Error = KeyError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<KeyError>> {
        let changed = transaction
            .prepare_cached(
                "UPDATE api_keys SET revoked_ms = min(ifnull(revoked_ms, ?1), ?1) WHERE key_id = ?2",
            )?
            .execute(params![self.from.as_millis(), self.key.as_uuid().as_bytes()])?;
        if changed == 0 {
            return Err(NotApplied::Refused(KeyError::Missing));
        }
        Ok(note_change(transaction)?)
    }
}
