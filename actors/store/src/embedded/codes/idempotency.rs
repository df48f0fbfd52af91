//! Records of requests that may be repeated.

use ezqr_schema::{
    IdempotencyKey, IdempotentRequest, ItemOutcome, LinkBaseId, Owner, Page, RequestHash, Timestamp,
};
use rusqlite::{Connection, Row, params};

use crate::embedded::failure::unavailable;
use crate::embedded::reads::first;
use crate::embedded::rows::{Column, get, integer, known, number, sequence, timestamp};
use crate::embedded::writer::NotApplied;
use crate::{IdempotencyRecord, Mint, MintError, PagePosition, ReadError, WriteError};

/// Records let go of with each new one. More than one, so that a crowd of old ones shrinks.
const FORGOTTEN_AT_ONCE: u32 = 2;

pub(super) const RECORD: &str = "SELECT request_hash, page, opened_ms, first_sequence, created_ms, link_base, items \
     FROM idempotency WHERE account_id = ? AND environment = ? AND key = ?";

const REQUEST_HASH: Column = Column(0, "idempotency.request_hash");
const PAGE: Column = Column(1, "idempotency.page");
const OPENED_MS: Column = Column(2, "idempotency.opened_ms");
const FIRST_SEQUENCE: Column = Column(3, "idempotency.first_sequence");
const CREATED_MS: Column = Column(4, "idempotency.created_ms");
const LINK_BASE: Column = Column(5, "idempotency.link_base");
const ITEMS: Column = Column(6, "idempotency.items");

/// The record of the name, however old.
pub(super) fn record(
    connection: &Connection,
    owner: &Owner,
    key: &IdempotencyKey,
) -> Result<Option<IdempotencyRecord>, ReadError> {
    let account = owner.account.as_uuid();
    let name = params![account.as_bytes(), owner.environment.as_str(), key.as_str()];
    first(connection, RECORD, name, read)
}

fn read(row: &Row<'_>) -> Result<IdempotencyRecord, ReadError> {
    let items: Vec<u8> = get(row, ITEMS)?;
    let items = items.into_iter().map(ItemOutcome::from_number).collect();
    Ok(IdempotencyRecord {
        hash: RequestHash::from_bytes(get(row, REQUEST_HASH)?),
        page: PagePosition { opened_at: timestamp(row, OPENED_MS)?, page: number(row, PAGE, Page::new)? },
        first: sequence(row, FIRST_SEQUENCE)?,
        created_at: timestamp(row, CREATED_MS)?,
        link_base: LinkBaseId(get(row, LINK_BASE)?),
        items: known(ITEMS, items)?,
    })
}

/// Refuses `mint` when its name was used within the lifetime of a record. A request of the same name that
/// waits for the same commit is seen too; should that commit fail, both are told so.
pub(super) fn refuse_repeated(
    transaction: &Connection,
    mint: &Mint,
    request: &IdempotentRequest,
) -> Result<(), NotApplied<MintError>> {
    let found = record(transaction, &mint.owner, &request.key).map_err(|error| {
        NotApplied::Refused(MintError::Write(WriteError::Unavailable(unavailable(error.to_string()))))
    })?;
    let now = mint.codes.first().map_or(Timestamp::EPOCH, |code| code.created_at);
    match found {
        Some(found) if found.holds_at(now) => Err(NotApplied::Refused(MintError::Recorded(Box::new(found)))),
        _ => Ok(()),
    }
}

/// Writes the record of `mint`, in place of an older one of its name, and lets go of the oldest that are
/// over their time.
pub(super) fn remember(
    transaction: &Connection,
    mint: &Mint,
    request: &IdempotentRequest,
) -> rusqlite::Result<()> {
    let Some(made) = IdempotencyRecord::of(request, mint) else { return Ok(()) };
    let items: Vec<u8> = made.items.iter().map(|outcome| outcome.number()).collect();
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO idempotency (account_id, environment, key, request_hash, page, opened_ms, \
             first_sequence, created_ms, link_base, items) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            mint.owner.account.as_uuid().as_bytes(),
            mint.owner.environment.as_str(),
            request.key.as_str(),
            made.hash.as_bytes(),
            integer(made.page.page.get()),
            made.page.opened_at.as_millis(),
            integer(made.first.get()),
            made.created_at.as_millis(),
            made.link_base.0,
            items,
        ])?;
    let newest_over = made.created_at.saturating_add_millis(-IdempotencyRecord::LIFETIME_MS);
    transaction
        .prepare_cached(
            "DELETE FROM idempotency WHERE created_ms <= ? \
             AND arrival IN (SELECT arrival FROM idempotency ORDER BY arrival LIMIT ?)",
        )?
        .execute(params![newest_over.as_millis(), FORGOTTEN_AT_ONCE])?;
    Ok(())
}
