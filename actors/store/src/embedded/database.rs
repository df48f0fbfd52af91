//! One file of the store: its schema, who writes it, who reads it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ezqr_schema::{Migration, SQLITE_MIGRATIONS, SQLITE_SCANS_MIGRATIONS};
use rusqlite::Connection;

use super::OpenError;
use super::connection::open_writer;
use super::directory::DirectoryLock;
use super::files::make_private;
use super::migrate::{migrate, version_of};
use super::readers::Readers;
use super::writer::Writer;

/// A file of the data directory.
#[derive(Clone, Copy, Debug)]
pub(super) struct DatabaseFile {
    /// Its name, which is also its writer's.
    name: &'static str,
    /// The steps of its schema, in order.
    pub(super) migrations: &'static [Migration],
}

/// Codes, and all that is not scans.
pub(super) const CODES: DatabaseFile = DatabaseFile { name: "ezqr.db", migrations: SQLITE_MIGRATIONS };

/// Scans: written often, all at once, and by a writer that codes do not wait for.
pub(super) const SCANS: DatabaseFile = DatabaseFile { name: "scans.db", migrations: SQLITE_SCANS_MIGRATIONS };

/// A file that is open.
///
/// Readers are closed before the writer, whose end moves the log into the file.
pub(super) struct Database {
    pub(super) readers: Readers,
    pub(super) writer: Writer,
    /// Where the file is.
    pub(super) path: PathBuf,
}

impl DatabaseFile {
    /// The connection that writes, of the process that serves `directory`: the file is made and migrated.
    pub(super) fn open(self, directory: &Path) -> Result<Connection, OpenError> {
        let path = self.path(directory);
        make_private(&path)?;
        let mut connection =
            open_writer(&path).map_err(|source| OpenError::Database { path: path.clone(), source })?;
        migrate(&mut connection, self.migrations, &path)?;
        Ok(connection)
    }

    /// The connection that writes, of a process beside the one that serves: the file is taken as it is.
    pub(super) fn attach(self, directory: &Path) -> Result<Connection, OpenError> {
        let path = self.path(directory);
        let missing = || OpenError::Missing { path: path.clone() };
        let database = |source| OpenError::Database { path: path.clone(), source };
        if !std::fs::exists(&path).unwrap_or(false) {
            return Err(missing());
        }
        let connection = open_writer(&path).map_err(database)?;
        let known = self.known_version();
        match version_of(&connection).map_err(database)? {
            0 => Err(missing()),
            found if found > known => Err(OpenError::NewerSchema { path, found, known }),
            found if found < known => Err(OpenError::OlderSchema { path, found, known }),
            _ => Ok(connection),
        }
    }

    /// Starts writing and reading. `lock` is held until the writer has closed its connection.
    pub(super) fn start(
        self,
        connection: Connection,
        directory: &Path,
        lock: Option<Arc<DirectoryLock>>,
        queue_limit: usize,
    ) -> Result<Database, OpenError> {
        let path = self.path(directory);
        let writer = Writer::start(self.name, connection, lock, queue_limit).map_err(OpenError::Thread)?;
        Ok(Database { readers: Readers::new(path.clone()), writer, path })
    }

    /// Where it is.
    pub(super) fn path(self, directory: &Path) -> PathBuf {
        directory.join(self.name)
    }

    /// The version of its schema that this program knows.
    pub(super) fn known_version(self) -> u32 {
        self.migrations.last().map_or(0, |newest| newest.number)
    }
}
