//! Records of requests that may be repeated: written before anything else of them.

use std::sync::Arc;

use ezqr_schema::{IdempotencyKey, IdempotentRequest, ItemOutcome, Owner, Page, RequestHash};
use scylla::DeserializeRow;
use scylla::errors::PrepareError;
use scylla::statement::prepared::PreparedStatement;
use scylla::value::{CqlTimestamp, CqlValue};

use crate::scylla::Core;
use crate::scylla::columns::{
    bytes, link_base, needed, of_column, sequence, stored_instant, there, timestamp,
};
use crate::scylla::conditional::Columns;
use crate::scylla::driver::{Class, Driver};
use crate::scylla::failure::{corrupt, unavailable, unread};
use crate::stored::integer;
use crate::{IdempotencyRecord, Mint, MintError, PagePosition, ReadError, WriteError};

/// A record of the name may be over its time, and its successor too by the time it is looked at. No further.
const TRIES: usize = 3;

/// Their statements.
pub(super) struct Statements {
    select: PreparedStatement,
    insert: PreparedStatement,
    delete: PreparedStatement,
}

impl Statements {
    pub(super) async fn prepare(driver: &Driver) -> Result<Self, PrepareError> {
        let select = "SELECT hash, page, opened_at, first_sequence, created_at, link_base, items \
             FROM idempotency WHERE account_id = ? AND environment = ? AND key = ?";
        let insert = "INSERT INTO idempotency (account_id, environment, key, hash, page, opened_at, \
             first_sequence, created_at, link_base, items) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS";
        let delete = "DELETE FROM idempotency WHERE account_id = ? AND environment = ? AND key = ? \
             IF hash = ? AND first_sequence = ?";
        Ok(Self {
            select: driver.prepare(Class::PointRead, select).await?,
            insert: driver.prepare(Class::Conditional, insert).await?,
            delete: driver.prepare(Class::Conditional, delete).await?,
        })
    }
}

#[derive(Default, DeserializeRow)]
#[scylla(flavor = "enforce_order", skip_name_checks)]
struct RecordRow {
    hash: Option<Vec<u8>>,
    page: Option<i64>,
    opened_at: Option<CqlTimestamp>,
    first_sequence: Option<i64>,
    created_at: Option<CqlTimestamp>,
    link_base: Option<i32>,
    items: Option<Vec<u8>>,
}

impl RecordRow {
    /// The row a conditional write was refused by.
    fn of(columns: &Columns) -> Self {
        let blob = |name| columns.get(name).and_then(CqlValue::as_blob).cloned();
        let bigint = |name| columns.get(name).and_then(CqlValue::as_bigint);
        let instant = |name| columns.get(name).and_then(CqlValue::as_cql_timestamp);
        Self {
            hash: blob("hash"),
            page: bigint("page"),
            opened_at: instant("opened_at"),
            first_sequence: bigint("first_sequence"),
            created_at: instant("created_at"),
            link_base: columns.get("link_base").and_then(CqlValue::as_int),
            items: blob("items"),
        }
    }

    fn record(self) -> Result<IdempotencyRecord, ReadError> {
        let items = there("idempotency.items", self.items)?;
        let items: Option<Arc<[_]>> = items.into_iter().map(ItemOutcome::from_number).collect();
        Ok(IdempotencyRecord {
            hash: RequestHash::from_bytes(bytes("idempotency.hash", self.hash.as_deref())?),
            page: PagePosition {
                opened_at: timestamp("idempotency.opened_at", self.opened_at)?,
                page: needed("idempotency.page", self.page, |page| Page::new(page.cast_unsigned()))?,
            },
            first: sequence("idempotency.first_sequence", self.first_sequence)?,
            created_at: timestamp("idempotency.created_at", self.created_at)?,
            link_base: link_base("idempotency.link_base", self.link_base)?,
            items: items.ok_or_else(|| of_column("idempotency.items", "is no value of its enumeration"))?,
        })
    }
}

/// The record of the name, however old.
pub(super) async fn read(
    core: &Core,
    owner: &Owner,
    key: &IdempotencyKey,
) -> Result<Option<IdempotencyRecord>, ReadError> {
    let name = (owner.account.as_uuid(), owner.environment.as_str(), key.as_str());
    let rows = core.driver.read(&core.statements.codes.record.select, name).await?;
    let row = rows.maybe_first_row::<RecordRow>().map_err(corrupt)?;
    row.map(RecordRow::record).transpose()
}

/// Writes the record of `mint`, unless its name was used within the lifetime of one.
pub(super) async fn make(core: &Core, mint: &Mint, request: &IdempotentRequest) -> Result<(), MintError> {
    let Some(made) = IdempotencyRecord::of(request, mint) else { return Ok(()) };
    let items: Vec<u8> = made.items.iter().map(|outcome| outcome.number()).collect();
    let row = (
        mint.owner.account.as_uuid(),
        mint.owner.environment.as_str(),
        request.key.as_str(),
        made.hash.as_bytes().as_slice(),
        integer(made.page.page.get()),
        stored_instant(made.page.opened_at),
        integer(made.first.get()),
        stored_instant(made.created_at),
        i32::from(made.link_base.0),
        items.as_slice(),
    );
    for _ in 0..TRIES {
        let answer = core.driver.conditional(&core.statements.codes.record.insert, &row).await?;
        if answer.is_applied {
            return Ok(());
        }
        let found = answer.row().map(RecordRow::of).unwrap_or_default();
        let found = found.record().map_err(|error| WriteError::Unavailable(unread(error)))?;
        // A number is given to one request alone: this is what an earlier sending wrote.
        if found.first == made.first {
            return Ok(());
        }
        if found.holds_at(made.created_at) {
            return Err(MintError::Recorded(Box::new(found)));
        }
        remove(core, &mint.owner, &request.key, &found).await?;
    }
    Err(WriteError::Unavailable(unavailable("records of the name come and go")).into())
}

/// Removes the record of `mint`, which is refused after all.
pub(super) async fn take_back(
    core: &Core,
    mint: &Mint,
    request: &IdempotentRequest,
) -> Result<(), WriteError> {
    let Some(made) = IdempotencyRecord::of(request, mint) else { return Ok(()) };
    remove(core, &mint.owner, &request.key, &made).await
}

/// Removes this very record: it is gone then, or another has its name.
async fn remove(
    core: &Core,
    owner: &Owner,
    key: &IdempotencyKey,
    record: &IdempotencyRecord,
) -> Result<(), WriteError> {
    let row = (
        owner.account.as_uuid(),
        owner.environment.as_str(),
        key.as_str(),
        record.hash.as_bytes().as_slice(),
        integer(record.first.get()),
    );
    core.driver.conditional(&core.statements.codes.record.delete, row).await.map(drop)
}
