//! Surviving a loss of power.

use std::io;
use std::sync::Arc;

use super::file::JournalFile;
use super::shared::Shared;

/// Files to be synced: work for a thread that may block.
#[derive(Debug)]
pub struct Syncing {
    shared: Arc<Shared>,
    files: Vec<Arc<JournalFile>>,
}

impl Syncing {
    /// The files that were written since they were last synced.
    pub(super) fn of(shared: &Arc<Shared>) -> Self {
        let files = shared.registry().files.iter().filter(|file| !file.is_synced()).cloned().collect();
        Self { shared: shared.clone(), files }
    }

    /// Whether there is nothing to do.
    pub const fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Does it (`fdatasync`). Blocks. An error is the first that occurred; the others were synced, and a file
    /// that was not is tried again the next time.
    pub fn run(self) -> io::Result<()> {
        self.files.iter().map(|file| file.sync(&self.shared.directory)).fold(Ok(()), io::Result::and)
    }
}
