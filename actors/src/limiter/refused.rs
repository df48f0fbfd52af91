//! Why it cannot be said whether a caller may make a request.

use std::time::Duration;

use ezqr_store::Unavailable;

use crate::Busy;

/// Nobody could be asked for a token. None was taken, and nothing else was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TakeRefused {
    /// The limiter did not answer.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The nodes' shared buckets cannot be reached.
    #[error(transparent)]
    Store(#[from] Unavailable),
    /// Too many take from this bucket at once, here or on other nodes.
    #[error("too many take from the bucket at once")]
    Contended,
}

impl TakeRefused {
    /// When asking again is worth while.
    pub const fn retry_after(&self) -> Duration {
        match self {
            Self::Busy(busy) => busy.retry_after,
            Self::Store(unavailable) => unavailable.retry_after,
            Self::Contended => Duration::from_secs(1),
        }
    }
}
