//! How far the server has read what was written to accounts and keys.

use std::time::Duration;

use rusqlite::Connection;

use super::EmbeddedStore;
use super::directory::is_served;
use super::failure::read_error;
use super::rows::integer;
use super::writer::{NotApplied, Write};
use crate::{ReadError, WriteError};

/// Between two looks whether the server has read what was written.
const LOOK: Duration = Duration::from_millis(20);

/// Whether a change of accounts and keys is in effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The server has read it.
    InEffect,
    /// No server runs that would have to.
    NobodyServes,
    /// It has not, in the time it was given.
    NotYet,
}

impl EmbeddedStore {
    /// How often accounts and keys were written. Read before them, it is what [`EmbeddedStore::note_served`] takes.
    pub fn account_changes(&self) -> Result<u64, ReadError> {
        self.0.codes.readers.point(|connection| read(connection, "written"))
    }

    /// Tells those who wait that accounts and keys are served as they were after so many changes.
    pub async fn note_served(&self, changes: u64) -> Result<(), WriteError> {
        if self
            .0
            .codes
            .readers
            .point(|connection| read(connection, "served"))
            .is_ok_and(|served| served == changes)
        {
            return Ok(());
        }
        self.0.codes.writer.write(NoteServed(changes)).await
    }

    /// Waits until the server of the directory, if there is one, has read all that was written to accounts and keys
    /// so far; `patience` at most.
    pub async fn until_served(&self, patience: Duration) -> Result<Taken, ReadError> {
        let written = self.account_changes()?;
        let looks = patience.as_millis() / LOOK.as_millis();
        for _ in 0..looks.max(1) {
            if self.0.codes.readers.point(|connection| read(connection, "served"))? >= written {
                return Ok(Taken::InEffect);
            }
            if !is_served(&self.0.directory) {
                return Ok(Taken::NobodyServes);
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(Taken::NotYet)
    }
}

fn read(connection: &Connection, column: &'static str) -> Result<u64, ReadError> {
    let sql = format!("SELECT {column} FROM account_changes");
    let read = connection.prepare_cached(&sql).and_then(|mut select| select.query_row([], |row| row.get(0)));
    read.map(i64::unsigned_abs).map_err(|error| read_error(&error))
}

/// Counts a write of accounts or keys, in its transaction.
pub(super) fn note_change(transaction: &Connection) -> rusqlite::Result<()> {
    transaction.prepare_cached("UPDATE account_changes SET written = written + 1")?.execute([])?;
    Ok(())
}

struct NoteServed(u64);

impl Write for NoteServed {
    type Answer = ();
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<WriteError>> {
        transaction.prepare_cached("UPDATE account_changes SET served = ?")?.execute([integer(self.0)])?;
        Ok(())
    }
}
