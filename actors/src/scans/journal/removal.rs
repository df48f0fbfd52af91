//! Letting go of files.

use std::fs;
use std::io;
use std::sync::Arc;

use super::directory::{Aside, set_aside};
use super::file::JournalFile;

/// Files to be removed, or renamed: work for a thread that may block.
#[derive(Debug)]
pub struct Removal {
    files: Vec<Arc<JournalFile>>,
    is_kept: bool,
}

impl Removal {
    pub(super) const fn deleting(files: Vec<Arc<JournalFile>>) -> Self {
        Self { files, is_kept: false }
    }

    pub(super) const fn expiring(files: Vec<Arc<JournalFile>>) -> Self {
        Self { files, is_kept: true }
    }

    /// Does it. Blocks. An error is the first that occurred; such a file is found again at the next opening.
    pub fn run(self) -> io::Result<()> {
        let mut result = Ok(());
        for file in self.files {
            let removed = if self.is_kept {
                set_aside(&file.path, Aside::Expired).map(drop)
            } else {
                fs::remove_file(&file.path)
            };
            result = result.and(removed);
        }
        result
    }
}
