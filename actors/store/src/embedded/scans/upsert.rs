//! Writing rows that yield only to those that count more.

use rusqlite::{CachedStatement, Connection};

use crate::WriteError;
use crate::embedded::writer::{NotApplied, Write};

/// A row as a table has it.
pub(super) trait StoredRow: Send + 'static {
    /// The statement that writes it, unless a row that counts more is there. One row at a time: a statement of
    /// many that may update would keep a journal of its own.
    const UPSERT: &'static str;

    /// Runs the statement.
    fn write(&self, upsert: &mut CachedStatement<'_>) -> rusqlite::Result<usize>;
}

/// Rows of one table, written together.
pub(super) struct Upsert<R>(pub(super) Vec<R>);

impl<R: StoredRow> Write for Upsert<R> {
    type Answer = ();
    type Error = WriteError;

    fn apply(&self, transaction: &Connection) -> Result<(), NotApplied<WriteError>> {
        let mut upsert = transaction.prepare_cached(R::UPSERT)?;
        for row in &self.0 {
            row.write(&mut upsert)?;
        }
        Ok(())
    }
}
