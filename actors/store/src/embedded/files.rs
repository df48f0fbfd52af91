//! Permissions of the files, and how one gets out of the way without being lost.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::OpenError;

/// For the owner alone.
const PRIVATE: u32 = 0o600;
/// What the group and everybody else may do.
const OF_OTHERS: u32 = 0o077;

/// Makes a database file for its owner alone before SQLite opens it, whose log and index then get the same
/// permissions; takes away what others may do with one that is there.
///
/// A file that is there is never opened: closing it would let go of the locks that SQLite holds on it in this process.
pub(super) fn make_private(database: &Path) -> Result<(), OpenError> {
    let made = OpenOptions::new().create_new(true).write(true).mode(PRIVATE).open(database);
    match made {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(source) => return Err(inaccessible(database, source)),
    }
    for path in [database.to_owned(), beside(database, "-wal"), beside(database, "-shm")] {
        if is_open_to_others(&path)
            && let Err(error) = fs::set_permissions(&path, Permissions::from_mode(PRIVATE))
        {
            tracing::warn!(path = %path.display(), %error, "others may read the database, which holds secrets");
        }
    }
    Ok(())
}

/// Says so when others than the owner may enter the data directory.
pub(super) fn warn_of_open(directory: &Path) {
    if is_open_to_others(directory) {
        let path = directory.display();
        tracing::warn!(%path, "the data directory is open to other users of this machine; `chmod 700` closes it");
    }
}

fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & OF_OTHERS != 0)
}

/// The file whose name is that of `path` and an ending.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Whether there is something in the file.
pub(super) fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.len() > 0)
}

/// Renames a file to a name that nothing has, and answers it. With a database go its log and its index.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, OpenError> {
    let aside = unused(path);
    fs::rename(path, &aside).map_err(|source| inaccessible(path, source))?;
    for ending in ["-wal", "-shm"] {
        match fs::rename(beside(path, ending), beside(&aside, ending)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(inaccessible(&beside(path, ending), source)),
        }
    }
    Ok(aside)
}

/// Moves everything in a directory into a new one inside it, and answers that: the directory itself may be a disk of
/// its own.
pub(super) fn set_content_aside(directory: &Path) -> Result<PathBuf, OpenError> {
    let aside = unused(&directory.join("of-another-installation"));
    let inside = |source| inaccessible(directory, source);
    let entries: Vec<_> =
        fs::read_dir(directory).map_err(inside)?.collect::<Result<_, _>>().map_err(inside)?;
    fs::create_dir(&aside).map_err(|source| inaccessible(&aside, source))?;
    for entry in entries.iter().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())) {
        fs::rename(entry.path(), aside.join(entry.file_name()))
            .map_err(|source| inaccessible(&entry.path(), source))?;
    }
    Ok(aside)
}

fn unused(path: &Path) -> PathBuf {
    let names = (1_u32..).map(|number| beside(path, &format!(".aside-{number}")));
    let mut unused = names.filter(|name| !fs::exists(name).unwrap_or(false));
    unused.next().unwrap_or_else(|| beside(path, ".aside"))
}

pub(super) fn inaccessible(path: &Path, source: io::Error) -> OpenError {
    OpenError::Inaccessible { path: path.to_owned(), source }
}
