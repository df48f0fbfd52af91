//! Deleting a code whose row need not be readable.

use ezqr_schema::{AccountId, CodeStatus, Version};
use rusqlite::{Connection, OptionalExtension, params};

use crate::embedded::rows::integer;
use crate::embedded::writer::{NotApplied, Write};
use crate::stored::status_number;
use crate::{ChangeError, Deletion};

/// Whether the code is the one that is meant, and what decides about it. A version that is none counts as 0.
pub(super) const STANDING: &str = "SELECT status, CASE WHEN typeof(version) = 'integer' THEN max(version, 0) ELSE 0 END \
     FROM codes JOIN pages ON pages.page = codes.sequence >> 7 \
     WHERE sequence = ? AND id = ? AND account_id = ? AND environment = ?";

impl Write for Deletion {
    type Answer = ();
    type Error = ChangeError;

    fn account(&self) -> Option<AccountId> {
        Some(self.owner.account)
    }

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<ChangeError>> {
        let deleted = i64::from(status_number(CodeStatus::Deleted));
        let (id, account) = (self.id.as_uuid(), self.owner.account.as_uuid());
        let key = params![
            integer(self.sequence.get()),
            id.as_bytes(),
            account.as_bytes(),
            self.owner.environment.as_str(),
        ];
        let standing = transaction
            .prepare_cached(STANDING)?
            .query_row(key, |row| Ok((row.get_ref(0)?.as_i64().ok(), row.get::<_, i64>(1)?)))
            .optional()?;
        let (status, version) = standing.ok_or(NotApplied::Refused(ChangeError::Missing))?;
        let found = Version::new(version.unsigned_abs());
        if self.expected.is_some_and(|expected| expected != found) {
            return Err(NotApplied::Refused(ChangeError::VersionMismatch { found }));
        }
        if status == Some(deleted) {
            return Ok(());
        }
        let version = integer(found.next().get());
        transaction
            .prepare_cached("UPDATE codes SET status = ?, version = ?, updated_ms = ? WHERE sequence = ?")?
            .execute(params![deleted, version, self.at.as_millis(), integer(self.sequence.get())])?;
        Ok(())
    }
}
