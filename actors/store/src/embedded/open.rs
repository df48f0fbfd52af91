//! Opening the store, as the server of its directory or beside one.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use rusqlite::Connection;
use tokio::sync::Mutex;

use super::belonging::Survey;
use super::database::{CODES, SCANS};
use super::directory::{self, DirectoryLock};
use super::installation::{data_version, fingerprint};
use super::places::{Places, leased, reconcile};
use super::reserve::Reserve;
use super::scans::overwrite_what_is_deleted;
use super::{EmbeddedStore, OpenError, Shared};
use crate::{LeaseMark, ReadError};

/// What can be chosen about the embedded store.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// Writes that may wait for the writer of a file; more are refused as unavailable.
    pub write_queue: NonZeroUsize,
    /// The directory of the journal of scans, which belongs to the installation too.
    pub journal: Option<PathBuf>,
    /// The file of the pepper. Beside it the installation keeps how far its numbers were given out.
    pub pepper: Option<PathBuf>,
    /// Whether what belongs to another installation is set aside. Otherwise it stops the opening.
    pub sets_aside: bool,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            write_queue: const { NonZeroUsize::new(256).unwrap() },
            journal: None,
            pepper: None,
            sets_aside: false,
        }
    }
}

impl EmbeddedOptions {
    pub(super) fn places(&self) -> Places {
        Places::of(self.journal.as_deref(), self.pepper.as_deref())
    }
}

impl EmbeddedStore {
    /// Opens the store as the server of `directory`, which is made when missing, and migrates it.
    ///
    /// Files that belong to another installation, or to one whose database is gone, stop it before anything is
    /// changed. Where the database of codes is behind what the others tell, it was put back from a copy: numbers go
    /// on behind all that was given out.
    pub fn open(directory: &Path, options: EmbeddedOptions) -> Result<Self, OpenError> {
        Self::serve(directory, options, false)
    }

    /// Moves numbers on by hand, after a restore that nothing tells of: all files were put back together. Answers
    /// how far they are given out now. Nobody may serve the directory.
    pub fn move_on_after_restore(directory: &Path, options: EmbeddedOptions) -> Result<LeaseMark, OpenError> {
        let path = CODES.path(directory);
        if !std::fs::exists(&path).unwrap_or(false) {
            return Err(Self::why_missing(directory, &options).unwrap_or(OpenError::Missing { path }));
        }
        let store = Self::serve(directory, options, true)?;
        let leased =
            store.0.codes.readers.point(|connection| {
                leased(connection).map_err(|error| ReadError::Corrupt(error.to_string()))
            });
        leased.map_err(|source| OpenError::Unreadable { path, source })
    }

    /// Why no server would start in `directory` either, where a database is missing: files of an installation are left
    /// there, or cannot be read. `None` when a start makes what is missing. Changes nothing.
    pub fn why_missing(directory: &Path, options: &EmbeddedOptions) -> Option<OpenError> {
        match Survey::of(directory, options.journal.as_deref(), &options.places()) {
            Ok(survey) => survey.refusal(),
            Err(error) => Some(error),
        }
    }

    /// Opens the store of `directory` beside whoever serves it, without a lock and without migrating.
    pub fn attach(directory: &Path) -> Result<Self, OpenError> {
        let (codes, scans) = (CODES.attach(directory)?, SCANS.attach(directory)?);
        let EmbeddedOptions { write_queue, .. } = EmbeddedOptions::default();
        Self::start(directory, codes, scans, None, write_queue, Places::default())
    }

    fn serve(directory: &Path, options: EmbeddedOptions, moves_on: bool) -> Result<Self, OpenError> {
        let places = options.places();
        let EmbeddedOptions { write_queue, journal, pepper: _, sets_aside } = options;
        directory::create(directory)?;
        let lock = DirectoryLock::take(directory)?;
        let survey = Survey::of(directory, journal.as_deref(), &places)?;
        survey.settle(sets_aside)?;
        for path in survey.missing() {
            tracing::warn!(path = %path.display(), "missing, or never marked as this installation's: it is made anew");
        }
        let (codes, scans) = (CODES.open(directory)?, SCANS.open(directory)?);
        let path = CODES.path(directory);
        let founded =
            fingerprint(&codes).map_err(|source| OpenError::Unreadable { path: path.clone(), source })?;
        if let Some(installation) = founded {
            let (codes, scans) = ((&codes, path.as_path()), (&scans, SCANS.path(directory)));
            reconcile(codes, (scans.0, &scans.1), &places, survey.told(installation), moves_on)?;
        }
        Reserve::of(directory).make_if_missing();
        Self::start(directory, codes, scans, Some(lock), write_queue, places)
    }

    fn start(
        directory: &Path,
        codes: Connection,
        scans: Connection,
        lock: Option<DirectoryLock>,
        write_queue: NonZeroUsize,
        places: Places,
    ) -> Result<Self, OpenError> {
        let of = |path: PathBuf| move |source| OpenError::Database { path, source };
        let data_version = AtomicI64::new(data_version(&codes).map_err(of(CODES.path(directory)))?);
        overwrite_what_is_deleted(&scans).map_err(of(SCANS.path(directory)))?;
        let (lock, queue) = (lock.map(Arc::new), write_queue.get());
        let codes = CODES.start(codes, directory, lock.clone(), queue)?;
        let scans = SCANS.start(scans, directory, lock, queue)?;
        let (directory, committed) = (directory.to_owned(), Mutex::default());
        Ok(Self(Arc::new(Shared { codes, scans, data_version, directory, places, committed })))
    }
}
