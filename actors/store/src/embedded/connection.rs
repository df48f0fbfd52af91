//! Connections to the database and their settings; why these: `schema/README.md`.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// How long a write waits for one of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// More than the statements there are, so that each is prepared once.
const STATEMENTS: usize = 64;

/// The one connection of a process that writes.
pub(super) fn open_writer(database: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // The page size only counts before the file has any content.
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    keep_statements(&connection)?;
    Ok(connection)
}

/// Moves what was written into the database and cuts its log to nothing. Waits for readers, blocking, up to
/// [`BUSY_TIMEOUT`]; no transaction may be open on `connection`.
pub(super) fn cut_off_log(connection: &Connection) -> Result<(), String> {
    match connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)) {
        Ok(false) => Ok(()),
        Ok(true) => Err("somebody reads it".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A connection that cannot write.
pub(super) fn open_reader(database: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        database,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    keep_statements(&connection)?;
    Ok(connection)
}

/// Prepares each statement once. Without the "query planner stability guarantee" SQLite prepares one with a
/// bound LIMIT anew at every use, because the plan might depend on the number.
fn keep_statements(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_synced_before_it_is_acknowledged() {
        let directory = tempfile::tempdir().unwrap();
        let writer = open_writer(&directory.path().join("ezqr.db")).unwrap();
        let setting = |name| writer.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        assert_eq!(setting("synchronous"), Ok(2), "full: of the WAL, before a commit returns");
        let mode = writer.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0));
        assert_eq!(mode.as_deref(), Ok("wal"));
    }
}
