//! Conditional changes.

use ezqr_schema::{AccountId, Version};
use rusqlite::{Connection, OptionalExtension};

use super::decode::version;
use super::encode::{MUTABLE, bind_mutable, external_id, tags};
use super::lookups::{note_external_id, note_tags};
use crate::embedded::failure::unavailable;
use crate::embedded::rows::{Column, get, integer};
use crate::embedded::writer::{NotApplied, Write};
use crate::{Change, ChangeError, ReadError, WriteError};

/// What decides about a change, as it is stored.
struct Stored {
    version: Version,
    tags: Option<String>,
    external_id: Option<String>,
}

impl Write for Change {
    type Answer = ();
    type Error = ChangeError;

    fn account(&self) -> Option<AccountId> {
        Some(self.code.owner.account)
    }

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<ChangeError>> {
        let stored = self.stored(transaction)?.ok_or(NotApplied::Refused(ChangeError::Missing))?;
        if stored.version != self.expected {
            return Err(NotApplied::Refused(ChangeError::VersionMismatch { found: stored.version }));
        }
        if stored.tags != tags(&self.code) {
            note_tags(transaction, self.page, &self.code.owner, self.code.tags.iter())?;
        }
        if stored.external_id.as_deref() != external_id(&self.code) {
            note_external_id(transaction, &self.code)?;
        }
        let assignments = MUTABLE.map(|column| format!("{column} = ?")).join(", ");
        let mut update =
            transaction.prepare_cached(&format!("UPDATE codes SET {assignments} WHERE sequence = ?"))?;
        bind_mutable(&mut update, 1, &self.code)?;
        update.raw_bind_parameter(MUTABLE.len() + 1, integer(self.code.sequence.get()))?;
        update.raw_execute()?;
        Ok(())
    }
}

impl Change {
    fn stored(&self, transaction: &Connection) -> Result<Option<Stored>, NotApplied<ChangeError>> {
        let stored = transaction
            .prepare_cached("SELECT version, tags, external_id FROM codes WHERE sequence = ?")?
            .query_row([integer(self.code.sequence.get())], |row| Ok(stored(row)))
            .optional()?;
        stored.transpose().map_err(|error| {
            NotApplied::Refused(ChangeError::Write(WriteError::Unavailable(unavailable(error.to_string()))))
        })
    }
}

fn stored(row: &rusqlite::Row<'_>) -> Result<Stored, ReadError> {
    Ok(Stored {
        version: version(row, Column(0, "codes.version"))?,
        tags: get(row, Column(1, "codes.tags"))?,
        external_id: get(row, Column(2, "codes.external_id"))?,
    })
}
