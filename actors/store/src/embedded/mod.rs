//! The embedded store: SQLite in the data directory, in two files.
//!
//! Invariants: one process serves a directory at a time; in it, one thread writes each file. Others of the machine
//! may attach and write beside it, by SQLite's own locking. What a reader parses is a valid value or
//! [`ReadError::Unreadable`](crate::ReadError::Unreadable).

mod account_changes;
mod accounts;
mod belonging;
mod codes;
mod connection;
mod database;
mod directory;
mod examine;
mod failure;
mod files;
mod installation;
mod leasing;
mod log_tail;
mod migrate;
mod open;
mod open_error;
mod places;
mod readers;
mod reads;
mod reserve;
mod rows;
mod scans;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use tokio::sync::Mutex;

use self::database::Database;
use self::leasing::Committed;
use self::places::Places;
use self::scans::cut_off_log_of;

pub use self::account_changes::Taken;
pub use self::examine::Finding;
pub use self::open::EmbeddedOptions;
pub use self::open_error::OpenError;
pub use self::reserve::Reserve;

/// The embedded store. Clones share one writer of each file; these end, and the directory is free again, with
/// the last clone.
#[derive(Clone)]
pub struct EmbeddedStore(Arc<Shared>);

struct Shared {
    codes: Database,
    scans: Database,
    /// `data_version` of the codes' writer's connection when last asked: it moves when another process commits.
    data_version: AtomicI64,
    /// Where the files are.
    directory: PathBuf,
    /// What is raised with each lease.
    places: Places,
    committed: Mutex<Committed>,
}

impl EmbeddedStore {
    /// Whether writes are possible at all: not so after a writer panicked or could not roll back.
    pub fn is_healthy(&self) -> bool {
        self.0.codes.writer.is_alive() && self.0.scans.writer.is_alive()
    }
}

impl EmbeddedStore {
    /// Moves what was written into the databases, so that they are whole without their logs. It tells of each file
    /// for which it could not be done; the log then goes on to belong to it.
    pub async fn empty_logs(&self) -> Vec<String> {
        let paths = [self.0.codes.path.clone(), self.0.scans.path.clone()];
        let settling = tokio::task::spawn_blocking(move || {
            let failed = paths.iter().filter_map(|path| Some((path, cut_off_log_of(path).err()?)));
            failed.map(|(path, reason)| format!("{}: {reason}", path.display())).collect()
        });
        settling.await.unwrap_or_else(|error| vec![error.to_string()])
    }
}

impl std::fmt::Debug for EmbeddedStore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("EmbeddedStore")
            .field("is_healthy", &self.is_healthy())
            .finish_non_exhaustive()
    }
}
