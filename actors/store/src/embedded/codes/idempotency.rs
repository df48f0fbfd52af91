//! Records of requests that may be repeated.

use ezqr_schema::{IdempotencyKey, ItemOutcome, LinkBaseId, Owner, Page, RequestHash};
use rusqlite::{Connection, Row, params};

use crate::embedded::reads::first;
use crate::embedded::rows::{Column, get, known, number, sequence, timestamp};
use crate::{IdempotencyRecord, PagePosition, ReadError};

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
