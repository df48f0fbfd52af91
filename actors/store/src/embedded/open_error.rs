//! Why the embedded store cannot be opened.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::{MarkError, ReadError};

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
    #[error("{} has schema version {found}, this program knows {known}; use a newer ezqr", .path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// What the database has.
        found: u32,
        /// What this program knows.
        known: u32,
    },
    /// The database is to be migrated, which only `serve` does.
    #[error("{} has schema version {found}, this program knows {known}; start `ezqr serve` once", .path.display())]
    OlderSchema {
        /// The file.
        path: PathBuf,
        /// What the database has.
        found: u32,
        /// What this program knows.
        known: u32,
    },
    /// There is no database to attach to.
    #[error("there is no database {}; start `ezqr serve` first", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The installation is gone, and files of it are left.
    #[error(
        "{} holds no installation, but files of one are here: {}. Put ezqr.db back, with its own ezqr.db-wal if it \
         has one and without any other. Or start `ezqr serve --found`: it sets these files aside and founds a new \
         installation, with which no code printed so far leads anywhere", .path.display(), list(.left)
    )]
    Lost {
        /// Where the installation should be.
        path: PathBuf,
        /// What is left of it.
        left: Vec<PathBuf>,
    },
    /// Files of different installations lie together.
    #[error(
        "{} and these files are not of one installation: {}. Put those of one installation together. Or start `ezqr \
         serve --found`: it sets these files aside and goes on with ezqr.db, whose scans counted so far are then gone",
        .path.display(), list(.foreign)
    )]
    Foreign {
        /// The database of the installation.
        path: PathBuf,
        /// What belongs to another, or to one that nobody can tell.
        foreign: Vec<PathBuf>,
    },
    /// A file that tells whose the others are cannot be read or written.
    #[error(transparent)]
    Mark(#[from] MarkError),
    /// A file or directory cannot be made or opened.
    #[error("cannot use {}", .path.display())]
    Inaccessible {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A database cannot be opened or migrated.
    #[error("the database {} cannot be opened{}", .path.display(), remedy(is_damage(.source)))]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// A database holds what ezqr does not write, or cannot be read.
    #[error("the database {} cannot be read{}", .path.display(), remedy(matches!(.source, ReadError::Corrupt(_))))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: ReadError,
    },
    /// The writer's thread cannot be started.
    #[error("the store's writer cannot be started")]
    Thread(#[source] io::Error),
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// What may have damaged a database, and what then helps.
pub(super) const IF_PUT_BACK: &str = "If it was put back from a copy, a log of the database before it may have been \
    left beside it, which damages it: put it back again, and remove its -wal and -shm first unless they came with the \
    copy";

/// What helps against damage; nothing where there is none.
fn remedy(is_damaged: bool) -> String {
    if is_damaged { format!(". {IF_PUT_BACK}") } else { String::new() }
}

/// Whether SQLite found a database damaged, and not out of reach.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}
