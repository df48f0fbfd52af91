//! Surviving a loss of power.

use std::io;
use std::sync::Arc;

use super::file::JournalFile;
use super::shared::Shared;

/// Counter: files synced, each as often as it was.
const SYNCED_TOTAL: &str = "ezqr_scans_journal_synced_total";

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

    /// Does it (`fdatasync`), and counts the files that were synced. Blocks. An error is the first that occurred;
    /// the others were synced, and a file that was not is tried again the next time.
    pub fn run(self) -> io::Result<()> {
        let sync = |file: &Arc<JournalFile>| {
            file.sync(&self.shared.directory)?;
            metrics::counter!(SYNCED_TOTAL).increment(1);
            Ok(())
        };
        self.files.iter().map(sync).fold(Ok(()), io::Result::and)
    }
}
