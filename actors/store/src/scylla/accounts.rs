//! Accounts in the store for several nodes.

use ezqr_schema::{Account, AccountId, AccountStatus, Name, Plan};
use scylla::DeserializeRow;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::CqlTimestamp;
use uuid::Uuid;

use super::columns::{known, stored_instant, stored_text, timestamp};
use super::driver::{Class, Driver};
use super::failure::{corrupt, unread};
use super::revision::{Decision, PARTITION, Revision};
use super::{Core, ScyllaStore};
use crate::{AccountError, AccountStore, ReadError, WriteError};

/// The statements of accounts.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) revision: Revision,
    all: PreparedStatement,
    status: PreparedStatement,
    create: PreparedStatement,
    set_status: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let table = format!("accounts WHERE installation = '{PARTITION}'");
        let row = format!("WHERE installation = '{PARTITION}' AND account_id = ? IF revision = ?");
        Ok(Self {
            revision: Revision::prepare(driver, "accounts").await?,
            all: driver
                .prepare(
                    Class::Read,
                    &format!("SELECT account_id, name, plan, status, created_at FROM {table}"),
                )
                .await?,
            status: driver
                .prepare(Class::PointRead, &format!("SELECT status FROM {table} AND account_id = ?"))
                .await?,
            create: driver
                .prepare(
                    Class::Conditional,
                    &format!(
                        "UPDATE accounts SET revision = ?, name = ?, plan = ?, status = ?, created_at = ? {row}"
                    ),
                )
                .await?,
            set_status: driver
                .prepare(
                    Class::Conditional,
                    &format!("UPDATE accounts SET revision = ?, status = ? {row}"),
                )
                .await?,
        })
    }
}

/// A row of `accounts`. What is left of static columns has no id.
#[derive(DeserializeRow)]
struct Row {
    account_id: Option<Uuid>,
    name: Option<String>,
    plan: Option<String>,
    status: Option<String>,
    created_at: Option<CqlTimestamp>,
}

impl Row {
    fn account(self) -> Result<Option<Account>, ReadError> {
        let Some(id) = self.account_id else { return Ok(None) };
        Ok(Some(Account {
            id: AccountId::from_uuid(id),
            name: stored_text("accounts.name", self.name.as_deref(), Name::from_stored)?,
            plan: known("accounts.plan", self.plan.as_deref(), Plan::parse)?,
            status: known("accounts.status", self.status.as_deref(), AccountStatus::parse)?,
            created_at: timestamp("accounts.created_at", self.created_at)?,
        }))
    }
}

impl Core {
    async fn accounts(&self) -> Result<Vec<Account>, ReadError> {
        let rows = self.driver.read_all::<Row>(&self.statements.accounts.all, ()).await?;
        let accounts: Result<Vec<_>, _> =
            rows.into_iter().filter_map(|row| row.account().transpose()).collect();
        let mut accounts = accounts?;
        accounts.sort_by_key(|account| (account.created_at, account.id));
        Ok(accounts)
    }

    /// The status of an account; `None` when there is none.
    pub(super) async fn status_of(&self, account: AccountId) -> Result<Option<AccountStatus>, ReadError> {
        let rows = self.driver.read(&self.statements.accounts.status, (account.as_uuid(),)).await?;
        let row = rows.maybe_first_row::<(Option<&str>,)>().map_err(corrupt)?;
        row.map(|(status,)| known("accounts.status", status, AccountStatus::parse)).transpose()
    }

    /// Adds an account unless it is there.
    pub(super) async fn create_account(&self, account: &Account) -> Result<(), AccountError> {
        let statements = &self.statements.accounts;
        let decide = async |now: Option<i64>, next: i64| {
            let accounts = self.accounts().await.map_err(not_read)?;
            if let Some(holder) = accounts.iter().find(|other| other.name == account.name) {
                return if holder.id == account.id {
                    Ok(Decision::Holds)
                } else {
                    Err(AccountError::NameTaken)
                };
            }
            let (name, plan, status) = (account.name.as_str(), account.plan.name(), account.status.name());
            let created_at = stored_instant(account.created_at);
            let values = (next, name, plan, status, created_at, account.id.as_uuid(), now);
            Ok(Decision::Written(self.driver.conditional(&statements.create, values).await?))
        };
        statements.revision.write(&self.driver, decide).await
    }
}

fn not_read(error: ReadError) -> AccountError {
    WriteError::Unavailable(unread(error)).into()
}

impl AccountStore for ScyllaStore {
    async fn accounts(&self) -> Result<Vec<Account>, ReadError> {
        self.0.accounts().await
    }

    async fn create_account(&self, account: &Account) -> Result<(), AccountError> {
        self.0.create_account(account).await
    }

    async fn set_account_status(
        &self,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), AccountError> {
        let (driver, statements) = (&self.0.driver, &self.0.statements.accounts);
        let decide = async |now: Option<i64>, next: i64| {
            let found = self.0.status_of(account).await.map_err(not_read)?;
            if found.ok_or(AccountError::Missing)? == status {
                return Ok(Decision::Holds);
            }
            let values = (next, status.name(), account.as_uuid(), now);
            Ok(Decision::Written(driver.conditional(&statements.set_status, values).await?))
        };
        statements.revision.write(driver, decide).await
    }
}
