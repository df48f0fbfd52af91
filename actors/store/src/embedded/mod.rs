//! The embedded store: SQLite in the data directory, in two files.
//!
//! Invariants: one process serves a directory at a time; in it, one thread writes each file. Others of the machine
//! may attach and write beside it, by SQLite's own locking. What a reader parses is a valid value or
//! [`ReadError::Unreadable`](crate::ReadError::Unreadable).

mod accounts;
mod codes;
mod connection;
mod database;
mod directory;
mod failure;
mod installation;
mod migrate;
mod open;
mod readers;
mod reads;
mod rows;
mod scans;
mod writer;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use self::database::Database;

pub use self::open::{EmbeddedOptions, OpenError};

/// The embedded store. Clones share one writer of each file; these end, and the directory is free again, with
/// the last clone.
#[derive(Clone)]
pub struct EmbeddedStore(Arc<Shared>);

struct Shared {
    codes: Database,
    scans: Database,
    /// `data_version` of the codes' writer's connection when last asked: it moves when another process commits.
    data_version: AtomicI64,
}

impl EmbeddedStore {
    /// Whether writes are possible at all: not so after a writer panicked or could not roll back.
    pub fn is_healthy(&self) -> bool {
        self.0.codes.writer.is_alive() && self.0.scans.writer.is_alive()
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
