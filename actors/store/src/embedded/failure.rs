//! What the database's errors mean to the callers of the store.

use std::time::Duration;

use rusqlite::ErrorCode;

use crate::{ReadError, Unavailable, WriteError};

/// When asking again is worth while, whatever the trouble: nothing here tells.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Nothing was written, for `reason`.
pub(super) fn unavailable(reason: impl Into<String>) -> Unavailable {
    Unavailable { reason: reason.into(), retry_after: RETRY_AFTER }
}

/// Why a read failed: a damaged file or a value of the wrong kind will be so again, all else may pass.
pub(super) fn read_error(error: &rusqlite::Error) -> ReadError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) | None => {
            ReadError::Corrupt(error.to_string())
        }
        Some(_) => ReadError::Unavailable(unavailable(error.to_string())),
    }
}

/// What a failed COMMIT leaves behind.
///
/// A full disk refuses the frames before the one that commits, and a busy database before any. After any
/// other error the log may hold the whole transaction, to be found by a later recovery.
pub(super) fn commit_error(error: &rusqlite::Error) -> WriteError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy) => {
            WriteError::Unavailable(unavailable(error.to_string()))
        }
        Some(_) | None => WriteError::OutcomeUnknown(error.to_string()),
    }
}
