//! Brings the schema of a database to the version this program knows.

use std::path::Path;

use ezqr_schema::Migration;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::OpenError;

const VERSION: &str = "user_version";

/// The version the database has; 0 when it is empty.
pub(super) fn version_of(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, VERSION, |row| row.get(0))
}

/// Applies what is missing of `steps`, all or nothing; refuses a database of a newer program.
pub(super) fn migrate(
    connection: &mut Connection,
    steps: &[Migration],
    path: &Path,
) -> Result<(), OpenError> {
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    let found = version_of(&transaction).map_err(database)?;
    let known = steps.last().map_or(0, |newest| newest.number);
    if found > known {
        return Err(OpenError::NewerSchema { path: path.to_owned(), found, known });
    }
    for migration in steps.iter().filter(|migration| migration.number > found) {
        apply(&transaction, migration).map_err(database)?;
    }
    transaction.commit().map_err(database)
}

fn apply(transaction: &Transaction<'_>, migration: &Migration) -> rusqlite::Result<()> {
    transaction.execute_batch(migration.sql)?;
    transaction.pragma_update(None, VERSION, migration.number)
}
