//! API keys in the store for several nodes.

use ezqr_schema::{AccountId, ApiKey, Environment, KeyHash, KeyId, Name, Rate, Scopes, Timestamp};
use scylla::DeserializeRow;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlTimestamp;
use uuid::Uuid;

use super::columns::{bytes, instant, needed, parsed, stored_instant, stored_text, there, timestamp};
use super::driver::{Class, Driver};
use super::failure::{corrupt, unread};
use super::revision::{Decision, PARTITION, Revision};
use super::{Core, ScyllaStore};
use crate::{KeyError, KeyStore, ReadError, WriteError};

/// The statements of API keys.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) revision: Revision,
    all: PreparedStatement,
    revocation: PreparedStatement,
    create: PreparedStatement,
    revoke: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let table = format!("api_keys WHERE installation = '{PARTITION}'");
        let row = format!("WHERE installation = '{PARTITION}' AND key_id = ? IF revision = ?");
        let all = format!(
            "SELECT key_id, account_id, environment, name, hash, scopes, requests_per_minute, created_at, \
             revoked_at FROM {table}"
        );
        let revocation = format!("SELECT revoked_at FROM {table} AND key_id = ?");
        let create = format!(
            "UPDATE api_keys SET revision = ?, account_id = ?, environment = ?, name = ?, hash = ?, \
             scopes = ?, requests_per_minute = ?, created_at = ?, revoked_at = ? {row}"
        );
        let revoke = format!("UPDATE api_keys SET revision = ?, revoked_at = ? {row}");
        Ok(Self {
            revision: Revision::prepare(driver, "api_keys").await?,
            all: driver.prepare(Class::Read, &all).await?,
            revocation: driver.prepare(Class::PointRead, &revocation).await?,
            create: driver.prepare(Class::Conditional, &create).await?,
            revoke: driver.prepare(Class::Conditional, &revoke).await?,
        })
    }
}

/// A row of `api_keys`. What is left of static columns has no id.
#[derive(DeserializeRow)]
struct Row {
    key_id: Option<Uuid>,
    account_id: Option<Uuid>,
    environment: Option<String>,
    name: Option<String>,
    hash: Option<Vec<u8>>,
    scopes: Option<i32>,
    requests_per_minute: Option<i32>,
    created_at: Option<CqlTimestamp>,
    revoked_at: Option<CqlTimestamp>,
}

impl Row {
    fn key(self) -> Result<Option<ApiKey>, ReadError> {
        let Some(id) = self.key_id else { return Ok(None) };
        let rate = |requests: i32| Rate::from_requests_per_minute(requests.cast_unsigned());
        Ok(Some(ApiKey {
            id: KeyId::from_uuid(id),
            account: AccountId::from_uuid(there("api_keys.account_id", self.account_id)?),
            environment: stored_text(
                "api_keys.environment",
                self.environment.as_deref(),
                Environment::from_stored,
            )?,
            name: stored_text("api_keys.name", self.name.as_deref(), Name::from_stored)?,
            hash: KeyHash::from_bytes(bytes("api_keys.hash", self.hash.as_deref())?),
            scopes: Scopes::from_bits(there("api_keys.scopes", self.scopes)?.cast_unsigned()),
            rate: needed("api_keys.requests_per_minute", self.requests_per_minute, rate)?,
            created_at: timestamp("api_keys.created_at", self.created_at)?,
            revoked_at: parsed("api_keys.revoked_at", self.revoked_at, instant)?,
        }))
    }
}

impl Core {
    /// When a key was revoked, or will be; `None` when there is no such key.
    async fn revocation_of(&self, key: KeyId) -> Result<Option<Option<Timestamp>>, ReadError> {
        let rows = self.driver.read(&self.statements.keys.revocation, (key.as_uuid(),)).await?;
        let row = rows.maybe_first_row::<(Option<CqlTimestamp>,)>().map_err(corrupt)?;
        row.map(|(revoked_at,)| parsed("api_keys.revoked_at", revoked_at, instant)).transpose()
    }

    /// Adds a key to an account that exists, unless it is there.
    pub(super) async fn create_key(&self, key: &ApiKey) -> Result<(), KeyError> {
        let statements = &self.statements.keys;
        let decide = async |now: Option<i64>, next: i64| {
            if self.status_of(key.account).await.map_err(not_read)?.is_none() {
                return Err(KeyError::Missing);
            }
            if self.revocation_of(key.id).await.map_err(not_read)?.is_some() {
                return Ok(Decision::Holds);
            }
            let (environment, name) = (key.environment.as_str(), key.name.as_str());
            let (scopes, rate) = (key.scopes.bits(), key.rate.requests_per_minute());
            let (account, hash) = (key.account.as_uuid(), key.hash.as_bytes().as_slice());
            let (scopes, rate) = (scopes.cast_signed(), rate.cast_signed());
            let (created, revoked) = (stored_instant(key.created_at), key.revoked_at.map(stored_instant));
            let id = key.id.as_uuid();
            let values = (next, account, environment, name, hash, scopes, rate, created, revoked, id, now);
            Ok(Decision::Written(self.driver.conditional(&statements.create, values).await?))
        };
        statements.revision.write(&self.driver, decide).await
    }
}

fn not_read(error: ReadError) -> KeyError {
    WriteError::Unavailable(unread(error)).into()
}

impl KeyStore for ScyllaStore {
    async fn keys(&self) -> Result<Vec<ApiKey>, ReadError> {
        let rows = self.0.driver.read_all::<Row>(&self.0.statements.keys.all, ()).await?;
        let keys: Result<Vec<_>, _> = rows.into_iter().filter_map(|row| row.key().transpose()).collect();
        let mut keys = keys?;
        keys.sort_by_key(|key| (key.created_at, key.id));
        Ok(keys)
    }

    async fn create_key(&self, key: &ApiKey) -> Result<(), KeyError> {
        self.0.create_key(key).await
    }

    async fn revoke_key(&self, key: KeyId, from: Timestamp) -> Result<(), KeyError> {
        let (driver, statements) = (&self.0.driver, &self.0.statements.keys);
        let decide = async |now: Option<i64>, next: i64| {
            let found = self.0.revocation_of(key).await.map_err(not_read)?.ok_or(KeyError::Missing)?;
            if found.is_some_and(|earlier| earlier <= from) {
                return Ok(Decision::Holds);
            }
            let values = (next, stored_instant(from), key.as_uuid(), now);
            Ok(Decision::Written(driver.conditional(&statements.revoke, values).await?))
        };
        statements.revision.write(driver, decide).await
    }
}
