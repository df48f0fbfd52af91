//! Salts of visitors: kept for their day, then erased beyond what the files could give back.

use std::path::Path;

use ezqr_schema::scan::{Day, VisitorSalt};
use rusqlite::{Connection, params};

use crate::WriteError;
use crate::embedded::connection::{cut_off_log, open_writer};
use crate::embedded::writer::{NotApplied, Write};

/// What this connection deletes is overwritten with zeros, in pages that stay in use and in those that do not.
pub(in crate::embedded) fn overwrite_what_is_deleted(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "secure_delete", "on", |_| Ok(()))
}

/// Keeps the salt of a day, unless there is one.
pub(super) struct KeepSalt {
    pub(super) day: Day,
    pub(super) offered: VisitorSalt,
}

impl Write for KeepSalt {
    type Answer = VisitorSalt;
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<VisitorSalt, NotApplied<WriteError>> {
        transaction
            .prepare_cached("INSERT INTO visitor_salts (day, salt) VALUES (?, ?) ON CONFLICT DO NOTHING")?
            .execute(params![self.day.number(), self.offered.as_bytes()])?;
        let kept = transaction
            .prepare_cached("SELECT salt FROM visitor_salts WHERE day = ?")?
            .query_row([self.day.number()], |row| row.get(0))?;
        Ok(VisitorSalt::from_bytes(kept))
    }
}

pub(super) struct EraseSalts {
    pub(super) before: Day,
}

impl Write for EraseSalts {
    type Answer = ();
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<WriteError>> {
        transaction
            .prepare_cached("DELETE FROM visitor_salts WHERE day < ?")?
            .execute([self.before.number()])?;
        Ok(())
    }
}

/// Moves what was written into the database and cuts its log to nothing, in which the page with the salts may
/// stand as it was. A transaction cannot do it, so the writer does not either. Waits for readers, blocking.
pub(in crate::embedded) fn cut_off_log_of(database: &Path) -> Result<(), String> {
    cut_off_log(&open_writer(database).map_err(|error| error.to_string())?)
}
