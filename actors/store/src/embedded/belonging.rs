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
use super::places::{Places, has_place_for_mark, is_of_marking_program, mark_of_scans};
use crate::{LeaseMark, Mark};

/// What a data directory holds.
#[derive(Debug)]
pub(super) struct Survey {
    codes: PathBuf,
    pub(super) founded: Founded,
    /// Whether the database of codes is from before files were marked.
    is_unmarking: bool,
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

/// What else may belong to an installation. In the order in which they are first marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The log of a database of codes that is gone.
    Log,
    Scans,
    Journal,
    /// What this installation keeps beside the pepper.
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
    /// Whether it is of a program that marked no files.
    is_unmarking: bool,
    pub(super) mark: Option<Mark>,
}

impl Survey {
    /// Looks, and changes nothing.
    pub(super) fn of(directory: &Path, journal: Option<&Path>, places: &Places) -> Result<Self, OpenError> {
        let codes = CODES.path(directory);
        let (founded, is_unmarking) = founded(&codes)?;
        let log = beside(&codes, "-wal");
        let is_left = founded == Founded::Nothing && !has_content(&codes) && has_content(&log);
        let mut remains = vec![Remains {
            kind: Kind::Log,
            path: log,
            exists: is_left,
            has_scans: is_left,
            is_unmarking: false,
            mark: None,
        }];
        remains.push(scans(SCANS.path(directory))?);
        if let (Some(directory), Some(file)) = (journal, &places.journal) {
            let (exists, has_scans) = journal_files(directory);
            let mark = file.read()?;
            remains.push(Remains {
                kind: Kind::Journal,
                path: directory.to_owned(),
                exists,
                has_scans,
                is_unmarking: mark.is_none(),
                mark,
            });
        }
        // Without an installation nobody can tell whose the marks beside a pepper are: several may have the same.
        if let Founded::As(own) = founded
            && let Some(file) = places.beside_pepper(own)
        {
            let mark = file.read()?.filter(|mark| mark.installation == own);
            remains.push(Remains {
                kind: Kind::Pepper,
                path: file.path().to_owned(),
                exists: mark.is_some(),
                has_scans: false,
                is_unmarking: false,
                mark,
            });
        }
        Ok(Self { codes, founded, is_unmarking, remains })
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
            (Founded::As(own), None) => {
                remains.has_scans && self.is_marked_behind(*index, own) && !self.is_adopted(remains, own)
            }
        };
        self.remains.iter().enumerate().filter(is_stray).map(|(_, remains)| remains).collect()
    }

    /// Whether something without a mark is this installation's all the same, though what is marked later has one.
    fn is_adopted(&self, remains: &Remains, own: InstallationFingerprint) -> bool {
        let is_put_back = self.is_unmarking && remains.is_unmarking;
        is_put_back || (remains.kind == Kind::Journal && self.has_marked_scans(own))
    }

    /// Whether the database of scans has the mark. A journal without one beside it is one whose mark could not be
    /// written: its disk was full, or its directory not writable.
    fn has_marked_scans(&self, own: InstallationFingerprint) -> bool {
        let mut scans = self.remains.iter().filter(|remains| remains.kind == Kind::Scans);
        scans.any(|scans| scans.mark.is_some_and(|mark| mark.installation == own))
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
        let lacks_mark = |remains: &Remains| {
            is_marked && remains.mark.is_none() && !(self.is_unmarking && remains.is_unmarking)
        };
        let lacks = |remains: &&Remains| match remains.kind {
            // The directory of the pepper may be read-only.
            Kind::Log | Kind::Pepper => false,
            Kind::Scans => !remains.exists || lacks_mark(remains),
            Kind::Journal => !remains.path.exists() || lacks_mark(remains),
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

/// What the database of codes is, and whether it is from before files were marked.
fn founded(path: &Path) -> Result<(Founded, bool), OpenError> {
    let Some(connection) = with_tables(CODES, path)? else { return Ok((Founded::Nothing, false)) };
    let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
    let found = installation::fingerprint(&connection).map_err(unreadable)?;
    let database = |source| OpenError::Database { path: path.to_owned(), source };
    let is_marking = is_of_marking_program(&connection).map_err(database)?;
    Ok((found.map_or(Founded::Begun, Founded::As), !is_marking))
}

fn scans(path: PathBuf) -> Result<Remains, OpenError> {
    let Some(connection) = with_tables(SCANS, &path)? else {
        // Of a first start that was cut off there is none before the database of codes has tables.
        let exists = has_content(&path);
        return Ok(Remains {
            kind: Kind::Scans,
            path,
            exists,
            has_scans: false,
            is_unmarking: false,
            mark: None,
        });
    };
    let database = |source| OpenError::Database { path: path.clone(), source };
    let mark = mark_of_scans(&connection).map_err(database)?;
    let is_unmarking = !has_place_for_mark(&connection).map_err(database)?;
    let has_scans = connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM scan_months) OR EXISTS (SELECT 1 FROM scan_days) \
             OR EXISTS (SELECT 1 FROM scan_windows)",
            [],
            |row| row.get(0),
        )
        .map_err(database)?;
    Ok(Remains { kind: Kind::Scans, path, exists: true, has_scans, is_unmarking, mark })
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
