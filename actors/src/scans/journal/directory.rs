//! The directory of a journal: its lock and the names in it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const LOCK: &str = "lock";
const FILE: &str = "journal";
const DAMAGED: &str = "damaged";
const EXPIRED: &str = "expired";

/// Why a journal cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes it.
    #[error("another ezqr writes the journal {}", .directory.display())]
    Locked {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory or a file in it cannot be used.
    #[error("cannot use {}: {source}", .path.display())]
    Inaccessible {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Why a file is kept without being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// Nobody can tell whose scans it holds.
    Damaged,
    /// Its window is too long ago.
    Expired,
}

/// What an entry of the directory is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A file of this number.
    File(u64),
    /// One that was set aside.
    Aside(u64, Aside),
    /// Something else.
    Foreign,
}

/// A directory that this process alone writes, until the value is dropped or the process ends.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes the directory when it is missing, readable by its owner alone, and takes it.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|source| inaccessible(path, source))?;
        let lock_path = path.join(LOCK);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(&lock_path).map_err(|source| inaccessible(&lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked { directory: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(inaccessible(&lock_path, source)),
        }
    }

    pub(super) fn path_of(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:010}.{FILE}"))
    }

    /// Makes a file that is not there yet, for its owner alone.
    pub(super) fn create(&self, number: u64) -> io::Result<(PathBuf, File)> {
        let path = self.path_of(number);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        Ok((path, file))
    }

    /// Makes the names in it survive a loss of power, where the file system can.
    pub(super) fn sync(&self) {
        // A file system that refuses has names of its own durability; what is in the files is synced anyway.
        let _ = File::open(&self.path).and_then(|directory| directory.sync_all());
    }
}

/// The entries of `directory`, in order of their numbers.
pub(super) fn entries(directory: &Path) -> io::Result<Vec<(Entry, PathBuf)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        entries.push((entry_of(&entry.file_name().to_string_lossy()), entry.path()));
    }
    entries.sort_by(|(_, left), (_, right)| left.cmp(right));
    Ok(entries)
}

fn entry_of(name: &str) -> Entry {
    let mut parts = name.split('.');
    let number = parts.next().filter(|number| number.len() >= 10).and_then(|number| number.parse().ok());
    match (number, parts.next(), parts.next(), parts.next()) {
        (Some(number), Some(FILE), None, None) => Entry::File(number),
        (Some(number), Some(FILE), Some(DAMAGED), None) => Entry::Aside(number, Aside::Damaged),
        (Some(number), Some(FILE), Some(EXPIRED), None) => Entry::Aside(number, Aside::Expired),
        _ => Entry::Foreign,
    }
}

/// Keeps a file under a name by which it is not read again.
pub(super) fn set_aside(path: &Path, why: Aside) -> io::Result<PathBuf> {
    let ending = match why {
        Aside::Damaged => DAMAGED,
        Aside::Expired => EXPIRED,
    };
    let aside = path.with_extension(format!("{FILE}.{ending}"));
    fs::rename(path, &aside)?;
    Ok(aside)
}

pub(super) fn inaccessible(path: &Path, source: io::Error) -> OpenError {
    OpenError::Inaccessible { path: path.to_owned(), source }
}
