//! Leasing of blocks: committed, then kept in the places beside the database, then given out.
//!
//! In this order, so that a crash between two of the steps leaves a place behind and never the database: which is how
//! a database that was put back from a copy is told from one that crashed.

use ezqr_schema::{Block, InstallationFingerprint};

use super::codes::LeaseBlock;
use super::failure::{read_error, unavailable};
use super::places::{KeepMark, leased};
use super::{EmbeddedStore, installation};
use crate::{LeaseError, LeaseMark, Mark, ReadError, WriteError};

/// A block that was committed and is not kept in all places yet. Who asks next is given it: when the places cannot be
/// written, asking again uses no block up.
pub(super) type Committed = Option<(Block, LeaseMark)>;

impl EmbeddedStore {
    /// Leases the next block.
    pub(super) async fn lease(&self) -> Result<Block, LeaseError> {
        let mut committed = self.0.committed.lock().await;
        let (block, leased) = match *committed {
            Some(waiting) => waiting,
            None => *committed.insert(self.0.codes.writer.write(LeaseBlock).await?),
        };
        let founded = self.fingerprint().map_err(unreadable)?;
        if let Some(installation) = founded {
            self.keep(Mark { installation, leased }).await?;
        }
        *committed = None;
        Ok(block)
    }

    /// Makes all files of the installation tell whose they are.
    pub(super) async fn mark(&self, installation: InstallationFingerprint) -> Result<(), WriteError> {
        let leased =
            self.0.codes.readers.point(|connection| leased(connection).map_err(|error| read_error(&error)));
        self.keep(Mark { installation, leased: leased.map_err(unreadable)? }).await
    }

    async fn keep(&self, mark: Mark) -> Result<(), WriteError> {
        self.0.scans.writer.write(KeepMark(mark)).await?;
        let places = self.0.places.clone();
        let raising = tokio::task::spawn_blocking(move || places.raise(&mark));
        let raised = raising.await.map_err(|error| unavailable(error.to_string()))?;
        raised.map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            WriteError::Unavailable(unavailable(format!("{error}{}", cause.unwrap_or_default())))
        })
    }

    fn fingerprint(&self) -> Result<Option<InstallationFingerprint>, ReadError> {
        self.0.codes.readers.point(installation::fingerprint)
    }
}

fn unreadable(error: ReadError) -> WriteError {
    match error {
        ReadError::Unavailable(unavailable) => WriteError::Unavailable(unavailable),
        ReadError::Corrupt(reason) | ReadError::Unreadable(reason) => {
            WriteError::Unavailable(unavailable(reason))
        }
    }
}
