//! The data directory: made for its owner alone, and held by one server at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::OpenError;
use super::files::{inaccessible, warn_of_open};

const LOCK: &str = "lock";

/// A command looks whether a server runs by taking the lock for an instant: no reason to refuse a server.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

/// Makes the directory when it is missing, readable by its owner alone.
pub(super) fn create(directory: &Path) -> Result<(), OpenError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(directory).map_err(|source| inaccessible(directory, source))?;
    warn_of_open(directory);
    Ok(())
}

/// Whether a server holds the directory, as far as can be told.
pub(super) fn is_served(directory: &Path) -> bool {
    match File::open(directory.join(LOCK)) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// The directory, held for this process until the value is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Takes the directory, unless a process has it. Blocks for up to 50 ms.
    pub(super) fn take(directory: &Path) -> Result<Self, OpenError> {
        let path = directory.join(LOCK);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(&path).map_err(|source| inaccessible(&path, source))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(source)) => return Err(inaccessible(&path, source)),
            }
        }
        Err(OpenError::Locked { directory: directory.to_owned() })
    }
}
