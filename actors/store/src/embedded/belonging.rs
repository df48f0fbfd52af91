//! Whose the files of a data directory are, before anything is made or changed in it.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ezqr_schema::InstallationFingerprint;
use rusqlite::Connection;

use super::OpenError;
use super::connection::open_reader;
use super::database::{CODES, DatabaseFile, SCANS};
use super::files::{beside, has_content, set_aside, set_content_aside};
use super::installation;
use super::migrate::version_of;
use super::places::{Places, mark_of_scans};
use crate::{LeaseMark, Mark, ReadError};

/// What a data directory holds.
#[derive(Debug)]
pub(super) struct Survey {
    codes: PathBuf,
    pub(super) founded: Founded,
    pub(super) remains: Vec<Remains>,
}

/// What the database of codes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Founded {
    /// Missing, or without a table: nothing was ever begun with it, or it is no more.
    Nothing,
    /// It has tables and no installation: a first start that was cut off.
    Begun,
    /// The database of this installation.
    As(InstallationFingerprint),
}

/// What else may belong to an installation. In the order in which they are first marked, after which one that is not
/// marked came from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The log of a database of codes that is gone.
    Log,
    Scans,
    Journal,
    /// What is kept beside the pepper.
    Pepper,
}

#[derive(Debug)]
pub(super) struct Remains {
    kind: Kind,
    pub(super) path: PathBuf,
    /// Whether it is there at all.
    pub(super) exists: bool,
    /// Whether it holds scans, or what else an installation that never served has not.
    has_scans: bool,
    pub(super) mark: Option<Mark>,
}

impl Survey {
    /// Looks, and changes nothing.
    pub(super) fn of(directory: &Path, journal: Option<&Path>, places: &Places) -> Result<Self, OpenError> {
        let codes = CODES.path(directory);
        let founded = founded(&codes)?;
        let log = beside(&codes, "-wal");
        let is_left = founded == Founded::Nothing && !has_content(&codes) && has_content(&log);
        let mut remains =
            vec![Remains { kind: Kind::Log, path: log, exists: is_left, has_scans: is_left, mark: None }];
        remains.push(scans(SCANS.path(directory))?);
        if let (Some(directory), Some(file)) = (journal, &places.journal) {
            let (exists, has_scans) = journal_files(directory);
            let mark = file.read()?;
            remains.push(Remains {
                kind: Kind::Journal,
                path: directory.to_owned(),
                exists,
                has_scans,
                mark,
            });
        }
        if let Some(file) = &places.pepper {
            let (mark, path) = (file.read()?, file.path().to_owned());
            remains.push(Remains {
                kind: Kind::Pepper,
                path,
                exists: mark.is_some(),
                has_scans: false,
                mark,
            });
        }
        Ok(Self { codes, founded, remains })
    }

    /// How far numbers of `installation` were given out, as all of its files tell.
    pub(super) fn told(&self, installation: InstallationFingerprint) -> Mark {
        let marks = self.remains.iter().filter_map(|remains| remains.mark);
        let own = marks.filter(|mark| mark.installation == installation);
        let leased = own.fold(LeaseMark::default(), |highest, mark| highest.highest(mark.leased));
        Mark { installation, leased }
    }

    /// What does not belong to the installation of the database of codes.
    pub(super) fn strays(&self) -> Vec<&Remains> {
        let is_stray = |(index, remains): &(usize, &Remains)| match (self.founded, remains.mark) {
            (Founded::Nothing, mark) => remains.exists || mark.is_some(),
            (Founded::Begun, mark) => remains.has_scans || mark.is_some(),
            (Founded::As(own), Some(mark)) => mark.installation != own,
            (Founded::As(own), None) => remains.has_scans && self.is_marked_behind(*index, own),
        };
        self.remains.iter().enumerate().filter(is_stray).map(|(_, remains)| remains).collect()
    }

    /// Whether something that is marked later has the mark already.
    fn is_marked_behind(&self, index: usize, own: InstallationFingerprint) -> bool {
        let behind = self.remains.iter().skip(index + 1);
        behind.filter_map(|remains| remains.mark).any(|mark| mark.installation == own)
    }

    /// Refuses a directory with strays, or sets them aside.
    pub(super) fn settle(&self, sets_aside: bool) -> Result<(), OpenError> {
        let strays = self.strays();
        if strays.is_empty() {
            return Ok(());
        }
        if !sets_aside {
            return Err(self.refusal().unwrap_or_else(|| OpenError::Missing { path: self.codes.clone() }));
        }
        for stray in strays {
            let aside = match stray.kind {
                Kind::Log | Kind::Scans | Kind::Pepper => set_aside(&stray.path)?,
                Kind::Journal => set_content_aside(&stray.path)?,
            };
            let (path, aside) = (stray.path.display(), aside.display());
            tracing::warn!(%path, %aside, "a file of another installation is set aside");
        }
        Ok(())
    }

    /// Why the directory cannot be served as it is.
    pub(super) fn refusal(&self) -> Option<OpenError> {
        let paths: Vec<PathBuf> = self.strays().into_iter().map(|stray| stray.path.clone()).collect();
        let path = self.codes.clone();
        match self.founded {
            _ if paths.is_empty() => None,
            Founded::Nothing | Founded::Begun => Some(OpenError::Lost { path, left: paths }),
            Founded::As(_) => Some(OpenError::Foreign { path, foreign: paths }),
        }
    }

    /// Files that an installation has and this one has not: what they told is lost.
    pub(super) fn missing(&self) -> Vec<&Path> {
        let Founded::As(own) = self.founded else { return Vec::new() };
        let is_marked =
            self.remains.iter().any(|remains| remains.mark.is_some_and(|mark| mark.installation == own));
        let lacks = |remains: &&Remains| match remains.kind {
            // The directory of the pepper may be read-only.
            Kind::Log | Kind::Pepper => false,
            Kind::Scans => !remains.exists || (is_marked && remains.mark.is_none()),
            Kind::Journal => !remains.path.exists() || (is_marked && remains.mark.is_none()),
        };
        self.remains.iter().filter(lacks).map(|remains| remains.path.as_path()).collect()
    }
}

/// A reader of the file, when it has tables.
fn with_tables(file: DatabaseFile, path: &Path) -> Result<Option<Connection>, OpenError> {
    if !has_content(path) {
        return Ok(None);
    }
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    let connection = open_reader(path).map_err(database)?;
    let (found, known) = (version_of(&connection).map_err(database)?, file.known_version());
    match found {
        0 => Ok(None),
        _ if found > known => Err(OpenError::NewerSchema { path: path.to_owned(), found, known }),
        _ => Ok(Some(connection)),
    }
}

fn founded(path: &Path) -> Result<Founded, OpenError> {
    let Some(connection) = with_tables(CODES, path)? else { return Ok(Founded::Nothing) };
    let unreadable = |error: ReadError| {
        let source = std::io::Error::other(error);
        OpenError::Inaccessible { path: path.to_owned(), source }
    };
    let found = installation::fingerprint(&connection).map_err(unreadable)?;
    Ok(found.map_or(Founded::Begun, Founded::As))
}

fn scans(path: PathBuf) -> Result<Remains, OpenError> {
    let Some(connection) = with_tables(SCANS, &path)? else {
        // Of a first start that was cut off there is none before the database of codes has tables.
        let exists = has_content(&path);
        return Ok(Remains { kind: Kind::Scans, path, exists, has_scans: false, mark: None });
    };
    let database = |source| OpenError::Database { path: path.clone(), source };
    let mark = mark_of_scans(&connection).map_err(database)?;
    let has_scans = connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM scan_months) OR EXISTS (SELECT 1 FROM scan_days) \
             OR EXISTS (SELECT 1 FROM scan_windows)",
            [],
            |row| row.get(0),
        )
        .map_err(database)?;
    Ok(Remains { kind: Kind::Scans, path, exists: true, has_scans, mark })
}

/// Whether there are files of a journal, and whether one of them holds scans. Files are made ahead, blank.
fn journal_files(directory: &Path) -> (bool, bool) {
    let Ok(entries) = fs::read_dir(directory) else { return (false, false) };
    let is_of_journal = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains(".journal")) && path.is_file()
    };
    let files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_of_journal).collect();
    let begins = |path: &PathBuf| {
        let mut first = [0];
        File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first != [0]
    };
    (!files.is_empty(), files.iter().any(begins))
}
