//! Blocks of sequence numbers.

use ezqr_schema::{Block, CodeId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::embedded::failure::read_error;
use crate::embedded::rows::integer;
use crate::embedded::writer::{NotApplied, Write};
use crate::stored::created_at;
use crate::{LeaseError, Leases, ReadError};

/// Leases the next block.
pub(super) struct LeaseBlock;

impl Write for LeaseBlock {
    type Answer = Block;
    type Error = LeaseError;

    fn apply(&self, transaction: &Connection) -> Result<Block, NotApplied<LeaseError>> {
        let next = next_block(transaction)?;
        let block = Block::new(next).map_err(|error| NotApplied::Refused(error.into()))?;
        transaction
            .prepare_cached("UPDATE sequence_blocks SET next_block = ? WHERE name = 'codes'")?
            .execute([integer(next.saturating_add(1))])?;
        Ok(block)
    }
}

fn next_block(connection: &Connection) -> rusqlite::Result<u64> {
    let next: i64 = connection
        .prepare_cached("SELECT next_block FROM sequence_blocks WHERE name = 'codes'")?
        .query_row([], |row| row.get(0))?;
    // The table refuses numbers below 0.
    Ok(next.unsigned_abs())
}

/// Pages that may have been open at the end of the last process: those of its last blocks. A page opened
/// before them that was still being filled is missed, which takes an account idle for 1,024 pages of others.
const LAST_PAGES: i64 = 1_024;

/// How far numbers were given out: the newest of the last codes of the last pages.
pub(super) fn leases(connection: &Connection) -> Result<Leases, ReadError> {
    let next_block = next_block(connection).map_err(|error| read_error(&error))?;
    Ok(Leases { next_block, newest_code: newest_code(connection)? })
}

fn newest_code(connection: &Connection) -> Result<Option<Timestamp>, ReadError> {
    // Ids sort by time.
    let newest: Option<Option<[u8; 16]>> = connection
        .prepare_cached(
            "SELECT max((SELECT id FROM codes \
                         WHERE sequence BETWEEN last.page * 128 AND last.page * 128 + 127 \
                         ORDER BY sequence DESC LIMIT 1)) \
             FROM (SELECT page FROM pages ORDER BY page DESC LIMIT ?) AS last",
        )
        .and_then(|mut select| select.query_row([LAST_PAGES], |row| row.get(0)).optional())
        .map_err(|error| read_error(&error))?;
    let Some(bytes) = newest.flatten() else { return Ok(None) };
    let corrupt = |error: &dyn std::fmt::Display| ReadError::Corrupt(format!("codes.id: {error}"));
    let id = CodeId::try_from(Uuid::from_bytes(bytes)).map_err(|error| corrupt(&error))?;
    created_at(id).map(Some).map_err(|error| corrupt(&error))
}
