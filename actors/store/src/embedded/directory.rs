//! The data directory: made for its owner alone, and held by one server at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::OpenError;

const LOCK: &str = "lock";

/// Makes the directory when it is missing, readable by its owner alone.
pub(super) fn create(directory: &Path) -> Result<(), OpenError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|source| inaccessible(directory, source))
}

/// The directory, held for this process until the value is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Takes the directory, unless a process has it.
    pub(super) fn take(directory: &Path) -> Result<Self, OpenError> {
        let path = directory.join(LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| inaccessible(&path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked { directory: directory.to_owned() }),
            Err(TryLockError::Error(source)) => Err(inaccessible(&path, source)),
        }
    }
}

fn inaccessible(path: &Path, source: io::Error) -> OpenError {
    OpenError::Inaccessible { path: path.to_owned(), source }
}
