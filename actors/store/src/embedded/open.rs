//! Opening the store, as the server of its directory or beside one.

use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use rusqlite::Connection;

use super::database::{CODES, SCANS};
use super::directory::{self, DirectoryLock};
use super::installation::data_version;
use super::scans::overwrite_what_is_deleted;
use super::{EmbeddedStore, Shared};

/// What can be chosen about the embedded store.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedOptions {
    /// Writes that may wait for the writer of a file; more are refused as unavailable.
    pub write_queue: NonZeroUsize,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self { write_queue: const { NonZeroUsize::new(256).unwrap() } }
    }
}

/// Why the embedded store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process serves the directory.
    #[error("another ezqr serves the data directory {}", .directory.display())]
    Locked {
        /// The directory.
        directory: PathBuf,
    },
    /// A newer program wrote the database.
    #[error("the database has schema version {found}, this program knows {known}; use a newer ezqr")]
    NewerSchema {
        /// What the database has.
        found: u32,
        /// What this program knows.
        known: u32,
    },
    /// The database is to be migrated, which only `serve` does.
    #[error("the database has schema version {found}, this program knows {known}; start `ezqr serve` once")]
    OlderSchema {
        /// What the database has.
        found: u32,
        /// What this program knows.
        known: u32,
    },
    /// There is no database to attach to.
    #[error("there is no database in {}; start `ezqr serve` first", .directory.display())]
    Missing {
        /// The directory.
        directory: PathBuf,
    },
    /// A file or directory cannot be made or opened.
    #[error("cannot use {}", .path.display())]
    Inaccessible {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database cannot be opened or migrated.
    #[error("the database cannot be opened")]
    Database(#[from] rusqlite::Error),
    /// The writer's thread cannot be started.
    #[error("the store's writer cannot be started")]
    Thread(#[source] io::Error),
}

impl EmbeddedStore {
    /// Opens the store as the server of `directory`, which is made when missing, and migrates it.
    pub fn open(directory: &Path, options: EmbeddedOptions) -> Result<Self, OpenError> {
        directory::create(directory)?;
        let lock = DirectoryLock::take(directory)?;
        let (codes, scans) = (CODES.open(directory)?, SCANS.open(directory)?);
        Self::start(directory, codes, scans, Some(lock), options)
    }

    /// Opens the store of `directory` beside whoever serves it, without a lock and without migrating.
    pub fn attach(directory: &Path) -> Result<Self, OpenError> {
        let (codes, scans) = (CODES.attach(directory)?, SCANS.attach(directory)?);
        Self::start(directory, codes, scans, None, EmbeddedOptions::default())
    }

    fn start(
        directory: &Path,
        codes: Connection,
        scans: Connection,
        lock: Option<DirectoryLock>,
        options: EmbeddedOptions,
    ) -> Result<Self, OpenError> {
        let data_version = AtomicI64::new(data_version(&codes)?);
        overwrite_what_is_deleted(&scans)?;
        let (lock, queue) = (lock.map(Arc::new), options.write_queue.get());
        let codes = CODES.start(codes, directory, lock.clone(), queue)?;
        let scans = SCANS.start(scans, directory, lock, queue)?;
        Ok(Self(Arc::new(Shared { codes, scans, data_version })))
    }
}
