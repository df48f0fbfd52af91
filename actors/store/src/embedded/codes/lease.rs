//! Blocks of sequence numbers.

use ezqr_schema::{Block, CodeId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::embedded::failure::read_error;
use crate::embedded::places::{leased, set_leased};
use crate::embedded::writer::{NotApplied, Write};
use crate::stored::created_at;
use crate::{LeaseError, LeaseMark, Leases, ReadError};

/// Leases the next block.
pub(in crate::embedded) struct LeaseBlock;

impl Write for LeaseBlock {
    /// The block, and how far blocks were leased with it.
    type Answer = (Block, LeaseMark);
    type Error = LeaseError;

    fn apply(&self, transaction: &Connection) -> Result<Self::Answer, NotApplied<LeaseError>> {
        let before = leased(transaction)?;
        let block = Block::new(before.next_block).map_err(|error| NotApplied::Refused(error.into()))?;
        let after = LeaseMark { next_block: before.next_block.saturating_add(1), ..before };
        set_leased(transaction, after)?;
        Ok((block, after))
    }
}

/// Pages that may have been open at the end of the last process: those of its last blocks. A page opened
/// before them that was still being filled is missed, which takes an account idle for 1,024 pages of others.
const LAST_PAGES: i64 = 1_024;

/// How far numbers were given out: the newest of the last codes of the last pages.
pub(super) fn leases(connection: &Connection) -> Result<Leases, ReadError> {
    let leased = leased(connection).map_err(|error| read_error(&error))?;
    Ok(Leases { next_block: leased.next_block, newest_code: newest_code(connection)? })
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
