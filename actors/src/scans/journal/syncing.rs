//! Surviving a loss of power.

use std::io;
use std::sync::Arc;

use super::file::JournalFile;

/// Files to be synced: work for a thread that may block.
#[derive(Debug)]
pub struct Syncing {
    files: Vec<Arc<JournalFile>>,
}

impl Syncing {
    pub(super) const fn of(files: Vec<Arc<JournalFile>>) -> Self {
        Self { files }
    }

    /// Whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Does it (`fdatasync`). Blocks. An error is the first that occurred; the others were synced, and a file
    /// that was not is tried again the next time.
    pub fn run(self) -> io::Result<()> {
        self.files.iter().map(|file| file.sync()).fold(Ok(()), io::Result::and)
    }
}
