//! The installation in the store for several nodes.
//!
//! It is founded by one conditional write of one row, which holds the first account and key too. They get rows
//! of their own afterwards; whoever finds that this has not come to its end brings it there.

use ezqr_schema::{
    Account, AccountId, AccountStatus, ApiKey, Environment, InstallationSecret, KeyHash, KeyId, LinkBase,
    LinkBaseId, Name, Plan, Rate, Scopes,
};
use futures_util::future::try_join;
use scylla::DeserializeRow;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlTimestamp;
use uuid::Uuid;

use super::columns::{bytes, known, needed, stored_instant, stored_text, there, timestamp};
use super::connect::Access;
use super::driver::{Class, Driver};
use super::failure::{Failure, corrupt, unread};
use super::{Core, ScyllaStore};
use crate::{
    AccountError, Changes, Founding, Installation, InstallationStore, KeyError, ReadError, WriteError,
};

/// The statements of the installation's row.
#[derive(Debug)]
pub(super) struct Statements {
    read: PreparedStatement,
    found: PreparedStatement,
    finish: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let columns = "secret, pepper_fingerprint, data_center, account_id, account_name, account_plan, \
                       account_created_at, key_id, key_environment, key_name, key_hash, key_scopes, \
                       key_requests_per_minute, key_created_at";
        let read = format!("SELECT {columns}, is_finished FROM installation WHERE name = 'ezqr'");
        let found = format!(
            "INSERT INTO installation (name, {columns}) \
             VALUES ('ezqr', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS"
        );
        let finish = "UPDATE installation SET is_finished = true WHERE name = 'ezqr' IF is_finished = null";
        Ok(Self {
            read: driver.prepare(Class::PointRead, &read).await?,
            found: driver.prepare(Class::Conditional, &found).await?,
            finish: driver.prepare(Class::Conditional, finish).await?,
        })
    }
}

/// The row of `installation`.
#[derive(DeserializeRow)]
pub(super) struct Row {
    secret: Option<Vec<u8>>,
    pepper_fingerprint: Option<Vec<u8>>,
    data_center: Option<String>,
    account_id: Option<Uuid>,
    account_name: Option<String>,
    account_plan: Option<String>,
    account_created_at: Option<CqlTimestamp>,
    key_id: Option<Uuid>,
    key_environment: Option<String>,
    key_name: Option<String>,
    key_hash: Option<Vec<u8>>,
    key_scopes: Option<i32>,
    key_requests_per_minute: Option<i32>,
    key_created_at: Option<CqlTimestamp>,
    is_finished: Option<bool>,
}

impl Row {
    /// The data centre of all its nodes.
    pub(super) fn data_center(&self) -> Result<&str, ReadError> {
        there("installation.data_center", self.data_center.as_deref())
    }

    fn installation(&self) -> Result<Installation, ReadError> {
        let fingerprint = self.pepper_fingerprint.as_deref();
        Ok(Installation {
            secret: InstallationSecret::from_bytes(bytes("installation.secret", self.secret.as_deref())?),
            pepper_fingerprint: bytes("installation.pepper_fingerprint", fingerprint)?,
            founded_now: false,
        })
    }

    /// The first account, as it was when it was founded.
    fn account(&self) -> Result<Account, ReadError> {
        Ok(Account {
            id: AccountId::from_uuid(there("installation.account_id", self.account_id)?),
            name: stored_text("installation.account_name", self.account_name.as_deref(), Name::from_stored)?,
            plan: known("installation.account_plan", self.account_plan.as_deref(), Plan::parse)?,
            status: AccountStatus::Active,
            created_at: timestamp("installation.account_created_at", self.account_created_at)?,
        })
    }

    /// The first key, as it was when it was founded.
    fn key(&self) -> Result<ApiKey, ReadError> {
        let environment = self.key_environment.as_deref();
        let rate = |requests: i32| Rate::from_requests_per_minute(requests.cast_unsigned());
        Ok(ApiKey {
            id: KeyId::from_uuid(there("installation.key_id", self.key_id)?),
            account: AccountId::from_uuid(there("installation.account_id", self.account_id)?),
            environment: stored_text("installation.key_environment", environment, Environment::from_stored)?,
            name: stored_text("installation.key_name", self.key_name.as_deref(), Name::from_stored)?,
            hash: KeyHash::from_bytes(bytes("installation.key_hash", self.key_hash.as_deref())?),
            scopes: Scopes::from_bits(there("installation.key_scopes", self.key_scopes)?.cast_unsigned()),
            rate: needed("installation.key_requests_per_minute", self.key_requests_per_minute, rate)?,
            created_at: timestamp("installation.key_created_at", self.key_created_at)?,
            revoked_at: None,
        })
    }
}

impl Core {
    pub(super) async fn founded(&self) -> Result<Option<Row>, ReadError> {
        let rows = self.driver.read(&self.statements.installation.read, ()).await?;
        rows.maybe_first_row::<Row>().map_err(corrupt)
    }

    /// Brings a founding to its end, which may have been brought there already.
    async fn finish(&self, row: &Row) -> Result<(), WriteError> {
        if row.is_finished == Some(true) {
            return Ok(());
        }
        let unread = |error| WriteError::Unavailable(unread(error));
        let (account, key) = (row.account().map_err(unread)?, row.key().map_err(unread)?);
        self.create_account(&account).await.map_err(|error| match error {
            AccountError::Write(error) => error,
            error @ (AccountError::NameTaken | AccountError::Missing) => unfinished(&error),
        })?;
        self.create_key(&key).await.map_err(|error| match error {
            KeyError::Write(error) => error,
            error @ KeyError::Missing => unfinished(&error),
        })?;
        self.driver.conditional(&self.statements.installation.finish, ()).await?;
        Ok(())
    }

    /// Whether accounts and keys are to be read again. What could not be read in whole is as good as not seen.
    pub(super) async fn see_revisions(&self) -> Result<bool, ReadError> {
        let (driver, statements) = (&self.driver, &self.statements);
        let (accounts, keys) = (&statements.accounts.revision, &statements.keys.revision);
        let (accounts, keys) = try_join(accounts.now(driver), keys.now(driver)).await?;
        Ok(self.watch.see([accounts, keys]))
    }

    async fn write_founding(&self, founding: &Founding) -> Result<(), WriteError> {
        let Founding { secret, pepper_fingerprint, account, key } = founding;
        let values = FoundingRow {
            secret: secret.as_bytes(),
            pepper_fingerprint,
            data_center: &self.datacenter.name,
            account_id: account.id.as_uuid(),
            account_name: account.name.as_str(),
            account_plan: account.plan.name(),
            account_created_at: stored_instant(account.created_at),
            key_id: key.id.as_uuid(),
            key_environment: key.environment.as_str(),
            key_name: key.name.as_str(),
            key_hash: key.hash.as_bytes(),
            key_scopes: key.scopes.bits().cast_signed(),
            key_requests_per_minute: key.rate.requests_per_minute().cast_signed(),
            key_created_at: stored_instant(key.created_at),
        };
        self.driver.conditional(&self.statements.installation.found, values).await?;
        Ok(())
    }
}

/// What is written of a founding.
#[derive(scylla::SerializeRow)]
struct FoundingRow<'a> {
    secret: &'a [u8],
    pepper_fingerprint: &'a [u8],
    data_center: &'a str,
    account_id: Uuid,
    account_name: &'a str,
    account_plan: &'static str,
    account_created_at: CqlTimestamp,
    key_id: Uuid,
    key_environment: &'a str,
    key_name: &'a str,
    key_hash: &'a [u8],
    key_scopes: i32,
    key_requests_per_minute: i32,
    key_created_at: CqlTimestamp,
}

fn unfinished(error: &dyn std::error::Error) -> WriteError {
    let reason = format!("the installation's first account and key cannot be made: {error}");
    Failure::Refused(reason).into_unavailable().into()
}

impl InstallationStore for ScyllaStore {
    async fn installation(&self) -> Result<Option<Installation>, ReadError> {
        let Some(row) = self.0.founded().await? else { return Ok(None) };
        // Who only looks leaves a founding as it is; whoever serves next finishes it.
        if self.0.access == Access::Serves {
            self.0.finish(&row).await.map_err(|error| match error {
                WriteError::Unavailable(error) => error,
                WriteError::OutcomeUnknown(reason) => Failure::Uncertain(reason).into_unavailable(),
            })?;
        }
        row.installation().map(Some)
    }

    async fn found(&self, founding: Founding) -> Result<Installation, WriteError> {
        self.0.write_founding(&founding).await?;
        let unread = |error| WriteError::Unavailable(unread(error));
        let row = self.0.founded().await.map_err(unread)?;
        let row = row.ok_or_else(|| unread(corrupt("installation: it was founded and is not there")))?;
        let found = row.installation().map_err(unread)?;
        let other = row.data_center().map_err(unread)?;
        if other != self.0.datacenter.name {
            let reason = format!("the installation uses the data centre {other}");
            return Err(Failure::Refused(reason).into_unavailable().into());
        }
        self.0.finish(&row).await?;
        // Nobody else brings the same secret, however often the statement was sent.
        Ok(Installation { founded_now: found.secret.as_bytes() == founding.secret.as_bytes(), ..found })
    }

    async fn adopt_link_base(&self, base: &LinkBase) -> Result<LinkBaseId, WriteError> {
        self.0.adopt_link_base(base).await
    }

    async fn link_bases(&self) -> Result<Vec<(LinkBaseId, LinkBase)>, ReadError> {
        self.0.link_bases().await
    }

    async fn changed_elsewhere(&self) -> Result<Changes, ReadError> {
        Ok(Changes { accounts: self.0.see_revisions().await?, codes: false })
    }
}
