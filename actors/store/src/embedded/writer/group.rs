//! Group commit: many writes, one transaction, one sync of the disk.

use rusqlite::Connection;

use super::write::Pending;
use crate::WriteError;
use crate::embedded::failure::{commit_error, unavailable};

/// The connection is in a state nothing can be said about; the writer must end.
#[derive(Debug)]
pub(super) struct Broken(pub(super) rusqlite::Error);

/// How a transaction over several writes ended.
enum Ended {
    /// As all of them are to be told.
    Together(Result<(), WriteError>),
    /// One of them failed and took the others along: nothing was written.
    Poisoned(rusqlite::Error),
}

/// Runs `group` in one transaction of `file` and tells each caller after its end.
///
/// When one write fails, which no check foresaw, nothing of the group was written; then each runs alone, so
/// that it harms no other. A failed COMMIT is not tried again: it may have happened.
pub(super) fn commit(
    file: &'static str,
    connection: &Connection,
    mut group: Vec<Box<dyn Pending>>,
) -> Result<(), Broken> {
    match run(file, connection, &mut group)? {
        Ended::Together(ending) => finish(group, &ending),
        Ended::Poisoned(error) if group.len() <= 1 => {
            finish(group, &Err(WriteError::Unavailable(unavailable(error.to_string()))));
        }
        Ended::Poisoned(error) => {
            tracing::warn!(file, %error, writes = group.len(), "a write failed; its group runs one by one");
            for write in group {
                commit(file, connection, vec![write])?;
            }
        }
    }
    Ok(())
}

fn run(file: &'static str, connection: &Connection, group: &mut [Box<dyn Pending>]) -> Result<Ended, Broken> {
    if let Err(error) = connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute([])) {
        return Ok(Ended::Together(Err(WriteError::Unavailable(unavailable(error.to_string())))));
    }
    for write in group {
        if let Err(error) = write.apply(connection) {
            roll_back(connection)?;
            return Ok(Ended::Poisoned(error));
        }
    }
    let committed = connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
    if let Err(error) = committed {
        tracing::error!(file, %error, "a commit failed");
        roll_back(connection)?;
        return Ok(Ended::Together(Err(commit_error(&error))));
    }
    Ok(Ended::Together(Ok(())))
}

/// Ends the transaction, unless the failure ended it already.
fn roll_back(connection: &Connection) -> Result<(), Broken> {
    if connection.is_autocommit() {
        return Ok(());
    }
    connection.execute_batch("ROLLBACK").map_err(Broken)
}

fn finish(group: Vec<Box<dyn Pending>>, ending: &Result<(), WriteError>) {
    for write in group {
        write.finish(ending);
    }
}
